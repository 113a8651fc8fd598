"""Designs against a baseline under the same seeds, stopped as soon as it is decided.

Every arm meets the same weather, requests and failures (common random numbers). Looks are planned
beforehand and intervals know of them; several arms share the error out evenly (Bonferroni), so that
all their intervals hold together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from twin.analysis.statistics import LookResult, StoppingPlan, planned_looks
from twin.analysis.statistics.sequential import Rule
from twin.cards import Shown
from twin.errors import InputError, Problem, did_you_mean
from twin.study.experiments.arm_trials import ArmAnswer, ArmTrials
from twin.study.experiments.case import OnFailure
from twin.study.experiments.evaluate import Tell
from twin.study.experiments.measure import Measure
from twin.study.experiments.outcome_words import less, less_between
from twin.study.experiments.question import Asked, Evaluation, Question, question


@dataclass(frozen=True, repr=False)
class DesignComparison(Shown):
    """Arms against a baseline in one outcome that decides, and others beside it."""

    outcome: str
    baseline: str
    better: str
    """`lower` or `higher`."""
    answers: tuple[ArmAnswer, ...]
    others: pd.DataFrame
    """Differences in all other outcomes: plain 95 % t intervals at the pairs that were run."""
    looks: pd.DataFrame
    """What was known at each look: `arm`, `pairs`, `difference`, `low`, `high`."""
    plan: StoppingPlan
    table: pd.DataFrame
    """Every case that was run."""
    left_out: tuple[str, ...] = field(default=())
    """Pairs that failed and were left out by choice."""

    @property
    def best_first(self) -> tuple[ArmAnswer, ...]:
        """Arms by what they gain, those that are decided before the others."""
        sign = 1.0 if self.better == "lower" else -1.0
        return tuple(sorted(self.answers, key=lambda one: (not one.decided, sign * one.difference)))

    def verdict(self) -> list[str]:
        """Which arm, by how much, in words; the best first."""
        return [self._verdict(one) for one in self.best_first]

    def _verdict(self, one: ArmAnswer) -> str:
        between = less_between(one.low, one.high, self.outcome)
        change = f"{less(one.difference, self.outcome)} ({100 * one.change_frac:+.2g} %)"
        runs = f"{one.pairs} pairs of runs"
        if one.low == one.high == 0.0:
            return f"{one.arm} and {self.baseline} do not differ in {self.outcome} in {runs}."
        if not one.decided:
            return (
                f"{one.arm} and {self.baseline} are not told apart in {self.outcome} by {runs}: "
                f"{change}, 95 % interval {between}."
            )
        gains = (one.difference < 0) == (self.better == "lower")
        word = "better" if gains else "worse"
        return (
            f"{one.arm} is {word} than {self.baseline}: {self.outcome} differs by {change}, 95 % "
            f"interval {between}, by {runs}."
        )


def compare_designs(
    asked: Asked,
    arms: Mapping[str, Mapping[str, Any]],
    outcome: str,
    *,
    better: str = "lower",
    baseline: str = "",
    others: Sequence[str] = (),
    most: int = 50,
    looks: int = 5,
    least: int = 10,
    rule: Rule = "decided",
    spending: str = "obrien_fleming",
    half_width: float = math.inf,
    level: float = 0.95,
    seed: int = 1,
    on_failure: OnFailure = "name",
    folder: str | Path | None = None,
    workers: int = 1,
    cluster: str = "",
    tell: Tell | None = None,
) -> DesignComparison:
    """Which of several designs is better, by how much, under the same seeds.

    asked      a scenario or layout file, a Scenario, or a function of the changes' names (and
               `seed`)
    arms       named alternatives, each a set of changes by path; `{}` changes nothing
    outcome    what decides: a name of the summary, or `top / bottom`, compared as ratios of means
    baseline   the arm that others are held against; the first if left out
    most, looks, least, rule, spending, half_width   see `twin.analysis.statistics.planned_looks`
    on_failure `name` (refuse, and name what failed), `rerun`, or `leave_out` its seed in every arm
    Raises InputError with every problem before the first run, and with every failed case after.
    """
    against, plan = compare_plan(
        arms,
        baseline,
        better,
        most=most,
        looks=looks,
        least=least,
        rule=rule,
        spending=spending,
        half_width=half_width,
        level=level,
    )
    place = Path(folder) if folder is not None else None
    how = Evaluation(place, workers, cluster, on_failure, tell)
    found = question(asked, arms=arms, how=how)
    measures = [Measure.read(text) for text in (outcome, *others)]
    return compare_of(found, measures, against, better, plan, seed)


def compare_plan(
    arms: Mapping[str, Mapping[str, Any]],
    baseline: str,
    better: str,
    *,
    level: float = 0.95,
    **looks: Any,
) -> tuple[str, StoppingPlan]:
    """The arm that others are held against, and when they are looked at.

    looks   as `twin.analysis.statistics.planned_looks` takes them
    Raises InputError with everything that cannot be.
    """
    against = _baseline(arms, baseline, better)
    return against, planned_looks(level=_shared_level(level, max(1, len(arms) - 1)), **looks)


def compare_of(
    asked: Question,
    measures: Sequence[Measure],
    baseline: str,
    better: str,
    plan: StoppingPlan,
    seed: int,
) -> DesignComparison:
    """The same of a question that was read; the first measure decides."""
    trial = ArmTrials(asked, measures, baseline, seed)
    seen: list[dict[str, Any]] = []
    results: dict[str, LookResult] = {}
    for count in plan.pairs:
        trial.reach(count)
        # An arm that was decided is not looked at again: its interval knows of the looks it had.
        again = [arm for arm in trial.others if arm not in results or not results[arm].stop]
        found = {arm: plan.look(trial.differences(arm), str(measures[0])) for arm in again}
        seen += [_look_row(arm, one) for arm, one in found.items()]
        results |= found
        if all(one.stop for one in results.values()):
            break
    return DesignComparison(
        outcome=str(measures[0]),
        baseline=baseline,
        better=better,
        answers=tuple(trial.answer(arm, one) for arm, one in results.items()),
        others=pd.DataFrame([trial.beside(arm, m) for arm in results for m in measures[1:]]),
        looks=pd.DataFrame(seen),
        plan=plan,
        table=trial.table,
        left_out=tuple(trial.left_out),
    )


def _look_row(arm: str, one: LookResult) -> dict[str, Any]:
    told = {"arm": arm, "pairs": one.pairs, "difference": one.mean}
    return told | {"low": one.low, "high": one.high}


def _shared_level(level: float, arms: int) -> float:
    return 1.0 - (1.0 - level) / arms


def _baseline(arms: Mapping[str, Any], baseline: str, better: str) -> str:
    """The arm to hold others against. Raises InputError with all that is wrong with them."""
    problems = []
    if len(arms) < 2:
        found = "one arm" if arms else "no arm"
        problems.append(Problem("arms", found, "two or more, the baseline first"))
    if baseline and baseline not in arms:
        hint = did_you_mean(baseline, arms)
        problems.append(Problem("baseline", repr(baseline), ", ".join(arms), hint))
    if better not in ("lower", "higher"):
        problems.append(Problem("better", repr(better), "lower or higher"))
    if problems:
        raise InputError(problems)
    return baseline or next(iter(arms))
