"""A whole year of outdoor air: of a catalogue climate, or of a weather file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from twin.catalogue.rows import Climate
from twin.catalogue.typical_years import typical_year
from twin.errors import InputError, Problem
from twin.scenario.series.air import HOURS, Array, DesignConditions, YearOfAir
from twin.scenario.series.csv_rows import read_content
from twin.scenario.series.epw import is_epw, lines_of
from twin.scenario.series.epw_design import design_of_header
from twin.scenario.series.weather import BEGINNING, HOUR_S, WeatherRows, read_weather

YEAR_S = HOURS * HOUR_S
_ENDS_H = np.arange(1.0, HOURS + 1.0)


def cosines(row: Climate, hour: Array) -> tuple[Array, Array]:
    """Dry and wet bulb of a climate at hours since its year began: season and day as two cosines
    around the mean, the wet bulb kept below the dry bulb.

    Amplitudes are fitted on a typical year; the residual stands in the catalogue row.
    """
    season = np.cos(2 * np.pi * (hour / 24.0 - row.hottest_day_of_year) / 365.0)
    daily = np.cos(2 * np.pi * (hour - row.hottest_hour) / 24.0)
    dry = row.dry_bulb_mean_degc + row.dry_bulb_season_k * season + row.dry_bulb_day_k * daily
    wet = row.wet_bulb_mean_degc + row.wet_bulb_season_k * season + row.wet_bulb_day_k * daily
    return dry, np.minimum(wet, dry - row.wet_bulb_min_gap_k)


def year_of_climate(row: Climate, smooth: bool = False) -> YearOfAir:
    """The typical year of a climate, or its cosines where it has none or they are asked for."""
    known = None if smooth else typical_year(row)
    dry, wet = known.hourly() if known else cosines(row, np.arange(1.0, HOURS + 1.0))
    design = None if known else design_conditions(row)
    said = () if known or smooth else (_without_hours(row, float(dry.max()), design),)
    pressure_pa = np.full(HOURS, row.pressure_pa)
    return YearOfAir(dry, wet, pressure_pa, row.name, known is not None, said, design)


def design_conditions(row: Climate) -> DesignConditions | None:
    """Published design conditions of a climate; None where its row has none."""
    cooling = row.cooling_design_degc
    wet = row.wet_bulb_design_degc
    cold = row.heating_design_degc
    if cooling is None or wet is None or cold is None or row.design_range_k is None:
        return None
    return DesignConditions.of(cooling, wet, cold, row.design_range_k)


def _without_hours(row: Climate, hottest_degc: float, design: DesignConditions | None) -> str:
    """What two cosines leave out of a year."""
    days = "design days are those of the cosines, as much too mild"
    if design is not None:
        days = "design days are the published ones of the station"
    return (
        f"two cosines stand for the year of {row.name}: its hottest hour is {hottest_degc:.1f} °C "
        f"where the typical year has {row.dry_bulb_max_degc:.1f} °C; {days}; an EPW file has the "
        "hours"
    )


def year_of_file(path: Path, start: datetime | None = None) -> YearOfAir:
    """The year of an EPW file, or of a CSV with the rows of a year.

    start   of the scenario that names a CSV whose times count from it; without one, they count
            from the first of January
    InputError where it holds less than a year, and as `read_weather`.
    """
    content = read_content(path)
    epw = is_epw(content)
    rows = read_weather(content, path, None if epw else start, YEAR_S)
    _refuse_less_than_a_year(rows, path)
    midnight_s = 0.0 if epw else _midnight_s(rows.time_s[0], start or BEGINNING)
    hour = (rows.time_s - midnight_s) / HOUR_S
    dry, wet, pascal = (
        np.interp(_ENDS_H, hour, column, period=HOURS)
        for column in (rows.dry_bulb_degc, rows.wet_bulb_degc, rows.pressure_pa)
    )
    year = YearOfAir(dry, wet, pascal, path.name, warnings=rows.warnings)
    if not epw:
        return year
    design, says = design_of_header(lines_of(content), year, path)
    return replace(year, design=design, design_says=says)


def _midnight_s(first_s: float, start: datetime) -> float:
    """When the calendar year of a file's first row began, in seconds after a start."""
    year = (start + timedelta(seconds=float(first_s))).year
    return (datetime(year, 1, 1, tzinfo=start.tzinfo) - start).total_seconds()


def _refuse_less_than_a_year(rows: WeatherRows, path: Path) -> None:
    span_s = rows.time_s[-1] - rows.time_s[0] + rows.step_s
    if span_s < YEAR_S - 0.5 * rows.step_s or rows.time_s.size < 365:
        found = f"weather of {span_s / HOUR_S:g} h in {rows.time_s.size:,} rows"
        allowed = f"a whole year, {HOURS:,} h"
        raise InputError([Problem("", found, allowed, file=str(path))])
