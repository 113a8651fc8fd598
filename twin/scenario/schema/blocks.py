"""Blocks: what a site has several times alike, stated once.

A data hall and all that serves it is drawn once and built many times. A block holds rooms, power
groups and cooling as a layout does; each of its copies is called as the block says, with the
number of the copy behind: `rpp` of the third copy is `rpp_3`, its members `rpp_3_1`, `rpp_3_2`.
Names that are the block's own mean those of the same copy, all others what stands outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import chain
from typing import Annotated, Any, Self, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Field, PositiveInt, model_validator

from twin.scenario.schema.cooling import CoolingSpec, FreeCoolingSpec, PlantSpec
from twin.scenario.schema.hall import HallSpec
from twin.scenario.schema.names import Name
from twin.scenario.schema.power_group import PowerGroup
from twin.stated import Length, Stated, Within

COPIES_MAX = 200
"""More copies than this are refused: a guard against slips of the keyboard."""

Model = TypeVar("Model", bound=BaseModel)
Placed = TypeVar("Placed", HallSpec, PowerGroup, PlantSpec, FreeCoolingSpec)
Step = Annotated[Length, Within(-1e5, 1e5, "at most 100 km")]
Shift = tuple[float, float]


class BlockCooling(CoolingSpec):
    """Cooling of a block; its plant may stand outside."""

    plant: tuple[PlantSpec, ...] = Field(default=(), max_length=500)
    """Plants."""


class BlockSpec(Stated):
    """Rooms, power and cooling that a site has several times alike.

    Each copy carries its number behind its names: group `rpp` of copy 3 is `rpp_3`, and its
    members are `rpp_3_1`, `rpp_3_2`. Inside the block a name of its own means that of the same
    copy; any other name means what stands outside.
    """

    name: Name = "block"
    """What paths and messages call it."""
    count: PositiveInt = Field(default=1, le=COPIES_MAX)
    """How many copies."""
    pitch: tuple[Step, Step] = (40.0, 40.0)
    """From one copy to the next: eastward, and northward where a line is full."""
    columns: Annotated[PositiveInt, Field(le=COPIES_MAX)] | None = None
    """Copies in a line from west to east, before the next line begins; all where not given."""
    halls: tuple[HallSpec, ...] = Field(default=(), max_length=200)
    """Rooms with racks of one copy."""
    power: tuple[PowerGroup, ...] = Field(default=(), max_length=500)
    """Power groups of one copy."""
    cooling: BlockCooling = BlockCooling()
    """Cooling of one copy."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.own_names():
            raise ValueError("halls, power or cooling that it has several times")
        return self

    def own_names(self) -> frozenset[str]:
        """Names that are another one in each copy."""
        rows = (row for hall in self.halls for row in hall.rows)
        coolers = (*self.cooling.loops, *self.cooling.air, *self.cooling.doors)
        groups = chain(self.halls, rows, self.power, coolers, self.cooling.plant_groups)
        return frozenset(one.name for one in groups)  # type: ignore[attr-defined]

    def copies(self) -> Iterator[BlockSpec]:
        """Every copy with names and places of its own."""
        own = self.own_names()
        for number in range(1, self.count + 1):
            named = with_names(self, partial(numbered, copy=number, own=own))
            yield named._moved(self._shift(number - 1))

    def _shift(self, copy: int) -> Shift:
        columns = self.columns or self.count
        return self.pitch[0] * (copy % columns), self.pitch[1] * (copy // columns)

    def _moved(self, by: Shift) -> BlockSpec:
        halls = tuple(_shifted(hall, by) for hall in self.halls)
        power = tuple(_shifted(group, by) for group in self.power)
        plant = tuple(_shifted_plant(one, by) for one in self.cooling.plant)
        cooling = self.cooling.model_copy(update={"plant": plant})
        return self.model_copy(update={"halls": halls, "power": power, "cooling": cooling})


def numbered(name: str, copy: int, own: frozenset[str]) -> str:
    """A name as the copy has it: `ups` as `ups_3`, its member `ups_2` as `ups_3_2`, rack `row_r2`
    as `row_3_r2`; what is not the block's own stays.
    """
    if name in own:
        return f"{name}_{copy}"
    group, _, member = name.rpartition("_")
    of_own = group in own and member.removeprefix("r").isdecimal()
    return f"{group}_{copy}_{member}" if of_own else name


def _shifted(one: Placed, by: Shift) -> Placed:
    """What stands somewhere on the site, elsewhere; what stands nowhere in particular, as it is."""
    if one.at is None:
        return one
    return one.model_copy(update={"at": (one.at[0] + by[0], one.at[1] + by[1])})


def _shifted_plant(plant: PlantSpec, by: Shift) -> PlantSpec:
    moved = _shifted(plant, by)
    if moved.free_cooling is None:
        return moved
    return moved.model_copy(update={"free_cooling": _shifted(moved.free_cooling, by)})


def with_names(model: Model, change: Callable[[str], str]) -> Model:
    """The model with every name of a thing in it changed, at any depth."""
    update = {
        field: _with_names(getattr(model, field), change, field in _named(type(model)))
        for field in type(model).model_fields
    }
    return model.model_copy(update=update)


def _with_names(value: Any, change: Callable[[str], str], named: bool) -> Any:
    if isinstance(value, BaseModel):
        return with_names(value, change)
    if isinstance(value, tuple):
        return tuple(_with_names(one, change, named) for one in value)
    return change(value) if named and isinstance(value, str) else value


@cache
def _named(model: type[BaseModel]) -> frozenset[str]:
    """Fields of a model that hold names of things."""
    hints = get_type_hints(model, include_extras=True)
    return frozenset(field for field in model.model_fields if _holds_names(hints[field]))


def _holds_names(hint: Any) -> bool:
    if hint == Name:
        return True
    inner = get_args(hint)[:1] if get_origin(hint) is Annotated else get_args(hint)
    return any(_holds_names(part) for part in inner)
