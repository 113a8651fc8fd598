"""Chillers that come up to their capacity after a start, in steps of a tenth."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.simulation.kernel.world import World

STEPS = 10
_TOUCH = 1e-6
"""Of a step: counts as reached."""


class Ramps:
    """Reads when units started; part of the flow discipline, and writes no state."""

    def __init__(self, world: World) -> None:
        self.world = world
        cooling = world.facility.cooling
        self.ramp_s = np.zeros(len(cooling.units.id))
        for plant in cooling.plants:
            self.ramp_s[plant.units] = plant.ramp_s
        self.any = bool((self.ramp_s > 0).any())

    def capacity_frac(self) -> Array:
        """(unit,) share of its capacity that each that runs has by now."""
        return np.where(self.ramp_s > 0, np.clip(self._steps() / STEPS, 1 / STEPS, 1.0), 1.0)

    def _steps(self) -> Array:
        """(unit,) tenths of the ramp that are over."""
        ready_s = self.world.state.flows.ready_s
        since_s = np.where(np.isfinite(ready_s), self.world.now_s - ready_s, np.inf)
        return np.floor(since_s / np.where(self.ramp_s > 0, self.ramp_s, 1.0) * STEPS + _TOUCH)

    def next_s(self) -> float:
        """Seconds until the next step."""
        if not self.any:
            return float("inf")
        flows = self.world.state.flows
        steps = self._steps()
        rising = flows.unit_running & (self.ramp_s > 0) & (steps < STEPS) & (steps >= 0)
        at_s = flows.ready_s[rising] + (steps[rising] + 1) * self.ramp_s[rising] / STEPS
        return float((at_s - self.world.now_s).min(initial=np.inf))
