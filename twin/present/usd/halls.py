"""The rooms of a facility: which there are, where each stands and how large it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from twin.present.usd.names import prim_names
from twin.present.usd.solids import Floats, Point

MARGIN_M = 1.5
"""Room left round and above the equipment of a hall whose size or place is not stated."""
KIND = "hall"
"""Rows of this kind in the components table are rooms, not equipment."""


@dataclass(frozen=True)
class Hall:
    """A room: its south-west corner on the site and its size east, north and up, in metres."""

    name: str
    prim: str
    at: tuple[float, float]
    size: Point
    containment: str = "none"
    """none, cold_aisle or hot_aisle."""
    root: str = "Facility"
    """Name of the stage's root prim."""

    @property
    def path(self) -> str:
        """Path of its prim on the composed stage."""
        return f"/{self.root}/Architecture/{self.prim}"

    @property
    def top(self) -> Point:
        """Middle of its top in metres."""
        return self.at[0] + self.size[0] / 2, self.at[1] + self.size[1] / 2, self.size[2]


def find_roots(components: pd.DataFrame) -> dict[str, str]:
    """The hall above every component, found by walking up `parent`; empty for what stands in
    none.
    """
    rooms = components["kind"] == KIND
    parent = dict(
        zip(components["id"][~rooms], components["parent"][~rooms].fillna(""), strict=True)
    )

    def root(name: str) -> str:
        seen: set[str] = set()
        while name in parent and name not in seen:
            seen.add(name)
            name = parent[name]
        return name

    return {name: root(above) for name, above in parent.items()}


def find_halls(
    components: pd.DataFrame,
    roots: Mapping[str, str],
    sizes: Mapping[str, Point],
    origins: Mapping[str, tuple[float, float]],
) -> tuple[Hall, ...]:
    """Every hall with its place and size.

    A hall is a row of kind `hall`, a name in `sizes` or what stands above a rack. A size that
    nobody states leaves `MARGIN_M` round the contents. A corner that nobody states is the site's
    own where the only hall holds its contents from there, else `MARGIN_M` south-west of the
    contents.
    """
    rooms = {
        str(row["id"]): contents(row.to_frame().T)
        for _, row in components[components["kind"] == KIND].iterrows()
    }
    sizes = {**{name: _point(box[1] - box[0]) for name, box in rooms.items()}, **sizes}
    origins = {**{name: _point(box[0])[:2] for name, box in rooms.items()}, **origins}
    above = components["id"].map(roots)
    names = list(
        dict.fromkeys(
            [*sizes, *(name for name in above[components["kind"].str.endswith("rack")] if name)]
        )
    )
    halls = []
    for name, prim in zip(names, prim_names(names), strict=True):
        low, high = contents(components[above == name])
        size = sizes.get(
            name, _point(high - low + MARGIN_M * np.array([2, 2, 1], dtype=np.float32))
        )
        fits = len(names) == 1 and name in sizes and (low >= 0).all() and (high <= size).all()
        corner = (0.0, 0.0) if fits else (float(low[0]) - MARGIN_M, float(low[1]) - MARGIN_M)
        halls.append(Hall(name, prim, origins.get(name, corner), size))
    return tuple(halls)


def _point(numbers: Floats) -> Point:
    x, y, z = map(float, numbers)
    return x, y, z


def contents(rows: pd.DataFrame) -> Floats:
    """(2, xyz) box round components in site metres; one point at the site's corner where there are
    none.
    """
    if rows.empty:
        return np.zeros((2, 3), dtype=np.float32)
    foot = rows[["x_m", "y_m", "z_m"]].to_numpy(float)
    size = rows[["width_m", "depth_m", "height_m"]].to_numpy(float)
    low = foot - size * [0.5, 0.5, 0.0]
    high = foot + size * [0.5, 0.5, 1.0]
    return np.stack([low.min(axis=0), high.max(axis=0)]).astype(np.float32)
