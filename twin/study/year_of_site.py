"""The year of air that a scenario's own site stands in, as its weather says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from twin.catalogue.rows import Climate
from twin.errors import InputError
from twin.facility import Facility
from twin.facility.air.changes import later_year
from twin.scenario.schema import CatalogueClimate, SteadyWeather, WeatherFile
from twin.scenario.schema.climate import ChangedWeather
from twin.scenario.series import YearOfAir, year_of_climate, year_of_file


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
    return year if asked.change is None else later_year(year, asked.change)
