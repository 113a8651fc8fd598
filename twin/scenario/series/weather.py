"""Weather files: CSV with the columns named below, or EPW, told apart by their first line."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from twin.errors import Problem
from twin.physics import moist_air
from twin.scenario.series.csv_rows import Array, Quantity, Rows, header_of, read_rows, refuse
from twin.scenario.series.epw import is_epw, read_epw
from twin.scenario.series.leaps import leaps
from twin.scenario.series.local_clock import went_forward
from twin.scenario.series.moisture import parting, wet_bulb_degc

COLDEST_DEGC = -70.0
HOTTEST_DEGC = 60.0
"""Outdoor air where people live lies between: records are -67.8 and 56.7 °C (WMO archive)."""
_DRY = Quantity("dry_bulb_degc", COLDEST_DEGC, HOTTEST_DEGC, "°C")
_WET = Quantity("wet_bulb_degc", COLDEST_DEGC, HOTTEST_DEGC, "°C")
_DEW = Quantity("dew_point_degc", COLDEST_DEGC, HOTTEST_DEGC, "°C")
_HUMIDITY = Quantity("relative_humidity_frac", 0.0, 1.0, "(a fraction: 0.6, not 60)")
_SHORT = Quantity("rh_frac", 0.0, 1.0, "(a fraction: 0.6, not 60)")
_PRESSURE = Quantity("pressure_pa", 31_000.0, 120_000.0, "Pa")
_MOISTURE = (_WET, _DEW, _HUMIDITY, _SHORT)
"""One of them is asked for, the first that a file has is taken."""
UNEVEN = 1.5
"""A step this many times the usual one is a gap."""
HOUR_S = 3600.0
BEGINNING = datetime(2001, 1, 1, tzinfo=UTC)
"""Of the year of a file that is read without a scenario: a year of 365 days."""


@dataclass(frozen=True)
class WeatherRows:
    """Outdoor air at moments; seconds count from the scenario's start. Arrays are (row,)."""

    time_s: Array
    dry_bulb_degc: Array
    wet_bulb_degc: Array
    pressure_pa: Array
    warnings: tuple[str, ...] = ()
    """What had to be filled in or contradicts itself, each with its line."""

    @property
    def step_s(self) -> float:
        """The usual time from one row to the next."""
        return float(np.median(np.diff(self.time_s))) if len(self.time_s) > 1 else 0.0


def read_weather(
    content: bytes, path: Path, start: datetime | None, horizon_s: float
) -> WeatherRows:
    """The rows of a weather file that matter to a run; InputError with every fault at its line.

    Without a start, EPW rows count from the beginning of a year by the file's clock, and dates of a
    CSV from `BEGINNING`.
    """
    if is_epw(content):
        return WeatherRows(*read_epw(content, path, start, horizon_s))
    header = _header(content, path)
    moisture = next((one for one in _MOISTURE if one.name in header), _WET)
    wanted = (_DRY, moisture, *([_PRESSURE] if _PRESSURE.name in header else []))
    rows = read_rows(content, path, start or BEGINNING, wanted)
    dry = rows.columns[_DRY.name]
    pressure = rows.columns.get(_PRESSURE.name, np.full(dry.size, moist_air.STANDARD_PA))
    wet = _wet_bulb(rows, moisture, pressure, path)
    said = _gaps(rows.time_s, rows.lines, path) + leaps(rows.time_s, rows.lines, dry, path)
    if rows.local and start is not None:
        said += went_forward(rows.time_s, rows.lines, path, start, horizon_s)
    beside = next((one for one in _MOISTURE if one.name in header and one is not _WET), None)
    if moisture is _WET and beside is not None:
        said += parting(content, path, start or BEGINNING, _DRY, beside, wet, pressure)
    return WeatherRows(rows.time_s, dry, wet, pressure, said)


def _header(content: bytes, path: Path) -> list[str]:
    try:
        return header_of(content, path)
    except csv.Error:
        return []


def _wet_bulb(rows: Rows, moisture: Quantity, pressure: Array, path: Path) -> Array:
    """Wet bulbs, as they stand or from the dew point or the relative humidity."""
    value = rows.columns[moisture.name]
    if moisture in (_WET, _DEW):
        _refuse_above(rows, moisture, path)
    if moisture is _WET:
        return value
    return wet_bulb_degc(rows.columns[_DRY.name], moisture, value, pressure)


def _refuse_above(rows: Rows, moisture: Quantity, path: Path) -> None:
    """InputError for every row whose wet bulb or dew point is above its dry bulb."""
    dry = rows.columns[_DRY.name]
    value = rows.columns[moisture.name]
    what = moisture.name.removesuffix("_degc").replace("_", " ")
    problems = [
        Problem(
            "",
            f"a {what} of {value[i]:g} °C above the dry bulb of {dry[i]:g} °C",
            f"a {what} at or below the dry bulb",
            file=str(path),
            line=int(rows.lines[i]),
            column=1,
        )
        for i in np.flatnonzero(value > dry + 1e-9)
    ]
    refuse(problems, path)


def _gaps(time_s: Array, lines: np.ndarray, path: Path) -> tuple[str, ...]:
    """Where rows are missing between others of a regular file."""
    steps = np.diff(time_s)
    usual_s = float(np.median(steps)) if len(steps) else 0.0
    wide = np.flatnonzero(steps > UNEVEN * usual_s)
    return tuple(
        f"{path.name}:{lines[i + 1]}: no rows between {time_s[i] / HOUR_S:g} h and "
        f"{time_s[i + 1] / HOUR_S:g} h; a straight line stands for them"
        for i in wide
    )
