"""Kernel samples as CSV: what a column means, and every row that cannot be true.

The first line names the columns; which operation a file holds follows from them. Times are seconds.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from twin.calibration.formats import FORMATS, peak_of
from twin.calibration.kernel_tables import KernelSamples
from twin.errors import InputError, Problem, did_you_mean
from twin.physics.kernel_surfaces.work import AXES, OPTIONAL, work

BYTES_MAX = 64 * 2**20
PROBLEMS_MAX = 50
TIME = "t_s"
PEAK_MARGIN = 1.05
"""A rate above this many times the data sheet's is a broken clock or a cached result."""
_HEADS = ("heads", "kv_heads", "head_dim")
COLUMNS: dict[str, dict[str, str]] = {
    "gemm": {"m": "m", "n": "n", "k": "k"},
    "attention_prefill": {"batch_size": "batch", "seq_len": "tokens"} | {h: h for h in _HEADS},
    "attention_decode": {"batch_size": "batch", "kv_len": "tokens"} | {h: h for h in _HEADS},
    "moe": {axis: axis for axis in AXES["moe"] if axis not in OPTIONAL},
}
"""By operation: the columns that it needs, and the axis each stands for."""


def read_samples(
    path: Path, dtype: str, peak_flop_s: Mapping[str, float] | None = None
) -> KernelSamples:
    """The samples of a file.

    `peak_flop_s`: the data sheet by number format, which no sample may beat. Raises InputError with
    every problem, each at its line: a file that is cut short, numbers that are none, times that are
    not positive, rates above the peak.
    """
    lines = _lines(path)
    header = next(csv.reader(lines[:1]), [])
    op = _operation(header, path)
    rows, problems = _rows(lines, header, op, path)
    if not problems:
        problems = _impossible(op, dtype, rows, peak_flop_s or {}, path)
    if not problems and len(rows) < 3:
        problems = [Problem("", f"{len(rows)} rows", "at least 3 samples", file=str(path))]
    if problems:
        raise InputError(problems[:PROBLEMS_MAX])
    axes = list(COLUMNS[op].values())
    table = np.array([row for _, row in rows])
    return KernelSamples(op, dtype, dict(zip(axes, table[:, :-1].T, strict=True)), table[:, -1])


def _lines(path: Path) -> list[str]:
    """The text in lines. Raises InputError where it is no text, too long, or cut short."""
    file = str(path)
    try:
        if path.stat().st_size > BYTES_MAX:
            raise InputError([Problem("", "a larger file", f"at most {BYTES_MAX} B", file=file)])
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            [Problem("", "no readable file", "a CSV", str(error), file=file)]
        ) from error
    lines = text.splitlines()
    if text and not text.endswith("\n"):
        hint = "write the file again; a last line that is whole ends with a newline"
        found = f"the file ends within {lines[-1][-40:]!r}"
        raise InputError([Problem("", found, "whole lines", hint, file, len(lines), 1)])
    return lines


def _operation(header: Sequence[str], path: Path) -> str:
    for op, columns in COLUMNS.items():
        if {*columns, TIME} <= set(header):
            return op
    allowed = "; ".join(f"{op}: {', '.join([*c, TIME])}" for op, c in COLUMNS.items())
    wanted = {name for columns in COLUMNS.values() for name in [*columns, TIME]}
    hints = [did_you_mean(name, wanted) for name in header if name not in wanted]
    hint = next((hint for hint in hints if hint), "")
    raise InputError(
        [Problem("columns", ", ".join(header)[:80] or "none", allowed, hint, str(path), 1, 1)]
    )


_Rows = list[tuple[int, list[float]]]


def _rows(
    lines: Sequence[str], header: Sequence[str], op: str, path: Path
) -> tuple[_Rows, list[Problem]]:
    """Numbers by line, the time last, and what is wrong with the others."""
    rows: _Rows = []
    problems: list[Problem] = []
    wanted = [header.index(name) for name in [*COLUMNS[op], TIME]]
    for number, cells in enumerate(csv.reader(io.StringIO("\n".join(lines[1:]))), start=2):
        if len(cells) != len(header):
            found = f"{len(cells)} fields"
            problems.append(
                Problem("", found, f"{len(header)}, as the first line", "", str(path), number, 1)
            )
            continue
        values = [_number(cells[column]) for column in wanted]
        wrong = [
            Problem(header[column], repr(cells[column]), "a number above zero", "", str(path),
                    number, column + 1)
            for column, value in zip(wanted, values, strict=True)
            if not value > 0 or math.isinf(value)
        ]  # fmt: skip
        problems += wrong
        rows += [] if wrong else [(number, values)]
    return rows, problems


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _impossible(
    op: str, dtype: str, rows: _Rows, peak_flop_s: Mapping[str, float], path: Path
) -> list[Problem]:
    """Rows that are faster than the data sheet."""
    peak = peak_of(dtype, dict(peak_flop_s))
    if peak is None or not rows:
        return []
    table = np.array([row for _, row in rows])
    axes = dict(zip(COLUMNS[op].values(), table[:, :-1].T, strict=True))
    flop_s = work(op, axes, FORMATS["bf16"]).flop / table[:, -1]
    allowed = f"at most {PEAK_MARGIN:g} x the peak of {dtype}, {peak:.4g}"
    hint = "times are in seconds; is this another GPU or number format?"
    return [
        Problem(TIME, f"{rate:.4g} FLOP/s", allowed, hint, str(path), line, 1)
        for (line, _), rate in zip(rows, flop_s, strict=True)
        if rate > PEAK_MARGIN * peak
    ]
