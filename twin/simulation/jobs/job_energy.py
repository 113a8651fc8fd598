"""The energy of each job: its nodes' part of what their racks draw."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, total_by
from twin.simulation.compute.racks import Compute
from twin.simulation.kernel.world import World


class JobMeter:
    """Part of the job discipline; counts joules at the AC input of racks."""

    def __init__(self, world: World, compute: Compute) -> None:
        self.world = world
        self.own = world.state.jobs
        self.racks = world.facility.racks
        self.compute = compute
        self.rack_of_node = compute.rack_of_node
        self.alike_of_rack = 1.0 / np.maximum(self.racks.nodes, 1)

    def node_w(self) -> Array:
        """(node,) idle power of its rack shared alike, the rest by what its chips draw."""
        activity = self.world.state.activity
        rack = self.rack_of_node
        chips = activity.gpu_activity * self.compute.gpu_span_w
        chips += activity.cpu_activity * self.compute.cpu_span_w
        chips *= activity.gain_frac
        whole = total_by(rack, chips, len(self.racks.id))
        rack_w = self.world.state.racks.rack_w
        idle_w = np.minimum(self.racks.idle_w, rack_w)
        busy = whole > 0
        shared = chips / np.where(busy, whole, 1.0).take(rack)
        if not busy.all():
            shared = np.where(busy.take(rack), shared, self.alike_of_rack.take(rack))
        shared *= (rack_w - idle_w).take(rack)
        shared += (idle_w * self.alike_of_rack).take(rack)
        return shared

    def advance(self, span_s: float) -> None:
        """Add what every job drew over a span."""
        held = np.flatnonzero(self.own.work_of_node >= 0)
        if not held.size:
            return
        owner = self.own.work_of_node.take(held)
        drawn_w = total_by(owner, self.node_w().take(held), self.own.energy_j.size)
        self.own.energy_j += drawn_w * span_s
