"""Event counters of UPS: too many times on battery in too short a time."""

from __future__ import annotations

import numpy as np

from twin.simulation.kernel.world import World


class Counters:
    """Counts; part of the power discipline, whose block it writes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.ups

    def count(self, p: int) -> None:
        """A UPS has gone on battery."""
        times_s = self.own.battery_times_s
        times_s[p] = np.roll(times_s[p], 1)
        times_s[p, 0] = self.world.now_s
