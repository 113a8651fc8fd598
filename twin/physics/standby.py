"""Standby generators: what they burn, and how long they run before they fail."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DIESEL_M3_PER_J = 0.27e-3 / 3.6e6
"""Fuel for a joule of output where a row states no consumption: 0.27 L/kWh of a large set, a
maker's figure from memory, assumed."""
EMPTY_M3 = 1e-9
"""A tank with no more than a millionth of a litre is dry; the rest is rounding."""


def consumption_m3_s(load_frac: Array, idle: Array, half: Array, full: Array) -> Array:
    """Fuel of running sets (..., set) in m3/s, from what they burn without load, at half and at
    full load, in straight lines between; above full load the last line goes on.

    Source: data sheets of sets state these points.
    """
    low = idle + (half - idle) * (2.0 * load_frac)
    high = half + (full - half) * (2.0 * load_frac - 1.0)
    return np.where(load_frac < 0.5, low, high)


def run_until_failure_h(
    draw: float, first_hour_probability: float, later_rate_per_h: float
) -> float:
    """Hours that a set runs before it fails; inf where it never does.

    draw   of the unit exponential distribution
    The rate is constant within the first hour, so that the hour fails with its probability, and
    constant after it.
    """
    first = -np.log1p(-min(first_hour_probability, 1.0 - 1e-15))
    if draw < first:
        return float(draw / first)
    return 1.0 + (draw - first) / later_rate_per_h if later_rate_per_h > 0 else np.inf
