"""Result: everything a run leaves, in memory and as a folder that is complete or absent.

tables/<name>.parquet   one file a declared table; the same run gives the same bytes
summary.json            the headline numbers, keys sorted
scenario.yaml           the scenario as resolved; `twin run` takes it
inputs/                 the files that it names
meta.json               provenance; written last, holds `complete: true`
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from types import MappingProxyType
from typing import Any

import pandas as pd
from pandas.api import types as kinds

from twin.errors import InputError, Problem, did_you_mean
from twin.results import disk
from twin.results.card import result_card
from twin.results.plots import Plots
from twin.results.tables import TABLES
from twin.tables import Table

FORMAT = 1
"""Version of the folder's layout."""

_DTYPE = {"float": "float64", "int": "int64", "text": "str", "bool": "bool"}


@dataclass(frozen=True)
class Result:
    """One run's answer. Raises InputError naming every table and column that is not as declared."""

    tables: Mapping[str, pd.DataFrame]
    """One frame for every declared table, columns in declared order."""
    summary: dict[str, Any]
    """Headline numbers, SI with the unit in the key."""
    scenario_yaml: str
    """The scenario as resolved."""
    meta: dict[str, Any]
    """Provenance: version, seed, catalogue_hash, wall_s, redundancy, findings."""
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    """Copies of the files that `scenario_yaml` names, by their names there: `inputs/weather.csv`."""

    def __post_init__(self) -> None:
        problems = [
            *_unknown(self.tables),
            *(p for table in TABLES for p in _problems(table, self.tables)),
        ]
        if problems:
            raise InputError(problems)
        tidy = {table.name: _tidy(table, self.tables[table.name]) for table in TABLES}
        object.__setattr__(self, "tables", MappingProxyType(tidy))

    def __repr__(self) -> str:
        return result_card(self.tables, self.summary, self.meta).text()

    def _repr_html_(self) -> str:
        """A small table, for notebooks."""
        return result_card(self.tables, self.summary, self.meta).html()

    @property
    def plot(self) -> Plots:
        """The house figures: `result.plot.timeline()`; `dir(result.plot)` lists them."""
        return Plots(self)

    def frame(self, name: str) -> pd.DataFrame:
        """The table of that name. Raises InputError with the nearest name where there is none."""
        if name not in self.tables:
            allowed = ", ".join(self.tables)
            raise InputError(
                [Problem("tables", repr(name), allowed, did_you_mean(name, self.tables))]
            )
        return self.tables[name]

    def save(self, folder: str | Path) -> Path:
        """Write the folder whole: into a hidden sibling first, then swapped in by renaming.

        A process killed at any moment leaves the old complete result or none under the name. Files
        that are not a result's own (a report, a review) stay. Raises InputError where the folder
        holds something that is no result.
        """
        target = Path(folder).absolute()
        disk.refuse_foreign(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(mkdtemp(prefix=f".{target.name}.partial-", dir=target.parent))
        try:
            self._write(partial)
            disk.swap(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return target

    @classmethod
    def load(cls, folder: str | Path) -> Result:
        """The result saved there.

        Raises InputError where the folder is missing, unfinished, of another layout or damaged.
        """
        root = Path(folder)
        meta = _finished_meta(root)
        kept = meta.get("files", {})
        stored = disk.read_json(root / "summary.json")
        disk.refuse_changed(root / "summary.json", _hashed(stored), kept.get("summary.json"))
        text = disk.read_text(root / "scenario.yaml")
        disk.refuse_changed(root / "scenario.yaml", text.encode(), kept.get("scenario.yaml"))
        summary = {key: math.nan if value is None else value for key, value in stored.items()}
        tables = {table.name: disk.read_table(root, table, meta["tables"]) for table in TABLES}
        own = {
            key: value
            for key, value in meta.items()
            if key not in ("complete", "format", "tables", "files")
        }
        inputs = {name: disk.read_input(root, name, kept[name]) for name in kept if "/" in name}
        return cls(tables, summary, text, own, inputs)

    def _write(self, folder: Path) -> None:
        summary = dict(self.summary)
        if "wall_s" in self.meta:
            summary["wall_s"] = self.meta["wall_s"]
        folder.chmod(0o755)
        (folder / "tables").mkdir()
        hashes = {
            table.name: disk.write_table(folder, table, self.tables[table.name]) for table in TABLES
        }
        disk.write_file(folder / "summary.json", disk.json_bytes(summary))
        for name, data in self.inputs.items():
            (folder / name).parent.mkdir(exist_ok=True)
            disk.write_file(folder / name, data)
        disk.write_file(folder / "scenario.yaml", self.scenario_yaml.encode())
        scenario = self.scenario_yaml.encode()
        kept = {
            "summary.json": disk.digest(_hashed(summary)),
            "scenario.yaml": disk.digest(scenario),
            **{name: disk.digest(data) for name, data in self.inputs.items()},
        }
        meta = {**self.meta, "complete": True, "format": FORMAT, "tables": hashes, "files": kept}
        disk.write_file(folder / "meta.json", disk.json_bytes(meta))


def empty(table: Table) -> pd.DataFrame:
    """A frame of no rows with the table's columns and kinds."""
    return pd.DataFrame(
        {column.name: pd.Series(dtype=_DTYPE[column.kind]) for column in table.columns}
    )


def _unknown(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    names = [table.name for table in TABLES]
    for name in tables:
        if name not in names:
            yield Problem("tables", repr(name), ", ".join(names), did_you_mean(name, names))


def _problems(table: Table, tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    if table.name not in tables:
        yield Problem(f"tables.{table.name}", "no table", "a frame for every declared table")
        return
    frame = tables[table.name]
    found = tuple(map(str, frame.columns))
    if found != table.names:
        yield Problem(
            f"tables.{table.name}", f"columns {', '.join(found) or 'none'}", ", ".join(table.names)
        )
    elif len(frame):
        for column in table.columns:
            if not _is_kind(frame[column.name], column.kind):
                where = f"tables.{table.name}.{column.name}"
                dtype = str(frame[column.name].dtype)
                yield Problem(where, f"{dtype} values", column.kind)


def _is_kind(values: pd.Series[Any], kind: str) -> bool:
    """Whole numbers may stand in a float column; text is never missing, nothing is there as ''."""
    if kind == "text" and values.dtype == "str":
        return not bool(values.isna().any())
    if kind == "text":
        return all(isinstance(value, str) for value in values)
    if kind == "bool":
        return kinds.is_bool_dtype(values.dtype)
    numeric = kinds.is_integer_dtype(values.dtype) or (
        kind == "float" and kinds.is_float_dtype(values.dtype)
    )
    return numeric and not kinds.is_extension_array_dtype(values.dtype)


def _tidy(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    if frame.empty:
        return empty(table)
    return frame.astype({c.name: _DTYPE[c.kind] for c in table.columns}).reset_index(drop=True)


def _hashed(summary: Mapping[str, Any]) -> bytes:
    """What of a summary is the same in every run of one seed: all but the clock on the wall."""
    return disk.json_bytes({key: value for key, value in summary.items() if key != "wall_s"})


def _finished_meta(root: Path) -> dict[str, Any]:
    path = root / "meta.json"
    if not path.is_file():
        found = "an unfinished result or none: no meta.json"
        raise InputError([Problem("", found, "a folder that a run finished", file=str(root))])
    meta = disk.read_json(path)
    found = f"complete: {meta.get('complete')}, format: {meta.get('format')}"
    allowed = f"complete: True, format: {FORMAT}"
    if found != allowed or not isinstance(meta.get("tables"), dict):
        raise InputError([Problem("", found, f"{allowed} and the tables' hashes", file=str(path))])
    return meta
