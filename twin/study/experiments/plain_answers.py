"""What the table of a plain study answers: arms apart, points in their order, what chance does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from twin.analysis.figure_row import SAME_FRAC
from twin.analysis.made import FOLLOWS, counting
from twin.analysis.statistics import mean_interval, paired_difference
from twin.study.experiments.constraints import MEETS
from twin.study.experiments.reading import LINE, MADE, POINT, TURN, Reading, shared, way

LEVEL = 0.95
LEVELS_MAX = 12
"""Values up to which the ends of what varies are its lowest and highest; thirds beyond."""


def alike(one: float, other: float, size: float = 0.0) -> bool:
    """Whether two numbers differ by no more than rounding, beside a size they have."""
    return abs(one - other) <= SAME_FRAC * max(abs(one), abs(other), size)


@dataclass(frozen=True)
class ArmDifference:
    """One arm less the first, in one outcome, over draws that both met."""

    arm: str
    outcome: str
    mean: float
    first_mean: float
    difference: float
    low: float
    """Ends of the interval; NaN where one draw says nothing of chance."""
    high: float
    draws: int
    by_point: tuple[float, ...] = ()
    """The difference at every point, of which it is the mean."""
    made: float = 0.0
    """What the arm made with it, where less of it is better only if no less was made."""
    first_made: float = 0.0

    @property
    def same(self) -> bool:
        """Whether the arms differ by no more than rounding, in every draw and point."""
        most = max(map(abs, (self.difference, *self.by_point)))
        return alike(most, 0.0, max(abs(self.mean), abs(self.first_mean)))

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    @property
    def gains(self) -> bool | None:
        """Whether the arm is better; None where neither way is, or the gain does not count beside
        what was made.
        """
        gain = self.difference if way(self.outcome) == "more" else -self.difference
        counts = counting(gain, self.made, self.first_made)
        return counts > 0 if way(self.outcome) and counts else None

    @property
    def kept_back(self) -> bool:
        """Whether it is neither better nor worse because what was made differs."""
        return bool(way(self.outcome)) and not self.same and self.gains is None

    @property
    def change_frac(self) -> float:
        """The difference over the first arm's mean; NaN where that says nothing: it is 0, or the
        sign changes.
        """
        says = self.first_mean * self.mean > 0
        return self.difference / abs(self.first_mean) if says else math.nan

    @property
    def each_frac(self) -> float:
        """The change for each unit that was made; NaN where one made none."""
        says = self.made > 0 and self.first_made > 0
        return (1 + self.change_frac) * self.first_made / self.made - 1 if says else math.nan


def differences(read: Reading, outcome: str) -> list[ArmDifference]:
    """Every arm less the first; none where no point is done in all arms and replications.

    The intervals of several arms share their 5 % of error evenly, so that all hold together.
    """
    draws = read.draws(outcome)
    first = draws[read.arms[0]]
    level = shared(LEVEL, len(read.arms) - 1)
    others = read.arms[1:] if first.size else ()
    whole = read.whole(outcome)
    found = [_difference(arm, outcome, draws[arm], first, level) for arm in others]
    placed = [replace(one, by_point=_by_point(whole, read.arms[0], one.arm)) for one in found]
    if outcome in FOLLOWS:
        made = {arm: float(held.mean()) for arm, held in read.draws(MADE).items() if held.size}
        beside = made[read.arms[0]] if placed else 0.0
        placed = [replace(one, made=made[one.arm], first_made=beside) for one in placed]
    return [replace(one, difference=0.0) if one.same else one for one in placed]


def _by_point(whole: pd.DataFrame, first: str, arm: str) -> tuple[float, ...]:
    apart = whole[arm].to_numpy(dtype=float) - whole[first].to_numpy(dtype=float)
    return tuple(float(one) for one in apart.mean(axis=1))


def _difference(
    arm: str, outcome: str, held: np.ndarray, first: np.ndarray, level: float
) -> ArmDifference:
    ends = (math.nan, math.nan)
    if held.size > 1:
        pair = paired_difference(held, first, level, outcome)
        ends = (pair.low, pair.high)
    means = (float(held.mean()), float(first.mean()))
    return ArmDifference(arm, outcome, *means, float((held - first).mean()), *ends, held.size)


@dataclass(frozen=True)
class DrawSpread:
    """One outcome over draws."""

    outcome: str
    mean: float
    low: float
    """Ends of the mean's 95 % interval; NaN of one draw."""
    high: float
    p5: float
    median: float
    p95: float
    least: float
    most: float
    draws: int


def spread(read: Reading, outcome: str) -> DrawSpread | None:
    """How an outcome lies over draws; None where none is done."""
    held = read.draws(outcome)[""]
    if not held.size:
        return None
    ends = (math.nan, math.nan)
    if held.size > 1:
        around = mean_interval(held, LEVEL, outcome)
        ends = (around.low, around.high)
    p5, median, p95 = (float(one) for one in np.quantile(held, (0.05, 0.5, 0.95)))
    tails = (p5, median, p95, float(held.min()), float(held.max()))
    return DrawSpread(outcome, float(held.mean()), *ends, *tails, held.size)


def ranked(read: Reading, outcome: str) -> pd.DataFrame:
    """Points best first: the lowest first where neither way is better; within constraints first."""
    rising = way(outcome) != "more"
    return read.points.sort_values(
        [MEETS, outcome], ascending=[False, rising], kind="stable", ignore_index=True
    )


def runner_up(read: Reading, outcome: str, rows: pd.DataFrame) -> ArmDifference | None:
    """The best point less the next best over replications, which both met; None of one replication
    or a sample, whose points met others. The level is shared with all other points.
    """
    if read.sampled or read.found.plan.replications < 2 or len(rows) < 2:
        return None
    best, other = (_turns(read, outcome, rows.iloc[n]) for n in range(2))
    both = best.index.intersection(other.index)
    if len(both) < 2:
        return None
    held = (best[both].to_numpy(float), other[both].to_numpy(float))
    return _difference("", outcome, *held, shared(LEVEL, len(rows) - 1))


def _turns(read: Reading, outcome: str, row: pd.Series[Any]) -> pd.Series[Any]:
    own = read.done[POINT] == row[POINT]
    if read.arms:
        own &= read.done["arm"] == row["arm"]
    held: pd.Series[Any] = read.done[own].set_index(TURN)[outcome]
    return held


@dataclass(frozen=True)
class Swing:
    """The mean of an outcome at one end of what varies and at the other."""

    name: str
    at_low: float
    at_high: float
    low: str
    """What the ends are."""
    high: str

    @property
    def span(self) -> float:
        """From end to end."""
        return abs(self.at_high - self.at_low)


def swings(read: Reading, outcome: str) -> list[Swing]:
    """How far each thing that varies moves the mean of an outcome, the farthest first.

    Numbers of a few values: cases of the lowest and of the highest; of many: the lowest and highest
    third. Names (and arms): those with the lowest and the highest mean.
    """
    names = [*read.moved, *(["arm"] if read.arms else [])]
    found = [_swing(read, outcome, name) for name in names]
    return sorted(found, key=lambda one: (-one.span, one.name))


def is_number(held: pd.Series[Any]) -> bool:
    """Whether what varies is numbers, and not names or truths."""
    return pd.api.types.is_numeric_dtype(held) and not pd.api.types.is_bool_dtype(held)


def _swing(read: Reading, outcome: str, name: str) -> Swing:
    held = read.steady[name]
    values = read.steady[outcome]
    if name == "arm" or not is_number(held):
        means = values.groupby(held.astype(str)).mean()
        low, high = (str(means.idxmin()), str(means.idxmax()))
        return Swing(name, float(means[low]), float(means[high]), low, high)
    few = held.nunique() <= LEVELS_MAX
    low_end, high_end = held.quantile((0.0, 1.0) if few else (1 / 3, 2 / 3))
    ends = (float(values[held <= low_end].mean()), float(values[held >= high_end].mean()))
    signs = ("", "") if few else ("≤ ", "≥ ")
    low_name, high_name = (read.value(name, end) for end in (low_end, high_end))
    return Swing(name, *ends, f"{signs[0]}{low_name}", f"{signs[1]}{high_name}")


def mean_course(read: Reading, outcome: str, name: str, by: str = "") -> Mapping[str, pd.DataFrame]:
    """The outcome over a number that varies: by line, `mean` and where replications are several
    `low` and `high` of its 95 % interval.

    by   what lines are told apart by: `arm`, or another thing that varies; one line where empty
    """
    held = read.steady.assign(**{LINE: read.steady[by].astype(str) if by else outcome})
    return {
        str(line): pd.DataFrame([_mean_row(x, part[outcome]) for x, part in rows.groupby(name)])
        for line, rows in held.groupby(LINE, sort=False)
    }


def _mean_row(x: Any, values: pd.Series[Any]) -> dict[str, float]:
    held = values.to_numpy(dtype=float)
    if held.size < 2:
        return {"x": float(x), "mean": float(held.mean()), "low": math.nan, "high": math.nan}
    around = mean_interval(held, LEVEL)
    return {"x": float(x), "mean": around.estimate, "low": around.low, "high": around.high}
