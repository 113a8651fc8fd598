"""Racks while work moves ahead: what nodes do is noted at every set, and what racks and nodes draw
is worked out of all notes at once.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.simulation.compute.at_work import AtWork, RackSums, joined, joined_sums
from twin.simulation.compute.node_power import NodePower
from twin.simulation.compute.racks import Compute


class RacksAhead:
    """Racks of one stretch of work, from what holds at its start."""

    def __init__(self, compute: Compute, power: NodePower) -> None:
        self.compute = compute
        self.power = power
        self.before = compute.sums()
        self.before_w = compute.own.rack_w
        self.sets = 1
        """Rows of what held, the start among them."""
        self._notes = [compute.nodes.of(np.zeros(0, dtype=np.int64))]
        self._rows = [0]
        """Row of each note."""

    def note(self, at_work: AtWork) -> None:
        """Nodes of these racks do this from the set on that is under way."""
        self._notes.append(at_work)
        self._rows.append(self.sets)

    def rows(self) -> RackRows:
        """What came of it."""
        noted = joined(self._notes)
        row = np.repeat(self._rows, [note.racks.size for note in self._notes])
        racks = np.arange(len(self.compute.racks.id))
        latest = np.zeros((self.sets, racks.size), dtype=np.int64)
        latest[0] = racks
        latest[row, noted.racks] = racks.size + np.arange(row.size)
        latest = np.maximum.accumulate(latest, axis=0)
        sums = joined_sums([self.before, self.compute.nodes.summed(noted)]).take(latest)
        rack_w = self.compute.drawn_w(sums)
        rack_w[0] = self.before_w
        return RackRows(self.power, noted, row, latest, sums, rack_w)


class RackRows:
    """What racks and their nodes drew at every set."""

    def __init__(
        self,
        power: NodePower,
        noted: AtWork,
        row: Index,
        latest: Index,
        sums: RackSums,
        rack_w: Array,
    ) -> None:
        self.sums = sums
        """(set + 1, rack)"""
        self.rack_w = rack_w
        self.noted = noted
        self.row = row
        """(noted rack,) the set from which it was as noted."""
        self.power = power
        self._latest = latest
        """(set + 1, rack) which holds: racks as they were before, then those that were noted."""

    def last(self) -> RackSums:
        """(rack,) what holds from the last set on."""
        sums = self.sums
        return RackSums(sums.gpu_w[-1], sums.cpu_w[-1], sums.peak_activity[-1], sums.busy_nodes[-1])

    def nodes(self) -> NodeRows:
        """What nodes drew."""
        return NodeRows(self)

    def which(self, racks: Index) -> Index:
        """(set + 1, of racks) which of those before and those noted hold of some racks."""
        return np.asarray(np.take(self._latest, racks, axis=1))


class NodeRows:
    """What nodes drew at every set."""

    def __init__(self, rows: RackRows) -> None:
        noted = rows.noted
        racks = rows.power.racks
        self.rows = rows
        self.before_w = rows.power.node_w
        self.noted_w = rows.power.shared_w(noted, rows.rack_w[rows.row, noted.racks])
        self.starts = np.concatenate([racks.first_node, noted.starts + self.before_w.size])
        ends = np.append(noted.starts, noted.nodes.size)
        self.row_ends = ends.take(np.searchsorted(rows.row, np.arange(len(rows.rack_w)), "right"))
        """(set + 1,) how many of the noted nodes come up to there."""

    def each(self, nodes: Index) -> Array:
        """(set + 1, of nodes) power of some nodes."""
        rack = self.rows.power.compute.rack_of_node.take(nodes)
        in_rack = nodes - self.rows.power.racks.first_node.take(rack)
        which = self.starts.take(self.rows.which(rack)) + in_rack
        return np.asarray(np.concatenate([self.before_w, self.noted_w]).take(which))


class NodesInTurn:
    """The same set after set, of all nodes."""

    def __init__(self, rows: NodeRows) -> None:
        self.rows = rows
        self.node_w = rows.before_w.copy()
        """(node,) at the set that was last gone to."""
        self._entered = 0

    def go_to(self, row: int) -> Array:
        """(node,) at a set, which lies no earlier than the one before."""
        upto = int(self.rows.row_ends[row])
        if upto > self._entered:
            some = slice(self._entered, upto)
            self.node_w[self.rows.rows.noted.nodes[some]] = self.rows.noted_w[some]
            self._entered = upto
        return self.node_w
