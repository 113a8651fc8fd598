"""Stopping a comparison early without fooling oneself: fixed looks, and intervals that know of
them.

`decided` stops at the first look at which the difference is clear by its spending boundary. The
interval is then the one of stagewise ordering (Tsiatis, Rosner and Mehta, Biometrics 40 (1984)
797): a trial that stopped early and above counts as more extreme than any that went on, which
removes the bias that stopping at a good moment has. Unknown spread: each look's t statistic is
judged at its nominal level, and looks before count as a noncentral t passes them. `precise` stops
at the first look at which the t interval is narrow enough; when it stops depends on the spread and
hardly on the mean, so the interval stays as it is. How often either covers the truth is tested by
1,000 repeats.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from twin.analysis.statistics.guard import checked_level, refuse_fewer, refuse_unusable
from twin.analysis.statistics.intervals import mean_interval
from twin.analysis.statistics.spending import SPENDING, Walk, boundaries
from twin.errors import InputError, Problem, did_you_mean

Rule = Literal["decided", "precise"]
_LOOKS_MOST = 20
_FAR = 12.0


@dataclass(frozen=True)
class StoppingPlan:
    """When a comparison is looked at, and what ends it. Made by `planned_looks`."""

    pairs: tuple[int, ...]
    """Pairs of runs at each look; the last is the most that are run."""
    rule: Rule
    spending: str
    level: float
    half_width: float
    """What `precise` waits for; infinite under `decided`."""

    @property
    def shares(self) -> tuple[float, ...]:
        """Of all planned pairs, at each look."""
        return tuple(count / self.pairs[-1] for count in self.pairs)

    @property
    def limits(self) -> tuple[float, ...]:
        """Standard normal limits of each look under `decided`."""
        return boundaries(self.shares, self.spending, 1.0 - self.level)

    def look(self, differences: ArrayLike, outcome: str = "outcome") -> LookResult:
        """What the first so many differences say; their number must be one of the looks."""
        held = refuse_unusable(outcome, differences)
        if held.size not in self.pairs:
            planned = ", ".join(map(str, self.pairs))
            raise InputError([Problem(outcome, f"{held.size} pairs", f"a planned look: {planned}")])
        number = self.pairs.index(held.size)
        last = number == len(self.pairs) - 1
        if self.rule == "precise":
            return self._precise(held, number, last)
        return self._decided(held, number, last)

    def _precise(self, held: np.ndarray, number: int, last: bool) -> LookResult:
        plain = mean_interval(held, self.level)
        narrow = plain.half_width <= self.half_width
        return LookResult(
            number + 1, held.size, plain.estimate, plain.low, plain.high, narrow or last, narrow
        )

    def _decided(self, held: np.ndarray, number: int, last: bool) -> LookResult:
        trial = _Trial(self, number, held)
        low, high = trial.interval()
        clear = trial.clear
        return LookResult(number + 1, held.size, trial.mean, low, high, clear or last, clear)

    def run(self, differences: ArrayLike, outcome: str = "outcome") -> LookResult:
        """Look after look at a full list of differences, as they would have come in."""
        held = refuse_unusable(outcome, differences)
        refuse_fewer(outcome, held.size, self.pairs[-1])
        ends = (count for count in self.pairs if self._ends(held[:count]))
        return self.look(held[: next(ends, self.pairs[-1])], outcome)

    def _ends(self, held: np.ndarray) -> bool:
        """Whether what the rule waits for is there, without the interval."""
        if self.rule == "precise":
            return mean_interval(held, self.level).half_width <= self.half_width
        return _Trial(self, self.pairs.index(held.size), held).clear


@dataclass(frozen=True)
class LookResult:
    """What is known at one look."""

    look: int
    """From 1."""
    pairs: int
    mean: float
    low: float
    high: float
    stop: bool
    """Whether the comparison ends here."""
    reached: bool
    """Whether what the rule waits for is there; a stop without it has used up all planned pairs."""

    @property
    def half_width(self) -> float:
        """Half of what lies between the ends."""
        return (self.high - self.low) / 2

    def covers(self, truth: float) -> bool:
        """Whether a value lies inside, ends included."""
        return self.low <= truth <= self.high


class _Trial:
    """Differences seen at one look, asked how likely a true difference makes them."""

    def __init__(self, plan: StoppingPlan, number: int, held: np.ndarray) -> None:
        self.plan = plan
        self.number = number
        self.mean = float(held.mean())
        self.sd = float(held.std(ddof=1))
        self.error = self.sd / math.sqrt(held.size)
        self.freedom = held.size - 1

    @property
    def clear(self) -> bool:
        """Whether the difference from zero passes the limit of this look."""
        return bool(abs(self.standing(0.0)) >= self.plan.limits[self.number])

    def standing(self, truth: float) -> float:
        """The t statistic against a true difference, at its nominal level as a normal one."""
        if self.error == 0:
            return math.copysign(math.inf, self.mean - truth) if self.mean != truth else 0.0
        t = (self.mean - truth) / self.error
        return math.copysign(
            -float(scipy.special.ndtri(scipy.special.stdtr(self.freedom, -abs(t)))), t
        )

    def more_extreme(self, truth: float) -> float:
        """Probability, given a true difference, of a stop above at an earlier look or of more at
        this one.
        """
        shares = self.plan.shares
        share = shares[self.number]
        drift = truth * math.sqrt(self.plan.pairs[-1]) / self.sd
        walk = Walk(shares, tuple(self._edges(k, drift) for k in range(self.number)), drift)
        edge = drift * share + math.sqrt(share) * self.standing(truth)
        return walk.stopped_above + walk.beyond(edge)

    def _edges(self, look: int, drift: float) -> tuple[float, float]:
        """Between what a look before went on: limits of t that are passed as often as a noncentral
        t passes them, for the spread was an estimate of few pairs then.
        """
        share = self.plan.shares[look]
        freedom = self.plan.pairs[look] - 1
        limit = float(scipy.special.stdtrit(freedom, scipy.special.ndtr(self.plan.limits[look])))
        root = math.sqrt(share)
        above = -float(scipy.special.ndtri(_passes(limit, freedom, drift * root)))
        below = float(scipy.special.ndtri(_passes(limit, freedom, -drift * root)))
        low = drift * root + max(-_FAR, min(below, _FAR))
        return low * root, (drift * root + max(-_FAR, min(above, _FAR))) * root

    def interval(self) -> tuple[float, float]:
        """Both ends, at half the error each."""
        if self.sd == 0:
            return self.mean, self.mean
        tail = (1.0 - self.plan.level) / 2
        return self._solve(tail), self._solve(1.0 - tail)

    def _solve(self, wanted: float) -> float:
        reach = 4.0 * self.error
        while not self._between(reach, wanted):
            reach *= 2.0
        ends = (self.mean - reach, self.mean + reach)
        return float(
            scipy.optimize.brentq(
                lambda x: self.more_extreme(x) - wanted, *ends, xtol=1e-6 * self.error
            )
        )

    def _between(self, reach: float, wanted: float) -> bool:
        low = self.more_extreme(self.mean - reach)
        return low < wanted < self.more_extreme(self.mean + reach)


def _passes(limit: float, freedom: int, shift: float) -> float:
    """Probability that a noncentral t is above a limit: over all spreads that may be estimated."""
    spread, weight = _spreads(freedom)
    return float(weight @ scipy.special.ndtr(shift - limit * spread))


@lru_cache(maxsize=256)
def _spreads(freedom: int) -> tuple[np.ndarray, np.ndarray]:
    """Estimated over true standard deviations, and how likely they are: a chi distribution."""
    nodes, weights = np.polynomial.legendre.leggauss(160)
    most = 1.0 + 10.0 / math.sqrt(freedom)
    spread = most / 2 * (1.0 + nodes)
    density = scipy.stats.chi.pdf(spread * math.sqrt(freedom), freedom) * math.sqrt(freedom)
    return spread, density * weights * most / 2


def planned_looks(
    most: int,
    looks: int = 5,
    least: int = 10,
    rule: Rule = "decided",
    spending: str = "obrien_fleming",
    level: float = 0.95,
    half_width: float = math.inf,
) -> StoppingPlan:
    """A plan of equally spaced looks from `least` pairs to `most`.

    rule         `decided`: stop once zero is left out; `precise`: once the interval is narrow
    spending     `obrien_fleming` (early stops need overwhelming evidence) or `pocock`
    half_width   what `precise` waits for, in the unit of the outcome
    Raises InputError with every part of a plan that cannot be.
    """
    checked_level(level)
    wrong = _wrong(most, looks, least, rule, spending, half_width)
    if wrong:
        raise InputError(wrong)
    pairs = tuple(dict.fromkeys(int(n) for n in np.linspace(least, most, looks).round()))
    return StoppingPlan(pairs, rule, spending, level, half_width)


def _wrong(
    most: int, looks: int, least: int, rule: str, spending: str, half_width: float
) -> list[Problem]:
    waits = rule != "precise" or 0 < half_width < math.inf
    asked = (
        ("looks", looks, 1 <= looks <= _LOOKS_MOST, f"1 to {_LOOKS_MOST}"),
        ("least", least, least >= 5, "5 or more: fewer say nothing of the spread"),
        ("most", most, most >= least, f"{least} (the first look) or more"),
        ("rule", rule, rule in ("decided", "precise"), "decided or precise"),
        ("spending", spending, spending in SPENDING, ", ".join(SPENDING)),
        ("half_width", half_width, waits, "above zero and finite under `precise`"),
    )
    return [
        Problem(name, repr(value), allowed, _hint(name, value))
        for name, value, fits, allowed in asked
        if not fits
    ]


def _hint(name: str, value: object) -> str:
    return did_you_mean(str(value), SPENDING) if name == "spending" else ""
