"""Sources of a run's numbers: each once, with the numbers that it backs, the weakest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

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


class _Stated(NamedTuple):
    """A number that a source backs."""

    subject: str
    parameter: str
    value: str
    unit: str


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
    backed = _together(held, ["source", "status", "accessed"])
    for (source, status, read), numbers in backed.items():
        for start in range(0, len(numbers), MOST_TOGETHER):
            yield source, status, read, _numbers(numbers[start : start + MOST_TOGETHER])


def _together(held: pd.DataFrame, keys: list[str]) -> dict[tuple[str, ...], list[_Stated]]:
    """What is stated under each key, in order of first use. A frame a group, of hundreds, takes ten
    times as long.
    """
    found: dict[tuple[str, ...], list[_Stated]] = {}
    stated_ = zip(*(held[name] for name in _Stated._fields), strict=True)
    for key, one in zip(zip(*(held[name] for name in keys), strict=True), stated_, strict=True):
        found.setdefault(key, []).append(_Stated(*one))
    return found


def _numbers(backed: list[_Stated]) -> str:
    """Each subject with what is stated of it: `racks/a: MTBF 87,600 h, MTTR 24 h; …`."""
    told: dict[str, list[str]] = {}
    for one in backed:
        told.setdefault(one.subject, []).append(stated(one.parameter, one.value, one.unit))
    return "; ".join(f"{subject}: {', '.join(cells)}" for subject, cells in told.items())
