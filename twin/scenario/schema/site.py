"""Where a factory stands: its weather, the price and carbon of its electricity, its water."""

from __future__ import annotations

from twin.stated import CarbonIntensity, EnergyPrice, FileName, Stated, Temperature, WaterPrice


class SteadyWeather(Stated):
    """The same air all the time: for tests and for reading a design point."""

    dry_bulb: Temperature
    """Dry bulb."""
    wet_bulb: Temperature
    """Wet bulb."""


class WeatherFile(Stated):
    """Hourly weather from a CSV file beside the scenario."""

    file: FileName
    """CSV with columns time_s, dry_bulb_degc, wet_bulb_degc; time counts from the scenario's
    start."""


class SteadyGrid(Stated):
    """The electricity supply's price and carbon."""

    price: EnergyPrice
    """Energy price."""
    carbon: CarbonIntensity
    """Carbon intensity, location based."""


class Site(Stated):
    """Where it stands."""

    climate: str | SteadyWeather | WeatherFile
    """Catalogue climate, steady air, or a weather file."""
    grid: str | SteadyGrid
    """Catalogue grid region, or a price and a carbon intensity."""
    water_price: WaterPrice = 2.0
    """Price of make-up water, USD a cubic metre."""
