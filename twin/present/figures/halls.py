"""Where things stand: halls with their walls, and which equipment stands in each; shared by
plans.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import yaml

from twin.results import Result

_ROOM_M = 1.0
"""Kept round the equipment of a hall whose corner is not in the scenario; the largest hall stands
in its own."""


@dataclass(frozen=True)
class Hall:
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
    """Components with a footprint of their own: nothing that stands inside another component, no
    buildings.
    """
    held = result.frame("components")
    kit = held[(held["width_m"] > 0) & (held["depth_m"] > 0) & (held["system"] != "building")]
    return kit[~kit["parent"].isin(held.loc[held["system"] != "building", "id"])].reset_index(
        drop=True
    )


def halls(result: Result) -> list[Hall]:
    """Every hall with the equipment whose centre stands between its walls.

    Sizes come from `meta`, corners from the scenario as resolved; a corner that is not stated
    follows from the racks. Without any size the racks stand in one hall drawn round them.
    """
    kit = standing(result)
    sizes = {str(name): size for name, size in dict(result.meta.get("hall_sizes") or {}).items()}
    corners = _corners(result.scenario_yaml)
    found = []
    for name, size in (sizes or {"": None}).items():
        racks = kit[(kit["kind"] == "rack") & ((kit["parent"] == name) | (name == ""))]
        if name in corners or len(racks):
            found.append(_hall(kit, name, size, corners.get(name) or _around(racks), racks))
    return found


def _hall(
    kit: pd.DataFrame, name: str, size: Any, corner: tuple[float, float], racks: pd.DataFrame
) -> Hall:
    west, south = corner
    if size is None:
        east = float((racks["x_m"] + racks["width_m"] / 2).max()) + _ROOM_M
        north = float((racks["y_m"] + racks["depth_m"] / 2).max()) + _ROOM_M
    else:
        east = west + float(size[0])
        north = south + float(size[1])
    inside = kit[kit["x_m"].between(west, east) & kit["y_m"].between(south, north)]
    return Hall(name, west, south, east, north, inside)


def _around(racks: pd.DataFrame) -> tuple[float, float]:
    west = float((racks["x_m"] - racks["width_m"] / 2).min()) - _ROOM_M
    return west, float((racks["y_m"] - racks["depth_m"] / 2).min()) - _ROOM_M


def _corners(text: str) -> dict[str, tuple[float, float]]:
    """South-west corner of every hall that the scenario as resolved states, in site metres."""
    try:
        held = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        rooms: Iterable[Any] = held["layout"]["halls"]
        return {
            str(room["name"]): (_metres(room["at"][0]), _metres(room["at"][1])) for room in rooms
        }
    except (yaml.YAMLError, KeyError, TypeError, ValueError, IndexError):
        return {}


def _metres(held: Any) -> float:
    """A length as the resolved scenario writes it: `3.5 m`."""
    return float(str(held).removesuffix("m"))
