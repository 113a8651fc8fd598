"""What stands where: the grammar of a layout file.

halls      rooms with rows of racks, by catalogue name and count
power      groups from the utility down, each naming who feeds it
cooling    coolant loops, air handlers and the plant they give their heat to
fabric     the scale-out network
storage    what bounds checkpoints
overrides  anything, by the name of a component
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, model_validator

from twin.scenario.pattern import Pattern
from twin.stated import Fraction, Length, Power, Rating, Stated, Temperature, Volume

RACKS_MAX = 20_000
"""More racks than this in one layout is refused: a guard against slips of the keyboard."""
GEAR_MAX = 50_000
"""More power components, or more cooling units, than this is refused likewise."""

TypeName = Annotated[str, Field(max_length=80)]
"""Name of a catalogue row."""
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


Coordinate = Annotated[float, Field(ge=-1e5, le=1e5)]
"""Metres from the site's origin, east or north."""


def _few(what: str, count: int, most: int) -> None:
    if count > most:
        raise ValueError(f"at most {most:,} {what} in one layout")


def _rack_pattern(text: str) -> str:
    _few("racks", Pattern.parse(text).count, RACKS_MAX)
    return text


RackPattern = Annotated[str, Field(max_length=80, examples=["8 x gb200_nvl72", "4 x 8 x gb200_nvl72"]),
                        AfterValidator(_rack_pattern)]


class Feed(Stated):
    """One source of supply and how its members are matched with the takers."""

    source: Name
    """A group or a single component."""
    pairing: Literal["all", "matched", "spread"] = "all"
    """all: every member feeds every taker; matched: first to first; spread: dealt out in turn."""


def _as_feeds(value: object) -> object:
    many = value if isinstance(value, list | tuple) else [value]
    return tuple({"source": one} if isinstance(one, str) else one for one in many)


Feeds = Annotated[tuple[Feed, ...], Field(max_length=2000), BeforeValidator(_as_feeds)]


class Row(Stated):
    """One row of racks, or a block of equal rows."""

    name: Name = "row"
    """Prefix of the rack names."""
    racks: RackPattern
    """`8 x type` for one row, `4 x 8 x type` for four rows of eight."""
    at: tuple[Length, Length] = (2.0, 3.0)
    """South-west corner of the first rack."""
    facing: Literal["north", "south"] = "south"
    """Where the cold side of the first row looks; in a block every second row looks the other way."""
    row_pitch: Length = Field(default=3.0, gt=0)
    """Distance from one row to the next in a block."""
    empty: tuple[PositiveInt, ...] = Field(default=(), max_length=RACKS_MAX)
    """Positions left free, counted from 1 through the block."""
    fed_by: Feeds = ()
    """Power feeds of each rack; loads split evenly over those that are live."""
    power_rated: Rating | None = None
    """Rated AC input of each rack where it differs from the catalogue."""
    power_idle: Power | None = None
    """Idle AC input of each rack where it differs from the catalogue."""


class Hall(Stated):
    """A room with racks."""

    name: Name = "hall"
    """Name of the hall."""
    size: tuple[Length, Length, Length] = (20.0, 12.0, 4.5)
    """East-west, north-south and height."""
    at: tuple[Length, Length] = (0.0, 0.0)
    """South-west corner on the site."""
    containment: Literal["none", "cold_aisle", "hot_aisle"] = "hot_aisle"
    """What keeps cold and hot air apart."""
    air_mass_factor: float = Field(default=1.0, gt=0, le=1e3)
    """Heat capacity of the room air over that of its volume of air."""
    structure_heat_capacity: float = Field(default=2.0e6, gt=0, le=1e15)
    """Heat capacity of what stands in the room apart from the racks, in J/K."""
    structure_conductance: float = Field(default=4.0e3, gt=0, le=1e12)
    """Heat conductance between the room air and that mass, in W/K."""
    rows: Annotated[tuple[Row, ...], BeforeValidator(
        lambda value: ({"racks": value},) if isinstance(value, str) else value)]
    """Rows of racks: a list, or one pattern such as `4 x 8 x gb200_nvl72`."""


class PowerGroup(Stated):
    """A group of equal power components."""

    name: Name
    """Group name; members are name_1, name_2 and so on, or the name itself where there is one."""
    type: TypeName
    """Catalogue row under `power`."""
    count: PositiveInt = Field(default=1, le=2000)
    """How many."""
    fed_by: Feeds = ()
    """Upstream supplies, in order of preference."""
    mode: Literal["share", "priority"] = "share"
    """share: split over all live supplies; priority: take the first live one."""
    rating: Rating | None = None
    """Rating where it differs from the catalogue."""
    hall: Name | None = None
    """Hall that panels, PDUs and busways stand in; where not given the hall around `at`, else the first."""
    at: tuple[Coordinate, Coordinate] | None = None
    """Centre of the first member on the site, in metres; further members follow eastward."""


class Loop(Stated):
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


class Air(Stated):
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


class Plant(Stated):
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
    """Proportional band: the plant gives all it can when the water is this far above its set-point."""
    volume: Volume = Field(default=10.0, gt=0)
    """Water in the loop."""
    pump_power: Power = 0.0
    """Facility water pumps, constant while the plant runs."""
    at: tuple[Coordinate, Coordinate] | None = None
    """Centre of the first unit on the site, in metres; further units follow eastward."""


class Cooling(Stated):
    """From the racks to the weather."""

    loops: tuple[Loop, ...] = Field(default=(), max_length=2000)
    """Coolant loops."""
    air: tuple[Air, ...] = Field(default=(), max_length=2000)
    """Air handlers."""
    plant: tuple[Plant, ...] = Field(max_length=500)
    """Plants."""

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        _few("cooling units", sum(group.count for group in (*self.loops, *self.air, *self.plant)), GEAR_MAX)
        return self


class FabricSpec(Stated):
    """The scale-out network."""

    kind: Literal["none", "rail_optimised", "groups"] = "none"
    """none, a rail-optimised Clos, or one switch group a rack (dragonfly)."""
    switch: TypeName = "qm9700"
    """Catalogue row under `switches`."""
    nodes_per_su: PositiveInt = 32
    """Nodes under one set of leaves."""
    planes: PositiveInt = Field(default=1, le=16)
    """Independent planes."""
    switches_per_group: PositiveInt = Field(default=32, le=256)
    """Switches in one group of a `groups` fabric."""
    fed_by: Feeds = ()
    """Power feeds of the switches, for the redundancy report."""
    switches_on_power_tree: bool = False
    """True where the switches draw power of their own; false where it is in the rack ratings."""


class StorageSpec(Stated):
    """Shared storage."""

    type: TypeName = "superpod_better"
    """Catalogue row under `storage`."""


class Override(Stated):
    """What one component has otherwise than its group."""

    type: TypeName | None = None
    """Another catalogue row."""
    rating: Rating | None = None
    """Another rating (racks: rated AC input)."""
    position: tuple[Length, Length] | None = None
    """South-west corner in the hall."""
    recirculation: Fraction | None = None
    """Share of a rack's inlet air that is its own exhaust."""


def _few_racks(halls: tuple[Hall, ...]) -> tuple[Hall, ...]:
    _few("racks", sum(Pattern.parse(row.racks).count for hall in halls for row in hall.rows), RACKS_MAX)
    return halls


def _few_components(groups: tuple[PowerGroup, ...]) -> tuple[PowerGroup, ...]:
    _few("power components", sum(group.count for group in groups), GEAR_MAX)
    return groups


class Layout(Stated):
    """A whole facility."""

    version: Literal[1] = 1
    """Version of the grammar."""
    name: Name
    """Name of the layout."""
    description: str = Field(default="", max_length=2000)
    """What it stands for and where its numbers come from."""
    halls: Annotated[tuple[Hall, ...], Field(min_length=1, max_length=200), AfterValidator(_few_racks)]
    """Rooms with racks."""
    power: Annotated[tuple[PowerGroup, ...], Field(min_length=1, max_length=500), AfterValidator(_few_components)]
    """Power groups from the utility down."""
    cooling: Cooling
    """From the racks to the weather."""
    fabric: FabricSpec = FabricSpec()
    """The scale-out network."""
    storage: StorageSpec = StorageSpec()
    """Shared storage."""
    overrides: dict[Name, Override] = Field(default_factory=dict, max_length=20_000)
    """By component name."""
