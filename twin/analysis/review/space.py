"""What a reviewer remarks about space: long rows, narrow aisles, gear in one another or in a
wall.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from twin.facility.model import Array, Facility, Index
from twin.facility.space.geometry import clashes
from twin.facility.space.racks import NEIGHBOUR_M
from twin.findings import Finding, FindingCode

ROW_RACKS_MAX = 20
"""Longer rows are noted: the way round them is long. A planning habit, assumed."""
AISLE_MIN_M = 1.2
"""Narrowest aisle between two rows: room to draw a server. A planning habit, assumed."""
COLD_AISLE_MIN_M = 1.2
"""Two 0.6 m tiles in front of a rack's cold side (ANSI/TIA-942: at least 1.2 m)."""
TOUCH_M = 1e-6
"""Boxes that share less than this do not overlap."""


def findings(facility: Facility) -> Iterator[Finding]:
    """Rows and aisles, then gear."""
    yield from _rows(facility)
    yield from _cold_aisles(facility)
    yield from _overlaps(facility)
    yield from _walls(facility)


def at_component(facility: Facility, code: FindingCode, component: int, says: str) -> Finding:
    """A finding about a component, at the line that states it."""
    table = facility.components
    return Finding(code, table.id[component], says, table.stated_at[component])


def _boxes(facility: Facility, components: Index) -> Array:
    """(box, 4): west, south, east, north of footprints."""
    table = facility.components
    centre = table.position_m[components, :2]
    half = table.size_m[components, :2] / 2
    return np.hstack([centre - half, centre + half])


def _gear(facility: Facility, halls: bool) -> Index:
    """Power and cooling components, all that stand by themselves or those in halls only."""
    table = facility.components
    rooms = set(facility.halls.name)
    return np.array(
        [
            i
            for i, system in enumerate(table.system)
            if system in ("power", "cooling")
            and table.parent[i] not in table.row
            and (not halls or table.parent[i] in rooms)
        ],
        dtype=np.int64,
    )


def _rows(facility: Facility) -> Iterator[Finding]:
    """Rows that are too long, and aisles too narrow between rows that face one another."""
    held = list(lines(facility))
    for racks, _ in held:
        if racks.size > ROW_RACKS_MAX:
            says = (
                f"first of {racks.size} racks in one row without a gap, more than {ROW_RACKS_MAX}"
            )
            first = int(facility.racks.component[racks[0]])
            yield at_component(facility, FindingCode.LONG_ROW, first, says)
    box = np.array([box for _, box in held]).reshape(-1, 4)
    for i, (racks, (west, south, east, north)) in enumerate(held):
        across = (box[:, 0] < east) & (box[:, 2] > west) & (box[:, 1] > (south + north) / 2)
        across[i] = False
        clear = float((box[across, 1] - north).min(initial=np.inf))
        if clear < AISLE_MIN_M - 1e-9:
            says = f"an aisle of {clear:.2f} m north of its row, less than {AISLE_MIN_M} m"
            first = int(facility.racks.component[racks[0]])
            yield at_component(facility, FindingCode.NARROW_AISLE, first, says)


def lines(facility: Facility) -> Iterator[tuple[Index, Array]]:
    """Racks that stand side by side, with the box around them."""
    racks = facility.racks
    box = _boxes(facility, racks.component)
    order = np.lexsort((box[:, 0], box[:, 1].round(2), racks.hall))
    new = np.ones(len(order), dtype=bool)
    for k, (before, after) in enumerate(pairwise(order), start=1):
        new[k] = (
            racks.hall[before] != racks.hall[after]
            or abs(box[before, 1] - box[after, 1]) > 0.01
            or box[after, 0] - box[before, 2] > NEIGHBOUR_M
        )
    for line in np.split(order, np.flatnonzero(new)[1:]):
        yield line, np.concatenate([box[line, :2].min(axis=0), box[line, 2:].max(axis=0)])


def _cold_aisles(facility: Facility) -> Iterator[Finding]:
    """Rows with less than an aisle between their cold side and a wall or the gear along it."""
    box = _boxes(facility, facility.racks.component)
    gear = _gear(facility, halls=True)
    parent = np.array([facility.components.parent[i] for i in gear], dtype=object)
    around = _boxes(facility, gear)
    for (hall, edge, facing), racks in _fronts(facility, box).items():
        here = around[parent == facility.halls.name[hall]]
        clear_m = _clear_m(facility, hall, edge, facing, box[racks], here)
        if clear_m < COLD_AISLE_MIN_M - 1e-9:
            says = (
                f"{clear_m:.2f} m in front of the cold side of its row, less than "
                f"{COLD_AISLE_MIN_M} m"
            )
            first = int(facility.racks.component[racks[0]])
            yield at_component(facility, FindingCode.NARROW_COLD_AISLE, first, says)


def _fronts(facility: Facility, box: Array) -> dict[tuple[int, float, int], list[int]]:
    """Racks from west to east by hall, edge of their cold side and where it looks."""
    out: dict[tuple[int, float, int], list[int]] = {}
    racks = facility.racks
    for r in np.argsort(box[:, 0], kind="stable").tolist():
        facing = int(racks.facing[r])
        edge = round(float(box[r, 3 if facing > 0 else 1]), 3)
        out.setdefault((int(racks.hall[r]), edge, facing), []).append(r)
    return out


def _clear_m(
    facility: Facility, hall: int, edge: float, facing: int, line: Array, gear: Array
) -> float:
    """From the cold side of a line of racks to the nearest gear ahead, or to the wall."""
    south = float(facility.halls.corner_m[hall, 1])
    north = south + float(facility.halls.size_m[hall, 1])
    to_wall = north - edge if facing > 0 else edge - south
    clear = gear[:, 1] - edge if facing > 0 else edge - gear[:, 3]
    overlaps = (gear[:, 0] < line[-1, 2]) & (gear[:, 2] > line[0, 0])
    return float(clear[overlaps & (clear > -TOUCH_M)].min(initial=to_wall))


def _overlaps(facility: Facility) -> Iterator[Finding]:
    """Gear that stands in other gear or where a rack stands."""
    table = facility.components
    gear = _gear(facility, halls=False)
    for a, b in clashes(table.position_m[gear, :2], table.size_m[gear, :2]):
        says = f"stands in the place of {table.id[gear[a]]}"
        yield at_component(facility, FindingCode.OVERLAP, int(gear[b]), says)
    racks = _boxes(facility, facility.racks.component)
    inside = _gear(facility, halls=True)
    for i, box in zip(inside.tolist(), _boxes(facility, inside), strict=True):
        hit = ((racks[:, :2] < box[2:] - TOUCH_M) & (racks[:, 2:] > box[:2] + TOUCH_M)).all(axis=1)
        if hit.any():
            says = f"stands in the place of {facility.racks.id[int(hit.argmax())]}"
            yield at_component(facility, FindingCode.OVERLAP, i, says)


def _walls(facility: Facility) -> Iterator[Finding]:
    """Gear through the walls of its hall."""
    halls = facility.halls
    index = {name: h for h, name in enumerate(halls.name)}
    gear = _gear(facility, halls=True)
    for i, box in zip(gear.tolist(), _boxes(facility, gear), strict=True):
        h = index[facility.components.parent[i]]
        low = halls.corner_m[h]
        high = low + halls.size_m[h, :2]
        if (box[:2] < low - TOUCH_M).any() or (box[2:] > high + TOUCH_M).any():
            says = f"stands through a wall of {halls.name[h]}"
            yield at_component(facility, FindingCode.THROUGH_A_WALL, i, says)
