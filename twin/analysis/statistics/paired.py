"""Two designs under the same seeds: what one gains over the other, seed by seed.

Common random numbers (Law and Kelton, Simulation Modeling and Analysis, 11.2): both arms meet the
same weather, requests and failures, so what they share leaves the difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import scipy
from numpy.typing import ArrayLike

from twin.analysis.statistics.guard import (
    Floats,
    checked_level,
    refuse_fewer,
    refuse_unpaired,
    refuse_unusable,
)
from twin.analysis.statistics.intervals import standard_error, t_factor


@dataclass(frozen=True)
class PairedDifference:
    """Arm less baseline over pairs of one seed each."""

    mean: float
    low: float
    high: float
    sd: float
    """Of the differences."""
    pairs: int
    level: float
    p_value: float
    """Two-sided, of no difference at all."""
    variance_ratio: float
    """Variance of the difference had the arms met other seeds, over what it is: as many times
    fewer runs the pairing needs. Infinite where all pairs differ by the same.
    """

    @property
    def half_width(self) -> float:
        """Half of what lies between the ends."""
        return (self.high - self.low) / 2

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def paired_difference(
    arm: ArrayLike, baseline: ArrayLike, level: float = 0.95, outcome: str = "outcome"
) -> PairedDifference:
    """Mean of arm less baseline with its t interval, and what the pairing was worth.

    arm, baseline   one value a seed, the same seeds in the same order
    Raises InputError for a non-finite value, arms of other lengths, or fewer than two pairs.
    """
    one = refuse_unusable(f"{outcome} of the arm", arm)
    other = refuse_unusable(f"{outcome} of the baseline", baseline)
    refuse_unpaired(outcome, one, other)
    return difference_of(one - other, one, other, checked_level(level), outcome)


def difference_of(
    differences: Floats, arm: Floats, baseline: Floats, level: float, outcome: str
) -> PairedDifference:
    """The answer from differences and what stood in each arm."""
    refuse_fewer(outcome, differences.size, 2)
    mean = float(differences.mean())
    error = standard_error(differences)
    reach = t_factor(differences.size, level) * error
    return PairedDifference(
        mean=mean,
        low=mean - reach,
        high=mean + reach,
        sd=float(differences.std(ddof=1)),
        pairs=differences.size,
        level=level,
        p_value=_p_value(mean, error, differences.size),
        variance_ratio=_variance_ratio(differences, arm, baseline),
    )


def _p_value(mean: float, error: float, pairs: int) -> float:
    if error == 0:
        return 1.0 if mean == 0 else 0.0
    return 2 * float(scipy.special.stdtr(pairs - 1, -abs(mean) / error))


def _variance_ratio(differences: Floats, arm: Floats, baseline: Floats) -> float:
    held = float(differences.var(ddof=1))
    apart = float(arm.var(ddof=1) + baseline.var(ddof=1))
    if held == 0:
        return math.nan if apart == 0 else math.inf
    return apart / held
