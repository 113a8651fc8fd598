"""Outdoor air over the horizon: from a catalogue climate, a steady state or a file."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import numpy as np

from twin.catalogue.rows import Climate
from twin.errors import InputError, Problem, did_you_mean
from twin.facility.ledger import Ledger
from twin.facility.model import Weather
from twin.scenario.schema import Scenario, SteadyWeather, WeatherFile

STEP_S = 900.0
"""Spacing of the rows made from a climate."""
COLDEST_DEGC = -60.0
HOTTEST_DEGC = 150.0
"""What a temperature in a scenario may be; in a weather file too."""
ROWS_MAX = 2_000_000
"""Longest weather file that is read."""


def weather(ledger: Ledger) -> Weather | None:
    """The table for the scenario's site; problems are noted in the ledger."""
    scenario = ledger.scenario
    climate = scenario.site.climate
    if isinstance(climate, SteadyWeather):
        if climate.wet_bulb > climate.dry_bulb:
            ledger.complain(
                ("site", "climate", "wet_bulb"),
                f"{climate.wet_bulb:g} °C above the dry bulb",
                "a wet bulb at or below the dry bulb",
            )
        return Weather(np.zeros(1), np.array([climate.dry_bulb]), np.array([climate.wet_bulb]))
    if isinstance(climate, WeatherFile):
        return read(Path(climate.file))
    known = scenario.catalogue.rows(Climate)
    if climate not in known:
        ledger.complain(
            ("site", "climate"),
            repr(climate),
            "a climate of the catalogue: " + ", ".join(sorted(known)),
            did_you_mean(climate, known),
        )
        return None
    return from_climate(known[climate], scenario)


def from_climate(row: Climate, scenario: Scenario) -> Weather:
    """Season and day as two sinusoids around the mean, wet bulb kept below dry bulb.

    Amplitudes are fitted on a typical year; the residual stands in the catalogue row.
    """
    time = np.arange(0.0, scenario.horizon + STEP_S, STEP_S)
    hour = _hour_of_day(scenario.start) + time / 3600.0
    day = scenario.start.timetuple().tm_yday + hour / 24.0
    season = np.cos(2 * np.pi * (day - row.hottest_day_of_year) / 365.0)
    daily = np.cos(2 * np.pi * (hour - row.hottest_hour) / 24.0)
    dry = row.dry_bulb_mean_degc + row.dry_bulb_season_k * season + row.dry_bulb_day_k * daily
    wet = row.wet_bulb_mean_degc + row.wet_bulb_season_k * season + row.wet_bulb_day_k * daily
    return Weather(time, dry, np.minimum(wet, dry - row.wet_bulb_min_gap_k))


def _hour_of_day(start: datetime) -> float:
    return start.hour + start.minute / 60.0 + start.second / 3600.0


def read(path: Path) -> Weather:
    """Read a weather file: columns time_s, dry_bulb_degc, wet_bulb_degc.

    Raises InputError with each row that is not a number, runs backwards, is no weather of this
    planet or has a wet bulb above the dry bulb.
    """
    problems: list[Problem] = []
    rows: list[tuple[float, float, float]] = []
    for line, text in enumerate(_lines(path), start=2):
        try:
            row = (
                float(text["time_s"]),
                float(text["dry_bulb_degc"]),
                float(text["wet_bulb_degc"]),
            )
        except (KeyError, TypeError, ValueError):
            problems.append(
                Problem(
                    "",
                    repr(dict(text)),
                    "numbers under time_s, dry_bulb_degc and wet_bulb_degc",
                    file=str(path),
                    line=line,
                    column=1,
                )
            )
            continue
        if not _possible(row) or (rows and row[0] <= rows[-1][0]):
            allowed = f"rising times, {COLDEST_DEGC:g} to {HOTTEST_DEGC:g} °C, and wet bulbs at or below dry bulbs"
            problems.append(Problem("", str(row), allowed, file=str(path), line=line, column=1))
        rows.append(row)
    if problems or not rows:
        raise InputError(
            problems[:50] or [Problem("", "no rows", "at least one row of weather", file=str(path))]
        )
    time, dry, wet = np.array(rows).T
    return Weather(time, dry, wet)


def _possible(row: tuple[float, float, float]) -> bool:
    """Whether time and temperatures are finite, in range, and the wet bulb is not above the dry
    bulb.
    """
    _, dry, wet = row
    return (
        bool(np.isfinite(row).all()) and COLDEST_DEGC <= wet <= dry + 1e-9 and dry <= HOTTEST_DEGC
    )


def _lines(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [row for _, row in zip(range(ROWS_MAX), csv.DictReader(file), strict=False)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            [Problem("site.climate.file", str(error), "a readable CSV file", file=str(path))]
        ) from error
