"""A run on the disk: one file that is whole or absent, and that builds its own facility again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from twin.errors import InputError, Problem
from twin.facility import build
from twin.facility.model import Facility
from twin.results.disk import read_bytes
from twin.results.folder import write_whole
from twin.scenario import load
from twin.simulation.loop.fits import is_a
from twin.simulation.loop.snapshot import Arrays, Snapshot
from twin.simulation.run_file import packed, unpacked

FORMAT = 37
"""Version of what a checkpoint holds."""
LIMIT_BYTES = 2_000_000_000
"""A larger checkpoint is refused: none that a run writes is."""
_INPUT = re.compile(r"inputs/[^/\\\0]{1,200}")
_HELD: dict[str, Any] = {
    "format": int, "version": str, "question": str, "catalogue": str, "wall_s": float,
    "every_s": float, "scenario": str, "inputs": list[str], "notices": list[str], "run": dict,
}  # fmt: skip
"""What a checkpoint holds beside arrays, and of what kind."""


@dataclass(frozen=True)
class Stored:
    """A checkpoint, read and whole; its scenario is not built yet."""

    path: Path
    plain: Mapping[str, Any]
    arrays: Arrays

    @property
    def question(self) -> str:
        """The fingerprint of the scenario, its files and its catalogue."""
        return str(self.plain["question"])

    @property
    def every_s(self) -> float:
        """Simulated seconds between the checkpoints that its run writes; 0 where it writes none."""
        return float(self.plain["every_s"])

    @property
    def now_s(self) -> float:
        """Where its run stands, in simulated seconds."""
        now_s = self.plain["run"].get("now_s")
        return float(now_s) if is_a(now_s, float) else 0.0

    @property
    def wall_s(self) -> float:
        """Seconds that its run took so far."""
        return float(self.plain["wall_s"])

    @cached_property
    def snapshot(self) -> Snapshot:
        """The run as data."""
        own = {k.removeprefix("run/"): a for k, a in self.arrays.items() if k.startswith("run/")}
        return Snapshot(self.plain["run"], own)

    def facility(self, folder: Path) -> Facility:
        """Load and build the scenario that the checkpoint carries.

        folder   a new folder, where its scenario and the files that this names are written
        Raises InputError where they cannot be built.
        """
        for name in ("scenarios", "layouts"):  # a project of its own, which its files cannot leave
            (folder / name).mkdir()
        (folder / "scenario.yaml").write_text(self.plain["scenario"], encoding="utf-8")
        for name in self.plain["inputs"]:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(self.arrays[f"input/{name}"].tobytes())
        facility = build(load(folder / "scenario.yaml"))
        return replace(facility, notices=tuple(self.plain["notices"]))

    def refuse(self, found: str) -> NoReturn:
        """Raise InputError for this file."""
        _refuse(self.path, found)


def write(
    path: Path, snapshot: Snapshot, facility: Facility, wall_s: float, every_s: float = 0.0
) -> Path:
    """Write a snapshot with all that builds its facility, beside its place and then into it.

    The file holds arrays and JSON; nothing in it is code.
    """
    plain = {
        "format": FORMAT,
        "version": _version(),
        "question": facility.question,
        "catalogue": facility.scenario.catalogue.content_hash(),
        "wall_s": wall_s,
        "every_s": every_s,
        "scenario": facility.scenario_yaml,
        "inputs": sorted(facility.inputs),
        "notices": list(facility.notices),
        "run": snapshot.plain,
    }
    arrays = {f"run/{name}": array for name, array in snapshot.arrays.items()}
    for name, data in facility.inputs.items():
        arrays[f"input/{name}"] = np.frombuffer(data, dtype=np.uint8)
    write_whole(path, packed(plain, arrays))
    return path


def read(path: Path) -> Stored:
    """A checkpoint from the disk.

    Raises InputError where the file is missing, damaged, too large, or of another version.
    """
    try:
        plain, arrays = unpacked(read_bytes(path, LIMIT_BYTES))
    except ValueError as error:
        _refuse(path, str(error))
    if not isinstance(plain, dict):
        _refuse(path, "a checkpoint that no run wrote")
    known = (FORMAT, _version())
    if (plain.get("format"), plain.get("version")) != known:
        _refuse(path, f"a checkpoint of twin {plain.get('version')}"[:100])
    files = plain.get("inputs")
    if not all(is_a(plain.get(name), kind) for name, kind in _HELD.items()) or not all(
        _INPUT.fullmatch(name) and f"input/{name}" in arrays for name in files or ()
    ):
        _refuse(path, "a checkpoint that no run wrote")
    return Stored(path, plain, arrays)


@cache
def _version() -> str:
    return metadata.version("ai-factory-twin")


def _refuse(path: Path, found: str) -> NoReturn:
    allowed = "a checkpoint that this version of twin wrote"
    raise InputError([Problem("", found, allowed, file=str(path))])
