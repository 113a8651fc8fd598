"""Where every component goes: its prim's name and its place in the tree.

Components stand in their hall or, where no hall is above them, in the yard. All coordinates are the
site's: east, north and up from its south-west corner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from twin.present.usd.halls import KIND, Hall, contents, find_halls, find_roots
from twin.present.usd.names import prim_names
from twin.present.usd.solids import Floats, Point

_NONE: Mapping[str, str] = MappingProxyType({})
YARD = "Yard"
"""Name of the place outside the halls."""

_GROUPS = {
    "compute": "IT",
    "power": "Power",
    "cooling": "Cooling",
    "fabric": "Network",
    "storage": "Storage",
    "building": "Building",
}


@dataclass(frozen=True)
class Item:
    """One component to draw: size and middle of its underside in metres, and where its prim
    hangs.
    """

    id: str
    kind: str
    type: str
    rating_w: float
    size: Point
    at: Point
    group: str
    place: str
    prim: str
    parent: str = ""
    facing_deg: float = 180.0
    """Where its front looks, clockwise from north."""
    gpus: int = 0
    holds: bool = False
    """Whether other components stand inside it."""
    root: str = "Facility"
    """Name of the stage's root prim."""

    @property
    def path(self) -> str:
        """Path of its prim on the composed stage."""
        return f"/{self.root}/{self.group}/{self.place}/{self.prim}"

    @property
    def turn_deg(self) -> float:
        """How far it is turned anticlockwise from looking south."""
        return (180.0 - self.facing_deg + 180.0) % 360.0 - 180.0

    @property
    def own_size(self) -> Point:
        """Width, depth and height before it is turned."""
        across = round(self.turn_deg / 90.0) % 2 == 1
        width, depth, height = self.size
        return (depth, width, height) if across else self.size

    @property
    def top(self) -> Point:
        """Middle of its top in metres."""
        return self.at[0], self.at[1], self.at[2] + self.size[2]

    @property
    def bodied(self) -> bool:
        """Whether it has a box to draw."""
        return min(self.size) > 0


@dataclass(frozen=True)
class ScenePlan:
    """Everything placed: halls, items in table order, and the box round all of it, (2, xyz)
    metres.
    """

    halls: tuple[Hall, ...]
    items: tuple[Item, ...]
    bounds: Floats


def make_plan(
    components: pd.DataFrame,
    hall_sizes: Mapping[str, Point],
    hall_origins: Mapping[str, tuple[float, float]],
    *,
    containment: Mapping[str, str] = _NONE,
    root: str = "Facility",
) -> ScenePlan:
    """Place the rows of the components table; sizes and corners of halls in metres, by name.

    containment   none, cold_aisle or hot_aisle, by hall
    root          name of the stage's root prim
    """
    roots = find_roots(components)
    halls = tuple(
        replace(hall, root=root, containment=containment.get(hall.name, "none"))
        for hall in find_halls(components, roots, hall_sizes, hall_origins)
    )
    places = {hall.name: hall.prim for hall in halls}
    equipment = components[components["kind"] != KIND]
    holders = set(map(str, equipment["parent"]))
    rows = zip(equipment.itertuples(), prim_names(equipment["id"]), strict=True)
    items = tuple(
        _item(row, name, places.get(roots[str(row.id)], YARD), str(row.id) in holders, root)
        for row, name in rows
    )
    return ScenePlan(halls, items, _bounds(components, halls))


def _item(row: Any, prim: str, place: str, holds: bool, root: str) -> Item:
    return Item(
        id=str(row.id),
        kind=str(row.kind),
        type=str(row.type),
        rating_w=float(row.rating_w),
        size=(float(row.width_m), float(row.depth_m), float(row.height_m)),
        at=(float(row.x_m), float(row.y_m), float(row.z_m)),
        group=_GROUPS.get(str(row.system), "Other"),
        place=place,
        prim=prim,
        parent=str(row.parent),
        facing_deg=float(row.facing_deg),
        gpus=int(row.gpus),
        holds=holds,
        root=root,
    )


def _bounds(components: pd.DataFrame, halls: tuple[Hall, ...]) -> Floats:
    rooms = [
        np.array(
            [(*hall.at, 0.0), (hall.at[0] + hall.size[0], hall.at[1] + hall.size[1], hall.size[2])]
        )
        for hall in halls
    ]
    equipment = [contents(components)] if len(components) else []
    everything = [*rooms, *equipment] or [np.array([(0.0, 0.0, 0.0), (1.0, 1.0, 1.0)])]
    low, high = (np.stack([one[side] for one in everything]) for side in (0, 1))
    return np.stack([low.min(axis=0), high.max(axis=0)]).astype(np.float32)
