"""Intervals of quantiles, such as the 99th percentile of a year's outage hours, by the bootstrap.

Percentile bootstrap of scipy.stats, drawn from a stated seed. A quantile near the end of few values
has no interval: at least ten values must lie beyond it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from twin.analysis.statistics.guard import (
    checked_level,
    refuse_fewer,
    refuse_unpaired,
    refuse_unusable,
)
from twin.analysis.statistics.intervals import ConfidenceInterval
from twin.errors import InputError, Problem
from twin.seeds import stream

_RESAMPLES = 2000
_BEYOND = 10


def quantile_interval(
    values: ArrayLike, quantile: float, level: float = 0.95, seed: int = 0, outcome: str = "outcome"
) -> ConfidenceInterval:
    """A quantile of independent runs with its bootstrap interval."""
    held = refuse_unusable(outcome, values)
    _refuse_too_far_out(outcome, held.size, quantile)

    def statistic(sample: Any, axis: int = -1) -> Any:
        return np.quantile(sample, quantile, axis=axis)

    return _interval((held,), statistic, level, seed, paired=False)


def quantile_difference(
    arm: ArrayLike,
    baseline: ArrayLike,
    quantile: float,
    level: float = 0.95,
    seed: int = 0,
    outcome: str = "outcome",
) -> ConfidenceInterval:
    """Quantile of the arm less that of the baseline; pairs of one seed are drawn together."""
    one = refuse_unusable(f"{outcome} of the arm", arm)
    other = refuse_unusable(f"{outcome} of the baseline", baseline)
    refuse_unpaired(outcome, one, other)
    _refuse_too_far_out(outcome, one.size, quantile)

    def statistic(a: Any, b: Any, axis: int = -1) -> Any:
        return np.quantile(a, quantile, axis=axis) - np.quantile(b, quantile, axis=axis)

    return _interval((one, other), statistic, level, seed, paired=True)


def _interval(
    samples: tuple[Any, ...], statistic: Any, level: float, seed: int, paired: bool
) -> ConfidenceInterval:
    drawn = scipy.stats.bootstrap(
        samples,
        statistic,
        paired=paired,
        n_resamples=_RESAMPLES,
        confidence_level=checked_level(level),
        method="percentile",
        rng=stream(seed, "bootstrap"),
    )
    ends = drawn.confidence_interval
    estimate = float(statistic(*samples))
    return ConfidenceInterval(estimate, float(ends.low), float(ends.high), level, samples[0].size)


def _refuse_too_far_out(outcome: str, count: int, quantile: float) -> None:
    if not 0 < quantile < 1:
        raise InputError([Problem("quantile", repr(quantile), "between 0 and 1, such as 0.99")])
    beyond = min(quantile, 1 - quantile)
    refuse_fewer(f"quantile {quantile:g} of {outcome}", count, int(np.ceil(_BEYOND / beyond)))
