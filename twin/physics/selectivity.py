"""Whether of two protections in series the lower one opens first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.physics.power import trip_rate_per_s

ALIKE_FRAC = 1.0 - 1e-6
"""Times count as different from here on."""
POINTS = 400
"""Currents that are tried, evenly in their logarithm."""


@dataclass(frozen=True)
class TripCurve:
    """Long-time and instantaneous trip of a device; see `twin.physics.power.trip_rate_per_s`."""

    rating_w: float
    pickup_frac: float
    constant_s: float
    instantaneous_frac: float

    def time_s(self, load_w: np.ndarray) -> np.ndarray:
        """Seconds to its trip at each load, inf where it never opens."""
        frac = load_w / self.rating_w
        rate = trip_rate_per_s(
            frac,
            np.full(frac.shape, self.pickup_frac),
            np.full(frac.shape, self.constant_s),
            np.full(frac.shape, self.instantaneous_frac),
        )
        with np.errstate(divide="ignore"):
            return np.asarray(1.0 / rate)


def first_conflict(lower: TripCurve, upper: TripCurve) -> tuple[float, float, float] | None:
    """The least load at which the upper device opens before the lower one; with both times.

    Two of one rating and one setting in series are a main and its incomer, which nobody takes for
    selective: at equal times nothing is told.

    From the lower one's pick-up to its instantaneous level: above that both may be instantaneous,
    and fault currents decide. None where the lower one is always first.
    """
    least_w = lower.rating_w * lower.pickup_frac * (1.0 + 1e-9)
    most_w = lower.rating_w * lower.instantaneous_frac * (1.0 - 1e-9)
    if not (np.isfinite(most_w) and least_w < most_w):
        return None
    load_w = np.geomspace(least_w, most_w, POINTS)
    low_s = lower.time_s(load_w)
    high_s = upper.time_s(load_w)
    wrong = np.flatnonzero(np.isfinite(high_s) & (high_s < low_s * ALIKE_FRAC))
    if not wrong.size:
        return None
    at = int(wrong[0])
    return float(load_w[at]), float(low_s[at]), float(high_s[at])
