"""A folder of measurements of a room: power and fan speed of racks, signal and temperatures of air
handlers, sensors; one row a minute or so.

`measured*.csv` or `measured*.csv.gz` with the columns

time_s
LABEL_power_w, LABEL_fan_speed_rpm                                       of each rack
UNIT_fan_signal_frac, UNIT_supply_degc, UNIT_return_degc (or _return_a_degc, _return_b_degc, ...)
SENSOR_degc                                                              of each sensor

LABEL as in the layout's `labels`, UNIT an air handler's name with or without underscores, SENSOR
as in the hall's `sensors`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from twin.arrays import Array
from twin.errors import InputError, Problem, did_you_mean
from twin.facility.airflow.hall_air import HallAir
from twin.facility.airflow.units import RackBody

ROWS_MAX = 200_000
AIR_DEGC = (-30.0, 90.0)


@dataclass(frozen=True, eq=False)
class MeasuredRoom:
    """Measurements of one hall; arrays are (time, ...)."""

    time_s: Array
    power_w: Array
    """(time, rack) as servers meter it."""
    speed_frac: Array
    """(time, rack) fan speed over the rated one."""
    signal_frac: Array
    """(time, handler)"""
    supply_degc: Array
    return_degc: Array
    """(time, handler) the mean of each handler's return sensors."""
    sensors: tuple[str, ...]
    sensor_degc: Array


def read_measured(folder: Path, air: HallAir, sensors: tuple[str, ...]) -> MeasuredRoom:
    """The measurements in a folder, for the racks and handlers of a hall.

    Raises InputError with every column that is missing, and what is no number in its range.
    """
    path = _file(folder)
    table = _table(path)
    reader = _Reader(path, table, [])
    racks = [rack for rack in air.plan.racks if rack.flow_m3_s > 0]
    units = [unit.box.name for unit in air.plan.handlers]
    held = [name for name in sensors if f"{name}_degc" in table.columns]
    found = MeasuredRoom(
        reader.column("time_s", (0.0, 1e9)),
        _stack([reader.column(f"{rack.label}_power_w", (0.0, 1e6)) for rack in racks]),
        _stack([reader.speed(rack) for rack in racks]),
        _stack([reader.unit(name, "fan_signal_frac", (0.0, 1.5)) for name in units]),
        _stack([reader.unit(name, "supply_degc", AIR_DEGC) for name in units]),
        _stack([reader.returns(name) for name in units]),
        tuple(held),
        _stack([reader.column(f"{name}_degc", AIR_DEGC) for name in held]),
    )
    if reader.problems:
        raise InputError(reader.problems)
    _in_order(path, found.time_s)
    return found


def _file(folder: Path) -> Path:
    files = sorted([*folder.glob("measured*.csv"), *folder.glob("measured*.csv.gz")])
    if not files:
        allowed = "a folder with measured*.csv or measured*.csv.gz"
        raise InputError([Problem("--replay", "no such file", allowed, file=str(folder))])
    return files[0]


def _table(path: Path) -> pd.DataFrame:
    """The table as it stands; by default the first of more values than names would be an index,
    and each of the others under the name before its own.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(path, nrows=ROWS_MAX, index_col=False)
    except (OSError, ValueError, EOFError, pd.errors.ParserWarning) as error:
        problem = Problem("", f"{type(error).__name__}: {error}", "a CSV table", file=str(path))
        raise InputError([problem]) from error


def _in_order(path: Path, time_s: Array) -> None:
    """Times rise, and there are some."""
    if time_s.size < 3 or not (np.diff(time_s) > 0).all():
        allowed = "three rows or more, each later than the one before"
        raise InputError([Problem("time_s", f"{time_s.size} rows", allowed, file=str(path))])


def _stack(columns: list[Array]) -> Array:
    return np.stack(columns, axis=1) if columns else np.zeros((0, 0))


@dataclass
class _Reader:
    """Columns of a table, with every problem noted."""

    path: Path
    table: pd.DataFrame
    problems: list[Problem]

    def column(self, name: str, within: tuple[float, float]) -> Array:
        """A column's numbers; NaN where it is missing, which is noted."""
        if name not in self.table.columns:
            hint = did_you_mean(name, self.table.columns)
            self._note(name, "no such column", "a column for everything that the layout has", hint)
            return np.full(len(self.table), np.nan)
        values = pd.to_numeric(self.table[name], errors="coerce").to_numpy(dtype=float)
        wrong = ~((values >= within[0]) & (values <= within[1]))
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            found = f"{self.table[name].iloc[row]!r} in data row {row + 1}"
            self._note(name, found, f"numbers from {within[0]:g} to {within[1]:g}", "")
        return values

    def _note(self, name: str, found: str, allowed: str, hint: str) -> None:
        self.problems.append(Problem(name, found, allowed, hint, file=str(self.path)))

    def speed(self, rack: RackBody) -> Array:
        """Fan speed over the rated one; 1 where the layout states no rated speed."""
        rated = rack.row.fan_speed_rated_rpm
        if rated is None:
            return np.ones(len(self.table))
        return self.column(f"{rack.label}_fan_speed_rpm", (0.0, 50_000.0)) / rated

    def unit(self, name: str, what: str, within: tuple[float, float]) -> Array:
        """A column of an air handler, by its name as it is or without underscores."""
        short = f"{name.replace('_', '')}_{what}"
        return self.column(short if short in self.table.columns else f"{name}_{what}", within)

    def returns(self, name: str) -> Array:
        """The mean of every return sensor of a handler."""
        heads = (f"{name}_return", f"{name.replace('_', '')}_return")
        names = [c for c in self.table.columns if c.startswith(heads) and c.endswith("_degc")]
        if not names:
            return self.column(f"{name}_return_degc", AIR_DEGC)
        return np.asarray(np.mean([self.column(one, AIR_DEGC) for one in names], axis=0))
