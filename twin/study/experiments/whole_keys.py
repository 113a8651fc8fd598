"""Ranges of keys that take whole numbers: a share of a chiller is no design."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twin.errors import InputError, Problem
from twin.scenario import Scenario
from twin.study.experiments.case import Case
from twin.study.experiments.designs import Designs, VariedPath
from twin.study.experiments.plan import StudyPlan, Varied

_WHOLE = "a whole number"
"""How what a key allows begins, where it takes no other."""


def whole_keys(plan: StudyPlan, asked: str | Path | Scenario) -> frozenset[str]:
    """Names of what varies between two numbers whose keys refuse a half for not being whole, in the
    scenario as its first arm leaves it.
    """
    halves = {name: half for name, varied in plan.vary.items() if (half := _half(varied))}
    if not halves:
        return frozenset()
    places = {name: VariedPath(plan.vary[name].path or name) for name in halves}
    arm = next(iter(plan.arms), "")
    refused = _refused(Designs(asked, places, plan.arms), Case(halves, plan.seed, arm))
    return frozenset(name for name, place in places.items() if place.path in refused)


def _half(varied: Varied) -> float | None:
    """A number that is not whole, near the start of a range without a unit."""
    start: Any = varied.mean if varied.low is None else varied.low
    if varied.values is not None or not isinstance(start, int | float):
        return None
    return int(start) + 0.5


def _refused(designs: Designs, case: Case) -> set[str]:
    """Paths that take a whole number and were given another."""
    try:
        designs.scenario(case)
    except InputError as error:
        return {one.where for one in error.problems if _asks_whole(one)}
    return set()


def _asks_whole(one: Problem) -> bool:
    return one.allowed.startswith(_WHOLE) and one.file in ("--set", "with_")
