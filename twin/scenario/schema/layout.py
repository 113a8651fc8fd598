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

from pydantic import AfterValidator, Field, PositiveInt

from twin.catalogue.own import Equipment
from twin.catalogue.own.override import StorageNumbers, SwitchNumbers
from twin.scenario.schema.component import ComponentOverride
from twin.scenario.schema.cooling import CoolingSpec
from twin.scenario.schema.hall import HallSpec
from twin.scenario.schema.names import (
    GEAR_MAX,
    RACKS_MAX,
    Feeds,
    Name,
    RowName,
    StorageType,
    SwitchType,
    few,
)
from twin.scenario.schema.power_group import PowerGroup
from twin.scenario.schema.rack_pattern import Pattern
from twin.scenario.schema.staff import CommonCause, CrewSpec, MaintenancePlan, SpareSpec
from twin.stated import FileName, Stated


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
