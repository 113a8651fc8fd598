"""What two parts of a study both set, so that one of them would silently not count."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from twin.scenario.schema.change import parts_of
from twin.study.experiments.plan import StudyPlan

Clash = tuple[tuple[str | int, ...], str, str]
"""Where, what was found, what is allowed."""


def clashes(plan: StudyPlan) -> Iterator[Clash]:
    """Names that vary one path or a part of another's, arms that set what varies, and values of a
    grid that stand twice.
    """
    paths = {name: varied.path or name for name, varied in plan.vary.items()}
    for first, second in combinations(paths, 2):
        if _overlap(paths[first], paths[second]):
            found = f"{paths[second]}, which {first} varies too"
            yield ("vary", second), found, "each path once: one of two values would not count"
    for arm, changes in plan.arms.items():
        for path in changes:
            for name in (name for name, other in paths.items() if _overlap(path, other)):
                found = f"a change of what {name} varies"
                allowed = "arms that change something else: what varies would replace it"
                yield ("arms", arm, path), found, allowed
    if plan.method == "grid":
        yield from _twice(plan)


def _overlap(one: str, other: str) -> bool:
    """Whether two paths are one, or one lies within the other."""
    a = parts_of(one)
    b = parts_of(other)
    shorter = min(len(a), len(b))
    return a[:shorter] == b[:shorter]


def _twice(plan: StudyPlan) -> Iterator[Clash]:
    for name, varied in plan.vary.items():
        told = [repr(value) for value in varied.values or ()]
        for again in dict.fromkeys(value for value in told if told.count(value) > 1):
            allowed = "each value once; `replications` run a point again under other seeds"
            yield ("vary", name), f"{again} {told.count(again)} times", allowed
