"""The energy of each job: its nodes' part of what their racks draw."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, total_by
from twin.simulation.compute.node_power import NodePower
from twin.simulation.jobs.nodes_of_jobs import NodesOfJobs, PartsAtWork
from twin.simulation.kernel.world import World

Held = dict[int, tuple[Index, Index]]
"""Nodes of every job that runs as it was given them, and those that it holds whole in their order:
power is summed so."""


class JobMeter:
    """Part of the job discipline; counts joules at the AC input of racks."""

    def __init__(self, world: World, power: NodePower, of_nodes: NodesOfJobs) -> None:
        self.own = world.state.jobs
        self.power = power
        self.of_nodes = of_nodes
        self.rack_of_node = power.compute.rack_of_node
        self._hands = -1
        self._held: Held = {}
        self._running = np.zeros(0, dtype=np.int64)
        self._drawn_w = np.zeros(self.own.energy_j.size)
        """(job,)"""
        self._stale = np.zeros(self.own.energy_j.size, dtype=bool)
        """(job,) whether a node of it has another power than when last summed."""

    def see(self, nodes: Index) -> None:
        """Power of these nodes may have changed."""
        owner = self.own.work_of_node.take(nodes)
        self._stale[owner[owner >= 0]] = True

    def see_all(self) -> None:
        """Power of any node may have changed."""
        self._stale[self.own.running] = True

    def advance(self, span_s: float) -> None:
        """Add what every job drew over a span."""
        self._see_hands()
        stale = self._running[self._stale.take(self._running)]
        if stale.size:
            self._sum_jobs(stale)
        drawn_w = self._drawn_w.take(self._running)
        if self.of_nodes.sharing.parts.any:
            of_now = (self.power.node_w, self.power.rack_w)
            drawn_w += self.of_parts_w(self.of_nodes.parts(), self._running, *of_now)
        self.own.energy_j[self._running] += drawn_w * span_s

    def _see_hands(self) -> None:
        """Take note of jobs that hold other nodes than when last asked."""
        own = self.own
        if self._hands == own.hands:
            return
        self._hands = own.hands
        self._running = np.array(own.running, dtype=np.int64)
        self._held, others = self.held_after(self._held)
        self._stale[others] = True

    def held_after(self, before: Held) -> tuple[Held, list[int]]:
        """What jobs that run hold now, and those that hold others than before."""
        own = self.own
        found: Held = {}
        others = []
        for j in own.running:
            given = own.held[j]
            known = before.get(j)
            if known is None or known[0] is not given:
                whole = own.work_of_node[given[0]] == j
                known = (given, np.sort(given) if whole else given[:0])
                others.append(j)
            found[j] = known
        return found, others

    def _sum_jobs(self, jobs: Index) -> None:
        """Sum the power of nodes of some jobs, of those that they hold whole."""
        nodes = [self._held[j][1] for j in jobs.tolist()]
        node_w = self.power.node_w.take(np.concatenate(nodes))
        self._drawn_w[jobs] = sum_each(nodes, node_w)
        self._stale[jobs] = False

    def of_parts_w(self, parts: PartsAtWork, running: Index, node_w: Array, rack_w: Array) -> Array:
        """(running,) on shared nodes: idle power by the GPUs that each holds, the rest by what
        its chips draw. Idle power of GPUs that nobody holds is nobody's.

        node_w   (node,) power of all nodes
        rack_w   (rack,) that of all racks
        """
        rack = self.rack_of_node.take(parts.node)
        idle_w = np.minimum(self.power.racks.idle_w, rack_w) * self.power.alike_of_rack
        chips_w = parts.chips_w * parts.gain
        whole_w = total_by(parts.node, chips_w, self.rack_of_node.size).take(parts.node)
        drawn = np.where(whole_w > 0, chips_w / np.where(whole_w > 0, whole_w, 1.0), parts.of_node)
        idle_w = idle_w.take(rack)
        part_w = parts.of_node * idle_w + drawn * (node_w.take(parts.node) - idle_w)
        place = self.of_nodes.places(running, parts.job)
        return total_by(place, part_w, running.size)


def sum_each(nodes: list[Index], node_w: Array) -> Array:
    """Sums of power, one for each list of nodes.

    node_w   power of all of these nodes, one list after another
    """
    place = np.repeat(np.arange(len(nodes)), [each.size for each in nodes])
    return total_by(place, node_w, len(nodes))
