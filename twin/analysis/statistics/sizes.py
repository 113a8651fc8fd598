"""How many pairs of runs a comparison needs, and what a given number can tell apart.

n = (z_a/2 + z_b)^2 s_d^2 / delta^2, the normal approximation, and the number that a paired t test
needs by its own distribution, which is a few more (noncentral t).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import scipy

from twin.analysis.statistics.guard import checked_level
from twin.analysis.statistics.intervals import t_factor
from twin.errors import InputError, Problem

_MOST_PAIRS = 100_000_000


@dataclass(frozen=True)
class TrialSize:
    """Pairs of runs that a comparison needs."""

    pairs: int
    """By the t test's own power."""
    pairs_normal: float
    """By the normal formula, before rounding up."""
    sd: float
    """Of a difference."""
    delta: float
    """The difference to be seen."""
    level: float
    power: float


def needed_pairs(sd: float, delta: float, level: float = 0.95, power: float = 0.8) -> TrialSize:
    """Pairs after which a true difference `delta` is seen with probability `power` by an interval
    of `level`.

    sd   of the differences between paired runs, from a pilot
    Raises InputError for what cannot be.
    """
    _check(sd, delta, level, power)
    normal = (_reach(level, power) * sd / delta) ** 2
    if normal > _MOST_PAIRS:
        found = f"a difference of {abs(delta):g} among differences that vary by {sd:g}"
        hint = "rare events need a conditional method or an analytic model, not more runs"
        allowed = f"one that {_MOST_PAIRS:,} pairs can tell"
        raise InputError([Problem("delta", found, allowed, hint)])
    pairs = max(2, math.ceil(normal))
    while power_of(sd, delta, pairs, level) < power:
        pairs += max(1, pairs // 1000)
    return TrialSize(pairs, normal, sd, abs(delta), level, power)


def detectable_difference(
    sd: float, pairs: float, level: float = 0.95, power: float = 0.8
) -> float:
    """The smallest difference that so many pairs see with probability `power`: the inverse of the
    normal formula.
    """
    _check(sd, 1.0, level, power)
    if pairs < 2:
        raise InputError([Problem("pairs", repr(pairs), "at least 2")])
    return _reach(level, power) * sd / math.sqrt(pairs)


def power_of(sd: float, delta: float, pairs: int, level: float = 0.95) -> float:
    """Probability that a paired t test of so many pairs sees a true difference."""
    _check(sd, delta, level, 0.8)
    if sd == 0:
        return 1.0
    limit = t_factor(pairs, level)
    shift = abs(delta) * math.sqrt(pairs) / sd
    if shift > 30 + limit:
        return 1.0
    return float(
        scipy.stats.nct.sf(limit, pairs - 1, shift) + scipy.stats.nct.cdf(-limit, pairs - 1, shift)
    )


def _reach(level: float, power: float) -> float:
    return float(scipy.special.ndtri((1 + level) / 2) + scipy.special.ndtri(power))


def _check(sd: float, delta: float, level: float, power: float) -> None:
    checked_level(level)
    asked = (
        ("sd", sd, sd >= 0 and math.isfinite(sd), "zero or more, and finite"),
        ("delta", delta, delta != 0 and math.isfinite(delta), "finite and not zero"),
        ("power", power, 0.5 <= power < 1, "from 0.5 to below 1, such as 0.8"),
    )
    wrong = [
        Problem(name, repr(value), allowed) for name, value, fits, allowed in asked if not fits
    ]
    if wrong:
        raise InputError(wrong)
