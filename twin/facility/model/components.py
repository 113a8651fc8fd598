"""Everything that has a name and a place: components, and the halls they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twin.arrays import Array, Index
from twin.members import is_member

BEARING_DEG = {"north": 0.0, "east": 90.0, "south": 180.0, "west": 270.0}
"""Sides as bearings, clockwise from north."""


@dataclass(frozen=True)
class Place:
    """Where a component stands."""

    hall: str
    """Name of its hall; empty outside."""
    centre_m: tuple[float, float, float]
    """Centre of the footprint and underside, on the site."""
    size_m: tuple[float, float, float]
    """East-west, north-south, height."""
    blows: str = ""
    """Side to which an air handler blows; empty for all else."""
    in_row: bool = False
    """Whether an air handler stands among racks."""
    front: str = "south"
    """Side to which the front of all else looks."""

    @property
    def facing_deg(self) -> float:
        """Where its front looks, clockwise from north."""
        return BEARING_DEG[self.blows or self.front]


@dataclass(frozen=True)
class Halls:
    """Rooms with racks, as stated. Arrays are (hall,)."""

    name: tuple[str, ...]
    corner_m: Array
    """(hall, 2): south-west corner on the site."""
    size_m: Array
    """(hall, 3): east-west, north-south, height."""
    containment: tuple[str, ...]


@dataclass(frozen=True)
class Components:
    """Everything that has a name, in build order. Arrays are (component,)."""

    id: tuple[str, ...]
    kind: tuple[str, ...]
    type: tuple[str, ...]
    parent: tuple[str, ...]
    system: tuple[str, ...]
    position_m: Array
    """(component, 3): centre of the footprint and underside."""
    size_m: Array
    """(component, 3): width, depth, height."""
    rating_w: Array
    gpus: Index
    nodes: Index
    facing_deg: Array
    """Where its front looks, clockwise from north."""
    mtbf_h: Array
    """Mean time between failures; nan where it does not fail."""
    mttr_h: Array
    row: Mapping[str, int]
    """Row by id."""
    stated_at: tuple[tuple[str | int, ...], ...]
    """Where in the scenario each stands, such as ("layout", "power", 0)."""

    def members(self, name: str) -> tuple[str, ...]:
        """A component, or the members of a group or row of that name, in build order."""
        return tuple(one for one in self.id if is_member(one, name))
