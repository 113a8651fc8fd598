"""The rooms of a facility: which there are, where each stands and how large it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from twin.present.usd.names import prim_names
from twin.present.usd.solids import Point

HALL_GAP_M = 6.0
"""Space between halls that have a size but no place: they line up eastwards."""
MARGIN_M = 1.5
"""Floor left round the equipment of a hall that has no stated size."""


@dataclass(frozen=True)
class Hall:
    """A room: site coordinates of its corner and its size in metres; `component` where the table has a row for it."""

    name: str
    prim: str
    at: tuple[float, float]
    size: Point
    component: bool

    @property
    def path(self) -> str:
        """Path of its prim on the composed stage."""
        return f"/Facility/Architecture/{self.prim}"


def find_roots(components: pd.DataFrame) -> dict[str, str]:
    """The hall or topmost parent of every component; empty for what stands at the top itself."""
    parent = dict(zip(components["id"], components["parent"].fillna(""), strict=True))
    halls = set(components["id"][components["kind"] == "hall"])

    def root(name: str) -> str:
        seen: set[str] = set()
        while name in parent and name not in halls and name not in seen:
            seen.add(name)
            name = parent[name]
        return name

    return {name: root(above) for name, above in parent.items()}


def find_halls(components: pd.DataFrame, rows: pd.DataFrame, sizes: Mapping[str, Point],
           origins: Mapping[str, tuple[float, float]]) -> tuple[Hall, ...]:
    """Every hall with its place and size.

    A hall is a row of kind `hall` (its place in site coordinates), a name in `sizes`, or the topmost parent
    of a rack; its size then follows from what stands in it, its corner from `origins` or the next free spot
    eastwards. `rows` are the other components with their `root`.
    """
    drawn = components[components["kind"] == "hall"].set_index("id")
    of_racks = rows["root"][rows["kind"].str.endswith("rack")]
    names = list(dict.fromkeys([*sizes, *drawn.index, *(name for name in of_racks if name)]))
    halls: list[Hall] = []
    east = 0.0
    for name, prim in zip(names, prim_names(names), strict=True):
        row = drawn.loc[name] if name in drawn.index else None
        size = _hall_size(name, row, rows, sizes)
        at = origins.get(name) or _corner(row, size) or (east, 0.0)
        halls.append(Hall(name, prim, at, size, row is not None))
        east = max(east, at[0] + size[0] + HALL_GAP_M)
    return tuple(halls)


def _hall_size(name: str, row: pd.Series | None, rows: pd.DataFrame, sizes: Mapping[str, Point]) -> Point:
    if name in sizes:
        return sizes[name]
    if row is not None and min(row["width_m"], row["depth_m"], row["height_m"]) > 0:
        return float(row["width_m"]), float(row["depth_m"]), float(row["height_m"])
    inside = rows[rows["root"] == name]
    far = [(inside[place] + inside[extent] * share).max() + MARGIN_M for place, extent, share in
           (("x_m", "width_m", 0.5), ("y_m", "depth_m", 0.5), ("z_m", "height_m", 1.0))]
    x, y, z = (float(np.nan_to_num(reach, nan=2 * MARGIN_M)) for reach in far)
    return x, y, z


def _corner(row: pd.Series | None, size: Point) -> tuple[float, float] | None:
    return None if row is None else (float(row["x_m"]) - size[0] / 2, float(row["y_m"]) - size[1] / 2)
