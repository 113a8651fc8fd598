"""Weather files: CSV with the columns named below, or EPW, told apart by their first line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from twin.errors import Problem
from twin.scenario.series.csv_rows import Array, Quantity, read_rows, refuse
from twin.scenario.series.epw import is_epw, read_epw

COLDEST_DEGC = -70.0
HOTTEST_DEGC = 60.0
"""Outdoor air where people live lies between: records are -67.8 and 56.7 °C (WMO archive)."""
_DRY = Quantity("dry_bulb_degc", COLDEST_DEGC, HOTTEST_DEGC, "°C")
_WET = Quantity("wet_bulb_degc", COLDEST_DEGC, HOTTEST_DEGC, "°C")
UNEVEN = 1.5
"""A step this many times the usual one is a gap."""
HOUR_S = 3600.0


@dataclass(frozen=True)
class WeatherRows:
    """Outdoor air at moments; seconds count from the scenario's start. Arrays are (row,)."""

    time_s: Array
    dry_bulb_degc: Array
    wet_bulb_degc: Array
    warnings: tuple[str, ...] = ()
    """What had to be filled in, each with its line."""

    @property
    def step_s(self) -> float:
        """The usual time from one row to the next."""
        return float(np.median(np.diff(self.time_s))) if len(self.time_s) > 1 else 0.0


def read_weather(content: bytes, path: Path, start: datetime, horizon_s: float) -> WeatherRows:
    """The rows of a weather file that matter to a run; InputError with every fault at its line."""
    if is_epw(content):
        return WeatherRows(*read_epw(content, path, start, horizon_s))
    rows = read_rows(content, path, start, (_DRY, _WET))
    dry = rows.columns["dry_bulb_degc"]
    wet = rows.columns["wet_bulb_degc"]
    problems = [
        Problem(
            "",
            f"a wet bulb of {wet[i]:g} °C above the dry bulb of {dry[i]:g} °C",
            "a wet bulb at or below the dry bulb",
            file=str(path),
            line=int(rows.lines[i]),
            column=1,
        )
        for i in np.flatnonzero(wet > dry + 1e-9)
    ]
    refuse(problems, path)
    found = WeatherRows(rows.time_s, dry, wet)
    return WeatherRows(rows.time_s, dry, wet, _gaps(found, rows.lines, path))


def _gaps(rows: WeatherRows, lines: np.ndarray, path: Path) -> tuple[str, ...]:
    """Where rows are missing between others of a regular file."""
    steps = np.diff(rows.time_s)
    wide = np.flatnonzero(steps > UNEVEN * rows.step_s)
    return tuple(
        f"{path.name}:{lines[i + 1]}: no rows between {rows.time_s[i] / HOUR_S:g} h and "
        f"{rows.time_s[i + 1] / HOUR_S:g} h; a straight line stands for them"
        for i in wide
    )
