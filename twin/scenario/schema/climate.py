"""Outdoor air that a scenario may ask for, and how it may be changed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from twin.scenario.schema.names import ClimateName
from twin.stated import FileName, OutdoorTemperature, Percent, Stated, TemperatureDifference, Within

MONTHS = 12


def _twelve(value: object) -> object:
    """One value stands for every month."""
    return value if isinstance(value, list | tuple) else [value] * MONTHS


TemperatureChange = Annotated[TemperatureDifference, Within(-30.0, 30.0, "-30 to 30 K")]
"""Kelvin, of either sign; climates of a place differ by less within a century."""
Monthly = Annotated[
    tuple[TemperatureChange, ...],
    Field(min_length=MONTHS, max_length=MONTHS),
    BeforeValidator(
        _twelve, json_schema_input_type=TemperatureChange | tuple[TemperatureChange, ...]
    ),
]
"""A change for each month from January, or one for all."""

HumidityChange = Annotated[float, Field(ge=-50, le=50)]
"""Percentage points of relative humidity."""
DesignDay = Literal[
    "cooling_0.4", "cooling_1", "cooling_2",
    "wet_bulb_0.4", "wet_bulb_1", "wet_bulb_2",
    "heating_99.6", "heating_99",
]  # fmt: skip
"""What is exceeded in how many per cent of a year's hours."""


class SteadyWeather(Stated):
    """The same air all the time: for tests and for reading a design point."""

    dry_bulb: OutdoorTemperature
    """Dry bulb."""
    wet_bulb: OutdoorTemperature
    """Wet bulb."""


class HeatWave(Stated):
    """Hotter days within the weather; its humidity ratio stays as it was."""

    start: date
    """First day."""
    days: int = Field(ge=1, le=366)
    """How many."""
    add: Annotated[TemperatureDifference, Within(0.0, 30.0, "0 to 30 K")]
    """What the hottest hour of the day gains."""
    night: Percent = 0.5
    """Share of it that the coolest hour gains; assumed."""


class ClimateChange(Stated):
    """A later climate made of this one: shift and stretch (Belcher, Hacker and Powell 2005)."""

    dry_bulb: Monthly = (0.0,) * MONTHS
    """Change of the monthly mean."""
    daily_range: Monthly = (0.0,) * MONTHS
    """Change of the monthly mean of each day's highest less lowest dry bulb."""
    relative_humidity: Annotated[
        tuple[HumidityChange, ...],
        Field(min_length=MONTHS, max_length=MONTHS),
        BeforeValidator(
            _twelve, json_schema_input_type=HumidityChange | tuple[HumidityChange, ...]
        ),
    ] = (0.0,) * MONTHS
    """Change of the relative humidity, percentage points; unchanged humidity holds more water as it
    warms."""


class ChangedWeather(Stated):
    """What may be done to weather of a whole year."""

    design_day: DesignDay | None = None
    """The same day again and again: what a year exceeds in so many per cent of its hours."""
    heat_wave: HeatWave | None = None
    """Hotter days."""
    change: ClimateChange | None = None
    """A later climate."""

    @property
    def needs_year(self) -> bool:
        """Whether statistics of a whole year are asked for."""
        return self.design_day is not None or self.change is not None


class CatalogueClimate(ChangedWeather):
    """A climate of the catalogue, changed."""

    name: ClimateName
    """Of the catalogue, or a project's own."""
    smooth: bool = False
    """Two cosines, of year and day, instead of the hours of the typical year."""


class WeatherFile(ChangedWeather):
    """Weather from a file beside the scenario, in a straight line between its rows."""

    file: FileName
    """EPW, matched by calendar date and local standard time; or CSV with columns time_s (seconds
    after the start) or time (ISO 8601), dry_bulb_degc, and one of wet_bulb_degc, dew_point_degc and
    relative_humidity_frac; pressure_pa if known."""
