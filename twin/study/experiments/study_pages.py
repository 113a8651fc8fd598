"""What a study found, as the page that decides."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from twin.analysis.statistics.study_page import PageSection, StudyPage
from twin.quantities import counted
from twin.study.experiments.compare_designs import DesignComparison
from twin.study.experiments.optimise import Optimisation
from twin.study.experiments.plain_page import plain_page
from twin.study.experiments.run_chapter import all_runs, failed_runs, runs_tile
from twin.study.experiments.sensitivity import SensitivityStudy
from twin.study.experiments.study import StudyResult
from twin.study.experiments.study_chapters import (
    comparison_chapters,
    comparison_tiles,
    optimisation_chapters,
    optimisation_tiles,
    sensitivity_chapters,
    sensitivity_tiles,
)

Found = SensitivityStudy | DesignComparison | Optimisation


def study_page(found: Found | StudyResult, name: str = "", question: str = "") -> StudyPage:
    """The report of what a study or a method found; write it with `twin.report`.

    name, question   what stands above the verdict
    """
    if isinstance(found, StudyResult):
        return plain_page(found, name, question)
    verdict, *more = found.verdict()
    return StudyPage(
        name=name or "study",
        kind=_KINDS[type(found)],
        question=question,
        version=version("ai-factory-twin"),
        verdict=verdict,
        mood=_mood(found),
        tiles=(*_tiles(found), runs_tile(found.table)),
        sentences=(*more, _how(found)),
        failed=failed_runs(found.table, _names(found)),
        sections=(*_sections(found), all_runs(found.table, units_of(found))),
    )


def units_of(found: Found) -> Mapping[str, str]:
    """Units of what varies, by name; arms have none."""
    return {} if isinstance(found, DesignComparison) else found.units


_KINDS: dict[type, str] = {
    SensitivityStudy: "sensitivity",
    DesignComparison: "comparison",
    Optimisation: "optimisation",
}


def _tiles(found: Found) -> list[tuple[str, str, str]]:
    if isinstance(found, SensitivityStudy):
        return sensitivity_tiles(found)
    if isinstance(found, DesignComparison):
        return comparison_tiles(found)
    return optimisation_tiles(found)


def _sections(found: Found) -> list[PageSection]:
    if isinstance(found, SensitivityStudy):
        return sensitivity_chapters(found)
    if isinstance(found, DesignComparison):
        return comparison_chapters(found)
    return optimisation_chapters(found)


def _names(found: Found) -> list[str]:
    """What a case is told apart by."""
    return ["arm", "seed"] if isinstance(found, DesignComparison) else list(found.parameters)


def _mood(found: Found) -> str:
    """Good where something is decided, bad where nothing can be had."""
    if isinstance(found, Optimisation):
        return "good" if found.feasible else "bad"
    if isinstance(found, DesignComparison):
        return "good" if any(one.decided for one in found.answers) else "plain"
    return "plain"


def _how(found: Found) -> str:
    """How the runs were made, in a sentence."""
    seeds = found.table["seed"].nunique()
    if isinstance(found, SensitivityStudy):
        return (
            f"{len(found.table):,} runs by {found.index}, with the same "
            f"{counted(seeds, 'seed')} at every point, so that what is seen is of the design and "
            "not of chance."
        )
    if isinstance(found, DesignComparison):
        planned = ", ".join(map(str, found.plan.pairs))
        return (
            f"All arms met the same {counted(seeds, 'seed')} (common random numbers). Looks were "
            f"planned at {planned} pairs, and intervals know of them."
        )
    return (
        f"Searched on {counted(len(found.search_seeds), 'seed')}, reported on "
        f"{counted(len(found.report_seeds), 'other')}: the best of many looks better than it is on "
        f"the seeds that it was chosen by."
    )
