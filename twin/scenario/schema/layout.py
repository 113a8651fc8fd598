"""What stands where: the grammar of a layout file.

halls      rooms with rows of racks, by catalogue name and count
power      groups from the utility down, each naming who feeds it
cooling    coolant loops, air handlers and the plant they give their heat to
fabric     the scale-out network
storage    what bounds checkpoints
crews      who repairs and closes, and what spare parts they find
equipment  rows of the planner's own, beside those of the catalogue
overrides  anything, by the name of a component
assets     what scenes show in place of our own drawings
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, model_validator

from twin.catalogue.own import Equipment
from twin.catalogue.own.override import PowerNumbers, RackNumbers, StorageNumbers, SwitchNumbers
from twin.catalogue.rating import AS_WRITTEN, ElectricalRating, StatedRating, with_power_factor
from twin.scenario.schema.component import ComponentOverride
from twin.scenario.schema.cooling import CoolingSpec
from twin.scenario.schema.names import (
    GEAR_MAX,
    RACKS_MAX,
    Coordinate,
    Feeds,
    Name,
    PowerType,
    RackPattern,
    RowName,
    StorageType,
    SwitchType,
    few,
)
from twin.scenario.schema.rack_pattern import Pattern
from twin.scenario.schema.rings import RingSpec
from twin.scenario.schema.room import (
    Band,
    ChipLeakageSpec,
    FloorHeight,
    MoistureSpec,
    ObstacleSpec,
    PanelSpec,
    SensorSpec,
    ServerFansSpec,
    TileSpec,
)
from twin.scenario.schema.solar import SolarSpec
from twin.scenario.schema.staff import CommonCause, CrewSpec, MaintenancePlan, SpareSpec
from twin.stated import Duration, FileName, Fraction, Length, Power, Rating, Stated, Within

HallSide = Annotated[
    Length, Within(1.0, 1000.0, "1 to 1,000 m", "the longest building on earth is 1 km long")
]
HallHeight = Annotated[Length, Within(2.0, 100.0, "2 to 100 m")]
RackPower = Annotated[
    Rating, Within(1.0, 2e7, "1 W to 20 MW", "twenty times the largest rack announced")
]
RackRating = Annotated[RackPower | ElectricalRating, *AS_WRITTEN]
"""Watts of a rack, or a mapping that says how they follow."""

Autonomy = Annotated[
    Duration, Within(60.0, 3.2e7, "1 minute to a year", "nobody stores fuel for longer")
]


class RowSpec(Stated):
    """One row of racks, or a block of equal rows."""

    name: Name = "row"
    """Prefix of the rack names."""
    racks: RackPattern
    """`8 x type` for one row, `4 x 8 x type` for four rows of eight."""
    at: tuple[Length, Length] = (2.0, 3.0)
    """South-west corner of the first rack."""
    facing: Literal["north", "south"] = "south"
    """Where the cold side of the first row looks; in a block every second row looks the other
    way."""
    row_pitch: Annotated[Length, Within(0.5, 100.0, "0.5 to 100 m")] = 3.0
    """Distance from one row to the next in a block."""
    empty: tuple[Annotated[int, Field(gt=0, le=RACKS_MAX)], ...] = Field(
        default=(), max_length=RACKS_MAX
    )
    """Positions left free, counted from 1 through the block."""
    fed_by: Feeds = ()
    """Power feeds of each rack; loads split evenly over those that are live."""
    cord_phases: Literal[1, 3] = 3
    """Phases of each rack's cords; single-phase ones are dealt to L1, L2 and L3 in turn."""
    power_rated: RackRating | None = None
    """Rated AC input of each rack where it differs from the catalogue."""
    power_idle: Power | None = None
    """Idle AC input of each rack where it differs from the catalogue."""
    overrides: RackNumbers | None = None
    """Numbers of each rack that differ from the catalogue."""
    labels: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")], ...] = Field(
        default=(), max_length=RACKS_MAX
    )
    """What the site calls the racks, position by position, as in its measurements."""
    film_w_k: Annotated[float, Field(gt=0, le=1e6)] | None = None
    """Heat conductance between the mass of a rack's servers and their air, in W/K, for replays;
    where not given the mass is as warm as the exhaust."""
    fan_speed_rated_rpm: Annotated[float, Field(gt=0, le=50_000)] | None = None
    """Fan speed at which a rack draws its rated air flow, for replays of measured speeds."""
    intakes: tuple[Band, ...] = Field(default=(), max_length=60)
    """Heights at which the racks take in air and let it out at their backs, one a chassis or a
    group of them; the whole face where none is stated."""
    open_slots: Fraction = 0.0
    """Share of a rack's height without servers and without blanking panels: air goes through."""


class HallSpec(Stated):
    """A room with racks."""

    name: Name = "hall"
    """Name of the hall."""
    size: tuple[HallSide, HallSide, HallHeight] = (20.0, 12.0, 4.5)
    """East-west, north-south and height."""
    at: tuple[Length, Length] = (0.0, 0.0)
    """South-west corner on the site."""
    containment: Literal["none", "cold_aisle", "hot_aisle"] = "hot_aisle"
    """What keeps cold and hot air apart."""
    containment_leakage: Fraction = 0.05
    """Open share of the containment's panels; well sealed 2 to 5 %, curtains up to 15 %
    (assumed). `twin airflow` reads it."""
    raised_floor: FloorHeight | None = None
    """Height of the space below the floor, from which tiles blow; none: a slab."""
    tiles: tuple[TileSpec, ...] = Field(default=(), max_length=1000)
    """Perforated tiles; where handlers blow under the floor and none is stated, a line of them
    before each row of racks."""
    obstacles: tuple[ObstacleSpec, ...] = Field(default=(), max_length=1000)
    """Boxes that air goes around."""
    panels: tuple[PanelSpec, ...] = Field(default=(), max_length=1000)
    """Panels beside those that `containment` stands for."""
    sensors: tuple[SensorSpec, ...] = Field(default=(), max_length=1000)
    """Where temperatures of the room are measured."""
    server_fans: ServerFansSpec | None = None
    """Fans of servers that follow the air at their inlet; none: they move their rated flow."""
    support_fans: Literal["follow_power", "rated"] = "follow_power"
    """Air through racks of storage, network and management: as much of their rated flow as they
    draw of their rated power, or all of it at any power."""
    moisture: MoistureSpec | None = None
    """What the moisture of its air depends on, in a run and a year; none: it is not followed."""
    chip_leakage: ChipLeakageSpec | None = None
    """GPUs that draw more as they warm; none: their power does not know their temperature."""
    airflow: Literal["by_distance", "potential"] = "by_distance"
    """How a run knows who draws whose air: by distance and containment, or by a flow that is solved
    for the hall as it stands (needs the extra `airflow`)."""
    air_mass_factor: float = Field(default=1.0, ge=0.2, le=100)
    """Heat capacity of the room air over that of its volume of air; racks and gear displace some,
    light fittings and ducts add some."""
    structure_heat_capacity: float = Field(default=2.0e6, ge=1e4, le=5e9)
    """Heat capacity of what stands in the room apart from the racks, in J/K: 20 kg of steel have
    1e4, five thousand tonnes of concrete 5e9."""
    structure_conductance: float = Field(default=4.0e3, ge=1, le=1e6)
    """Heat conductance between the room air and that mass, in W/K: some 8 a square metre."""
    rows: Annotated[
        tuple[RowSpec, ...],
        BeforeValidator(
            lambda value: ({"racks": value},) if isinstance(value, str) else value,
            json_schema_input_type=RackPattern | tuple[RowSpec, ...],
        ),
    ]
    """Rows of racks: a list, or one pattern such as `4 x 8 x gb200_nvl72`."""


class PowerGroup(Stated):
    """A group of equal power components."""

    name: Name
    """Group name; members are name_1, name_2 and so on, or the name itself where there is one."""
    type: PowerType
    """Catalogue row under `power`."""
    count: PositiveInt = Field(default=1, le=2000)
    """How many."""
    fed_by: Feeds = ()
    """Upstream supplies, in order of preference."""
    tie: tuple[Name, Name] | None = None
    """Two boards that this switch joins when one of them has lost its own supplies: a normally open
    bus tie. It has no `fed_by`; what feeds the one board feeds the other through it."""
    ring: RingSpec | None = None
    """Sections of an open ring of boards that are fed from either end; without `fed_by`."""
    mode: Literal["share", "priority"] = "share"
    """share: split over all live supplies; priority: take the first live one."""
    minimum_supply: Power | None = None
    """Each member opens while the ratings of its live supplies add up to less; in mode priority and
    over a tie it takes the first preference that reaches it alone. For a side of a 2N system that
    is counted on only where it can carry the whole load alone; none: whatever is left carries what
    it can. A BESS at it that forms grid counts while it holds energy, after all preferences."""
    autonomy: Autonomy | None = None
    """Generators: how long a full tank lasts at full load, instead of the tank of the catalogue."""
    length: Annotated[Length, Within(0.1, 1000.0, "0.1 m to 1 km")] | None = None
    """Cables and busways: metres of each, from which resistance, voltage drop and loss follow."""
    solar: SolarSpec | None = None
    """Solar arrays: their modules."""
    ups_mode: Literal["double_conversion", "eco"] = "double_conversion"
    """How UPS work: through their converters; or through their bypass, the inverter ready, which
    loses less and leaves a gap of milliseconds at a loss of input."""
    rating: StatedRating | None = None
    """Rating where it differs from the catalogue; `rating: 500 kVA` with `power_factor` beside it,
    or a mapping with amperes and volts, says how it follows."""
    overrides: PowerNumbers | None = None
    """Other numbers of each member that differ from the catalogue."""
    hall: Name | None = None
    """Hall that panels, PDUs and busways stand in; none: the hall around `at`, else the first."""
    at: tuple[Coordinate, Coordinate] | None = None
    """Centre of the first member on the site, in metres; further members follow eastward."""

    @model_validator(mode="before")
    @classmethod
    def _power_factor(cls, data: object) -> object:
        return with_power_factor(data)


class FabricSpec(Stated):
    """The scale-out network."""

    kind: Literal["none", "rail_optimised", "groups"] = "none"
    """none, a rail-optimised Clos, or one switch group a rack (dragonfly)."""
    switch: SwitchType = "qm9700"
    """Catalogue row under `switches`."""
    nodes_per_su: PositiveInt = Field(default=32, le=100_000)
    """Nodes under one set of leaves."""
    planes: PositiveInt = Field(default=1, le=16)
    """Independent planes."""
    switches_per_group: PositiveInt = Field(default=32, le=256)
    """Switches in one group of a `groups` fabric."""
    fed_by: Feeds = ()
    """Power feeds of the switches, for the redundancy report; empty where `fed_by_racks`."""
    fed_by_racks: bool = False
    """True where each switch takes its power from the feeds of the rack in which it stands."""
    overrides: SwitchNumbers | None = None
    """Numbers of each switch that differ from the catalogue."""


class StorageSpec(Stated):
    """Shared storage."""

    type: StorageType = "superpod_better"
    """Catalogue row under `storage`."""
    count: PositiveInt = Field(default=1, le=2000)
    """File systems of that row side by side; makers' guidance has one a scalable unit of 32 nodes;
    their bandwidths add, the link of a node stays what it is."""
    overrides: StorageNumbers | None = None
    """Numbers that differ from the catalogue."""


def _few_racks(halls: tuple[HallSpec, ...]) -> tuple[HallSpec, ...]:
    few(
        "racks",
        sum(Pattern.parse(row.racks).count for hall in halls for row in hall.rows),
        RACKS_MAX,
    )
    return halls


def _few_components(groups: tuple[PowerGroup, ...]) -> tuple[PowerGroup, ...]:
    few("power components", sum(group.count for group in groups), GEAR_MAX)
    return groups


class Layout(Stated):
    """A whole facility."""

    version: Literal[1] = 1
    """Version of the grammar."""
    name: Name
    """Name of the layout."""
    description: str = Field(default="", max_length=2000)
    """What it stands for and where its numbers come from."""
    halls: Annotated[
        tuple[HallSpec, ...], Field(min_length=1, max_length=200), AfterValidator(_few_racks)
    ]
    """Rooms with racks."""
    power: Annotated[
        tuple[PowerGroup, ...], Field(min_length=1, max_length=500), AfterValidator(_few_components)
    ]
    """Power groups from the utility down."""
    cooling: CoolingSpec
    """From the racks to the weather."""
    fabric: FabricSpec = FabricSpec()
    """The scale-out network."""
    storage: StorageSpec = StorageSpec()
    """Shared storage."""
    equipment: Equipment = Equipment()
    """Rows of your own beside those of the catalogue."""
    crews: tuple[CrewSpec, ...] = Field(default=(), max_length=50)
    """Who repairs and closes; where none are stated, the scenario's `faults.crews` see to all."""
    spares: tuple[SpareSpec, ...] = Field(default=(), max_length=1000)
    """Spare parts by type; repairs of types that are not named never wait for one."""
    common_causes: tuple[CommonCause, ...] = Field(default=(), max_length=1000)
    """What fails together in runs with random failures."""
    maintenance: tuple[MaintenancePlan, ...] = Field(default=(), max_length=1000)
    """Planned work that takes components out of service: in redundancy, not in runs."""
    overrides: dict[Name, ComponentOverride] = Field(default_factory=dict, max_length=20_000)
    """By component name."""
    assets: dict[RowName, FileName] = Field(default_factory=dict, max_length=200)
    """By catalogue row: a manufacturer's OpenUSD asset that scenes show in place of ours."""
