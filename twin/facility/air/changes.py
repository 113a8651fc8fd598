"""Weather as a scenario changes it: design days, later climates, hotter days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from twin.arrays import Array
from twin.facility.model import Weather
from twin.scenario.schema.climate import ChangedWeather, ClimateChange, HeatWave
from twin.scenario.series import YearOfAir, design_day, heated, later_design, morphed

COMMON_YEAR = 2026
"""Of 365 days, as those of `YearOfAir`."""
HOUR_S = 3600.0
DAY_S = 86_400.0
WAVE_STEP_S = 3600.0
"""Rows at least this close, so that a heat wave has its shape where a file has few rows."""


def designed(year: YearOfAir, which: str, start: datetime, horizon_s: float) -> Weather:
    """A design day by the clock of the start, again and again over a run."""
    day = design_day(year, which)
    first = start.replace(minute=0, second=0, microsecond=0)
    hours = np.arange(0, int(np.ceil(horizon_s / HOUR_S)) + 2)
    rows = (hours + first.hour - 1) % 24
    time_s = np.asarray(hours * HOUR_S - (start - first).total_seconds(), dtype=float)
    pressure = np.full(hours.size, day.pressure_pa)
    return Weather(time_s, day.dry_bulb_degc[rows], day.wet_bulb_degc[rows], pressure)


def changed(
    found: Weather, asked: ChangedWeather, year: YearOfAir | None, start: datetime
) -> Weather:
    """The weather with the later climate, then the heat wave, that are asked for."""
    if asked.change is not None and year is not None:
        found = _later(found, asked.change, year, start)
    if asked.heat_wave is not None:
        found = _hotter(_finer(found), asked.heat_wave, start)
    return found


def later_year(year: YearOfAir, change: ClimateChange) -> YearOfAir:
    """A year of a later climate; its published design conditions move as its hours do."""
    hours = np.arange(1.0, year.dry_bulb_degc.size + 1.0) * HOUR_S
    air = Weather(hours, year.dry_bulb_degc, year.wet_bulb_degc, year.pressure_pa)
    later = _later(air, change, year, datetime(COMMON_YEAR, 1, 1, tzinfo=UTC))
    return replace(
        year,
        dry_bulb_degc=later.dry_bulb_degc,
        wet_bulb_degc=later.wet_bulb_degc,
        name=f"{year.name}, changed",
        design=later_design(year, _by_month(change)),
    )


def _by_month(change: ClimateChange) -> tuple[Array, Array, Array]:
    """(12,) each: dry bulb, daily range, relative humidity in percentage points."""
    return (
        np.array(change.dry_bulb),
        np.array(change.daily_range),
        np.array(change.relative_humidity),
    )


def _later(found: Weather, change: ClimateChange, year: YearOfAir, start: datetime) -> Weather:
    """A row belongs to the month that it ends, as in `YearOfAir`: that of 24:00 to the old one."""
    clock = np.datetime64(start.replace(tzinfo=None), "s")
    moment = clock + (np.ceil(found.time_s) - 1.0).astype("timedelta64[s]")
    month = moment.astype("datetime64[M]").astype(int) % 12
    dry, wet = morphed(_air(found), month, year, _by_month(change))
    return Weather(found.time_s, dry, wet, found.pressure_pa)


def _finer(found: Weather) -> Weather:
    """The same weather with rows between those that stand far apart."""
    if found.time_s.size < 2:
        return found
    steps = np.maximum(1, np.ceil(np.diff(found.time_s) / WAVE_STEP_S)).astype(int)
    parts = [
        np.linspace(a, b, n, endpoint=False)
        for a, b, n in zip(found.time_s, found.time_s[1:], steps, strict=False)
    ]
    time_s = np.concatenate([*parts, found.time_s[-1:]])
    table = found.table(time_s)
    pressure = np.interp(time_s, found.time_s, found.pressure_pa)
    return Weather(time_s, table[:, 0], table[:, 1], pressure)


def _hotter(found: Weather, wave: HeatWave, start: datetime) -> Weather:
    midnight = datetime(wave.start.year, wave.start.month, wave.start.day, tzinfo=start.tzinfo)
    day = (found.time_s - (midnight - start).total_seconds()) / DAY_S
    hour = (day % 1.0) * 24.0
    dry, wet = heated(_air(found), day, hour, wave.days, wave.add, wave.night)
    return Weather(found.time_s, dry, wet, found.pressure_pa)


def _air(found: Weather) -> tuple[Array, Array, Array]:
    return found.dry_bulb_degc, found.wet_bulb_degc, found.pressure_pa
