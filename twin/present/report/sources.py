"""Sources of a run's numbers: each once, with the numbers that it backs, the weakest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from twin.present.blocks import Grid, grid, whole, words
from twin.present.report.source_numbers import stated
from twin.quantities import count, counted

ORDER = ("assumed", "vendor", "published", "standard", "measured")
"""Weakest status first."""
MOST_TOGETHER = 40
"""Numbers in one row; of a source that backs more, the others follow in rows of their own."""
MOST_ROWS = 500
"""Rows printed; the rest is in the result's own files."""

COLUMNS = {
    "Source": ("source", whole),
    "Status": ("status", words),
    "Read": ("accessed", words),
    "Numbers": ("numbers", whole),
}


def ranked(held: pd.DataFrame) -> pd.DataFrame:
    """Witnesses with the weakest status first, else in order of first use."""
    rank = [ORDER.index(status) if status in ORDER else len(ORDER) for status in held["status"]]
    return held.assign(rank=rank).sort_values("rank", kind="stable")


def table(held: pd.DataFrame) -> Grid:
    """One row a source: whose numbers it backs, and each with its value and unit."""
    rows = by_source(held)
    of = counted(rows[["source", "status", "accessed"]].drop_duplicates().shape[0], "source")
    closed = f"All {count(len(held))} numbers by source ({of}), weakest first"
    return grid("Witnesses", rows, COLUMNS, most=MOST_ROWS, table="witnesses", closed=closed)


def by_source(held: pd.DataFrame) -> pd.DataFrame:
    """Rows of `COLUMNS`: each source with the numbers that it backs, the weakest first."""
    return pd.DataFrame(_rows(ranked(held)), columns=[name for name, _ in COLUMNS.values()])


def _rows(held: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    for (_, source, status, read), backed in held.groupby(
        ["rank", "source", "status", "accessed"], sort=False
    ):
        for start in range(0, len(backed), MOST_TOGETHER):
            part = backed.iloc[start : start + MOST_TOGETHER]
            yield source, status, read, _numbers(part)


def _numbers(backed: pd.DataFrame) -> str:
    """Each subject with what is stated of it: `racks/a: MTBF 87,600 h, MTTR 24 h; …`."""
    told: list[str] = []
    for subject, held in backed.groupby("subject", sort=False):
        cells = zip(held["parameter"], held["value"], held["unit"], strict=True)
        told.append(f"{subject}: {', '.join(stated(*one) for one in cells)}")
    return "; ".join(told)
