"""The energy of each job: its nodes' part of what their racks draw."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, total_by
from twin.simulation.compute.racks import Compute
from twin.simulation.jobs.nodes_of_jobs import NodesOfJobs
from twin.simulation.kernel.world import World


class JobMeter:
    """Part of the job discipline; counts joules at the AC input of racks."""

    def __init__(self, world: World, compute: Compute, of_nodes: NodesOfJobs) -> None:
        self.world = world
        self.own = world.state.jobs
        self.racks = world.facility.racks
        self.compute = compute
        self.of_nodes = of_nodes
        self.rack_of_node = compute.rack_of_node
        self.alike_of_rack = 1.0 / np.maximum(self.racks.nodes, 1)
        self._activity: tuple[Array | None, int] = (None, -1)
        """Of GPUs as last asked, and the turn of their sums."""
        self._rack_w = np.full(len(self.racks.id), np.nan)
        self._node_w = np.zeros(self.rack_of_node.size)
        self._hands = -1
        self._held: dict[int, tuple[Index, Index]] = {}
        """Nodes of every job that runs as it was given them, and those that it holds whole in their
        order: power is summed so."""
        self._running = np.zeros(0, dtype=np.int64)
        self._drawn_w = np.zeros(self.own.energy_j.size)
        """(job,)"""
        self._stale = np.zeros(self.own.energy_j.size, dtype=bool)
        """(job,) whether a node of it has another power than when last summed."""

    def node_w(self) -> Array:
        """(node,) idle power of its rack shared alike, the rest by what its chips draw.

        Worked out anew for racks whose activity or power has changed, which are few at an instant;
        every holding has another array of powers, and nothing changes between two.
        """
        if self.world.state.racks.rack_w is self._rack_w:
            return self._node_w
        racks = self._changed()
        if racks.size:
            nodes, _ = self.compute.nodes_of(racks)
            self._node_w[nodes] = self._shared_w(nodes)
            owner = self.own.work_of_node.take(nodes)
            self._stale[owner[owner >= 0]] = True
        return self._node_w

    def _changed(self) -> Index:
        """Racks with nodes of another activity, or another power, than when last asked."""
        gpu, turn = self._activity
        now = self.world.state.activity.gpu_activity
        changed, turn = self.compute.summed_since(turn if now is gpu else -1)
        self._activity = (now, turn)
        rack_w = self.world.state.racks.rack_w
        changed |= rack_w != self._rack_w
        self._rack_w = rack_w
        return np.flatnonzero(changed)

    def _shared_w(self, nodes: Index) -> Array:
        """(of nodes,) where these are all nodes of their racks."""
        activity = self.world.state.activity
        rack = self.rack_of_node.take(nodes)
        chips = activity.gpu_activity.take(nodes) * self.compute.gpu_span_w.take(nodes)
        chips += activity.cpu_activity.take(nodes) * self.compute.cpu_span_w.take(nodes)
        chips *= activity.gain_frac.take(nodes)
        whole = total_by(rack, chips, len(self.racks.id))
        rack_w = self.world.state.racks.rack_w
        idle_w = np.minimum(self.racks.idle_w, rack_w)
        busy = whole > 0
        shared = chips / np.where(busy, whole, 1.0).take(rack)
        shared = np.where(busy.take(rack), shared, self.alike_of_rack.take(rack))
        shared *= (rack_w - idle_w).take(rack)
        shared += (idle_w * self.alike_of_rack).take(rack)
        return shared

    def advance(self, span_s: float) -> None:
        """Add what every job drew over a span."""
        node_w = self.node_w()
        self._see_hands()
        stale = np.flatnonzero(self._stale)
        if stale.size:
            self._sum_jobs(stale, node_w)
        shared_w = self._of_parts_w(node_w) if self.of_nodes.sharing.parts.any else 0.0
        drawn_w = self._drawn_w.take(self._running)
        self.own.energy_j[self._running] += (drawn_w + shared_w) * span_s

    def _see_hands(self) -> None:
        """Take note of jobs that hold other nodes than when last asked."""
        own = self.own
        if self._hands == own.hands:
            return
        self._hands = own.hands
        self._running = np.array(own.running, dtype=np.int64)
        before = self._held
        self._held = {}
        for j in own.running:
            given = own.held[j]
            known = before.get(j)
            if known is None or known[0] is not given:
                whole = own.work_of_node[given[0]] == j
                known = (given, np.sort(given) if whole else given[:0])
                self._stale[j] = True
            self._held[j] = known

    def _sum_jobs(self, jobs: Index, node_w: Array) -> None:
        """Sum the power of nodes of some jobs, of those that they hold whole."""
        nodes = [self._held[j][1] for j in jobs.tolist()]
        place = np.repeat(np.arange(jobs.size), [each.size for each in nodes])
        self._drawn_w[jobs] = total_by(place, node_w.take(np.concatenate(nodes)), jobs.size)
        self._stale[jobs] = False

    def _of_parts_w(self, node_w: Array) -> Array:
        """(running,) on shared nodes: idle power by the GPUs that each holds, the rest by what
        its chips draw. Idle power of GPUs that nobody holds is nobody's.
        """
        parts = self.of_nodes.parts()
        nodes = self.rack_of_node.size
        rack = self.rack_of_node.take(parts.node)
        idle_w = np.minimum(self.racks.idle_w, self.world.state.racks.rack_w) * self.alike_of_rack
        chips_w = parts.chips_w * parts.gain
        whole_w = total_by(parts.node, chips_w, nodes).take(parts.node)
        drawn = np.where(whole_w > 0, chips_w / np.where(whole_w > 0, whole_w, 1.0), parts.of_node)
        above_w = node_w.take(parts.node) - idle_w.take(rack)
        part_w = parts.of_node * idle_w.take(rack) + drawn * above_w
        place = self.of_nodes.places(self._running, parts.job)
        return total_by(place, part_w, self._running.size)
