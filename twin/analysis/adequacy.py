"""Adequacy of generating units against an hourly load: how often, and by how much, it fails."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from twin.cards import Shown
from twin.errors import InputError, Problem, did_you_mean
from twin.physics.reliability.capacity_outage import hourly_risk, outage_probabilities

STEPS_MAX = 2_000_000
"""Steps of the capacity outage table."""

_UNIT_COLUMNS = ("capacity_mw", "count", "forced_outage_rate")
_LOAD_COLUMNS = ("load_mw",)


@dataclass(frozen=True, repr=False)
class Adequacy(Shown):
    """Expected shortfall over the hours of the load file; the grid holds every capacity exactly."""

    lole_h: float
    loee_mwh: float
    lolp_at_peak: float
    peak_load_mw: float
    installed_mw: float
    hours_count: int
    step_mw: float

    def as_dict(self) -> dict[str, float]:
        """Plain values that JSON can hold."""
        return asdict(self)


def adequacy(units: str | Path, load: str | Path) -> Adequacy:
    """Loss-of-load expectation (h), expected energy not served (MWh), and the loss-of-load
    probability in the hour of highest load.

    units   CSV with the columns capacity_mw, count, forced_outage_rate
    load    CSV with the column load_mw, a row an hour
    The capacity outage table stands on the greatest step that divides every capacity, so nothing
    is rounded. Raises InputError with every problem of the files, and where that grid is too fine.
    """
    problems: list[Problem] = []
    rows = _rows(Path(units), _UNIT_COLUMNS, problems)
    hours = _rows(Path(load), _LOAD_COLUMNS, problems)
    if problems:
        raise InputError(problems)
    step = _step(rows, str(units))
    each = [
        (int(size / step), float(rate)) for size, count, rate in rows for _ in range(int(count))
    ]
    sizes, rates = zip(*each, strict=True)
    outage = outage_probabilities(np.array(sizes, dtype=float), np.array(rates))
    load_mw = np.array([float(row[0]) for row in hours])
    risk = hourly_risk(outage, float(step), load_mw)
    return Adequacy(
        lole_h=math.fsum(risk.probability),
        loee_mwh=math.fsum(risk.unserved_mwh),
        lolp_at_peak=float(risk.probability[load_mw.argmax()]),
        peak_load_mw=float(load_mw.max()),
        installed_mw=float(step * sum(sizes)),
        hours_count=len(hours),
        step_mw=float(step),
    )


def _step(rows: list[list[Fraction]], file: str) -> Fraction:
    """The greatest step that divides every capacity. InputError where the table is too long."""
    common = math.lcm(*(row[0].denominator for row in rows))
    step = Fraction(math.gcd(*(int(row[0] * common) for row in rows)), common)
    steps = sum(row[0] * row[1] for row in rows) / step
    if steps > STEPS_MAX:
        found = f"capacities that only a grid of {float(step):g} MW holds: {int(steps)} steps"
        hint = "round the capacities, to 0.1 MW for instance"
        raise InputError([Problem("capacity_mw", found, f"at most {STEPS_MAX}", hint, file)])
    return step


def _rows(path: Path, columns: tuple[str, ...], problems: list[Problem]) -> list[list[Fraction]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _table(str(path), csv.DictReader(stream), columns, problems)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(Problem("", str(error), "a CSV file that can be read", file=str(path)))
        return []


def _table(
    file: str, reader: csv.DictReader[str], columns: tuple[str, ...], problems: list[Problem]
) -> list[list[Fraction]]:
    heads = [head.strip() for head in reader.fieldnames or ()]
    reader.fieldnames = heads
    for lost in (c for c in columns if c not in heads):
        hint = did_you_mean(lost, heads)
        problems.append(Problem(lost, "no such column", ", ".join(columns), hint, file, 1, 1))
    if any(c not in heads for c in columns):
        return []
    rows = []
    for row in reader:
        unnamed = row.get(None) or []
        if any(map(str.strip, unnamed)):
            found = f"{len(heads) + len(unnamed)} values"
            allowed = f"{len(heads)}, as line 1 has names"
            problems.append(Problem("", found, allowed, _MARKS, file, reader.line_num, 1))
        rows.append([_cell(file, reader.line_num, c, row[c], problems) for c in columns])
    if not rows:
        problems.append(Problem("", "no rows", "one row or more", file=file))
    return rows


_MARKS = "write decimals with a point and no mark between thousands"
_LIMITS: dict[str, tuple[str, Callable[[Fraction], bool]]] = {
    "capacity_mw": ("a number above 0", lambda v: v > 0),
    "count": (
        "a whole number from 1 to 100000",
        lambda v: v.denominator == 1 and 1 <= v <= 100_000,
    ),
    "forced_outage_rate": ("a share from 0 to 1", lambda v: 0 <= v <= 1),
    "load_mw": ("a number of 0 or more", lambda v: v >= 0),
}


def _cell(file: str, line: int, column: str, text: str | None, problems: list[Problem]) -> Fraction:
    allowed, fits = _LIMITS[column]
    try:
        value = Fraction((text or "").strip())
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if not fits(value):
        problems.append(Problem(column, repr(text), allowed, "", file, line, 1))
        return Fraction(1)
    return value
