"""What stands where: the grammar of a layout file.

blocks     what a site has several times alike, counted
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

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PositiveInt,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import InitErrorDetails

from twin.catalogue.own import Equipment
from twin.catalogue.own.override import StorageNumbers, SwitchNumbers
from twin.scenario.schema.blocks import BlockSpec
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
)
from twin.scenario.schema.power_group import PowerGroup
from twin.scenario.schema.rack_pattern import Pattern
from twin.scenario.schema.staff import CommonCause, CrewSpec, MaintenancePlan, SpareSpec
from twin.stated import FileName, Stated

HALLS_MAX = 200
Loc = tuple[str | int, ...]


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
    oversubscription: float = Field(default=1.0, ge=1, le=64)
    """Bandwidth towards nodes over that towards others, of a leaf or of a group; 1 is
    non-blocking."""
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


Parts = tuple[str, ...]
LISTS: tuple[Parts, ...] = (
    ("halls",),
    ("power",),
    ("cooling", "loops"),
    ("cooling", "air"),
    ("cooling", "doors"),
    ("cooling", "plant"),
)
"""Lists that blocks add to."""


def _at_least_one(listed: tuple[Any, ...], info: ValidationInfo) -> tuple[Any, ...]:
    blocks = info.data.get("blocks")
    if listed or blocks is None:
        return listed
    if not any(getattr(block, info.field_name or "") for block in blocks):
        raise ValueError("at least 1 of them")
    return listed


def _blocks_do(schema: dict[str, Any]) -> None:
    """In the JSON schema: halls, power and cooling, or blocks that have them."""
    required = [key for key in schema["required"] if key not in ("halls", "power", "cooling")]
    schema["required"] = required
    schema["anyOf"] = [{"required": ["halls", "power", "cooling"]}, {"required": ["blocks"]}]


class Layout(Stated):
    """A whole facility."""

    model_config = ConfigDict(json_schema_extra=_blocks_do)

    version: Literal[1] = 1
    """Version of the grammar."""
    name: Name
    """Name of the layout."""
    description: str = Field(default="", max_length=2000)
    """What it stands for and where its numbers come from."""
    blocks: tuple[BlockSpec, ...] = Field(default=(), max_length=50)
    """What the site has several times alike, each stated once and counted: rooms with their power
    and cooling. What stands once stands beside them."""
    halls: Annotated[tuple[HallSpec, ...], Field(max_length=200), AfterValidator(_at_least_one)]
    """Rooms with racks."""
    power: Annotated[tuple[PowerGroup, ...], Field(max_length=500), AfterValidator(_at_least_one)]
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

    @model_validator(mode="before")
    @classmethod
    def _blocks_may_hold_all(cls, data: Any) -> Any:
        """Beside blocks a layout may have no room, power or plant of its own."""
        if not (isinstance(data, dict) and data.get("blocks")):
            return data
        cooling = data.get("cooling", {})
        if isinstance(cooling, dict):
            cooling = {"plant": [], **cooling}
        return {"halls": [], "power": [], **data, "cooling": cooling}

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        stated = "blocks" if self.blocks else ""
        wrong = [
            _too_many(found, what, most, stated or where)
            for what, where, most, count in LIMITS
            if (found := _total(self, count)) > most
        ]
        if wrong:
            raise ValidationError.from_exception_data(type(self).__name__, wrong)
        return self

    def flat(self) -> Layout:
        """The layout with every copy of its blocks written out; itself where it has none."""
        if not self.blocks:
            return self
        parts: list[Part] = [self, *(one for block in self.blocks for one in block.copies())]
        cooling = {
            field: tuple(one for part in parts for one in getattr(part.cooling, field))
            for field in CoolingSpec.model_fields
        }
        return self.model_copy(
            update={
                "blocks": (),
                "halls": tuple(hall for part in parts for hall in part.halls),
                "power": tuple(group for part in parts for group in part.power),
                "cooling": self.cooling.model_copy(update=cooling),
            }
        )

    def stated_at(self, loc: Loc) -> Loc:
        """Where a place of the written-out layout stands as stated: what a copy has, in its
        block.
        """
        for parts in LISTS:
            index = loc[len(parts)] if loc[: len(parts)] == parts and len(loc) > len(parts) else ""
            if isinstance(index, int):
                return (*self._item(parts, index), *loc[len(parts) + 1 :])
        return loc

    def _item(self, parts: Parts, index: int) -> Loc:
        own = len(_listed(self, parts))
        if index < own:
            return (*parts, index)
        left = index - own
        for b, block in enumerate(self.blocks):
            each = len(_listed(block, parts))
            if left < each * block.count:
                return ("blocks", b, *parts, left % each)
            left -= each * block.count
        return (*parts, index)


Part = Layout | BlockSpec
"""What has halls, power and cooling."""


def _listed(part: Part, parts: Parts) -> tuple[Any, ...]:
    held: Any = part
    for name in parts:
        held = getattr(held, name)
    listed: tuple[Any, ...] = held
    return listed


def _total(layout: Layout, count: Callable[[Part], int]) -> int:
    """How many of something a layout has, the copies of its blocks among them."""
    return count(layout) + sum(block.count * count(block) for block in layout.blocks)


def _too_many(found: int, what: str, most: int, where: str) -> InitErrorDetails:
    error = {"error": ValueError(f"at most {most:,} {what} in one layout, not {found:,}")}
    return InitErrorDetails(type="value_error", loc=(where,), input=found, ctx=error)


def _racks(part: Part) -> int:
    return sum(Pattern.parse(row.racks).count for hall in part.halls for row in hall.rows)


def _members(groups: tuple[PowerGroup, ...]) -> int:
    return sum(group.count for group in groups)


LIMITS: tuple[tuple[str, str, int, Callable[[Part], int]], ...] = (
    ("halls", "halls", HALLS_MAX, lambda part: len(part.halls)),
    ("racks", "halls", RACKS_MAX, _racks),
    ("power components", "power", GEAR_MAX, lambda part: _members(part.power)),
    ("cooling units", "cooling", GEAR_MAX, lambda part: part.cooling.units()),
)
"""What a layout has at most: of what, where it is stated, how many, how to count it."""
