"""Rooms and their rows of racks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from twin.catalogue.own.override import RackNumbers
from twin.catalogue.rating import AS_WRITTEN, ElectricalRating
from twin.scenario.schema.names import RACKS_MAX, Feeds, Name, RackPattern
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
from twin.stated import Fraction, Length, Power, Rating, Stated, Within

HallSide = Annotated[
    Length, Within(1.0, 1000.0, "1 to 1,000 m", "the longest building on earth is 1 km long")
]
HallHeight = Annotated[Length, Within(2.0, 100.0, "2 to 100 m")]
RackPower = Annotated[
    Rating, Within(1.0, 2e7, "1 W to 20 MW", "twenty times the largest rack announced")
]
RackRating = Annotated[RackPower | ElectricalRating, *AS_WRITTEN]
"""Watts of a rack, or a mapping that says how they follow."""


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
