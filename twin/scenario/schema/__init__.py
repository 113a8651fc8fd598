"""What may be asked: the models of scenario and layout files, with the bounds of every quantity."""

from __future__ import annotations

from twin.scenario.schema.climate import CatalogueClimate, SteadyWeather, WeatherFile
from twin.scenario.schema.faults import FaultPlan, FaultRates, TimedFault
from twin.scenario.schema.layout import Layout
from twin.scenario.schema.scenario import Scenario
from twin.scenario.schema.site import GridFile, Site, SteadyGrid

__all__ = [
    "CatalogueClimate",
    "FaultPlan",
    "FaultRates",
    "GridFile",
    "Layout",
    "Scenario",
    "Site",
    "SteadyGrid",
    "SteadyWeather",
    "TimedFault",
    "WeatherFile",
]
