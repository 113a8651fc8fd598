"""What a plant may have beside its chillers or coolers: a tank of cold, heat that is used again."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from twin.stated import (
    Fraction,
    OutdoorTemperature,
    Percent,
    Power,
    Stated,
    TemperatureDifference,
    Volume,
    WaterTemperature,
    Within,
)

TankVolume = Annotated[Volume, Within(0.1, 1e5, "100 L to 100,000 m^3")]
Rise = Annotated[TemperatureDifference, Within(1.0, 40.0, "1 to 40 K")]
StorePower = Annotated[Power, Within(1.0, 1e9, "1 W to 1 GW")]


class ColdStoreSpec(Stated):
    """A stratified tank of cold water: a cold zone below a warm one, and a thin layer between."""

    volume: TankVolume
    """Water in it."""
    rise: Rise = 8.0
    """Warm zone over cold zone: the return over the supply of its plant."""
    usable: Percent = 0.9
    """Share of it that leaves cold: 85 to 95 % are usual."""
    discharge: StorePower
    """Most heat that it takes: its pumps' flow times the rise."""
    charge: StorePower
    """Most that chillers give to it while they have some to spare."""
    start: Fraction = 1.0
    """How full it is at the start."""


class EconomiserSpec(Stated):
    """Outdoor air mixed into what handlers draw in, as far as temperature and moisture allow."""

    dew_point_low: OutdoorTemperature = -9.0
    """Driest air, recommended by ASHRAE TC 9.9."""
    dew_point_high: OutdoorTemperature = 15.0
    """Most humid air of the recommended range."""
    humidity_high: Percent = 0.6
    """Highest relative humidity at the supply temperature."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.dew_point_high <= self.dew_point_low:
            raise ValueError("dew_point_high above dew_point_low")
        return self


class HeatReuseSpec(Stated):
    """Heat of facility water that somebody takes, such as a district's network."""

    share: Percent
    """Of the plant's heat."""
    capacity: StorePower | None = None
    """Most that is taken."""
    return_at_least: WaterTemperature
    """Below this temperature of the return nothing is taken."""


class LoadReset(Stated):
    """Warmer facility water at low load, a straight line between two loads."""

    by: TemperatureDifference
    """Kelvin at and below `low`."""
    low: Fraction = 0.3
    """Share of the heat at rated power at which it is raised in full."""
    full: Percent = 0.9
    """The same at which it is as stated."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.full <= self.low:
            raise ValueError("full above low")
        return self
