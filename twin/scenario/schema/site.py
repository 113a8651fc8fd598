"""Where a factory stands: its weather, the price and carbon of its electricity, its water."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.scenario.schema.climate import CatalogueClimate, SteadyWeather, WeatherFile
from twin.scenario.schema.names import ClimateName, GridName, Name
from twin.scenario.schema.solar import ExportSpec, SkySpec
from twin.stated import (
    ApparentPower,
    CarbonIntensity,
    DemandCharge,
    Duration,
    EnergyPrice,
    FileName,
    Fraction,
    Length,
    Moment,
    Percent,
    Power,
    Stated,
    WaterPrice,
    Within,
)

Elevation = Annotated[
    Length, Within(-430.0, 5500.0, "-430 to 5,500 m", "from the Dead Sea to the highest towns")
]
"""Metres above the sea."""
Month = Annotated[int, Field(ge=1, le=12)]
DemandInterval = Annotated[Duration, Within(60.0, 7200.0, "1 min to 2 h")]


ClockTime = Annotated[Moment, Within(0.0, 86_400.0, "00:00 to 24:00")]


class DemandWindow(Stated):
    """A charge for the highest demand within certain hours and months, beside `demand_charge`."""

    name: Name
    """What the summary calls its cost: `cost_demand_NAME_usd`."""
    price: DemandCharge
    """Price of each month's highest demand in the window; a month covered in part pays its part."""
    begins: ClockTime = 0.0
    """On the clock of the start."""
    ends: ClockTime = 86_400.0
    """On that clock; before `begins`, the window goes over midnight, and hours behind it are of the
    next day and its month."""
    months: tuple[Month, ...] = tuple(range(1, 13))
    """Calendar months in which it is charged, 1 to 12; all where not stated."""
    days: Literal["all", "weekdays", "weekends"] = "all"
    """Weekdays are Monday to Friday; holidays are not known."""

    @model_validator(mode="after")
    def _some_hours(self) -> Self:
        if self.begins == self.ends:
            raise ValueError("begins and ends apart")
        if not self.months or len(set(self.months)) < len(self.months):
            raise ValueError("each of months once, and one at least")
        return self


DemandWindows = Annotated[tuple[DemandWindow, ...], Field(max_length=20)]


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
    demand_ratchet: Fraction = 0.0
    """No month is billed for less demand than this share of the highest of the eleven before."""
    demand_before: Power = 0.0
    """Highest demand of the eleven months before the start, for the ratchet."""
    demand_windows: DemandWindows = ()
    """Charges for the highest demand of certain hours, months and days; no ratchet is on them."""


class GridFile(Stated):
    """The electricity supply's price and carbon over time, from a file beside the scenario."""

    file: FileName
    """CSV with columns time_s (seconds after the start) or time (ISO 8601), price_usd_per_kwh and
    carbon_g_per_kwh; each row holds until the next."""
    demand_charge: DemandCharge = 0.0
    """Price of each calendar month's highest demand; a month covered in part pays its part."""
    demand_interval: DemandInterval = 900.0
    """Demand is the mean power of an interval of this length on the clock."""
    demand_ratchet: Fraction = 0.0
    """No month is billed for less demand than this share of the highest of the eleven before."""
    demand_before: Power = 0.0
    """Highest demand of the eleven months before the start, for the ratchet."""
    demand_windows: DemandWindows = ()
    """Charges for the highest demand of certain hours, months and days; no ratchet is on them."""


class GridLimits(Stated):
    """What the grid operator accepts at the point of connection; what is left out has no limit."""

    swing: Power | None = None
    """Highest change of power, peak to peak, that may repeat within seconds."""
    rules: Literal["ercot"] | None = None
    """Whose rules for large loads apply, where the grid is not the catalogue's `texas`."""
    ramp_per_minute: Power | None = None
    """Highest rise or fall of power within a minute, at an even rate."""
    band_low_hz: float = Field(default=0.1, gt=0, le=1000)
    """Lower end of the frequencies in which power must not oscillate."""
    band_high_hz: float = Field(default=20.0, gt=0, le=1000)
    """Upper end: modes of the grid lie at 0.1 to 3 Hz, of turbine shafts from 7 Hz on."""
    band_rms: Power | None = None
    """Highest effective value of the power in that band."""
    short_circuit_power: ApparentPower | None = None
    """Of the grid at the point of connection."""
    voltage_change: Percent = 0.03
    """Highest relative change of voltage by a step, where the short-circuit power is stated; 3 % is
    a usual planning value for rare steps, assumed."""

    @model_validator(mode="after")
    def _a_band(self) -> Self:
        if self.band_high_hz <= self.band_low_hz:
            raise ValueError("band_high_hz above band_low_hz")
        return self


class Site(Stated):
    """Where it stands."""

    climate: ClimateName | SteadyWeather | WeatherFile | CatalogueClimate
    """A climate of the catalogue, steady air, or a weather file; by `name` it may be changed."""
    grid: GridName | SteadyGrid | GridFile
    """Catalogue grid region, a price and a carbon intensity, or a file of both over time."""
    sky: SkySpec | None = None
    """Daylight for solar arrays, where the weather has no irradiance."""
    export: ExportSpec | None = None
    """Power that may leave for the grid; none: solar arrays are held back before any does."""
    limits: GridLimits | None = None
    """What the grid operator accepts; training jobs that pass it are told of."""
    elevation: Elevation | None = None
    """Above the sea, whose standard atmosphere gives the air's density; else the pressure is that
    of the climate or of the weather file, and that at sea level for steady air."""
    frequency_hz: Literal[50, 60] = 60
    """Nominal, of the grid and of machines that carry an island."""
    water_price: WaterPrice = 2.0
    """Price of make-up water, USD a cubic metre."""
