"""Outdoor air over the horizon: from a catalogue climate, a steady state or a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from twin.catalogue.rows import Climate
from twin.errors import InputError, did_you_mean
from twin.facility.ledger import Ledger
from twin.facility.model import Weather
from twin.findings import Finding, FindingCode
from twin.scenario.schema import Scenario, SteadyWeather, WeatherFile
from twin.scenario.series import read_content, read_weather

_FILE = ("site", "climate", "file")
STEP_S = 900.0
"""Spacing of the rows made from a climate."""


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
        return _from_file(ledger, Path(climate.file))
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


def _from_file(ledger: Ledger, path: Path) -> Weather | None:
    """The rows of a weather file that covers the run, or None where that is a problem."""
    scenario = ledger.scenario
    try:
        rows = read_weather(read_content(path), path, scenario.start, scenario.horizon)
    except InputError as error:
        ledger.problems += error.problems
        return None
    ledger.covers(_FILE, "rows of weather", rows.time_s, rows.step_s)
    ledger.remarks += (
        Finding(FindingCode.FILLED_IN, path.name, text, _FILE) for text in rows.warnings
    )
    return Weather(rows.time_s, rows.dry_bulb_degc, rows.wet_bulb_degc)


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
