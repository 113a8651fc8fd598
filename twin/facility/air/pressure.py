"""Air pressure where a factory stands: thin air carries less heat for the same volume."""

from __future__ import annotations

from twin.catalogue.rows import Climate
from twin.facility.model import Weather
from twin.physics.psychrometrics import standard_pressure_pa
from twin.scenario.schema import CatalogueClimate, Scenario


def station_pa(scenario: Scenario, weather: Weather) -> float:
    """Pressure that the site's air is taken to have all the time: of its stated elevation, of its
    climate's row, else the mean of its weather.
    """
    site = scenario.site
    if site.elevation is not None:
        return standard_pressure_pa(site.elevation)
    climate = site.climate.name if isinstance(site.climate, CatalogueClimate) else site.climate
    if isinstance(climate, str):
        return scenario.catalogue.get(Climate, climate).pressure_pa
    return float(weather.pressure_pa.mean())
