"""JSON and text under a result: the same bytes every time, and bounded where they are read back."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from twin.errors import InputError, Problem
from twin.results.folder import write_through

TEXT_BYTES_MAX = 64 * 2**20
"""Largest JSON or YAML file that is read back."""
INPUT_BYTES_MAX = 2**30
"""Largest copy of a file that a scenario names."""
DEPTH_MAX = 40
"""Deepest nesting of lists and objects that is read back; a result's own files need seven."""
DIGITS_MAX = 400
"""Longest run of digits that is read back as a number."""

_TOKEN = re.compile(rf'"(?:[^"\\]|\\.)*"|[\[\]{{}}]|\d{{{DIGITS_MAX + 1},}}', re.DOTALL)


def digest(data: bytes) -> str:
    """SHA-256 of a file's bytes."""
    return sha256(data).hexdigest()


def write_file(path: Path, data: bytes) -> None:
    """Write a new file and flush it to the disk itself."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        write_through(handle, data)
    finally:
        os.close(handle)


def refuse(path: Path, found: str, allowed: str, line: int = 0, column: int = 0) -> NoReturn:
    """Raise InputError for a file."""
    raise InputError([Problem("", found, allowed, file=str(path), line=line, column=column)])


def refuse_changed(path: Path, data: bytes, kept: object) -> None:
    """Raise InputError where a file's content is not what was hashed."""
    if digest(data) != kept:
        refuse(path, "other bytes than the run wrote", "the file as it was saved")


def read_bytes(path: Path, most: int) -> bytes:
    """A plain file's bytes. Raises InputError where it cannot be read or is longer than `most`."""
    if path.exists() and not path.is_file():
        refuse(path, "something that is not a plain file", "a readable file")
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        refuse(path, error.strerror or "an unreadable file", "a readable file")
    if len(data) > most:
        refuse(path, f"a file of more than {most / 2**20:,.0f} MiB", "a file that a run wrote")
    return data


def read_text(path: Path) -> str:
    """A UTF-8 file. Raises InputError where it cannot be read."""
    try:
        return read_bytes(path, TEXT_BYTES_MAX).decode()
    except UnicodeDecodeError as error:
        raise InputError([Problem("", "other bytes", "UTF-8 text", file=str(path))]) from error


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises InputError with the line where it is none, is nested too deeply, or
    holds numbers or characters that nothing can stand for.
    """
    text = read_text(path)
    if (token := _excess(text)) is not None:
        line, column = _place(text, token.start())
        found = "a number too long" if token[0][0].isdigit() else f"more than {DEPTH_MAX} levels"
        refuse(path, found, f"JSON of at most {DEPTH_MAX} levels and plain numbers", line, column)
    try:
        read = json.loads(text, parse_constant=_no_number)
        json.dumps(read, ensure_ascii=False, allow_nan=False).encode()
    except json.JSONDecodeError as error:
        refuse(path, error.msg, "JSON", error.lineno, error.colno)
    except ValueError as error:
        refuse(path, str(error).split(":")[0], "finite numbers and whole characters")
    if not isinstance(read, dict):
        refuse(path, type(read).__name__, "a JSON object")
    return read


def _excess(text: str) -> re.Match[str] | None:
    """The first bracket that stands too deep or number that is too long."""
    depth = 0
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        depth += (first in "[{") - (first in "]}")
        if depth > DEPTH_MAX or first.isdigit():
            return token
    return None


def _place(text: str, at: int) -> tuple[int, int]:
    before = text[:at]
    return before.count("\n") + 1, at - before.rfind("\n")


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word}, which is no number")


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
