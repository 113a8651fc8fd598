"""How far chance reaches in a mean: independent runs, and one long run cut into batches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from twin.analysis.statistics.guard import Floats, checked_level, refuse_fewer, refuse_unusable


@dataclass(frozen=True)
class ConfidenceInterval:
    """An estimate and the interval that covers the truth in `level` of all repeats."""

    estimate: float
    low: float
    high: float
    level: float
    count: int
    """Independent values it rests on."""

    @property
    def half_width(self) -> float:
        """Half of what lies between the ends."""
        return (self.high - self.low) / 2

    def covers(self, truth: float) -> bool:
        """Whether a value lies inside, ends included."""
        return self.low <= truth <= self.high


def t_factor(count: int, level: float) -> float:
    """Standard errors on either side of a mean of `count` independent values (Student)."""
    return float(scipy.special.stdtrit(count - 1, (1 + level) / 2))


def mean_interval(
    values: ArrayLike, level: float = 0.95, outcome: str = "outcome"
) -> ConfidenceInterval:
    """The mean of independent runs with its t interval. Raises InputError for a non-finite value or
    fewer than two.
    """
    held = refuse_unusable(outcome, values)
    refuse_fewer(outcome, held.size, 2)
    mean = float(held.mean())
    reach = t_factor(held.size, checked_level(level)) * standard_error(held)
    return ConfidenceInterval(mean, mean - reach, mean + reach, level, held.size)


def standard_error(values: Floats) -> float:
    """Of the mean of independent values."""
    return float(values.std(ddof=1)) / math.sqrt(values.size)


def batch_means(
    series: ArrayLike, batches: int = 20, level: float = 0.95, outcome: str = "outcome"
) -> ConfidenceInterval:
    """The mean of one long run whose values hang together, from the means of equal batches.

    What is left over past the last whole batch is not used. Batches must be long beside the time
    over which values remember one another (Law and Kelton, Simulation Modeling and Analysis, 9.5).
    Remove the warm-up first.
    """
    held = refuse_unusable(outcome, series)
    refuse_fewer(outcome, held.size, 2 * batches)
    length = held.size // batches
    means = held[: batches * length].reshape(batches, length).mean(axis=1)
    return mean_interval(np.asarray(means), level, outcome)
