"""The year of air that a scenario's own site stands in, as its weather says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from twin.catalogue.rows import Climate
from twin.errors import InputError
from twin.facility import Facility
from twin.facility.air.changes import changed
from twin.facility.model import Weather
from twin.scenario.schema import CatalogueClimate, SteadyWeather, WeatherFile
from twin.scenario.schema.climate import ChangedWeather
from twin.scenario.series import YearOfAir, year_of_climate, year_of_file

COMMON_YEAR = 2026
"""Of 365 days, as those of `YearOfAir`."""
HOUR_S = 3600.0


@dataclass(frozen=True)
class NoYear:
    """Why a site has none."""

    says: str


def year_of_site(facility: Facility) -> YearOfAir | NoYear:
    """The year of the site's climate or weather file, with the later climate that it asks for.

    Design days and heat waves are of single days and left out.
    """
    scenario = facility.scenario
    climate = scenario.site.climate
    if isinstance(climate, SteadyWeather):
        return NoYear("The site's air is the same all the time: it has no year.")
    if isinstance(climate, WeatherFile):
        return _of_file(climate, scenario.start)
    asked = CatalogueClimate(name=climate) if isinstance(climate, str) else climate
    row = scenario.catalogue.rows(Climate)[asked.name]
    return _later(year_of_climate(row, asked.smooth), asked)


def _of_file(asked: WeatherFile, start: datetime) -> YearOfAir | NoYear:
    path = Path(asked.file)
    try:
        return _later(year_of_file(path, start), asked)
    except InputError:
        return NoYear(f"The weather file {path.name} holds less than a year.")


def _later(year: YearOfAir, asked: ChangedWeather) -> YearOfAir:
    if asked.change is None:
        return year
    hours = np.arange(1.0, year.dry_bulb_degc.size + 1.0) * HOUR_S
    air = Weather(hours, year.dry_bulb_degc, year.wet_bulb_degc, year.pressure_pa)
    alone = asked.model_copy(update={"heat_wave": None, "design_day": None})
    later = changed(air, alone, year, datetime(COMMON_YEAR, 1, 1, tzinfo=UTC))
    name = f"{year.name}, changed"
    dry = later.dry_bulb_degc
    wet = later.wet_bulb_degc
    return replace(year, dry_bulb_degc=dry, wet_bulb_degc=wet, name=name, design=None)
