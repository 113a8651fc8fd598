"""How often to write a checkpoint, and how much of the time becomes kept work.

Sources: Young (1974), doi 10.1145/361147.361115; Daly (2006), doi 10.1016/j.future.2004.11.016, eq.
20 and 37.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def young_interval_s(write_s: ArrayLike, mean_time_between_failures_s: ArrayLike) -> Array:
    """Time between checkpoints by Young: sqrt(2 delta M); s."""
    interval: Array = np.sqrt(
        2 * np.asarray(write_s, float) * np.asarray(mean_time_between_failures_s, float)
    )
    return interval


def daly_interval_s(write_s: ArrayLike, mean_time_between_failures_s: ArrayLike) -> Array:
    """Time between checkpoints by Daly's higher order; s. M where the write is longer than 2 M."""
    delta = np.asarray(write_s, float)
    mtbf = np.asarray(mean_time_between_failures_s, float)
    ratio = delta / (2 * mtbf)
    series = young_interval_s(delta, mtbf) * (1 + np.sqrt(ratio) / 3 + ratio / 9) - delta
    return np.where(delta < 2 * mtbf, series, mtbf)


def effective_time_frac(
    write_s: ArrayLike,
    interval_s: ArrayLike,
    mean_time_between_failures_s: ArrayLike,
    restart_s: ArrayLike,
) -> Array:
    """Share of wall time that becomes kept work, by Daly's exact form for exponential failures.

    (tau / M) / (exp((tau + delta) / M) - 1) * exp(-R / M)
    """
    mtbf = np.asarray(mean_time_between_failures_s, float)
    tau = np.asarray(interval_s, float)
    delta = np.asarray(write_s, float)
    kept: Array = (
        tau / mtbf / np.expm1((tau + delta) / mtbf) * np.exp(-np.asarray(restart_s, float) / mtbf)
    )
    return kept
