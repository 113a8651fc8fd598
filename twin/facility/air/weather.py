"""Outdoor air over the horizon: from a catalogue climate, a steady state or a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from twin.arrays import Index
from twin.catalogue.rows import Climate
from twin.errors import InputError, did_you_mean
from twin.facility.air.changes import changed, designed, later_year
from twin.facility.ledger import Ledger
from twin.facility.model import Weather
from twin.findings import Finding, FindingCode
from twin.scenario.schema import CatalogueClimate, SteadyWeather, WeatherFile
from twin.scenario.schema.climate import ChangedWeather, HeatWave
from twin.scenario.series import (
    YearOfAir,
    cosines,
    read_content,
    read_weather,
    year_of_climate,
    year_of_file,
)

_FILE = ("site", "climate", "file")
STEP_S = 900.0
"""Spacing of the rows made from the cosines of a climate."""
HOUR_S = 3600.0
YEAR_H = 8760


def weather(ledger: Ledger) -> Weather | None:
    """The table for the scenario's site; problems are noted in the ledger."""
    climate = ledger.scenario.site.climate
    if isinstance(climate, ChangedWeather) and climate.heat_wave is not None:
        _refuse_elsewhere(ledger, climate.heat_wave)
    if isinstance(climate, SteadyWeather):
        return _steady(ledger, climate)
    if isinstance(climate, WeatherFile):
        return _from_file(ledger, climate)
    asked = CatalogueClimate(name=climate) if isinstance(climate, str) else climate
    return _from_climate(ledger, asked, named=not isinstance(climate, str))


def _refuse_elsewhere(ledger: Ledger, wave: HeatWave) -> None:
    """A heat wave that the run does not meet is a problem."""
    start = ledger.scenario.start
    first = datetime(wave.start.year, wave.start.month, wave.start.day, tzinfo=start.tzinfo)
    end = start + timedelta(seconds=ledger.scenario.horizon)
    if first >= end or first + timedelta(days=wave.days) <= start:
        ledger.complain(
            ("site", "climate", "heat_wave", "start"),
            f"a heat wave of {wave.days} days from {wave.start:%Y-%m-%d} on",
            f"one that meets the run, {start:%Y-%m-%d} to {end:%Y-%m-%d}",
        )


def _steady(ledger: Ledger, climate: SteadyWeather) -> Weather:
    if climate.wet_bulb > climate.dry_bulb:
        ledger.complain(
            ("site", "climate", "wet_bulb"),
            f"{climate.wet_bulb:g} °C above the dry bulb",
            "a wet bulb at or below the dry bulb",
        )
    return Weather(np.zeros(1), np.array([climate.dry_bulb]), np.array([climate.wet_bulb]))


def _from_climate(ledger: Ledger, asked: CatalogueClimate, named: bool) -> Weather | None:
    """The hours of a climate over the run, or None where nobody knows it."""
    known = ledger.scenario.catalogue.rows(Climate)
    if asked.name not in known:
        ledger.complain(
            ("site", "climate", "name") if named else ("site", "climate"),
            repr(asked.name),
            "a climate of the catalogue: " + ", ".join(sorted(known)),
            did_you_mean(asked.name, known),
        )
        return None
    row = known[asked.name]
    start = ledger.scenario.start
    horizon_s = ledger.scenario.horizon
    year = year_of_climate(row, asked.smooth)
    if asked.design_day is None or year.design is None:
        ledger.remarks += (
            Finding(FindingCode.HOURS_LEFT_OUT, row.name, text, ("site", "climate"))
            for text in year.warnings
        )
    if asked.design_day is not None:
        return _of_design_day(ledger, year, asked, asked.design_day)
    found = from_year(year, start, horizon_s)
    if asked.smooth or not year.hourly:
        found = from_cosines(row, start, horizon_s)
    return changed(found, asked, year, start)


def _from_file(ledger: Ledger, asked: WeatherFile) -> Weather | None:
    """The rows of a weather file that covers the run, or None where that is a problem."""
    scenario = ledger.scenario
    path = Path(asked.file)
    try:
        year = year_of_file(path, scenario.start) if asked.needs_year else None
        if year is not None and asked.design_day is not None:
            ledger.remarks += _filled_in(path, year.warnings)
            return _of_design_day(ledger, year, asked, asked.design_day)
        rows = read_weather(read_content(path), path, scenario.start, scenario.horizon)
    except InputError as error:
        ledger.problems += error.problems
        return None
    ledger.covers(_FILE, "rows of weather", rows.time_s, rows.step_s)
    ledger.remarks += _filled_in(path, rows.warnings)
    found = Weather(rows.time_s, rows.dry_bulb_degc, rows.wet_bulb_degc, rows.pressure_pa)
    return changed(found, asked, year, scenario.start)


def _filled_in(path: Path, texts: tuple[str, ...]) -> list[Finding]:
    """What stands for what a file lacks."""
    return [Finding(FindingCode.FILLED_IN, path.name, text, _FILE) for text in texts]


def _of_design_day(ledger: Ledger, year: YearOfAir, asked: ChangedWeather, which: str) -> Weather:
    """A design day of a year, or of the later one, with the heat wave that is asked for."""
    if year.design_says:
        says = Finding(FindingCode.DESIGN_CONDITIONS, year.name, year.design_says, _FILE)
        ledger.remarks += (says,)
    scenario = ledger.scenario
    then = year if asked.change is None else later_year(year, asked.change)
    found = designed(then, which, scenario.start, scenario.horizon)
    return changed(found, asked, None, scenario.start)


def from_cosines(row: Climate, start: datetime, horizon_s: float) -> Weather:
    """The two cosines of a climate over a run, every quarter of an hour."""
    time_s = np.arange(0.0, horizon_s + STEP_S, STEP_S)
    hour = _hour_of_year(start) + time_s / HOUR_S
    dry, wet = cosines(row, hour)
    return Weather(time_s, dry, wet, np.full(time_s.size, row.pressure_pa))


def from_year(year: YearOfAir, start: datetime, horizon_s: float) -> Weather:
    """The hours of a year by calendar date over a run: 28 February stands for the 29th too, and
    January follows December.
    """
    first = start.replace(minute=0, second=0, microsecond=0)
    hours = np.arange(0, int(np.ceil(horizon_s / HOUR_S)) + 2)
    rows = _rows_by_date(first, hours)
    time_s = np.asarray(hours * HOUR_S - (start - first).total_seconds(), dtype=float)
    return Weather(
        time_s, year.dry_bulb_degc[rows], year.wet_bulb_degc[rows], year.pressure_pa[rows]
    )


def _rows_by_date(first: datetime, hours: Index) -> Index:
    """(hour,) Rows of a year of 365 days for the hours after a moment; row 0 is that of 1:00."""
    out = np.empty(hours.size, dtype=np.int64)
    year = first.year
    while True:
        begin = datetime(year, 1, 1, tzinfo=first.tzinfo)
        end = datetime(year + 1, 1, 1, tzinfo=first.tzinfo)
        within = hours - int((begin - first).total_seconds() // HOUR_S)
        days = (end - begin).days
        mine = (within >= 0) & (within < days * 24)
        leap = (days == 366) & (within >= 59 * 24)
        out[mine] = ((within - np.where(leap, 24, 0) - 1) % YEAR_H)[mine]
        year += 1
        if end > first + timedelta(hours=float(hours[-1])):
            return out


def _hour_of_year(start: datetime) -> float:
    return (start - datetime(start.year, 1, 1, tzinfo=start.tzinfo)).total_seconds() / HOUR_S
