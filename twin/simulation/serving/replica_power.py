"""What the GPUs of a replica draw at every clock and load, and the clock that a cap leaves them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.arrays import Array
from twin.facility.serving.pace import ReplicaPace
from twin.physics.chip import dynamic_frac
from twin.physics.inference import operating_point

_IDLE = 1e-9
"""Share of its time with work that counts as none: rounding."""


class ReplicaPower:
    """Power over the span of a GPU's catalogue row, (clock, load); loads are of the capacity at
    each clock.

    clocks   shares of the clock that boards hold, lowest first
    """

    def __init__(self, pace: ReplicaPace, clocks: Array, loads: Array) -> None:
        self.clocks = clocks
        self.loads = loads
        curve = pace.curve
        works: list[Array] = []
        means: list[Array] = []
        for k in reversed(range(clocks.size)):
            one = replace(
                curve,
                step_s=curve.step_s[k],
                tokens_per_s=curve.tokens_per_s[k],
                compute_activity=curve.compute_activity[k],
                memory_activity=curve.memory_activity[k],
            )
            point = operating_point(one, loads * float(one.tokens_per_s.max()))
            if not works:
                limit = pace.limit_clock(point)
            drawn = pace.drawn(point, float(clocks[k]), limit)
            busy = point.busy_frac
            works.append(np.where(busy > _IDLE, drawn / np.maximum(busy, _IDLE), 0.0))
            means.append(drawn + pace.board.rest_frac * (1 - busy))
        self.works = np.array(works[::-1])
        self.works[:, 0] = self.works[:, 1]
        self.means = np.array(means[::-1])

    def clock_within(self, power_frac: float, load_frac: float) -> float:
        """Highest share of the clock at which work at a load draws at most that."""
        drawn = self._at_load(self.works, load_frac)
        if drawn[-1] <= power_frac:
            return 1.0
        return float(np.interp(power_frac, np.maximum.accumulate(drawn), self.clocks))

    def busier(self, clock_frac: Array, load_frac: float) -> Array:
        """What chips draw at shares of the clock, over what the activity of the full clock would
        draw there.
        """
        mean = self._at_load(self.means, load_frac)
        if mean[-1] <= 0:
            return np.ones_like(clock_frac)
        drawn = np.interp(clock_frac, self.clocks, mean)
        share: Array = drawn / (mean[-1] * dynamic_frac(clock_frac))
        return share

    def _at_load(self, table: Array, load_frac: float) -> Array:
        """(clock,)"""
        place = float(np.interp(load_frac, self.loads, np.arange(self.loads.size)))
        low = min(int(place), self.loads.size - 2)
        found: Array = table[:, low] + (place - low) * (table[:, low + 1] - table[:, low])
        return found
