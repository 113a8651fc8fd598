"""Where every component goes: its prim's name, its place in the tree and its place on the site.

Components stand in their hall (found by walking up `parent`) or, where no hall is above them, in the yard.
Hall coordinates start at the hall's south-west corner, yard coordinates at the site's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from twin.present.usd.halls import Hall, find_halls, find_roots
from twin.present.usd.names import prim_names
from twin.present.usd.solids import Floats, Point

YARD = "Yard"
"""Name of the place outside the halls."""

_GROUPS = {"compute": "IT", "power": "Power", "cooling": "Cooling", "fabric": "Network", "storage": "Storage",
           "building": "Building"}


@dataclass(frozen=True)
class Item:
    """One component to draw; `local` in its place's coordinates, `site` in the site's, metres."""

    id: str
    kind: str
    type: str
    rating_w: float
    size: Point
    local: Point
    site: Point
    group: str
    place: str
    prim: str

    @property
    def path(self) -> str:
        """Path of its prim on the composed stage."""
        return f"/Facility/{self.group}/{self.place}/{self.prim}"

    @property
    def bodied(self) -> bool:
        """Whether it has a box to draw."""
        return min(self.size) > 0


@dataclass(frozen=True)
class Plan:
    """Everything placed: halls and items in table order."""

    halls: tuple[Hall, ...]
    items: tuple[Item, ...]

    def ends(self) -> dict[str, tuple[str, Point]]:
        """For every component: its prim's path and the middle of its top in site metres."""
        tops = {item.id: (item.path, (item.site[0], item.site[1], item.site[2] + item.size[2])) for item in self.items}
        for hall in (hall for hall in self.halls if hall.component):
            east, north, top = hall.size[0] / 2, hall.size[1] / 2, hall.size[2]
            tops[hall.name] = hall.path, (hall.at[0] + east, hall.at[1] + north, top)
        return tops

    def bounds(self) -> Floats:
        """(2, xyz) box in site metres round every hall and item."""
        low = [(0.0, 0.0, 0.0), *((h.at[0], h.at[1], 0.0) for h in self.halls)]
        high = [(1.0, 1.0, 1.0), *((h.at[0] + h.size[0], h.at[1] + h.size[1], h.size[2]) for h in self.halls)]
        for item in self.items:
            (x, y, z), (width, depth, height) = item.site, item.size
            low.append((x - width / 2, y - depth / 2, z))
            high.append((x + width / 2, y + depth / 2, z + height))
        skip = 1 if len(low) > 1 else 0
        return np.stack([np.min(low[skip:], axis=0), np.max(high[skip:], axis=0)]).astype(np.float32)


def make_plan(components: pd.DataFrame, hall_sizes: Mapping[str, Point],
              hall_origins: Mapping[str, tuple[float, float]]) -> Plan:
    """Place the rows of the components table; sizes and corners of halls in metres, by name."""
    rows = components[components["kind"] != "hall"]
    above = find_roots(components)
    halls = find_halls(components, rows.assign(root=rows["id"].map(above)), hall_sizes, hall_origins)
    by_name = {hall.name: hall for hall in halls}
    named = zip(rows.itertuples(), prim_names(rows["id"]), strict=True)
    return Plan(halls, tuple(_item(row, name, by_name.get(above[str(row.id)])) for row, name in named))


def _item(row: object, prim: str, hall: Hall | None) -> Item:
    def number(name: str) -> float:
        return float(getattr(row, name))

    local = number("x_m"), number("y_m"), number("z_m")
    east, north = hall.at if hall else (0.0, 0.0)
    return Item(
        id=str(row.id), kind=str(row.kind), type=str(row.type), rating_w=number("rating_w"),  # type: ignore[attr-defined]
        size=(number("width_m"), number("depth_m"), number("height_m")),
        local=local, site=(local[0] + east, local[1] + north, local[2]),
        group=_GROUPS.get(str(row.system), "Other"), place=hall.prim if hall else YARD, prim=prim,  # type: ignore[attr-defined]
    )
