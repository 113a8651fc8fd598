"""Facts that validation stands on: tables of `tests/data`, each with its source in README.md
there.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@cache
def _read(path: str) -> tuple[dict[str, str], ...]:
    with (DATA / path).open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def table(path: str) -> list[dict[str, str]]:
    """Every row of a table, as text by column."""
    return [dict(row) for row in _read(path)]


def by(path: str, key: str) -> dict[str, dict[str, str]]:
    """The rows of a table by the value of one column."""
    return {row[key]: row for row in table(path)}
