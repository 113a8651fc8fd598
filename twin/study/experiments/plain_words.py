"""What a plain study says first, in words: one sentence decides, the others stand beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from twin.analysis.made import FOLLOWS, compared
from twin.quantities import figures
from twin.study.experiments.constraints import MEETS, nobody_meets
from twin.study.experiments.outcome_words import apart, between, less, less_between, precise
from twin.study.experiments.plain_answers import (
    ArmDifference,
    alike,
    differences,
    ranked,
    runner_up,
    spread,
    swings,
)
from twin.study.experiments.reading import MADE, Reading, listed, way

NOTHING = "No run of the study was done."
NO_NUMBER = "The runs are done, and have no number in common to look at."


def kind(read: Reading) -> str:
    """What a plain study asks: `arms` held against the first, `chance` (what is likely), or the
    best of `points`.
    """
    if read.arms:
        return "arms"
    return "chance" if read.sampled or not read.moved else "points"


def told(read: Reading) -> list[str]:
    """Sentences; the first decides."""
    if not read.found.done:
        return [NOTHING]
    never = nobody_meets(read.found.table, read.found.constraints)
    outright = [one[0].upper() + one[1:] + "." for one in never]
    answer = {"arms": _of_arms, "chance": _of_chance, "points": _of_points}[kind(read)]
    return [*outright, *answer(read), *_within(read)] or [NO_NUMBER]


def _of_arms(read: Reading) -> Iterator[str]:
    said: set[str] = set()
    answers = [differences(read, outcome) for outcome in read.leads]
    for outcome, found in zip(read.leads, answers, strict=True):
        if not found:
            yield f"No point is done in every arm, so {outcome} of arms cannot be held together."
            continue
        for one in best_first(found):
            yield listed([_arm(read, one), _arm_made(read, one) if one.arm not in said else ""])
            said |= {one.arm} if one.kept_back else set()
    if any(one.draws == 1 for found in answers for one in found):
        chance = "One seed does not say how far chance reaches"
        yield f"{chance}; a study that states replications runs more."
    if read.moved and read.leads:
        yield _extremes(read, read.leads[0])


def best_first(found: list[ArmDifference]) -> list[ArmDifference]:
    """Arms by what they gain, the better before those that are neither, and these before the worse;
    by how far apart where neither way is better.
    """
    sign = {"more": -1.0, "less": 1.0}.get(way(found[0].outcome))
    if sign is None:
        return sorted(found, key=lambda one: -abs(one.difference))
    place = {True: 0, None: 1, False: 2}
    return sorted(
        found, key=lambda one: (1 if one.same else place[one.gains], sign * one.difference)
    )


def _arm(read: Reading, one: ArmDifference) -> str:
    first = read.arms[0]
    if one.same:
        mean = precise(one.mean, one.outcome)
        return f"{one.arm} and {first} do not differ in {one.outcome}: {mean}."
    verb = {True: "is better than", False: "is worse than", None: "differs from"}[one.gains]
    sure = one.decided or math.isnan(one.low)
    told = f"{one.arm} {verb} {first}" if sure else f"{one.arm} and {first} are not told apart"
    parts = [_change(one), *_each(read, one), *_reach(read, one)]
    return f"{told} in {one.outcome}: {', '.join(parts)}."


def _arm_made(read: Reading, one: ArmDifference) -> str:
    """Why an amount is not called better or worse; nothing where it is, or could not be."""
    made = read.found.made
    if not made or not one.kept_back:
        return ""
    return made.said((one.arm, one.made), (read.arms[0], one.first_made)) + "."


def _each(read: Reading, one: ArmDifference) -> Iterator[str]:
    """How an amount that is not called better or worse changes for each unit that was made."""
    made = read.found.made
    if not made or not one.kept_back or one.outcome.endswith("_w"):
        return
    if math.isfinite(one.each_frac):
        many = "more" if one.each_frac > 0 else "less"
        yield f"{figures(100 * abs(one.each_frac), 2)} % {many} for {made.unit}"


def _change(one: ArmDifference) -> str:
    change = f"{'+' if one.difference > 0 else ''}{less(one.difference, one.outcome)}"
    if not math.isfinite(one.change_frac):
        return change
    percent = 100 * one.change_frac
    return f"{change} ({percent:+.2f} %)" if abs(percent) < 10 else f"{change} ({percent:+.0f} %)"


def _reach(read: Reading, one: ArmDifference) -> Iterator[str]:
    """How far chance reaches, and how far points lie apart."""
    if math.isfinite(one.low):
        yield f"95 % interval {less_between(one.low, one.high, one.outcome)}"
        yield f"over {one.draws:,} {'points' if read.sampled else 'seeds'} that both met"
    if len(one.by_point) > 1 and not read.sampled:
        ends = less_between(min(one.by_point), max(one.by_point), one.outcome)
        yield f"from point to point {ends}"


def _of_points(read: Reading) -> Iterator[str]:
    for outcome in read.leads:
        yield _extremes(read, outcome)


def _extremes(read: Reading, outcome: str) -> str:
    rows = ranked(read, outcome)
    least = float(rows[outcome].min())
    if alike(least, float(rows[outcome].max())):
        level = precise(least, outcome)
        return f"Nothing that varies here moves {outcome}: {level} {_everywhere(read)}."
    words = {"more": ("highest", "lowest"), "less": ("lowest", "highest")}
    best, worst = words.get(way(outcome), ("lowest", "highest"))
    within = rows[rows[MEETS]]
    able = within if len(within) else rows
    of = f"of {len(rows):,} points" if len(able) == len(rows) else f"of {len(able):,} that may be"
    ends = apart(float(able.iloc[0][outcome]), float(able.iloc[-1][outcome]), outcome)
    says = f"{outcome} is {best} at {_where(read, outcome, able)}: {ends[0]}, "
    says += f"and {worst} at {_where(read, outcome, able, -1)}: {ends[1]} ({of})."
    return listed([says, *_lowest_made(read, outcome, able), _how_sure(read, outcome, able)])


def _lowest_made(read: Reading, outcome: str, rows: pd.DataFrame) -> Iterator[str]:
    """That the lowest of an amount made less than others, and where it is lowest of those that made
    the most.
    """
    made = read.found.made
    amounts = [float(one) for one in rows[MADE]]
    most = max(amounts)
    if not made or outcome not in FOLLOWS or not compared(amounts[0], most):
        return
    full = rows[[not compared(one, most) for one in amounts]]
    low, best = (read.at(_row(one.iloc[0])) for one in (rows, full))
    told = made.said((low, amounts[0]), (best, float(full.iloc[0][MADE])))
    level = precise(float(full.iloc[0][outcome]), outcome)
    yield f"{told}. Of those that made the most, {best} has the lowest {outcome}: {level}."


def _everywhere(read: Reading) -> str:
    """At which points, and what took one value at those although others were asked."""
    if not (read.found.table["status"] != "done").any():
        return "at every point"
    asked = read.found.table
    stuck = [n for n in read.found.plan.vary if n in asked and asked[n].nunique() > 1]
    stuck = [name for name in stuck if name not in read.moved]
    told = [f"{name} took one value, {read.done[name].iloc[0]}, at those" for name in stuck]
    return "; ".join(["at every point that was done", *told])


def _where(read: Reading, outcome: str, rows: pd.DataFrame, end: int = 0) -> str:
    """The point at an end, and how many others are alike."""
    value = float(rows.iloc[end][outcome])
    others = sum(alike(float(one), value) for one in rows[outcome]) - 1
    also = f" (and {others:,} alike)" if others else ""
    return f"{read.at(_row(rows.iloc[end]))}{also}"


def _row(row: pd.Series[Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _how_sure(read: Reading, outcome: str, rows: pd.DataFrame) -> str:
    found = runner_up(read, outcome, rows)
    if found is None:
        return ""
    other = read.at(_row(rows.iloc[1]))
    told = "told" if found.decided else "not told"
    return (
        f"By {found.draws:,} seeds the next, {other}, is {told} apart from the first: "
        f"{less_between(found.low, found.high, outcome)}."
    )


def _of_chance(read: Reading) -> Iterator[str]:
    for outcome in read.leads:
        found = spread(read, outcome)
        if found is None:
            yield f"{outcome}: no point is done in all its replications."
        elif found.draws == 1:
            yield f"{outcome} is {precise(found.mean, outcome)} in the one run."
        elif alike(found.least, found.most):
            yield f"{outcome} is {precise(found.mean, outcome)} in all {found.draws:,} draws."
        else:
            yield (
                f"{outcome} is {precise(found.mean, outcome)} on average (95 % interval "
                f"{between(found.low, found.high, outcome)}) over {found.draws:,} draws; nine in "
                f"ten lie between {precise(found.p5, outcome)} and {precise(found.p95, outcome)}."
            )
    if read.moved:
        yield from _moves(read)


def _moves(read: Reading) -> Iterator[str]:
    lead = read.leads[0]
    first = swings(read, lead)[0]
    yield (
        f"{first.name} moves {lead} most: {precise(first.at_low, lead)} on average at "
        f"{first.low}, {precise(first.at_high, lead)} at {first.high}."
    )


def _within(read: Reading) -> Iterator[str]:
    if MEETS not in read.found.table:
        return
    limits = " and ".join(one.text for one in read.found.constraints)
    met = int(read.points[MEETS].sum())
    if met:
        what = "points and arms" if read.arms else "points"
        yield f"{met:,} of {len(read.points):,} {what} meet {limits} in all their runs."
