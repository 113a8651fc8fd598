"""The report of a plain study: what was asked, what decides, and which runs failed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

from twin.analysis.statistics.study_page import StudyPage
from twin.quantities import counted
from twin.study.experiments.constraints import MEETS
from twin.study.experiments.plain_answers import differences
from twin.study.experiments.plain_chapters import plain_chapters, plain_tiles
from twin.study.experiments.plain_words import kind, told
from twin.study.experiments.reading import Reading
from twin.study.experiments.run_chapter import all_runs, failed_runs, runs_tile
from twin.study.experiments.study import StudyResult


def plain_page(found: StudyResult, name: str = "", question: str = "") -> StudyPage:
    """The page of a study without a method, by its plan's name and description if not told."""
    read = Reading(found)
    verdict, *more = told(read)
    names = ["arm"] if found.plan.arms else []
    return StudyPage(
        name=name or found.plan.name,
        kind=found.plan.method.replace("_", " "),
        question=question or found.plan.description,
        version=version("ai-factory-twin"),
        verdict=verdict,
        mood=_mood(read),
        tiles=(*plain_tiles(read), runs_tile(found.table, found.left_out)),
        sentences=(_asked(read), *more, *_broken(read), *_left_out(found)),
        failed=failed_runs(found.table, [*names, *found.plan.vary, "seed"]),
        sections=(*plain_chapters(read), all_runs(found.table, found.units)),
    )


def _mood(read: Reading) -> str:
    """Bad where nothing can be had, good where something is decided."""
    table = read.found.table
    if not read.found.done or (MEETS in table and not table[MEETS].any()):
        return "bad"
    if not read.leads or kind(read) != "arms":
        return "plain"
    return (
        "good"
        if any(one.decided and not one.kept_back for one in differences(read, read.leads[0]))
        else "plain"
    )


def _asked(read: Reading) -> str:
    """What was run, in a sentence."""
    plan = read.found.plan
    parts = [f"varied: {', '.join(plan.vary)}"] if plan.vary else []
    parts += [f"arms: {', '.join(plan.arms)}"] if plan.arms else []
    runs = counted(read.found.cases, "run")
    ways = {"grid": "every combination", "list": "the points of a list"}
    method = ways.get(plan.method, f"a sample by {plan.method.replace('_', ' ')}")
    seeds = f"{counted(plan.replications, 'seed')} a point"
    common = "" if plan.common_random_numbers else "; arms and points met seeds of their own"
    return f"{runs}: {'; '.join([*parts, method, seeds])}{common}."


def _broken(read: Reading) -> Iterator[str]:
    if read.found.done and read.broken:
        what = counted(read.broken, "point")
        yield f"Left out of every mean: {what} not done in all replications."


def _left_out(found: StudyResult) -> Iterator[str]:
    if found.left_out:
        yield (
            f"{counted(found.left_out, 'run')} of {found.cases:,} were not done and are left out "
            f"by choice (on_failure: leave_out)."
        )
