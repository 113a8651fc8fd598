"""What nodes do, rack by rack, and what that sums up to."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, total_by
from twin.simulation.compute.at_work import AtWork, RackSums
from twin.simulation.kernel.world import World
from twin.simulation.state.work import FREE, SHARED


class NodeWork:
    """Part of the compute discipline; looks at nodes of racks."""

    def __init__(self, world: World) -> None:
        racks = world.facility.racks
        self.world = world
        self.racks = racks
        self.rack_of_node = racks.rack_of_node
        self.gpu_span_w = (racks.gpus_per_node * racks.gpu_span_w)[self.rack_of_node]
        self.cpu_span_w = racks.cpu_span_w[self.rack_of_node]
        self.with_nodes = np.flatnonzero(racks.nodes)
        self._placed: tuple[Index | None, Index, Index, Index] | None = None

    def touched(self, nodes: Index | None) -> AtWork:
        """What all nodes of racks with touched ones do."""
        racks, every, starts = self._places(nodes)
        return self._at_work(racks, every, starts)

    def of(self, racks: Index) -> AtWork:
        """What all nodes of some racks do now."""
        return self._at_work(racks, *self._nodes_of(racks))

    def _at_work(self, racks: Index, nodes: Index, starts: Index) -> AtWork:
        activity = self.world.state.activity
        owner = self.world.state.jobs.work_of_node.take(nodes)
        return AtWork(
            racks,
            starts,
            nodes,
            activity.gpu_activity.take(nodes),
            activity.cpu_activity.take(nodes),
            activity.gain_frac.take(nodes),
            activity.gpu_busiest.take(nodes),
            owner,
            self._working(nodes, owner),
        )

    def _places(self, touched: Index | None) -> tuple[Index, Index, Index]:
        """Racks with touched nodes, all nodes of these, and where each rack begins; kept for the
        next time that the same array is asked for, as services do window after window.
        """
        if self._placed is None or self._placed[0] is not touched:
            racks = self.with_nodes if touched is None else self._racks_of(touched)
            self._placed = (touched, racks, *self._nodes_of(racks))
        return self._placed[1:]

    def _racks_of(self, nodes: Index) -> Index:
        touched = np.zeros(len(self.racks.id), dtype=bool)
        touched[self.rack_of_node.take(nodes)] = True
        return np.flatnonzero(touched)

    def _nodes_of(self, racks: Index) -> tuple[Index, Index]:
        """(node,) of some racks, one rack after another, and where each begins."""
        count = self.racks.nodes.take(racks)
        starts = np.cumsum(count) - count
        first = self.racks.first_node.take(racks)
        return np.arange(count.sum()) + np.repeat(first - starts, count), starts

    def _working(self, nodes: Index, owner: Index) -> Array:
        """(of nodes,) 1 with work; of a node that jobs share, the share of its GPUs that they hold,
        or of its cores and memory where it has none.
        """
        working = (owner != FREE).astype(float)
        shares = owner == SHARED
        if not shares.any():
            return np.asarray(working)
        jobs = self.world.state.jobs
        shared = nodes[shares]
        gpus = self.racks.gpus_per_node[self.rack_of_node[shared]]
        of_gpus = 1.0 - jobs.gpu_free[shared].sum(axis=1) / np.maximum(gpus, 1)
        of_host = 1.0 - jobs.host_free[shared].min(axis=1, initial=1.0)
        working[shares] = np.where(gpus > 0, of_gpus, of_host)
        return np.asarray(working)

    def summed(self, at_work: AtWork) -> RackSums:
        """What nodes sum up to."""
        starts = at_work.starts
        count = at_work.racks.size
        place = at_work.place
        gpu_w = at_work.gpu * at_work.gain * self.gpu_span_w.take(at_work.nodes)
        cpu_w = at_work.cpu * at_work.gain * self.cpu_span_w.take(at_work.nodes)
        return RackSums(
            total_by(place, gpu_w, count),
            total_by(place, cpu_w, count),
            np.maximum.reduceat(at_work.busiest, starts),
            np.add.reduceat(at_work.working, starts),
        )
