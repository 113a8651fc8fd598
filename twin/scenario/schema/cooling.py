"""From the racks to the weather: coolant loops, air handlers and plants of a layout."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from twin.scenario.schema.names import GEAR_MAX, Coordinate, Feeds, Name, TypeName, few
from twin.stated import Power, Stated, Temperature, Volume


class LoopSpec(Stated):
    """Coolant distribution units and the racks they serve."""

    name: Name = "cdu"
    """Group name of the units."""
    type: TypeName
    """Catalogue row under `cooling`."""
    count: PositiveInt = Field(default=1, le=2000)
    """How many units."""
    serves: tuple[Name, ...] | Name
    """Rows (or halls) of liquid-cooled racks, dealt in order over the units."""
    header: Literal["separate", "common"] = "separate"
    """separate: each unit its own racks; common: all units on one header."""
    racks_per_unit: PositiveInt | None = None
    """Racks per unit on separate headers; evenly dealt where not given."""
    fed_by: Feeds = ()
    """Power feeds of the units and their pumps."""
    plant: Name
    """Plant group that takes the heat."""
    volume: Volume = Field(default=0.5, gt=0)
    """Coolant in each loop outside the racks."""


class AirSpec(Stated):
    """Air handlers of a hall."""

    name: Name = "crah"
    """Group name."""
    type: TypeName
    """Catalogue row under `cooling`."""
    count: PositiveInt = Field(default=1, le=2000)
    """How many."""
    hall: Name
    """The hall they cool."""
    fed_by: Feeds = ()
    """Power feeds."""
    plant: Name
    """Plant group that takes the heat."""


class PlantSpec(Stated):
    """Chillers or dry coolers on one facility water loop."""

    name: Name
    """Group name."""
    type: TypeName
    """Catalogue row under `cooling`."""
    count: PositiveInt = Field(default=1, le=2000)
    """How many."""
    fed_by: Feeds = ()
    """Power feeds."""
    supply_temperature: Temperature
    """Set-point of the facility water supply."""
    control_band_k: float = Field(default=3.0, gt=0, le=100)
    """Proportional band: the plant gives all it can when the water is this far above its
    set-point."""
    volume: Volume = Field(default=10.0, gt=0)
    """Water in the loop."""
    pump_power: Power = 0.0
    """Facility water pumps, constant while the plant runs."""
    at: tuple[Coordinate, Coordinate] | None = None
    """Centre of the first unit on the site, in metres; further units follow eastward."""


class CoolingSpec(Stated):
    """From the racks to the weather."""

    loops: tuple[LoopSpec, ...] = Field(default=(), max_length=2000)
    """Coolant loops."""
    air: tuple[AirSpec, ...] = Field(default=(), max_length=2000)
    """Air handlers."""
    plant: tuple[PlantSpec, ...] = Field(max_length=500)
    """Plants."""

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        counts = [loop.count for loop in self.loops] + [air.count for air in self.air]
        few("cooling units", sum(counts) + sum(plant.count for plant in self.plant), GEAR_MAX)
        return self
