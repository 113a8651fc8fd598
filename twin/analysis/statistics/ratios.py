"""Outcomes that are ratios, such as PUE or joules a token: a ratio of means, never a mean of
ratios.

A day with few tokens must not weigh as much as a full one, so tops and bottoms are summed first.
One ratio has Fieller's interval, which is exact for normal means however uncertain the bottom; the
difference of two ratios over the same seeds has the delta method's, by pairing what each seed adds
to either ratio (Fieller 1954, J. R. Statist. Soc. B 16:175; Law and Kelton, 9.5 and 11.2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from twin.analysis.statistics.guard import (
    Floats,
    checked_level,
    refuse_fewer,
    refuse_unpaired,
    refuse_unusable,
)
from twin.analysis.statistics.intervals import t_factor
from twin.analysis.statistics.paired import PairedDifference, difference_of
from twin.errors import InputError, Problem


@dataclass(frozen=True)
class RatioEstimate:
    """A ratio of means with Fieller's interval.

    Both ends are infinite where the bottom cannot be told from zero: then any ratio is possible.
    """

    ratio: float
    low: float
    high: float
    level: float
    count: int

    def covers(self, truth: float) -> bool:
        """Whether a value lies inside, ends included."""
        return self.low <= truth <= self.high


def ratio_of_means(
    top: ArrayLike, bottom: ArrayLike, level: float = 0.95, outcome: str = "ratio"
) -> RatioEstimate:
    """Mean of the tops over mean of the bottoms, one of each a seed. Raises InputError as for pairs
    and for bottoms of mean zero.
    """
    tops, bottoms = _held(top, bottom, outcome)
    factor = t_factor(tops.size, checked_level(level)) ** 2 / tops.size
    spread = np.cov(tops, bottoms)
    means = (float(tops.mean()), float(bottoms.mean()))
    low, high = _fieller(means, factor * spread)
    return RatioEstimate(means[0] / means[1], low, high, level, tops.size)


def _fieller(means: tuple[float, float], spread: Floats) -> tuple[float, float]:
    """Ratios R at which top less R times bottom is within its own reach of zero."""
    top, bottom = means
    a = bottom**2 - spread[1, 1]
    b = top * bottom - spread[0, 1]
    c = top**2 - spread[0, 0]
    if a <= 0:
        return -math.inf, math.inf
    root = math.sqrt(max(b * b - a * c, 0.0))
    return (b - root) / a, (b + root) / a


def ratio_difference(
    arm: tuple[ArrayLike, ArrayLike],
    baseline: tuple[ArrayLike, ArrayLike],
    level: float = 0.95,
    outcome: str = "ratio",
) -> PairedDifference:
    """Ratio of means of the arm less that of the baseline, over pairs of one seed each.

    arm, baseline   (tops, bottoms)
    The interval is the delta method's on paired residuals: right for many pairs, and for bottoms
    that vary by less than a fifth from about ten on.
    """
    ours = _held(*arm, f"{outcome} of the arm")
    theirs = _held(*baseline, f"{outcome} of the baseline")
    refuse_unpaired(outcome, ours[0], theirs[0])
    one = influence(*ours)
    other = influence(*theirs)
    return difference_of(one - other, one, other, checked_level(level), outcome)


def influence(tops: Floats, bottoms: Floats) -> Floats:
    """Values whose mean is the ratio of means and whose spread is that of the ratio, seed by
    seed.
    """
    ratio = tops.mean() / bottoms.mean()
    found: Floats = ratio + (tops - ratio * bottoms) / bottoms.mean()
    return found


def _held(top: ArrayLike, bottom: ArrayLike, outcome: str) -> tuple[Floats, Floats]:
    tops = refuse_unusable(f"top of {outcome}", top)
    bottoms = refuse_unusable(f"bottom of {outcome}", bottom)
    refuse_unpaired(outcome, tops, bottoms)
    refuse_fewer(outcome, tops.size, 2)
    if bottoms.mean() == 0:
        raise InputError([Problem(outcome, "bottoms of mean 0", "what can be divided by")])
    return tops, bottoms
