"""Result: everything a run leaves, in memory and as a folder that is complete or absent.

tables/<name>.parquet   one file a declared table; the same run gives the same bytes
summary.json            the headline numbers, keys sorted
scenario.yaml           the scenario as resolved; `twin run` takes it
inputs/                 the files that it names
meta.json               provenance and hashes; written last, holds `complete: true`

A report and a scene may stand beside them. Both say which result they were made from, and go when
another takes its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.errors import InputError, Problem, did_you_mean
from twin.results import disk, provenance
from twin.results.card import result_card
from twin.results.columns import Columns
from twin.results.folder import recover_name, replaced, writing
from twin.results.frames import Frames
from twin.results.plots import Plots
from twin.results.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

REPORT = "report.html"
REPORT_PDF = "report.pdf"
"""Name of the report in a result's folder."""
SCENE = "scene"
"""Name of the folder with the USD scene."""
SCENE_PARTS = (
    "facility.usda",
    "facility.usdc",
    "facility_web.usdc",
    "failures.usdc",
    "rack_variants.usda",
    "results.usda",
    "network.usdc",
    "cooling.usdc",
    "power.usdc",
    "it.usdc",
    "storage.usdc",
    "building.usdc",
    "other.usdc",
    "architecture.usdc",
    "payloads",
    "assets",
    "airflow.usdc",
    "fields",
    # Layers of scenes that were written before disciplines had layers of their own.
    "results.usdc",
    "connections.usda",
    "layout.usda",
    "architecture.usda",
)
"""What stands in a scene's folder."""

_SUMMARY = "summary.json"
_SCENARIO = "scenario.yaml"
_CLOCK = "wall_s"
_OWN = frozenset(
    {"tables", "inputs", _SUMMARY, _SCENARIO, provenance.FILE, REPORT, REPORT_PDF}
    | {f"{SCENE}/{part}" for part in SCENE_PARTS}
)
"""What a new result takes away; everything else in its folder belongs to somebody and stays."""


@dataclass(frozen=True)
class Result:
    """One run's answer. Raises InputError naming every table and column that is not as declared."""

    tables: Mapping[str, pd.DataFrame]
    """One frame for every declared table, columns in declared order; made when it is asked for. May
    be given as plain columns."""
    summary: dict[str, Any]
    """Headline numbers, SI with the unit in the key."""
    scenario_yaml: str
    """The scenario as resolved."""
    meta: dict[str, Any]
    """Provenance: version, seed, catalogue_hash, wall_s, redundancy, findings; `stopped`, why a run
    ended early; `invalid`, why its numbers must not be used."""
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    """Copies of the files that `scenario_yaml` names, by their names there: `inputs/weather.csv`.
    """

    def __post_init__(self) -> None:
        frames = Frames(self.tables)
        problems = list(frames.problems())
        if problems:
            raise InputError(problems)
        object.__setattr__(self, "tables", frames.tidied())

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

    @property
    def columns(self) -> Mapping[str, Columns]:
        """The tables as plain columns, which load no pandas."""
        frames = Frames(self.tables)
        return {table.name: frames.columns(table) for table in TABLES}

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The same row by row, as plain values."""
        found = self.frame(name).to_dict("records")
        return [{str(column): value for column, value in row.items()} for row in found]

    @property
    def invalid(self) -> str:
        """Why the numbers must not be used; empty where nothing speaks against them."""
        return str(self.meta.get("invalid") or "")

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all but the clock on the wall; a report and a scene carry it."""
        hashes = {name: sha for name, _, sha in self._files()}
        return str(provenance.document(self.meta, hashes)["fingerprint"])

    def save(self, folder: str | Path) -> Path:
        """Write the folder whole: beside its place first, then in one step under its name.

        A process killed at any moment leaves the result that stood there, or the new one. Files
        that are not a result's own (a review, notes) stay; a report and a scene of the result that
        stood there go with it. Raises InputError where the folder holds something that is no
        result, and OutputError where the disk refuses.
        """
        target = Path(folder).resolve()
        refuse_foreign(target)
        with writing("the result", target), replaced(target, _OWN) as new:
            meta = self._write(new)
        self.__dict__["fingerprint"] = meta["fingerprint"]
        return target

    @classmethod
    def load(cls, folder: str | Path) -> Result:
        """The result saved there. One of before a column or a table was added has NaN in it, or no
        rows, and says so among its warnings and as `absent` in its meta.

        Raises InputError where the folder is missing, unfinished, a left-over of a process that was
        killed, of another layout or damaged.
        """
        from twin.results import parquet  # heavy, and many who run never save

        root = Path(folder)
        recover_name(root)
        meta = provenance.finished(root)
        hashes = provenance.hashes(meta)
        stored = disk.read_json(root / _SUMMARY)
        disk.refuse_changed(root / _SUMMARY, _untimed(stored), hashes.get(_SUMMARY))
        text = disk.read_text(root / _SCENARIO)
        disk.refuse_changed(root / _SCENARIO, text.encode(), hashes.get(_SCENARIO))
        read = {table.name: parquet.read_table(root, table, hashes) for table in TABLES}
        absent = [name for _, missing in read.values() for name in missing]
        loaded = cls(
            {name: frame for name, (frame, _) in read.items()},
            {key: math.nan if value is None else value for key, value in stored.items()},
            text,
            provenance.older(provenance.own(meta), absent),
            {name: _input(root, name, sha) for name, sha in hashes.items() if _is_input(name)},
        )
        loaded.__dict__["fingerprint"] = meta["fingerprint"]
        return loaded

    def _files(self) -> Iterator[tuple[str, bytes, str]]:
        """Every file but meta.json: its name, its bytes and the hash of what must not change."""
        from twin.results import parquet

        columns = self.columns
        for table in TABLES:
            data = parquet.table_bytes(table, columns[table.name])
            yield parquet.file_name(table), data, disk.digest(data)
        summary = dict(self.summary)
        if _CLOCK in self.meta:
            summary[_CLOCK] = self.meta[_CLOCK]
        yield _SUMMARY, disk.json_bytes(summary), disk.digest(_untimed(summary))
        for name, data in {**self.inputs, _SCENARIO: self.scenario_yaml.encode()}.items():
            yield name, data, disk.digest(data)

    def _write(self, folder: Path) -> dict[str, Any]:
        hashes = {}
        for name, data, sha in self._files():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(data)
            hashes[name] = sha
        meta = provenance.document(self.meta, hashes)
        (folder / provenance.FILE).write_bytes(disk.json_bytes(meta))
        return meta


def refuse_beside_another(folder: Path, fingerprint: str) -> None:
    """Raise InputError where the folder holds a finished result other than the one a report or a
    scene was made from.
    """
    if not fingerprint or not provenance.is_result(folder):
        return
    if provenance.finished(folder)["fingerprint"] != fingerprint:
        found = "another result than the one this was made from"
        disk.refuse(folder, found, "the result itself, or a folder without one")


def kept_in(folder: Path) -> str:
    """For the end of a message: that the result in the folder is whole, where there is one."""
    return f"; the result is kept in {folder}" if provenance.is_result(folder) else ""


def _untimed(summary: Mapping[str, Any]) -> bytes:
    """What of a summary is the same in every run of one seed: all but the clock on the wall."""
    return disk.json_bytes({key: value for key, value in summary.items() if key != _CLOCK})


def _is_input(name: str) -> bool:
    return name.startswith("inputs/")


def _input(root: Path, name: str, sha: str) -> bytes:
    path = root / name
    if path.parent.resolve() != root.resolve() / "inputs":
        disk.refuse(root, repr(name), "files in the result's own folder inputs")
    data = disk.read_bytes(path, disk.INPUT_BYTES_MAX)
    disk.refuse_changed(path, data, sha)
    return data


def refuse_foreign(target: Path) -> None:
    """Raise InputError unless the target is new, empty or a result: never somebody's other
    files.
    """
    if not target.exists() or provenance.is_result(target):
        return
    if not target.is_dir() or any(target.iterdir()):
        disk.refuse(target, "something that is no result", "a new, empty or result folder")
