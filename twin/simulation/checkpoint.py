"""A run on the disk: one file that is whole or absent, and that builds its own facility again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from twin.errors import InputError, Problem
from twin.facility import build
from twin.facility.model import Facility
from twin.results.folder import write_whole
from twin.scenario import load
from twin.simulation.loop.snapshot import Arrays, Snapshot

FORMAT = 1
"""Version of the file's layout."""
LIMIT_BYTES = 2_000_000_000
"""A larger checkpoint is refused: none that a run writes is."""


def write(path: Path, snapshot: Snapshot, facility: Facility, wall_s: float) -> Path:
    """Write a snapshot with all that builds its facility, beside its place and then into it.

    The file holds arrays and JSON; nothing in it is code.
    """
    plain = {
        "format": FORMAT,
        "version": version("ai-factory-twin"),
        "wall_s": wall_s,
        "scenario": facility.scenario.as_yaml(),
        "inputs": sorted(facility.inputs),
        "run": snapshot.plain,
    }
    arrays = {f"run/{name}": array for name, array in snapshot.arrays.items()}
    for name, data in facility.inputs.items():
        arrays[f"input/{name}"] = np.frombuffer(data, dtype=np.uint8)
    text = np.frombuffer(json.dumps(plain).encode(), dtype=np.uint8)
    file = BytesIO()
    np.savez(file, allow_pickle=False, plain=text, digest=_digest(text, arrays), **arrays)
    write_whole(path, file.getvalue())
    return path


def _digest(text: np.ndarray, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """SHA-256 over everything, in order of name."""
    hashed = sha256(text.tobytes())
    for name in sorted(arrays):
        hashed.update(name.encode())
        hashed.update(np.ascontiguousarray(arrays[name]).tobytes())
    return np.frombuffer(hashed.digest(), dtype=np.uint8)


def read(path: Path) -> tuple[Facility, Snapshot, float]:
    """The facility, the run and the wall time of a checkpoint.

    Raises InputError where the file is missing, damaged, too large, or of another version.
    """
    arrays = _arrays(path)
    plain = _plain(path, arrays)
    facility = _facility(plain, arrays)
    own = {name.removeprefix("run/"): a for name, a in arrays.items() if name.startswith("run/")}
    return facility, Snapshot(plain["run"], own), float(plain["wall_s"])


def _refused(path: Path, found: str) -> InputError:
    allowed = "a checkpoint that this version of twin wrote"
    return InputError([Problem("", found, allowed, file=str(path))])


def _arrays(path: Path) -> Arrays:
    try:
        if path.stat().st_size > LIMIT_BYTES:
            raise _refused(path, "a file of more than 2 GB")
        with np.load(path, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except OSError as error:
        raise _refused(path, error.strerror or "an unreadable file") from error
    except (ValueError, EOFError, KeyError, TypeError, AttributeError) as error:
        raise _refused(path, "a file that is no checkpoint, or a damaged one") from error
    except Exception as error:
        if type(error).__module__ == "zipfile":
            raise _refused(path, "a damaged checkpoint") from error
        raise


def _plain(path: Path, arrays: Arrays) -> dict[str, Any]:
    kept = arrays.pop("digest", None)
    text = arrays.pop("plain", None)
    if kept is None or text is None or not np.array_equal(kept, _digest(text, arrays)):
        raise _refused(path, "a damaged checkpoint")
    plain: dict[str, Any] = json.loads(text.tobytes())
    ours = (FORMAT, version("ai-factory-twin"))
    if (plain["format"], plain["version"]) != ours:
        raise _refused(path, f"a checkpoint of twin {plain['version']}")
    return plain


def _facility(plain: Mapping[str, Any], arrays: Arrays) -> Facility:
    """Load and build the scenario that the checkpoint carries, with the files that it names."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "scenario.yaml").write_text(plain["scenario"], encoding="utf-8")
        for name in plain["inputs"]:
            target = root / name
            if root.resolve() not in target.resolve().parents:
                raise InputError([Problem("inputs", repr(name), "a name inside the checkpoint")])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(arrays[f"input/{name}"].tobytes())
        return build(load(root / "scenario.yaml"))
