"""What a study found, as the page that decides."""

from __future__ import annotations

from importlib.metadata import version

import pandas as pd

from twin.analysis.statistics.study_page import PageSection, StudyPage
from twin.study.experiments.compare_designs import DesignComparison
from twin.study.experiments.optimise import Optimisation
from twin.study.experiments.question import case_names
from twin.study.experiments.sensitivity import SensitivityStudy
from twin.study.experiments.study_chapters import (
    comparison_chapters,
    comparison_tiles,
    counted,
    optimisation_chapters,
    optimisation_tiles,
    page_table,
    sensitivity_chapters,
    sensitivity_tiles,
)

Found = SensitivityStudy | DesignComparison | Optimisation


def study_page(found: Found, name: str = "study", question: str = "") -> StudyPage:
    """The report of what a method found; write it with `twin.present.study_report.write`.

    name, question   what stands above the verdict
    """
    verdict, *more = found.verdict()
    return StudyPage(
        name=name,
        kind=_KINDS[type(found)],
        question=question,
        version=version("ai-factory-twin"),
        verdict=verdict,
        mood=_mood(found),
        tiles=(*_tiles(found), _runs(found.table)),
        sentences=(*more, _how(found)),
        failed=_failed(found.table, _names(found)),
        sections=(*_sections(found), _cases(found.table)),
    )


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


def _runs(table: pd.DataFrame) -> tuple[str, str, str]:
    bad = int((table["status"] != "done").sum())
    return "Runs", f"{len(table):,}", f"{bad:,} failed" if bad else "all done"


def _failed(table: pd.DataFrame, names: list[str]) -> tuple[str, ...]:
    bad = table[table["status"] != "done"]
    told = case_names(bad, names)
    return tuple(f"{name}: {why}" for name, why in zip(told, bad["reason"], strict=True))


def _cases(table: pd.DataFrame) -> PageSection:
    says = "Every run with what varied, its seed, and how it ended; the study's table has the rest."
    columns = [str(name) for name in table.columns if name != "reason"][:10]
    return PageSection("All runs", (says,), (), (page_table("Runs", table[columns]),))
