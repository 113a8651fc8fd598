"""Aisles between lines of racks, their containment, and the room kept free before power gear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from twin.present.usd.halls import Hall
from twin.present.usd.plan import Item, ScenePlan
from twin.present.usd.solids import Point, Solid
from twin.present.usd.solids_in_place import bars

AISLE_MAX_M = 4.0
"""Lines of racks further apart than this share no aisle."""
CLEARANCE_M = 1.07
"""Free depth before electrical gear (NEC 110.26, condition 2)."""
CLEARANCE_HEIGHT_M = 2.0
"""And its height."""
_SKIN_M = 0.03


@dataclass(frozen=True)
class FacingRacks:
    """Racks side by side that look one way: west, east, south and north end, and height."""

    west: float
    east: float
    south: float
    north: float
    top: float
    looks_north: bool


@dataclass(frozen=True)
class RackAisle:
    """The floor between two lines."""

    sort: str
    """cold where fronts look at each other, hot where backs do."""
    low: Point
    high: Point
    """Up to the lower of the two lines' tops."""


def aisles(plan: ScenePlan, hall: Hall) -> list[RackAisle]:
    """Aisles of a hall, from south to north, in the hall's own metres."""
    return list(_between(_lines(plan, hall)))


def _lines(plan: ScenePlan, hall: Hall) -> list[FacingRacks]:
    """Lines of racks of a hall from south to north."""
    held: dict[tuple[float, bool], list[Item]] = {}
    for item in plan.items:
        if item.place == hall.prim and item.kind.endswith("rack"):
            north = round(item.facing_deg) % 360 == 0
            back = item.at[1] + (-1 if north else 1) * item.size[1] / 2
            held.setdefault((round(back, 1), north), []).append(item)
    out = [_line(items, hall, key[1]) for key, items in held.items()]
    return sorted(out, key=lambda line: (line.south, line.west))


def _line(items: Sequence[Item], hall: Hall, north: bool) -> FacingRacks:
    x, y = hall.at
    return FacingRacks(
        min(item.at[0] - item.size[0] / 2 for item in items) - x,
        max(item.at[0] + item.size[0] / 2 for item in items) - x,
        min(item.at[1] - item.size[1] / 2 for item in items) - y,
        max(item.at[1] + item.size[1] / 2 for item in items) - y,
        min(item.size[2] for item in items),
        north,
    )


def _between(rows: Sequence[FacingRacks]) -> Iterator[RackAisle]:
    for a, b in pairwise(rows):
        gap = b.south - a.north
        west = max(a.west, b.west)
        east = min(a.east, b.east)
        if a.looks_north != b.looks_north and 0.3 < gap < AISLE_MAX_M and east - west > 0.3:
            sort = "cold" if a.looks_north else "hot"
            low = (west, a.north, 0.0)
            yield RackAisle(sort, low, (east, b.south, min(a.top, b.top)))


def marking(aisle: RackAisle) -> Solid:
    """A coloured strip on the floor."""
    low = (aisle.low[0], aisle.low[1] + 0.05, 0.008)
    return bars([low], [(aisle.high[0], aisle.high[1] - 0.05, 0.012)])


def contained(aisle: RackAisle, containment: str) -> bool:
    """Whether a hall's containment closes this aisle."""
    return containment == f"{aisle.sort}_aisle"


def enclosure(aisle: RackAisle) -> Solid:
    """A lid over an aisle and a door at each end, clear."""
    (west, south, _) = aisle.low
    (east, north, top) = aisle.high
    inset = 0.002
    low = [(west, south, top), (west - _SKIN_M, south + inset, 0.02), (east, south + inset, 0.02)]
    high = [
        (east, north, top + _SKIN_M),
        (west, north - inset, top - inset),
        (east + _SKIN_M, north - inset, top - inset),
    ]
    return bars(low, high)


def clearances(plan: ScenePlan, hall: Hall) -> Solid | None:
    """Room kept free before the power gear of a hall, in the hall's own metres."""
    gear = [
        item
        for item in plan.items
        if item.group == "Power" and item.place == hall.prim and item.bodied
    ]
    if not gear:
        return None
    low, high = zip(*(_before(item, hall) for item in gear), strict=True)
    return bars(low, high)


def _before(item: Item, hall: Hall) -> tuple[Point, Point]:
    """The box before a front that looks north, east, south or west."""
    x = item.at[0] - hall.at[0]
    y = item.at[1] - hall.at[1]
    wide = item.size[0] / 2 - 0.001
    deep = item.size[1] / 2
    east, north = {0: (0, 1), 90: (1, 0), 180: (0, -1), 270: (-1, 0)}[
        90 * round(item.facing_deg / 90) % 360
    ]
    reach = CLEARANCE_M / 2
    middle_x = x + east * (item.size[0] / 2 + reach)
    middle_y = y + north * (deep + reach)
    half_x = reach if east else wide
    half_y = reach if north else deep - 0.001
    low = (middle_x - half_x, middle_y - half_y, 0.02)
    return low, (middle_x + half_x, middle_y + half_y, CLEARANCE_HEIGHT_M)
