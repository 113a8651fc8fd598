"""Moisture of a hall's air on its way to its balance, over a span in which nothing else changes.

    M dw/dt = m (w_out - w) + h - d - k (w - w_coil)^+

with the terms of `hall_moisture`; M is the dry air of the hall in kg. Humidifiers give all they can
below the window and what holds its lower end there, dehumidifiers take alike at its upper end. The
way is a chain of exponentials that never turns back, so its pieces and what passes in them have
closed forms, and water closes to rounding.
"""

from __future__ import annotations

import math
from typing import NamedTuple

PIECES = 8
"""More than any way has: it meets each end of the window and saturation at the coil once."""


class MoistAir(NamedTuple):
    """One hall's air and what acts on it."""

    air_kg: float
    """Dry air."""
    outdoor_kg_s: float
    """Leakage and dampers; above zero."""
    outdoor_ratio: float
    coil_kg_s: float
    """Air through coils times their effectiveness."""
    coil_ratio: float
    """Saturated at the temperature of the coils' water."""
    low: float
    high: float
    """Ratios that humidifiers hold from below, and dehumidifiers from above."""
    most_humidified_kg_s: float
    most_dehumidified_kg_s: float

    def free_kg_s(self, ratio: float) -> float:
        """What the air gains without humidifiers and dehumidifiers."""
        condensed = self.coil_kg_s * max(ratio - self.coil_ratio, 0.0)
        return self.outdoor_kg_s * (self.outdoor_ratio - ratio) - condensed

    def added_kg_s(self, ratio: float) -> float:
        """What humidifiers give; below zero what dehumidifiers take."""
        free = self.free_kg_s(ratio)
        if ratio < self.low:
            return self.most_humidified_kg_s
        if ratio > self.high:
            return -self.most_dehumidified_kg_s
        if ratio == self.low:
            return min(max(-free, 0.0), self.most_humidified_kg_s)
        if ratio == self.high:
            return -min(max(free, 0.0), self.most_dehumidified_kg_s)
        return 0.0

    def bound(self, ratio: float, drift: float) -> float:
        """Ratio at which the way ahead changes its law."""
        ends = (self.low, self.coil_ratio, self.high)
        if drift > 0:
            return min((end for end in ends if end > ratio), default=math.inf)
        return max((end for end in ends if end < ratio), default=-math.inf)


class Passed(NamedTuple):
    """Water over a span, kg/s on average."""

    brought: float
    """With outdoor air; below zero where it carries some away."""
    humidified: float
    dehumidified: float
    condensed: float

    @property
    def gained(self) -> float:
        """What the air holds more."""
        return self.brought + self.humidified - self.dehumidified - self.condensed


def passed(air: MoistAir, ratio: float, span_s: float) -> Passed:
    """What passes on average over a span that begins at a ratio.

    ratio   kg of water a kg of dry air
    """
    sums = [0.0, 0.0, 0.0, 0.0]
    left_s = span_s
    for _ in range(PIECES):
        ratio, lasts_s, kg = _piece(air, ratio, left_s)
        sums = [total + one for total, one in zip(sums, kg, strict=True)]
        left_s -= lasts_s
        if left_s <= 0:
            break
    return Passed(*(kg / span_s for kg in sums))


def _piece(air: MoistAir, ratio: float, left_s: float) -> tuple[float, float, Passed]:
    """Up to the next change of law: ratio there, how long it lasts, and the kg that pass."""
    added = air.added_kg_s(ratio)
    drift = air.free_kg_s(ratio) + added
    wet = ratio > air.coil_ratio or (ratio == air.coil_ratio and drift > 0)
    rate = air.outdoor_kg_s + (air.coil_kg_s if wet else 0.0)
    end, lasts_s = _moved(air, ratio, drift, rate, left_s)
    over = ratio + drift / rate
    ratio_s = over * lasts_s + (ratio - end) * air.air_kg / rate
    brought = air.outdoor_kg_s * (air.outdoor_ratio * lasts_s - ratio_s)
    condensed = air.coil_kg_s * (ratio_s - air.coil_ratio * lasts_s) if wet else 0.0
    humidified = max(added, 0.0) * lasts_s
    dehumidified = max(-added, 0.0) * lasts_s
    return end, lasts_s, Passed(brought, humidified, dehumidified, max(condensed, 0.0))


def _moved(
    air: MoistAir, ratio: float, drift: float, rate: float, left_s: float
) -> tuple[float, float]:
    """Ratio at the end of a piece, and how long it lasts."""
    if drift == 0.0:
        return ratio, left_s
    target = ratio + drift / rate
    bound = air.bound(ratio, drift)
    constant_s = air.air_kg / rate
    if (target - bound) * drift > 0:
        lasts_s = constant_s * math.log((target - ratio) / (target - bound))
        if lasts_s <= left_s:
            return bound, lasts_s
    return ratio - (target - ratio) * math.expm1(-left_s / constant_s), left_s
