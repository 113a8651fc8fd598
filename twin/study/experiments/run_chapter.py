"""What every study's report says of its runs: how many, which failed and why, and all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from twin.analysis.statistics.study_page import PageSection
from twin.study.experiments.question import case_names
from twin.study.experiments.study_chapters import page_table


def runs_tile(table: pd.DataFrame, left_out: int = 0) -> tuple[str, str, str]:
    """How many runs, and how many of them are not done."""
    bad = int((table["status"] != "done").sum()) + left_out
    return "Runs", f"{len(table) + left_out:,}", f"{bad:,} failed" if bad else "all done"


def failed_runs(table: pd.DataFrame, names: Sequence[str]) -> tuple[str, ...]:
    """Runs that are not done by name, each with its reason.

    names   columns that a run is told apart by
    """
    bad = table[table["status"] != "done"]
    told = case_names(bad, names)
    return tuple(f"{name}: {why}" for name, why in zip(told, bad["reason"], strict=True))


def all_runs(table: pd.DataFrame, units: Mapping[str, str]) -> PageSection:
    """Every run with what varied, its seed, and how it ended."""
    says = "Every run with what varied, its seed, and how it ended; the study's table has the rest."
    columns = [str(name) for name in table.columns if name != "reason"][:10]
    shown = page_table("Runs", table[columns], units=units)
    return PageSection("All runs", (says,), (), (shown,))
