"""From the racks to the weather: coolant loops, air handlers and plants of a layout."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from twin.catalogue.own.override import CoolingNumbers
from twin.scenario.schema.doors import RearDoorSpec
from twin.scenario.schema.hydraulics import HydraulicsSpec
from twin.scenario.schema.names import (
    GEAR_MAX,
    RACKS_MAX,
    AirHandlerType,
    CoolantUnitType,
    Coordinate,
    Feeds,
    FreeCoolerType,
    Name,
    PlantType,
    few,
)
from twin.scenario.schema.plant_options import (
    ColdStoreSpec,
    EconomiserSpec,
    HeatReuseSpec,
    LoadReset,
)
from twin.scenario.schema.room import Band, ReturnFace, SupplyFace, UnitPlace
from twin.stated import (
    Duration,
    Fraction,
    OutdoorTemperature,
    Percent,
    Power,
    Stated,
    SupplyAirTemperature,
    TemperatureDifference,
    Volume,
    VolumeFlow,
    WaterTemperature,
    Within,
)

LoopVolume = Annotated[
    Volume, Within(1e-3, 1e3, "1 L to 1,000 m^3", "from the hoses of one rack to a hall's pipes")
]
PlantVolume = Annotated[
    Volume, Within(0.01, 2e4, "10 L to 20,000 m^3", "up to the largest chilled water stores")
]
CondenserTemperature = Annotated[
    WaterTemperature, Within(4.0, 40.0, "4 to 40 °C", "what condensers are built for")
]
PrimaryFlow = Annotated[
    VolumeFlow, Within(1e-4, 10.0, "0.1 L/s to 10 m^3/s", "the pump of one chiller")
]
PumpPower = Annotated[Power, Within(0.0, 1e8, "0 to 100 MW")]


RampTime = Annotated[Duration, Within(0.0, 14400.0, "0 to 4 h")]
Antifreeze = Annotated[Fraction, Within(0.0, 0.6, "0 to 60 %", "no use beyond")]
Approach = Annotated[
    TemperatureDifference, Within(0.2, 20.0, "0.2 to 20 K", "no exchanger gives less than nothing")
]


class LoopSpec(Stated):
    """Coolant distribution units and the racks they serve."""

    name: Name = "cdu"
    """Group name of the units."""
    type: CoolantUnitType
    """Catalogue row under `cooling`."""
    count: PositiveInt = Field(default=1, le=2000)
    """How many units."""
    serves: tuple[Name, ...] | Name
    """Rows, halls or single liquid-cooled racks, dealt in order over the units."""
    header: Literal["separate", "common"] = "separate"
    """separate: each unit its own racks; common: all units on one header."""
    racks_per_unit: Annotated[int, Field(gt=0, le=RACKS_MAX)] | None = None
    """Racks per unit on separate headers; evenly dealt where not given."""
    fed_by: Feeds = ()
    """Power feeds of the units and their pumps."""
    plant: Name
    """Plant group that takes the heat."""
    supply_temperature: WaterTemperature | None = None
    """Set-point of the coolant that the units supply: their valves throttle facility water to hold
    it, within 1 K at a rise of 10 K. Without one they stand open, and coolant is as cold as the
    water makes it."""
    volume: LoopVolume = 0.5
    """Coolant in each loop outside the racks."""
    hydraulics: HydraulicsSpec | None = None
    """Pipes, pumps and valves; without, racks share what pumps give in proportion to what they
    want."""
    overrides: CoolingNumbers | None = None
    """Numbers of each unit that differ from the catalogue."""


class AirSpec(Stated):
    """Air handlers of a hall."""

    name: Name = "crah"
    """Group name."""
    type: AirHandlerType
    """Catalogue row under `cooling`."""
    count: PositiveInt = Field(default=1, le=2000)
    """How many."""
    hall: Name
    """The hall they cool."""
    places: tuple[UnitPlace, ...] = Field(default=(), max_length=2000)
    """Where they stand, one place a unit; along the west and east walls where none is stated."""
    supply_face: SupplyFace | None = None
    """Where their supply comes out: the front, its lower or upper part, or under the floor. Where
    not stated: underfloor in halls with a raised floor, else the front."""
    supply_opening: Band | None = None
    """Heights of that opening where they differ from what `supply_face` stands for."""
    supply_temperature: SupplyAirTemperature | None = None
    """Set-point of the air they supply: valves throttle their coils to hold it. Without one the
    valves stand open, and the air is as cold as the water makes it."""
    economiser: EconomiserSpec | None = None
    """Dampers to outdoor air, for handlers with a `supply_temperature`."""
    return_face: ReturnFace | None = None
    """Where they take in air: their top, front or back, or the ceiling above hot aisles. Where not
    stated: the ceiling in halls with contained hot aisles, the back in rows, else the top."""
    fed_by: Feeds = ()
    """Power feeds."""
    plant: Name
    """Plant group that takes the heat."""
    overrides: CoolingNumbers | None = None
    """Numbers of each unit that differ from the catalogue."""

    @model_validator(mode="after")
    def _a_place_each(self) -> Self:
        if self.places and len(self.places) != self.count:
            raise ValueError(f"as many places as units, {self.count}, or none")
        if self.economiser is not None and self.supply_temperature is None:
            raise ValueError("a supply_temperature for the economiser to mix to")
        return self


def _on_the_chillers_side(mode: object) -> object:
    """Refuse coolers in the house's return behind a common pipe, with what stands for them."""
    if mode in ("house", "secondary"):
        raise ValueError(
            "series or parallel, both on the chillers' side of a common pipe; coolers that meet "
            "the house's return stand in series on a plant without a primary_flow, where both "
            "sides are one"
        )
    return mode


class FreeCoolingSpec(Stated):
    """What takes heat with outdoor air beside the chillers of a plant, before their compressors."""

    name: Name = "free_cooler"
    """Group name of the coolers."""
    type: FreeCoolerType | Literal["tower"]
    """Dry coolers of the catalogue; or tower: the towers of water-cooled chillers with a plate
    exchanger to the facility water."""
    count: PositiveInt = Field(default=1, le=2000)
    """How many; towers are those of the chillers."""
    mode: Annotated[Literal["series", "parallel"], BeforeValidator(_on_the_chillers_side)] = (
        "series"
    )
    """series: they meet the return ahead of the chillers, which do the rest; parallel: they make
    supply water beside the chillers."""
    exchanger_approach: Approach = 2.0
    """Facility water over tower water behind the plate exchanger; towers only."""
    fed_by: Feeds = ()
    """Power feeds of the coolers, those of the plant where not stated."""
    at: tuple[Coordinate, Coordinate] | None = None
    """Centre of the first unit on the site, in metres; further units follow eastward."""
    overrides: CoolingNumbers | None = None
    """Numbers of each unit that differ from the catalogue."""

    @property
    def own_units(self) -> bool:
        """Whether it brings units of its own."""
        return self.type != "tower"


class WeatherReset(Stated):
    """Warmer facility water in cold weather, a straight line between two temperatures outdoors."""

    cold: OutdoorTemperature
    """Dry bulb at and below which the set-point is raised in full."""
    hot: OutdoorTemperature
    """Dry bulb at and above which it is as stated."""
    by: TemperatureDifference
    """Kelvin of it."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.hot <= self.cold:
            raise ValueError("hot above cold")
        return self


class PlantSpec(Stated):
    """Chillers or dry coolers on one facility water loop."""

    name: Name
    """Group name."""
    type: PlantType
    """Catalogue row under `cooling`."""
    count: PositiveInt = Field(default=1, le=2000)
    """How many."""
    fed_by: Feeds = ()
    """Power feeds."""
    supply_temperature: WaterTemperature
    """Set-point of the facility water supply."""
    control_band_k: float = Field(default=3.0, ge=0.1, le=50)
    """Proportional band: the plant gives all it can when the water is this far above its
    set-point. Sensors and valves resolve no less than 0.1 K."""
    volume: PlantVolume = 10.0
    """Water in the loop."""
    pump_power: PumpPower = 0.0
    """Facility water pumps, constant while the plant runs."""
    condenser_temperature: CondenserTemperature = 20.0
    """Set-point of the water that towers return to water-cooled chillers; fans slow down to it,
    and to the design approach above the wet bulb where that is warmer. 20 °C is assumed."""
    cycles: float = Field(default=5.0, ge=1.1, le=100)
    """Concentration of dissolved solids at which towers and pads blow down: 3 to 7 are usual."""
    drift: Fraction = 5e-5
    """Water that towers lose as droplets, as a share of what circulates; 0.005 % is usual with
    eliminators."""
    basin_heater_w_k: float = Field(default=0.0, ge=0, le=1e5)
    """Electricity, in W/K, of the heater in the basin of each tower that stands, for a kelvin that
    outdoor air is below 2 °C; none: basins of towers that stand freeze in frost."""
    antifreeze: Antifreeze = 0.0
    """Propylene glycol in its water, as a share of the mass; coils outdoors freeze without. It
    carries less heat a litre."""
    weather_reset: WeatherReset | None = None
    """Raises the supply temperature in cold weather, for compressors to rest more."""
    load_reset: LoadReset | None = None
    """Raises it at low load."""
    ramp: RampTime = 0.0
    """From the start of a chiller to its full capacity."""
    least_run: RampTime = 0.0
    """A chiller that was started for the heat runs at least so long."""
    variable_pumps: Percent | None = None
    """Slowest speed of water pumps that follow the heat; without, they turn at one speed."""
    primary_flow: PrimaryFlow | None = None
    """Water that the pump of each chiller moves while it runs; a common pipe (decoupler) carries
    what coils and exchangers draw more or less. None: the chillers have the flow of the house.
    Free cooling stands on the chillers' side of it, a cold store in it."""
    cold_store: ColdStoreSpec | None = None
    """A tank of cold water that takes heat which chillers cannot; in a common pipe the heat of the
    water that their pumps move too little. Chillers only."""
    heat_reuse: HeatReuseSpec | None = None
    """Somebody who takes heat from its return."""
    free_cooling: FreeCoolingSpec | None = None
    """Coolers that carry what outdoor air can; chillers only."""
    at: tuple[Coordinate, Coordinate] | None = None
    """Centre of the first unit on the site, in metres; further units follow eastward."""
    overrides: CoolingNumbers | None = None
    """Numbers of each unit that differ from the catalogue."""


OutdoorGroup = PlantSpec | FreeCoolingSpec
"""Units of a plant."""


class CoolingSpec(Stated):
    """From the racks to the weather."""

    loops: tuple[LoopSpec, ...] = Field(default=(), max_length=2000)
    """Coolant loops."""
    air: tuple[AirSpec, ...] = Field(default=(), max_length=2000)
    """Air handlers."""
    doors: tuple[RearDoorSpec, ...] = Field(default=(), max_length=2000)
    """Rear doors of racks."""
    plant: tuple[PlantSpec, ...] = Field(max_length=500)
    """Plants."""

    @property
    def plant_groups(self) -> tuple[OutdoorGroup, ...]:
        """Plants, each followed by the free coolers beside it."""
        groups: list[OutdoorGroup] = []
        for plant in self.plant:
            groups.append(plant)
            if plant.free_cooling is not None and plant.free_cooling.own_units:
                groups.append(plant.free_cooling)
        return tuple(groups)

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        few("cooling units", self.units(), GEAR_MAX)
        return self

    def units(self) -> int:
        """How many units there are; doors stand at racks and are not counted."""
        groups = [*self.loops, *self.air, *self.plant_groups]
        return sum(group.count for group in groups)
