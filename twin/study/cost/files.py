"""What a design costs, or a change of it buys, as files that other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from twin.results.disk import json_bytes, write_file
from twin.study.experiments.table_files import csv_bytes

Row = dict[str, Any]


def write(found: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write `cost.json` and a CSV for every table of an answer into the folder; their paths.

    found   `as_dict` of a CostReport or a CostChange
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "cost.json"]
    write_file(written[0], json_bytes(found))
    for name, rows in _tables(found):
        written.append(folder / f"{name}.csv")
        write_file(written[-1], csv_bytes(pd.DataFrame(rows)))
    return written


def _tables(found: Mapping[str, Any]) -> list[tuple[str, list[Row]]]:
    """Every list of rows by its name; figures are rows by name."""
    figures = [{"name": name, **row} for name, row in found["figures"].items()]
    lists = [(key, rows) for key, rows in found.items() if isinstance(rows, list)]
    tables = [(key, rows) for key, rows in lists if rows and isinstance(rows[0], dict)]
    return [("figures", figures), *tables]
