"""CSV files of numbers over time: one header line, rising times, every fault at its line.

The first column that is looked for is the time: `time_s`, seconds after the scenario's start, or
`time`, a date and clock time (ISO 8601; without an offset it is the clock of the scenario's start),
or `hour`, hours after the start.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, Problem, did_you_mean
from twin.scenario.series.local_clock import BACK, is_local
from twin.scenario.yaml.scalars import brief

LIMIT_ROWS = 2_000_000
"""Rows of one file: a year by 16-second steps."""
LIMIT_BYTES = 100_000_000
"""Bytes of one file."""
LIMIT_PROBLEMS = 50
"""Problems that are listed of one file."""
MISSING_WORDS = ("", "na", "n/a", "nan", "null", "none", "-", "m")
"""What files write where nothing was measured."""
MISSING_CODES = (99.9, 999.0, 999.9, 9999.0, 99999.0, -99.0, -99.9, -999.0, -999.9, -9999.0)
"""Numbers that files write where nothing was measured."""
_TIMES = ("time_s", "time", "hour")
"""Columns of times; the first that a file has is taken."""
HOUR_S = 3600.0
TIME_SPAN_S = 1e10
"""Times further than this from the start, three centuries, are slips."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """A column of numbers: its name and what it may hold."""

    name: str
    low: float
    high: float
    unit: str

    def read(self, text: str) -> float:
        """The number; ValueError with what is allowed instead."""
        word = text.strip()
        number = _number(word)
        if number is not None and self.low <= number <= self.high:
            return number
        allowed = f"{self.low:,g} to {self.high:,g} {self.unit}"
        missing = word.lower() in MISSING_WORDS or number in MISSING_CODES
        raise ValueError(f"{allowed}; {_CURE}" if missing else allowed)


_CURE = "it looks like a code for a missing value: fill it in, or leave the row out"


@dataclass(frozen=True)
class Rows:
    """Rising times, the line each stands on, and one array a column. Arrays are (row,)."""

    time_s: Array
    lines: NDArray[np.int64]
    columns: Mapping[str, Array]
    local: bool = False
    """Whether the first time is a date that states no offset."""


def read_content(path: Path) -> bytes:
    """The bytes of a file; InputError where it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT_BYTES + 1)
    except OSError as error:
        reason = f"a file that cannot be read ({error.strerror or 'an error'})"
        raise InputError([Problem("", reason, "a readable file", file=str(path))]) from error
    if len(content) > LIMIT_BYTES:
        found = f"a file of more than {LIMIT_BYTES // 1_000_000} MB"
        raise InputError([Problem("", found, "a smaller one", file=str(path))])
    return content


def read_rows(content: bytes, path: Path, start: datetime, wanted: tuple[Quantity, ...]) -> Rows:
    """The rows of a CSV file with a column of times and the wanted columns; others are ignored.

    InputError with every row that is not a number, not possible, or not later than the one before.
    """
    problems: list[Problem] = []
    kept: list[tuple[float, int, list[float]]] = []
    local = False
    for line, values in _lines(_text(content, path), path, wanted):
        row = _row(line, values, path, start, wanted, problems)
        local = local or (not kept and is_local(values[0]))
        if row is not None and kept and row[0] <= kept[-1][0]:
            problems.append(_not_later(path, line, values[0].strip()))
        elif row is not None:
            kept.append(row)
    if not kept and not problems:
        problems = [Problem("", "no rows", "at least one row", file=str(path))]
    refuse(problems, path)
    columns = np.array([row[2] for row in kept]).T
    return Rows(
        np.array([row[0] for row in kept]),
        np.array([row[1] for row in kept], dtype=np.int64),
        {quantity.name: columns[i] for i, quantity in enumerate(wanted)},
        local,
    )


def _not_later(path: Path, line: int, word: str) -> Problem:
    found = f"the time {word!r} after one that is as late or later"
    return _at(path, line, found, "times that rise from row to row", BACK if is_local(word) else "")


def refuse(problems: list[Problem], path: Path) -> None:
    """InputError with the first of the problems, and how many more there are; nothing for none."""
    if len(problems) > LIMIT_PROBLEMS:
        more = f"{len(problems) - LIMIT_PROBLEMS:,} more rows like these"
        last = Problem("", more, "a file without any; these are not listed", file=str(path))
        problems = [*problems[:LIMIT_PROBLEMS], last]
    if problems:
        raise InputError(problems)


def _text(content: bytes, path: Path) -> str:
    """The file as text; the mark that spreadsheets put before UTF-8 is dropped."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = _at(path, line, f"the byte 0x{content[error.start]:02x}", "a CSV file in UTF-8")
        raise InputError([problem]) from error


def _lines(
    text: str, path: Path, wanted: tuple[Quantity, ...]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line number, time and wanted values of each row; "" where a row is too short."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [word.strip().lower() for word in next(reader, [])]
        places = _places(header, path, wanted)
        scale = HOUR_S if header[places[0]] == "hour" else 1.0
        for count, row in enumerate(filter(None, reader)):
            if count == LIMIT_ROWS:
                found = f"more than {LIMIT_ROWS:,} rows"
                raise InputError([_at(path, reader.line_num, found, "fewer rows")])
            _refuse_surplus(row, header, path, reader.line_num)
            values = tuple(row[p] if p < len(row) else "" for p in places)
            yield reader.line_num, (_scaled(values[0], scale), *values[1:])
    except csv.Error as error:
        problem = _at(path, reader.line_num, f"broken CSV ({error})", "a readable CSV file")
        raise InputError([problem]) from error


def _refuse_surplus(row: list[str], header: list[str], path: Path, line: int) -> None:
    """InputError for values that have no name: those of the row may all stand one too far."""
    if any(map(str.strip, row[len(header) :])):
        found, allowed = f"{len(row)} values", f"{len(header)}, as line 1 has names"
        hint = "write decimals with a point and no mark between thousands"
        raise InputError([_at(path, line, found, allowed, hint)])


def _scaled(word: str, scale: float) -> str:
    """A time in hours as seconds; anything else as it stands."""
    number = None if scale == 1.0 else _number(word.strip())
    return word if number is None else repr(number * scale)


def header_of(content: bytes, path: Path) -> list[str]:
    """The names of the columns; empty where there is no line. InputError for no UTF-8."""
    first = next(csv.reader(io.StringIO(_text(content, path), newline="")), [])
    return [word.strip().lower() for word in first]


def _places(header: list[str], path: Path, wanted: tuple[Quantity, ...]) -> list[int]:
    """Where the time and the wanted columns stand; the time's is negative less one for `time`."""
    names = [next((name for name in _TIMES if name in header), "time_s")]
    names += [quantity.name for quantity in wanted]
    found = brief(", ".join(header), 200) or "an empty line"
    problems = [
        _at(
            path,
            1,
            f"the columns {found}",
            f"a column {name}" + (" (or time)" if name == "time_s" else ""),
            did_you_mean(name, header) or _separator(header),
        )
        for name in names
        if name not in header
    ]
    if problems:
        raise InputError(problems)
    return [header.index(name) for name in names]


def _separator(header: list[str]) -> str:
    other = next((mark for mark in (";", "\t") if any(mark in word for word in header)), "")
    return f"separate columns by commas, not by {other!r}" if other else ""


def _row(
    line: int,
    values: tuple[str, ...],
    path: Path,
    start: datetime,
    wanted: tuple[Quantity, ...],
    problems: list[Problem],
) -> tuple[float, int, list[float]] | None:
    """Time, line and numbers of a row; None where one of them is none, which joins the problems."""
    numbers: list[float] = []
    faults = len(problems)
    time_s = _time_s(values[0].strip(), start)
    if time_s is None:
        allowed = "seconds after the start, or a date and time such as 2026-07-15T06:00:00+01:00"
        problems.append(_at(path, line, f"the time {brief(values[0])!r}", allowed))
    for quantity, text in zip(wanted, values[1:], strict=True):
        try:
            numbers.append(quantity.read(text))
        except ValueError as error:
            found = brief(text.strip()) or "nothing"
            problems.append(_at(path, line, f"{found} under {quantity.name}", str(error)))
    if time_s is None or len(problems) > faults:
        return None
    return time_s, line, numbers


def _time_s(word: str, start: datetime) -> float | None:
    """Seconds after the start; None for what is no time."""
    number = _number(word)
    if number is not None:
        return number if abs(number) <= TIME_SPAN_S else None
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=start.tzinfo)
    return (moment - start).total_seconds()


def _number(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in word else None


def _at(path: Path, line: int, found: str, allowed: str, hint: str = "") -> Problem:
    return Problem("", found, allowed, hint, file=str(path), line=line, column=1)
