"""What a method asks: a subject, what varies in it, and how its runs are carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from twin.errors import InputError
from twin.scenario import Scenario
from twin.scenario.yaml.document import Document, unwritten
from twin.scenario.yaml.validate import build_model
from twin.study.experiments.case import Case, OnFailure
from twin.study.experiments.design import Point
from twin.study.experiments.distributions import OneOf, Spread
from twin.study.experiments.evaluate import Tell, evaluate
from twin.study.experiments.plan import StudyPlan
from twin.study.experiments.points import Points
from twin.study.experiments.scenario_subject import ScenarioSubject
from twin.study.experiments.subject import Function, FunctionSubject, Subject
from twin.study.experiments.table import table
from twin.study.experiments.whole_keys import whole_keys

Asked = str | Path | Scenario | Function
"""A scenario or layout file, a Scenario, or a function of the varied values."""


@dataclass(frozen=True)
class Evaluation:
    """How the runs of a method are carried out."""

    folder: Path | None = None
    """Where answers are kept as they come, so that a killed study goes on."""
    workers: int = 1
    cluster: str = ""
    on_failure: OnFailure = "name"
    tell: Tell | None = None


@dataclass(frozen=True)
class ArmFunction(FunctionSubject):
    """A function of named values, called with those that an arm changes."""

    arms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def _asked(self, case: Case) -> Case:
        return Case({**self.arms[case.arm], **case.values}, case.seed)

    def keyed(self, cases: Sequence[Case]) -> list[str]:
        """As of the function alone: arms that change the same have the same answers."""
        return super().keyed([self._asked(case) for case in cases])

    def outcomes(self, case: Case) -> Mapping[str, float]:
        """What the function gives with the arm's values."""
        return super().outcomes(self._asked(case))


@dataclass(frozen=True)
class Question:
    """A subject with what varies in it."""

    subject: Subject
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    arms: tuple[str, ...] = ()
    how: Evaluation = Evaluation()

    def points(self, shares: np.ndarray) -> list[Point]:
        """Points of the space of what varies, from numbers between 0 and 1: one row a point."""
        columns = [spread.at(shares[:, n]) for n, spread in enumerate(self.spreads.values())]
        rows = zip(*columns, strict=True)
        return [dict(zip(self.spreads, row, strict=True)) for row in rows]

    def answer(
        self, points: Sequence[Point], seeds: Sequence[int], outcomes: Sequence[str]
    ) -> pd.DataFrame:
        """One row a point and seed, the seeds of a point one after another; failed ones marked."""
        cases = [Case(point, seed) for point in points for seed in seeds]
        return self.run(cases, outcomes)

    def run(self, cases: Sequence[Case], outcomes: Sequence[str]) -> pd.DataFrame:
        """The table of these cases, none left out: what a method does without it decides itself."""
        kept = "name" if self.how.on_failure == "leave_out" else self.how.on_failure
        subject = self.subject
        if isinstance(subject, ScenarioSubject):
            subject = subject.wanting(outcomes)
        answers = evaluate(
            cases,
            subject,
            outcomes=outcomes,
            on_failure=kept,
            workers=self.how.workers,
            cluster=self.how.cluster,
            folder=self.how.folder,
            tell=self.how.tell,
        )
        return table(cases, answers, outcomes, kept)


def question(
    asked: Asked,
    vary: Mapping[str, Any] | None = None,
    arms: Mapping[str, Mapping[str, Any]] | None = None,
    how: Evaluation | None = None,
) -> Question:
    """A question as Python asks it, ranges and changes in the words of a study file.

    Raises InputError with every problem of what varies.
    """
    told = {"name": "study", "vary": dict(vary or {}), "arms": dict(arms or {})}
    document = replace(unwritten(told, "twin.study", {(): "twin.study"}), changed={})
    plan = build_model(document, StudyPlan)
    return question_of(asked, plan, document, how)


def question_of(
    asked: Asked, plan: StudyPlan, document: Document, how: Evaluation | None = None
) -> Question:
    """A question from a plan that was read."""
    # A design that samples asks a distribution of everything that varies, as all methods do.
    sampled = plan.model_copy(update={"method": "latin_hypercube"})
    points = Points(sampled, document, () if callable(asked) else whole_keys(plan, asked))
    if points.problems:
        raise InputError(points.problems)
    axes = {name: axis for name, axis in points.axes.items() if axis is not None}
    spreads = {name: axis.spread for name, axis in axes.items() if axis.spread is not None}
    units = {name: axis.place.unit for name, axis in axes.items()}
    if callable(asked):
        subject: Subject = ArmFunction(asked, plan.arms) if plan.arms else FunctionSubject(asked)
    else:
        places = {name: axis.place for name, axis in axes.items()}
        subject = ScenarioSubject(asked, places, plan.arms)
    return Question(subject, spreads, units, tuple(plan.arms), how or Evaluation())


def seeds_from(first: int, count: int) -> tuple[int, ...]:
    """So many seeds in a row."""
    return tuple(range(first, first + count))


def case_names(table: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """The cases of a table as a reader knows them: `case 12 (supply 18, chillers 2)`."""
    rows: Any = table.to_dict("records")
    return [_case_name(row, names) for row in rows]


def _case_name(row: Mapping[str, Any], names: Sequence[str]) -> str:
    told = ", ".join(f"{name} {_short(row[name])}" for name in names if name in row)
    return f"case {row['case']} ({told})" if told else f"case {row['case']}"


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def levels_of(spread: Spread) -> Sequence[Any] | None:
    """The values of what takes one of some; None for a distribution of real numbers."""
    return spread.values if isinstance(spread, OneOf) else None
