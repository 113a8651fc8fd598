"""A study file whose method asks more than a table: what moves it, which design, what is best."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from twin.errors import InputError, Problem
from twin.scenario.yaml.document import Document, read
from twin.scenario.yaml.validate import build_model
from twin.study.experiments.compare_designs import compare_of, compare_plan
from twin.study.experiments.measure import Limit, Measure
from twin.study.experiments.method_plan import CompareKeys, MethodPlan
from twin.study.experiments.optimise import optimise_of
from twin.study.experiments.question import Evaluation, Question, question_of, seeds_from
from twin.study.experiments.search import Goal, searcher
from twin.study.experiments.sensitivity import sensitivity_of
from twin.study.experiments.study_file import at_line, scenario_of
from twin.study.experiments.study_pages import Found


def read_method(path: str | Path) -> tuple[MethodPlan, Document, Path]:
    """The plan in a file, its document, and the scenario file that it names.

    Raises InputError with every problem of the file.
    """
    document = read(Path(path))
    plan = build_model(document, MethodPlan)
    scenario = scenario_of(plan, document)
    if not plan.outcomes and plan.method != "optimise":
        allowed = "at least one outcome, such as [pue]; the first decides"
        raise InputError([document.problem(("outcomes",), "nothing", allowed)])
    if plan.method == "optimise" and plan.optimise is None:
        allowed = "a section with goals, such as {goals: {pue: minimise}}"
        raise InputError([document.problem(("optimise",), "nothing", allowed)])
    return plan, document, scenario


def run_method(path: str | Path, how: Evaluation | None = None) -> tuple[MethodPlan, Found]:
    """What a study file with one of these methods finds. Raises as its method does."""
    plan, document, scenario = read_method(path)
    how = replace(how or Evaluation(), on_failure=plan.on_failure)
    asked = question_of(scenario, plan, document, how)
    answer = {"sensitivity": _sensitivity, "compare": _compare, "optimise": _optimise}
    find: Callable[[MethodPlan, Question], Found] = answer[plan.method]
    try:
        return plan, find(plan, asked)
    except InputError as error:
        raise InputError([_placed(one, plan, document) for one in error.problems]) from error


def _placed(one: Problem, plan: MethodPlan, document: Document) -> Problem:
    """A problem of what a method was asked, or of what varies or an arm changes, at its line."""
    one = at_line(one, plan, document)
    key = one.where
    if one.file or not (key in CompareKeys.model_fields or key in MethodPlan.model_fields):
        return one
    loc = (key,) if key in MethodPlan.model_fields else (plan.method, key)
    return document.problem(loc, one.found, one.allowed, one.hint)


def _sensitivity(plan: MethodPlan, asked: Question) -> Found:
    return sensitivity_of(
        asked, _measures(plan), plan.sensitivity.index, plan.samples, plan.seed, plan.replications
    )


def _compare(plan: MethodPlan, asked: Question) -> Found:
    told = plan.compare
    against, stopping = compare_plan(
        plan.arms,
        told.baseline or "",
        told.better,
        most=told.most,
        looks=told.looks,
        least=told.least,
        rule=told.rule,
        spending=told.spending,
        half_width=told.half_width or math.inf,
    )
    return compare_of(asked, _measures(plan), against, told.better, stopping, plan.seed)


def _optimise(plan: MethodPlan, asked: Question) -> Found:
    told: Any = plan.optimise
    goals = [Goal.read(name, direction) for name, direction in told.goals.items()]
    limits = [Limit.read(text) for text in plan.constraints]
    search = searcher(asked, goals, told.algorithm, plan.samples or 64, told.batch, plan.seed)
    first = plan.seed + plan.replications
    seeds = (seeds_from(plan.seed, plan.replications), seeds_from(first, told.report_replications))
    return optimise_of(asked, search, goals, limits, seeds)


def _measures(plan: MethodPlan) -> list[Measure]:
    return [Measure.read(text) for text in plan.outcomes]
