"""EnergyPlus weather files (EPW): eight header lines, then one record an hour or part of one.

A record of hour h holds for the end of that hour, h:00 local standard time, whose offset from UTC
stands in the first header line (Auxiliary Programs of EnergyPlus, "Weather converter": hour 1 ends
at 01:00). Files of typical years join months of different years, so records are matched by calendar
date, whatever their year.
"""

from __future__ import annotations

import math
from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, Problem
from twin.physics import psychrometrics
from twin.scenario.series.csv_rows import MISSING_WORDS, Quantity, refuse
from twin.scenario.yaml.scalars import brief

Array = NDArray[np.float64]

FILLED_MAX_S = 6 * 3600.0
"""Longest gap that a straight line fills: beyond a quarter of a day it would cut off the day's
peak. Assumed."""
HOUR_S = 3600.0
_DAY_S = 24 * HOUR_S
_COMMON_YEAR = 2001
"""A year without 29 February."""
_FILLED = "a straight line between its neighbours stands for it"
_FIRST_WORD = b"LOCATION"
_FIELDS = {"dry bulb": 6, "dew point": 7, "relative humidity": 8, "pressure": 9}
_MISSING = {"dry bulb": 99.9, "dew point": 99.9, "relative humidity": 999.0, "pressure": 999999.0}
_RANGES = {
    "dry bulb": Quantity("dry bulb", -70.0, 70.0, "°C"),
    "dew point": Quantity("dew point", -70.0, 70.0, "°C"),
    "relative humidity": Quantity("relative humidity", 0.0, 110.0, "%"),
    "pressure": Quantity("pressure", 31_000.0, 120_000.0, "Pa"),
}
"""What the format allows, and the codes that it writes for a missing value."""


@dataclass(frozen=True)
class _Site:
    """What the first header line says."""

    zone: timezone
    elevation_m: float


@dataclass(frozen=True)
class _Record:
    """One record: when it holds within a year, its line, and its numbers (None for missing)."""

    month: int
    day: int
    seconds: float
    """From the midnight that the day begins with."""
    line: int
    values: dict[str, float | None]

    @property
    def moment(self) -> tuple[int, int, float]:
        """When it holds within a year."""
        return self.month, self.day, self.seconds


def is_epw(content: bytes) -> bool:
    """Whether a file begins as an EPW file does."""
    return content.removeprefix(b"\xef\xbb\xbf")[:20].lstrip().upper().startswith(_FIRST_WORD)


def read_epw(
    content: bytes, path: Path, start: datetime | None, horizon_s: float
) -> tuple[Array, Array, Array, Array, tuple[str, ...]]:
    """Times after the start, dry bulbs, wet bulbs, pressures, and what was filled in, with a day
    around the run. Without a start it is the beginning of a year of 365 days by the file's clock.

    InputError with every record that is broken, impossible, or missing for longer than 6 hours.
    """
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    site, first = _header(lines, path)
    records = _records(lines, first, path)
    start = start or datetime(_COMMON_YEAR, 1, 1, tzinfo=site.zone)
    timed = _placed(records, site, start, horizon_s)
    usable = [(time_s, record) for time_s, record in timed if _complete(record)]
    if not usable:
        period = f"{records[0].month}/{records[0].day} to {records[-1].month}/{records[-1].day}"
        found = f"no usable record between {_period(start, horizon_s)}; the file holds {period}"
        problem = Problem("", found, "weather for the days of the run", file=str(path))
        raise InputError([problem])
    _refuse_long_gaps(usable, path, horizon_s)
    time_s = np.array([time_s for time_s, _ in usable])
    air = _air([record for _, record in usable], site)
    return time_s, *air, _warnings(timed, site, path, horizon_s)


def _period(start: datetime, horizon_s: float) -> str:
    end = start + timedelta(seconds=horizon_s)
    return f"{start:%d %b %H:%M} and {end:%d %b %H:%M}"


def _header(lines: list[str], path: Path) -> tuple[_Site, int]:
    """The site, and the index of the first record."""
    words = lines[0].split(",")
    try:
        offset_h = float(words[8])
        elevation_m = float(np.clip(_finite(words[9]), -1000.0, 9000.0))
        zone = timezone(timedelta(hours=offset_h))
    except (IndexError, ValueError, OverflowError) as error:
        found = f"the header line {brief(lines[0])!r}"
        allowed = "LOCATION with ten fields; the ninth is the offset from UTC, the tenth metres"
        raise InputError([Problem("", found, allowed, file=str(path), line=1, column=1)]) from error
    heads = (i for i, line in enumerate(lines[:100]) if line.upper().startswith("DATA PERIODS"))
    last = next(heads, None)
    if last is None:
        found = "no line that begins with DATA PERIODS"
        raise InputError([Problem("", found, "eight header lines", file=str(path))])
    return _Site(zone, elevation_m), last + 1


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a finite number")
    return number


def _records(lines: list[str], first: int, path: Path) -> list[_Record]:
    problems: list[Problem] = []
    records: dict[tuple[int, int, float], _Record] = {}
    for number, text in enumerate(lines[first:], start=first + 1):
        if not text.strip():
            continue
        try:
            record = _record(number, text.split(","))
            _refuse_second(records.setdefault(record.moment, record), record)
        except ValueError as error:
            found = f"the record {brief(text)!r}"
            problems.append(Problem("", found, str(error), file=str(path), line=number, column=1))
    if not records and not problems:
        problems = [Problem("", "no records", "at least one record", file=str(path))]
    refuse(problems, path)
    return list(records.values())


def _refuse_second(first: _Record, record: _Record) -> None:
    """ValueError where another record of the same hour of the year came before."""
    if first is not record:
        raise ValueError(
            f"one record for each hour of the year; line {first.line} has this one already. "
            "Keep one year a file"
        )


def _record(line: int, words: list[str]) -> _Record:
    """One record; ValueError with what is allowed."""
    if len(words) < 10:
        raise ValueError("at least ten fields: date, hour, minute, flags, air and pressure")
    try:
        _, month, day, hour, minute = (int(float(word)) for word in words[:5])
        datetime(2000, month, day)
    except (ValueError, OverflowError) as error:
        raise ValueError("year, month, day, hour and minute of the calendar") from error
    if not (1 <= hour <= 24 and 0 <= minute <= 60):
        raise ValueError("hours from 1 to 24 and minutes from 0 to 60")
    seconds = (hour - 1) * HOUR_S + (minute or 60) * 60.0
    values = {name: _value(name, words[place]) for name, place in _FIELDS.items()}
    return _Record(month, day, seconds, line, values)


def _value(name: str, text: str) -> float | None:
    """A number in its range, or None for the format's code for a missing one."""
    if text.strip().lower() in MISSING_WORDS:
        return None
    try:
        if float(text) >= _MISSING[name]:
            return None
        return _RANGES[name].read(text)
    except ValueError as error:
        allowed = f"a {name} from {_RANGES[name].low:g} to {_RANGES[name].high:g}"
        raise ValueError(f"{allowed} {_RANGES[name].unit}") from error


def _complete(record: _Record) -> bool:
    """Whether dry bulb and some measure of humidity are there; a pressure can be stood in for."""
    values = record.values
    humid = values["relative humidity"] is not None or values["dew point"] is not None
    return values["dry bulb"] is not None and humid


def _placed(
    records: list[_Record], site: _Site, start: datetime, horizon_s: float
) -> list[tuple[float, _Record]]:
    """Records by seconds after the start, those from a day before the run to a day after it."""
    begin = start.astimezone(site.zone)
    end = begin + timedelta(seconds=horizon_s)
    found: dict[float, _Record] = {}
    for year in range(begin.year - 1, end.year + 2):
        for month, day, record in _of_year(records, year):
            midnight = datetime(year, month, day, tzinfo=site.zone)
            time_s = (midnight - begin).total_seconds() + record.seconds
            if -_DAY_S <= time_s <= horizon_s + _DAY_S:
                found[time_s] = record
    return sorted(found.items())


def _of_year(records: list[_Record], year: int) -> Iterator[tuple[int, int, _Record]]:
    """Month, day and record of one year: 29 February only in leap years, in which 28 February
    stands for it where the file has none.
    """
    leap = isleap(year)
    has_leap_day = any(record.month == 2 and record.day == 29 for record in records)
    for record in records:
        if record.month != 2 or record.day != 29:
            yield record.month, record.day, record
            if leap and not has_leap_day and (record.month, record.day) == (2, 28):
                yield 2, 29, record
        elif leap:
            yield 2, 29, record


def _refuse_long_gaps(usable: list[tuple[float, _Record]], path: Path, horizon_s: float) -> None:
    problems = []
    for (before_s, _), (after_s, record) in pairwise(usable):
        if after_s - before_s > FILLED_MAX_S and before_s < horizon_s and after_s > 0:
            found = f"no usable record for {(after_s - before_s) / HOUR_S:g} h before this one"
            allowed = f"gaps of at most {FILLED_MAX_S / HOUR_S:g} h, which are filled"
            problems.append(Problem("", found, allowed, file=str(path), line=record.line, column=1))
    refuse(problems, path)


def _air(records: list[_Record], site: _Site) -> tuple[Array, Array, Array]:
    """Dry bulbs, wet bulbs and pressures; humidity from the relative one where there is one, else
    from the dew point.
    """
    column = {name: _column(records, name) for name in _FIELDS}
    standard_pa = psychrometrics.standard_pressure_pa(site.elevation_m)
    pressure_pa = np.where(np.isnan(column["pressure"]), standard_pa, column["pressure"])
    dry = column["dry bulb"]
    by_humidity = (
        np.minimum(column["relative humidity"], 100.0)
        / 100.0
        * psychrometrics.saturation_pressure_pa(dry)
    )
    dew = np.fmin(column["dew point"], dry)
    by_dew_point = psychrometrics.saturation_pressure_pa(dew)
    vapour_pa = np.where(np.isnan(by_humidity), by_dew_point, by_humidity)
    wet = psychrometrics.wet_bulb_degc(dry, vapour_pa, pressure_pa)
    return dry, np.minimum(wet, dry), pressure_pa


def _column(records: list[_Record], name: str) -> Array:
    values = (record.values[name] for record in records)
    return np.array([np.nan if value is None else value for value in values])


def _warnings(
    timed: list[tuple[float, _Record]], site: _Site, path: Path, horizon_s: float
) -> tuple[str, ...]:
    """What was filled in within the run."""
    during = [(time_s, record) for time_s, record in timed if 0 <= time_s <= horizon_s]
    found = [*_incomplete(during, path), *_absent(timed, path, horizon_s)]
    without = [r for _, r in during if _complete(r) and r.values["pressure"] is None]
    if without:
        pascal = psychrometrics.standard_pressure_pa(site.elevation_m)
        found.append(
            f"{path.name}:{without[0].line}: the pressure is missing in {len(without)} records; "
            f"{pascal:,.0f} Pa, that of {site.elevation_m:g} m, stands for it"
        )
    return tuple(found)


def _incomplete(during: list[tuple[float, _Record]], path: Path) -> Iterator[str]:
    """Records without dry bulb or humidity."""
    for _, record in during:
        if not _complete(record):
            lacks = "dry bulb" if record.values["dry bulb"] is None else "humidity"
            yield f"{path.name}:{record.line}: the {lacks} is missing; {_FILLED}"


def _absent(timed: list[tuple[float, _Record]], path: Path, horizon_s: float) -> Iterator[str]:
    """Hours for which the file has no record at all."""
    times_s = np.array([time_s for time_s, _ in timed])
    steps_s = np.diff(times_s)
    usual_s = float(np.median(steps_s)) if len(steps_s) else HOUR_S
    for i in np.flatnonzero(steps_s > 1.5 * usual_s):
        if times_s[i] < horizon_s and times_s[i + 1] > 0:
            missing_h = (steps_s[i] - usual_s) / HOUR_S
            line = timed[i + 1][1].line
            yield f"{path.name}:{line}: no record for {missing_h:g} h before it; {_FILLED}"
