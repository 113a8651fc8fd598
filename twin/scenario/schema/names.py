"""Words that all of the layout grammar uses: names, rack patterns, places and feeds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from twin.catalogue.equipment_kinds import PLANT, Role, named
from twin.scenario.schema.rack_pattern import Pattern
from twin.stated import FileName, RowOf, Stated

RACKS_MAX = 20_000
"""More racks than this in one layout is refused: a guard against slips of the keyboard."""
GEAR_MAX = 10_000
"""More power components, or more cooling units, than this is refused likewise."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


Coordinate = Annotated[float, Field(ge=-1e5, le=1e5)]
"""Metres from the site's origin, east or north."""


def few(what: str, count: int, most: int) -> None:
    """ValueError where a layout has more of something than anybody builds."""
    if count > most:
        raise ValueError(f"at most {most:,} {what} in one layout")


def _rack_pattern(text: str) -> str:
    few("racks", Pattern.parse(text).count, RACKS_MAX)
    return text


RowName = Annotated[str, Field(min_length=1, max_length=80)]
"""A row of the catalogue, of any kind."""
PowerType = Annotated[RowName, RowOf("power")]
CoolantUnitType = Annotated[RowName, RowOf("cooling", named(Role.LOOP_COOLING))]
AirHandlerType = Annotated[RowName, RowOf("cooling", named(Role.HALL_COOLING))]
RearDoorType = Annotated[RowName, RowOf("cooling", named(Role.DOOR_COOLING))]
PlantType = Annotated[RowName, RowOf("cooling", named(*PLANT))]
FreeCoolerType = Annotated[RowName, RowOf("cooling", named(Role.DRY_COOLER))]
SwitchType = Annotated[RowName, RowOf("switches")]
StorageType = Annotated[RowName, RowOf("storage")]
RackType = Annotated[RowName, RowOf("racks")]
ClimateName = Annotated[RowName, RowOf("climates")]
GridName = Annotated[RowName, RowOf("grids")]
GpuName = Annotated[RowName, RowOf("gpus")]
NamedProfile = Annotated[Literal["none"] | FileName, Field(union_mode="left_to_right")]
"""A calibration profile, or that there shall be none (`profile_files.NO_PROFILE`)."""
"""Names of rows of the catalogue, or of a project's own."""


RackPattern = Annotated[
    str,
    RowOf("rack pattern"),
    Field(max_length=80, examples=["8 x gb200_nvl72", "4 x 8 x gb200_nvl72"]),
    AfterValidator(_rack_pattern),
]


class Feed(Stated):
    """One source of supply and how its members are matched with the takers."""

    source: Name
    """A group or a single component."""
    pairing: Literal["all", "matched", "spread"] = "all"
    """all: every member feeds every taker; matched: first to first; spread: dealt out in turn."""


def _as_feeds(value: object) -> object:
    many = value if isinstance(value, list | tuple) else [value]
    return tuple({"source": one} if isinstance(one, str) else one for one in many)


Feeds = Annotated[
    tuple[Feed, ...],
    Field(max_length=2000),
    BeforeValidator(_as_feeds, json_schema_input_type=Name | Feed | tuple[Name | Feed, ...]),
]
