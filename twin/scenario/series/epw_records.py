"""Records of EnergyPlus weather files, and the moments of a run that they hold for.

Files of typical years join months of different years, so records are matched by calendar date,
whatever their year.
"""

from __future__ import annotations

import math
from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, Problem
from twin.scenario.series.csv_rows import MISSING_WORDS, Quantity, refuse
from twin.scenario.yaml.scalars import brief

Array = NDArray[np.float64]

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
FIRST_WORD = b"LOCATION"
AIR_FIELDS = {"dry bulb": 6, "dew point": 7, "relative humidity": 8, "pressure": 9}
_MISSING = {"dry bulb": 99.9, "dew point": 99.9, "relative humidity": 999.0, "pressure": 999999.0}
DAYLIGHT_FIELDS = {
    "global horizontal": (13, 9999.0),
    "direct normal": (14, 9999.0),
    "diffuse horizontal": (15, 9999.0),
    "wind speed": (21, 999.0),
}
"""Fields of daylight and wind, and their codes for a missing value."""
_RANGES = {
    "dry bulb": Quantity("dry bulb", -70.0, 70.0, "°C"),
    "dew point": Quantity("dew point", -70.0, 70.0, "°C"),
    "relative humidity": Quantity("relative humidity", 0.0, 110.0, "%"),
    "pressure": Quantity("pressure", 31_000.0, 120_000.0, "Pa"),
}
"""What the format allows, and the codes that it writes for a missing value."""


@dataclass(frozen=True)
class EpwSite:
    """What the first header line says."""

    zone: timezone
    elevation_m: float
    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True)
class EpwRecord:
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


def header(lines: list[str], path: Path) -> tuple[EpwSite, int]:
    """The site, and the index of the first record."""
    words = lines[0].split(",")
    try:
        offset_h = float(words[8])
        elevation_m = float(np.clip(_finite(words[9]), -1000.0, 9000.0))
        zone = timezone(timedelta(hours=offset_h))
        place = (_degrees(words[6], 90.0), _degrees(words[7], 180.0))
    except (IndexError, ValueError, OverflowError) as error:
        found = f"the header line {brief(lines[0])!r}"
        allowed = "LOCATION with ten fields; the ninth is the offset from UTC, the tenth metres"
        raise InputError([Problem("", found, allowed, file=str(path), line=1, column=1)]) from error
    heads = (i for i, line in enumerate(lines[:100]) if line.upper().startswith("DATA PERIODS"))
    last = next(heads, None)
    if last is None:
        found = "no line that begins with DATA PERIODS"
        raise InputError([Problem("", found, "eight header lines", file=str(path))])
    return EpwSite(zone, elevation_m, *place), last + 1


def _degrees(text: str, most: float) -> float:
    """A latitude or longitude; nan where it is none."""
    try:
        number = float(text)
    except ValueError:
        return float("nan")
    return number if abs(number) <= most else float("nan")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a finite number")
    return number


def records_of(lines: list[str], first: int, path: Path) -> list[EpwRecord]:
    """The records from a line on; InputError with every one that is broken."""
    problems: list[Problem] = []
    records: dict[tuple[int, int, float], EpwRecord] = {}
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


def _refuse_second(first: EpwRecord, record: EpwRecord) -> None:
    """ValueError where another record of the same hour of the year came before."""
    if first is not record:
        raise ValueError(
            f"one record for each hour of the year; line {first.line} has this one already. "
            "Keep one year a file"
        )


def _record(line: int, words: list[str]) -> EpwRecord:
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
    values = {name: _value(name, words[place]) for name, place in AIR_FIELDS.items()}
    values |= {name: _daylight(words, *field) for name, field in DAYLIGHT_FIELDS.items()}
    return EpwRecord(month, day, seconds, line, values)


def _daylight(words: list[str], place: int, missing: float) -> float | None:
    """A number that may lack, for air alone is asked of every file."""
    try:
        number = float(words[place])
    except (IndexError, ValueError):
        return None
    return number if 0.0 <= number < missing else None


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


def placed(
    records: list[EpwRecord], site: EpwSite, start: datetime, horizon_s: float
) -> list[tuple[float, EpwRecord]]:
    """Records by seconds after the start, those from a day before the run to a day after it."""
    begin = start.astimezone(site.zone)
    end = begin + timedelta(seconds=horizon_s)
    found: dict[float, EpwRecord] = {}
    for year in range(begin.year - 1, end.year + 2):
        for month, day, record in _of_year(records, year):
            midnight = datetime(year, month, day, tzinfo=site.zone)
            time_s = (midnight - begin).total_seconds() + record.seconds
            if -DAY_S <= time_s <= horizon_s + DAY_S:
                found[time_s] = record
    return sorted(found.items())


def _of_year(records: list[EpwRecord], year: int) -> Iterator[tuple[int, int, EpwRecord]]:
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


def column_of(records: list[EpwRecord], name: str) -> Array:
    """(record,) one quantity; nan where it is missing."""
    values = (record.values[name] for record in records)
    return np.array([np.nan if value is None else value for value in values])
