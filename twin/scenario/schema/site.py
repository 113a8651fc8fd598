"""Where a factory stands: its weather, the price and carbon of its electricity, its water."""

from __future__ import annotations

from typing import Annotated

from twin.scenario.schema.names import ClimateName, GridName
from twin.stated import (
    CarbonIntensity,
    DemandCharge,
    Duration,
    EnergyPrice,
    FileName,
    OutdoorTemperature,
    Stated,
    WaterPrice,
    Within,
)

DemandInterval = Annotated[Duration, Within(60.0, 7200.0, "1 min to 2 h")]


class SteadyWeather(Stated):
    """The same air all the time: for tests and for reading a design point."""

    dry_bulb: OutdoorTemperature
    """Dry bulb."""
    wet_bulb: OutdoorTemperature
    """Wet bulb."""


class WeatherFile(Stated):
    """Weather from a file beside the scenario, in a straight line between its rows."""

    file: FileName
    """EPW, matched by calendar date and local standard time; or CSV with columns time_s (seconds
    after the start) or time (ISO 8601), dry_bulb_degc and wet_bulb_degc."""


class SteadyGrid(Stated):
    """The electricity supply's price and carbon, the same all the time."""

    price: EnergyPrice
    """Energy price."""
    carbon: CarbonIntensity
    """Carbon intensity, location based."""
    demand_charge: DemandCharge = 0.0
    """Price of each calendar month's highest demand; a month covered in part pays its part."""
    demand_interval: DemandInterval = 900.0
    """Demand is the mean power of an interval of this length on the clock."""


class GridFile(Stated):
    """The electricity supply's price and carbon over time, from a file beside the scenario."""

    file: FileName
    """CSV with columns time_s (seconds after the start) or time (ISO 8601), price_usd_per_kwh and
    carbon_g_per_kwh; each row holds until the next."""
    demand_charge: DemandCharge = 0.0
    """Price of each calendar month's highest demand; a month covered in part pays its part."""
    demand_interval: DemandInterval = 900.0
    """Demand is the mean power of an interval of this length on the clock."""


class Site(Stated):
    """Where it stands."""

    climate: ClimateName | SteadyWeather | WeatherFile
    """Catalogue climate, steady air, or a weather file."""
    grid: GridName | SteadyGrid | GridFile
    """Catalogue grid region, a price and a carbon intensity, or a file of both over time."""
    water_price: WaterPrice = 2.0
    """Price of make-up water, USD a cubic metre."""
