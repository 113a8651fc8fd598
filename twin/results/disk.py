"""Files under a result: parquet, JSON and text with the same bytes every time, swapped in whole."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import InputError, Problem
from twin.tables import Column, Table

_ARROW = {"float": pa.float64(), "int": pa.int64(), "text": pa.string(), "bool": pa.bool_()}
_OWN = frozenset({"tables", "summary.json", "scenario.yaml", "meta.json", "inputs"})


def _field(column: Column) -> Any:
    return pa.field(
        column.name, _ARROW[column.kind], metadata={"unit": column.unit, "says": column.says}
    )


def write_table(folder: Path, table: Table, frame: pd.DataFrame) -> str:
    """Write one parquet file and return its SHA-256; no pandas metadata and no clock goes into
    it.
    """
    schema = pa.schema([_field(column) for column in table.columns], metadata={"says": table.says})
    arrays = [
        pa.array(frame[column.name].to_numpy(), type=_ARROW[column.kind])
        for column in table.columns
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression="zstd")
    data: bytes = sink.getvalue().to_pybytes()
    write_file(folder / "tables" / f"{table.name}.parquet", data)
    return sha256(data).hexdigest()


def digest(data: bytes) -> str:
    """SHA-256 of a file's bytes."""
    return sha256(data).hexdigest()


def refuse_changed(path: Path, data: bytes, kept: object) -> None:
    """Raise InputError where a file's content is not what was hashed."""
    if digest(data) != kept:
        raise InputError(
            [
                Problem(
                    "", "other bytes than the run wrote", "the file as it was saved", file=str(path)
                )
            ]
        )


def read_table(root: Path, table: Table, hashes: Mapping[str, str]) -> pd.DataFrame:
    """Read one parquet file. Raises InputError where its bytes are not those that were hashed."""
    path = root / "tables" / f"{table.name}.parquet"
    data = _read_bytes(path)
    if sha256(data).hexdigest() != hashes.get(table.name):
        raise InputError(
            [Problem("", "a damaged table", "the bytes that the run wrote", file=str(path))]
        )
    frame: pd.DataFrame = pq.read_table(pa.BufferReader(data)).to_pandas()
    return frame


def read_input(root: Path, name: str, kept: object) -> bytes:
    """A file that the scenario names. Raises InputError where it is not the file that was kept."""
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        raise InputError([Problem("", f"{name!r}", "a file of the result", file=str(root))])
    data = _read_bytes(path)
    refuse_changed(path, data, kept)
    return data


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        found = error.strerror or "an unreadable file"
        raise InputError([Problem("", found, "a readable file", file=str(path))]) from error


def read_text(path: Path) -> str:
    """A UTF-8 file. Raises InputError where it cannot be read."""
    try:
        return _read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise InputError([Problem("", "other bytes", "UTF-8 text", file=str(path))]) from error


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises InputError with the place where it is none."""
    try:
        read = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        problem = Problem(
            "", error.msg, "JSON", file=str(path), line=error.lineno, column=error.colno
        )
        raise InputError([problem]) from error
    if not isinstance(read, dict):
        raise InputError([Problem("", type(read).__name__, "a JSON object", file=str(path))])
    return read


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """Keys sorted, numpy numbers as plain ones, numbers that are not finite as null."""
    return (json.dumps(_plain(value), sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


def _plain(value: Any) -> Any:
    """Python's own types only; JSON has no NaN, so a number that is none becomes null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(held) for held in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_file(path: Path, data: bytes) -> None:
    """Write and flush to the disk itself, so that a later rename never outruns the bytes."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def refuse_foreign(target: Path) -> None:
    """Raises InputError unless the target is new, empty or a result: never somebody's other
    files.
    """
    if not target.exists() or (target / "meta.json").is_file():
        return
    if not target.is_dir() or any(target.iterdir()):
        found = "something that is no result"
        allowed = "a new, empty or result folder"
        raise InputError([Problem("", found, allowed, file=str(target))])


def swap(partial: Path, target: Path) -> None:
    """Rename the new folder into place; the old one steps aside first, for a full folder blocks a
    rename.

    What stood in the old folder beside the result moves over before the old one goes.
    """
    retired = partial.with_name(partial.name.replace(".partial-", ".old-"))
    if target.exists():
        target.rename(retired)
    partial.rename(target)
    if retired.exists():
        for held in retired.iterdir():
            if held.name not in _OWN:
                held.rename(target / held.name)
        shutil.rmtree(retired)
