"""A redundancy report as files that other programs read: one JSON document and a CSV a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from twin.analysis.redundancy import RedundancyReport
from twin.results.folder import write_whole, writing

Row = dict[str, Any]


def write(report: RedundancyReport, folder: Path) -> list[Path]:
    """Write `redundancy.json` and the CSV tables into the folder; the paths written, JSON first.

    Names of a cell that holds several are joined by `; `. Numbers are SI, with the unit in the
    column's name. Raises OutputError where the disk refuses.
    """
    pairs = report.n_minus_2["worst"]
    cuts = [{"order": len(names), "components": names} for names in report.cut_sets]
    tables: dict[str, Sequence[Row]] = {
        "single_points_of_failure": report.single_points_of_failure,
        "worst_pairs": pairs,
        "cut_sets": cuts,
        "overloads": report.overloads,
        "cut_sets_detailed": report.cut_set_rows,
        "importance": report.importance,
        "maintenance": report.maintenance.get("rows", []),
        "spares": report.spares,
        "component_reliability": report.component_reliability,
    }
    document = folder / "redundancy.json"
    with writing("the tables", folder):
        write_whole(document, f"{json.dumps(report.as_dict(), indent=2)}\n".encode())
        return [document, *(_table(folder / f"{name}.csv", rows) for name, rows in tables.items())]


def _table(path: Path, rows: Sequence[Row]) -> Path:
    """A CSV with a heading, which stands alone where there is no row."""
    heads = list(rows[0]) if rows else ["component"]
    sink = StringIO(newline="")
    writer = csv.writer(sink)
    writer.writerow(heads)
    writer.writerows([_cell(row[head]) for head in heads] for row in rows)
    write_whole(path, sink.getvalue().encode())
    return path


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return "; ".join(str(_cell(part)) for part in value)
    if isinstance(value, dict):
        return " ".join(str(_cell(part)) for part in value.values())
    return value
