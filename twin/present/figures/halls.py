"""Where things stand: halls with their walls, and which equipment stands in each; shared by
plans.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from twin.results import Result

_ROOM_M = 1.0
"""Kept round the racks of a result without halls."""


@dataclass(frozen=True)
class DrawnHall:
    """A room on the site: its edges in site metres, and the equipment inside, as rows of
    `components`.
    """

    name: str
    west: float
    south: float
    east: float
    north: float
    inside: pd.DataFrame

    @property
    def width_m(self) -> float:
        """Extent along x."""
        return self.east - self.west

    @property
    def depth_m(self) -> float:
        """Extent along y."""
        return self.north - self.south


def standing(result: Result) -> pd.DataFrame:
    """Components of a result with a footprint of their own; see `footprints`."""
    return footprints(result.frame("components"))


def footprints(components: pd.DataFrame) -> pd.DataFrame:
    """Components with a footprint of their own: nothing that stands inside another component, no
    buildings.
    """
    built = components["system"] == "building"
    kit = components[(components["width_m"] > 0) & (components["depth_m"] > 0) & ~built]
    return kit[~kit["parent"].isin(components.loc[~built, "id"])].reset_index(drop=True)


def halls(result: Result) -> list[DrawnHall]:
    """Every hall of a result; see `rooms`."""
    return rooms(result.frame("components"), result.frame("halls"))


def rooms(components: pd.DataFrame, walls: pd.DataFrame) -> list[DrawnHall]:
    """Every hall of the table `halls` with the equipment whose centre stands between its walls.

    Where the table is empty the racks stand in one hall drawn round them.
    """
    kit = footprints(components)
    held = walls.dropna(subset=["x_m", "y_m", "width_m", "depth_m"])
    corners = held[["x_m", "y_m"]].to_numpy(float)
    ends = corners + held[["width_m", "depth_m"]].to_numpy(float)
    found = [
        _hall(kit, str(name), tuple(low), tuple(high))
        for name, low, high in zip(held["hall"], corners, ends, strict=True)
    ]
    racks = kit[kit["kind"] == "rack"]
    return found or ([_hall(kit, "", *_around(racks))] if len(racks) else [])


def _hall(
    kit: pd.DataFrame, name: str, corner: tuple[Any, Any], opposite: tuple[Any, Any]
) -> DrawnHall:
    west, south = map(float, corner)
    east, north = map(float, opposite)
    inside = kit[kit["x_m"].between(west, east) & kit["y_m"].between(south, north)]
    return DrawnHall(name, west, south, east, north, inside)


def _around(racks: pd.DataFrame) -> tuple[tuple[float, float], tuple[float, float]]:
    """South-west and north-east corner round the racks, with some room."""
    half_w = racks["width_m"] / 2
    half_d = racks["depth_m"] / 2
    low = (racks["x_m"] - half_w).min() - _ROOM_M, (racks["y_m"] - half_d).min() - _ROOM_M
    high = (racks["x_m"] + half_w).max() + _ROOM_M, (racks["y_m"] + half_d).max() + _ROOM_M
    return low, high
