"""EnergyPlus weather files (EPW): eight header lines, then one record an hour or part of one.

A record of hour h holds for the end of that hour, h:00 local standard time, whose offset from UTC
stands in the first header line (Auxiliary Programs of EnergyPlus, "Weather converter": hour 1 ends
at 01:00). Files of typical years join months of different years, so records are matched by calendar
date, whatever their year.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from twin.errors import InputError, Problem
from twin.physics import psychrometrics
from twin.physics.psychrometrics import Law
from twin.scenario.series.csv_rows import refuse
from twin.scenario.series.epw_humidity import saturation_law, vapour_pa
from twin.scenario.series.epw_records import (
    FIRST_WORD,
    HOUR_S,
    Array,
    EpwRecord,
    EpwSite,
    column_of,
    header,
    placed,
    records_of,
)
from twin.scenario.series.leaps import leaps

FILLED_MAX_S = 6 * 3600.0
"""Longest gap that a straight line fills: beyond a quarter of a day it would cut off the day's
peak. Assumed."""
_COMMON_YEAR = 2001
"""A year without 29 February."""
_FILLED = "a straight line between its neighbours stands for it"


def is_epw(content: bytes) -> bool:
    """Whether a file begins as an EPW file does."""
    return content.removeprefix(b"\xef\xbb\xbf")[:20].lstrip().upper().startswith(FIRST_WORD)


def lines_of(content: bytes) -> list[str]:
    """The lines of a file, without the mark that spreadsheets write before the first."""
    return content.decode("utf-8-sig", errors="replace").splitlines()


def read_epw(
    content: bytes, path: Path, start: datetime | None, horizon_s: float
) -> tuple[Array, Array, Array, Array, tuple[str, ...]]:
    """Times after the start, dry bulbs, wet bulbs, pressures, and what was filled in, with a day
    around the run. Without a start it is the beginning of a year of 365 days by the file's clock.

    InputError with every record that is broken, impossible, or missing for longer than 6 hours.
    """
    lines = lines_of(content)
    site, first = header(lines, path)
    records = records_of(lines, first, path)
    start = start or datetime(_COMMON_YEAR, 1, 1, tzinfo=site.zone)
    timed = placed(records, site, start, horizon_s)
    usable = [(time_s, record) for time_s, record in timed if _complete(record)]
    if not usable:
        period = f"{records[0].month}/{records[0].day} to {records[-1].month}/{records[-1].day}"
        found = f"no usable record between {_period(start, horizon_s)}; the file holds {period}"
        problem = Problem("", found, "weather for the days of the run", file=str(path))
        raise InputError([problem])
    _refuse_long_gaps(usable, path, horizon_s)
    time_s = np.array([time_s for time_s, _ in usable])
    air = _air([record for _, record in usable], site, saturation_law(records))
    lines_used = np.array([record.line for _, record in usable])
    said = _warnings(timed, site, path, horizon_s) + leaps(time_s, lines_used, air[0], path)
    return time_s, *air, said


def _period(start: datetime, horizon_s: float) -> str:
    end = start + timedelta(seconds=horizon_s)
    return f"{start:%d %b %H:%M} and {end:%d %b %H:%M}"


def _complete(record: EpwRecord) -> bool:
    """Whether dry bulb and some measure of humidity are there; a pressure can be stood in for."""
    values = record.values
    humid = values["relative humidity"] is not None or values["dew point"] is not None
    return values["dry bulb"] is not None and humid


def _refuse_long_gaps(usable: list[tuple[float, EpwRecord]], path: Path, horizon_s: float) -> None:
    problems = []
    for (before_s, _), (after_s, record) in pairwise(usable):
        if after_s - before_s > FILLED_MAX_S and before_s < horizon_s and after_s > 0:
            found = f"no usable record for {(after_s - before_s) / HOUR_S:g} h before this one"
            allowed = f"gaps of at most {FILLED_MAX_S / HOUR_S:g} h, which are filled"
            problems.append(Problem("", found, allowed, file=str(path), line=record.line, column=1))
    refuse(problems, path)


def _air(records: list[EpwRecord], site: EpwSite, law: Law) -> tuple[Array, Array, Array]:
    """Dry bulbs, wet bulbs and pressures; no wet bulb lies above its dry bulb."""
    dry = column_of(records, "dry bulb")
    stated_pa = column_of(records, "pressure")
    standard_pa = psychrometrics.standard_pressure_pa(site.elevation_m)
    pressure_pa = np.where(np.isnan(stated_pa), standard_pa, stated_pa)
    wet = psychrometrics.wet_bulb_degc(dry, vapour_pa(records, law), pressure_pa)
    return dry, np.minimum(wet, dry), pressure_pa


def _warnings(
    timed: list[tuple[float, EpwRecord]], site: EpwSite, path: Path, horizon_s: float
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


def _incomplete(during: list[tuple[float, EpwRecord]], path: Path) -> Iterator[str]:
    """Records without dry bulb or humidity."""
    for _, record in during:
        if not _complete(record):
            lacks = "dry bulb" if record.values["dry bulb"] is None else "humidity"
            yield f"{path.name}:{record.line}: the {lacks} is missing; {_FILLED}"


def _absent(timed: list[tuple[float, EpwRecord]], path: Path, horizon_s: float) -> Iterator[str]:
    """Hours for which the file has no record at all."""
    times_s = np.array([time_s for time_s, _ in timed])
    steps_s = np.diff(times_s)
    usual_s = float(np.median(steps_s)) if len(steps_s) else HOUR_S
    for i in np.flatnonzero(steps_s > 1.5 * usual_s):
        if times_s[i] < horizon_s and times_s[i + 1] > 0:
            missing_h = (steps_s[i] - usual_s) / HOUR_S
            line = timed[i + 1][1].line
            yield f"{path.name}:{line}: no record for {missing_h:g} h before it; {_FILLED}"
