"""Failures whose rate has seasons: when the next is due."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def due_s(hazard_s: float, now_s: float, edges_s: Array, factor: Array) -> float:
    """Moment at which the hazard since `now_s` adds up to `hazard_s`; inf beyond the last edge.

    hazard_s   of the unit rate, in its seconds: an exponential draw times the mean time between
               failures
    edges_s    (season + 1,) rising moments between which the rate holds
    factor     (season,) what the rate is multiplied by
    The integral of a rate that is constant by pieces, inverted exactly.
    """
    begins = np.maximum(edges_s[:-1], now_s)
    spans = np.maximum(edges_s[1:] - begins, 0.0)
    used = np.cumsum(spans * factor)
    season = int(np.searchsorted(used, hazard_s))
    if season >= factor.size:
        return np.inf
    before = used[season - 1] if season else 0.0
    return float(begins[season] + (hazard_s - before) / factor[season])
