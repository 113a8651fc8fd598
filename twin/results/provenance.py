"""meta.json: what a result was made from, and the hashes of every file beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from twin.errors import InputError
from twin.results import disk
from twin.results.folder import hidden_name_of

FORMAT = 1
"""Version of the folder's layout."""
FILE = "meta.json"
"""Where provenance stands; written last."""

_ADDED = ("complete", "format", "tables", "files", "fingerprint")
_CLOCK = "wall_s"
_TABLE = "tables/{}.parquet"


def document(own: Mapping[str, Any], hashes: Mapping[str, str]) -> dict[str, Any]:
    """What meta.json holds: a result's own provenance, the hashes of its files by name, and the
    fingerprint over both.
    """
    tables = {name: sha for name, sha in hashes.items() if name.startswith("tables/")}
    kept = {
        "tables": {Path(name).stem: sha for name, sha in tables.items()},
        "files": {name: sha for name, sha in hashes.items() if name not in tables},
    }
    out = {**own, "complete": True, "format": FORMAT, **kept}
    return {**out, "fingerprint": _fingerprint(out)}


def own(meta: Mapping[str, Any]) -> dict[str, Any]:
    """The provenance without what `document` added."""
    return {key: value for key, value in meta.items() if key not in _ADDED}


def older(own: Mapping[str, Any], absent: Sequence[str]) -> dict[str, Any]:
    """The provenance of a result that was written before these columns and tables were, with a
    warning that names them.
    """
    if not absent:
        return dict(own)
    told = f"written before twin had {', '.join(absent)}: absent here, which is not 0"
    return {**own, "absent": list(absent), "warnings": [*(own.get("warnings") or ()), told]}


def hashes(meta: Mapping[str, Any]) -> dict[str, str]:
    """The hashes of a result's files, by name."""
    tables = {_TABLE.format(name): sha for name, sha in meta["tables"].items()}
    return {**tables, **meta["files"]}


def finished(root: Path) -> dict[str, Any]:
    """The provenance of a finished result, as it was written.

    Raises InputError for a folder without it, one that a killed process left under a hidden name,
    another layout, and hashes or provenance that were changed.
    """
    path = root / FILE
    if name := hidden_name_of(root.resolve().name):
        found = "what a process left that was stopped while it saved"
        disk.refuse(root, found, f"the result itself, {name}, or another run of it")
    if not path.is_file():
        found = "an unfinished result or none: no meta.json"
        disk.refuse(root, found, "a folder that a run finished")
    meta = disk.read_json(path)
    found = f"complete: {meta.get('complete')}, format: {meta.get('format')}"
    allowed = f"complete: True, format: {FORMAT}"
    if found != allowed or not all(_are_hashes(meta.get(key)) for key in ("tables", "files")):
        disk.refuse(path, found[:200], f"{allowed} and the hashes of tables and files")
    true = _fingerprint(meta)
    if meta.setdefault("fingerprint", true) != true:
        disk.refuse(path, "other provenance than the run wrote", "the file as it was saved")
    return meta


def is_result(folder: Path) -> bool:
    """Whether a folder holds a result of any age, finished, as far as its meta.json tells."""
    try:
        meta = disk.read_json(folder / FILE)
    except InputError:
        return False
    return meta.get("complete") is True and "format" in meta


def _are_hashes(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(sha, str) for sha in value.values())


def _fingerprint(meta: Mapping[str, Any]) -> str:
    kept = {key: value for key, value in meta.items() if key not in ("fingerprint", _CLOCK)}
    return disk.digest(disk.json_bytes(kept))
