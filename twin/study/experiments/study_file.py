"""A study file read: its plan, its subject and its cases, or every problem at its line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from twin.errors import InputError, Problem
from twin.scenario import Scenario
from twin.scenario.schema.change import with_nearest_part
from twin.scenario.yaml.document import Document, read, unwritten
from twin.scenario.yaml.validate import build_model
from twin.study.experiments.case import Case
from twin.study.experiments.constraints import Constraint
from twin.study.experiments.plan import StudyPlan
from twin.study.experiments.points import Points
from twin.study.experiments.scenario_subject import ScenarioSubject
from twin.study.experiments.subject import Function, FunctionSubject, Subject
from twin.study.experiments.whole_keys import whole_keys

PROBLEMS_MAX = 50
"""Problems of cases that are listed."""
VALUES_MAX = 4
"""Values of one path that are told one by one: a bad end of a range is told twice, not by draw."""


@dataclass(frozen=True)
class AskedStudy:
    """A study, ready to be evaluated."""

    plan: StudyPlan
    subject: Subject
    cases: tuple[Case, ...]
    keys: tuple[str, ...]
    """Of the cases, by which their answers are kept."""
    units: Mapping[str, str]
    """Units of what varies, by name."""
    constraints: tuple[Constraint, ...] = ()
    """Those on outcomes."""
    document: Document | None = None
    """The file that asks it."""

    def at_its_lines(self, error: InputError) -> InputError:
        """The same with problems of outcomes at the lines that name them."""
        if self.document is None:
            return error
        return InputError([self._placed(one, self.document) for one in error.problems])

    def _placed(self, one: Problem, document: Document) -> Problem:
        if one.where != "outcomes" or one.file:
            return one
        named = [repr(name) for name in self.plan.outcomes]
        if one.found in named:
            loc: tuple[str | int, ...] = ("outcomes", named.index(one.found))
        else:
            bounds = [c.text for c in self.constraints if one.found in map(repr, c.names)]
            if not bounds:
                return one
            loc = ("constraints", self.plan.constraints.index(bounds[0]))
        return document.problem(loc, one.found, one.allowed, one.hint)

    @property
    def wanted(self) -> tuple[str, ...]:
        """Outcomes that the table has: those kept, and those that constraints bound; all where the
        study names none to keep.
        """
        if not self.plan.outcomes:
            return ()
        named = (name for one in self.constraints for name in one.names)
        bounds = [name for name in named if name not in self.plan.vary]
        return tuple(dict.fromkeys([*self.plan.outcomes, *bounds]))


def read_study(path: str | Path) -> AskedStudy:
    """The study in a file; every case's scenario is validated.

    Raises InputError with every problem of the file, and of the scenarios it makes.
    """
    document = read(Path(path))
    plan = build_model(document, StudyPlan)
    return _asked(plan, document, scenario_of(plan, document))


def scenario_of(plan: StudyPlan, document: Document) -> Path:
    """The scenario file that a study names. Raises InputError where it names none, or a study."""
    allowed = "a scenario or layout file, such as ../first_factory.yaml"
    if plan.scenario is None:
        raise InputError([document.problem(("scenario",), "nothing", allowed)])
    path = document.resolve(plan.scenario, ("scenario",))
    if path.is_file() and is_study(read(path).data):
        raise InputError([document.problem(("scenario",), f"{plan.scenario}, a study", allowed)])
    return path


def is_study(data: Any) -> bool:
    """Whether a file's content is a study, and no scenario."""
    keys = data.keys() if isinstance(data, dict) else ()
    return "scenario" in keys and "layout" not in keys


def study_of(
    asked: str | Path | Scenario | Function, plan: Mapping[str, Any], by: str = "twin.study"
) -> AskedStudy:
    """The study that Python, or whoever `by` names, describes in the words of a study file. Raises
    as `read_study`.
    """
    document = unwritten(dict(plan), by, {(): by})
    document = replace(document, changed={})
    built = build_model(document, StudyPlan)
    if callable(asked):
        return _placed(built, document, lambda points: FunctionSubject(asked))
    return _asked(built, document, asked)


def _asked(plan: StudyPlan, document: Document, asked: str | Path | Scenario) -> AskedStudy:
    def subject(points: Points) -> Subject:
        places = {name: axis.place for name, axis in points.axes.items() if axis is not None}
        return ScenarioSubject(asked, places, plan.arms, _named(plan, points))

    return _placed(plan, document, subject, whole_keys(plan, asked))


def _named(plan: StudyPlan, points: Points) -> tuple[str, ...]:
    """Outcomes that a study names."""
    bounds = [name for one in points.on_outcomes for name in one.names]
    return tuple(name for name in (*plan.outcomes, *bounds) if name not in plan.vary)


def _placed(
    plan: StudyPlan, document: Document, make: Any, whole: Collection[str] = ()
) -> AskedStudy:
    points = Points(plan, document, whole)
    subject = make(points)
    try:
        cases = points.cases()
        keys = subject.keyed(cases)
    except InputError as error:
        more = _of_paths(subject, points) if points.problems else []
        raise InputError(_at_lines([*error.problems, *more], plan, document)) from error
    units = {name: axis.place.unit for name, axis in points.axes.items() if axis is not None}
    return AskedStudy(plan, subject, tuple(cases), tuple(keys), units, points.on_outcomes, document)


def _of_paths(subject: Subject, points: Points) -> Sequence[Problem]:
    """What is wrong with the paths and first values of what else varies, where there are no
    points.
    """
    plan = points.plan
    first = {name: axis.levels[0] for name, axis in points.axes.items() if axis and axis.levels}
    try:
        subject.keyed([Case(first, plan.seed, arm) for arm in plan.arms or ("",)])
    except InputError as error:
        return error.problems
    return []


def _at_lines(found: Iterable[Problem], plan: StudyPlan, document: Document) -> list[Problem]:
    """Problems of changes, placed at the lines of the study file that make them."""
    problems = [at_line(one, plan, document) for one in _few(found)]
    if len(problems) <= PROBLEMS_MAX:
        return problems
    more = f"{len(problems) - PROBLEMS_MAX:,} more problems"
    rest = Problem("", more, "a study without any", "these are not listed", str(document.path))
    return [*problems[:PROBLEMS_MAX], rest]


def _few(found: Iterable[Problem]) -> Iterator[Problem]:
    """Problems; of many values at one path the first, and how many more there are."""
    paths: dict[tuple[str, str], list[Problem]] = {}
    for one in found:
        paths.setdefault((one.file, one.where), []).append(one)
    for first, *others in paths.values():
        yield first
        if len(others) < VALUES_MAX:
            yield from others
        else:
            yield replace(first, found=f"{len(others):,} more values that are none")


def at_line(one: Problem, plan: StudyPlan, document: Document) -> Problem:
    """A problem of a change, at the line of the study file that makes it; any other as it is."""
    if one.file not in ("--set", "with_"):
        return one
    loc = _loc(one.where, plan)
    if not loc:
        return replace(one, file=str(document.path))
    line, column = document.place(loc)
    (one,) = with_nearest_part([one])
    where = one.where if str(loc[-1]) == one.where else f"{loc[-1]} ({one.where})"
    return replace(one, where=where, file=str(document.path), line=line, column=column)


def _loc(where: str, plan: StudyPlan) -> tuple[str | int, ...]:
    """Where a study makes the change of a path."""
    for name, varied in plan.vary.items():
        if (varied.path or name) == where:
            return ("vary", name)
    for arm, changes in plan.arms.items():
        if where in changes:
            return ("arms", arm, where)
    return ()
