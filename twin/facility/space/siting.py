"""Where things stand that a layout does not place: power gear, coolant units, air handlers and the
plant.

Inside a hall air handlers stand along the west and east walls, panels along the south wall and
coolant units along the north wall, each group in the middle of its wall. South of the halls follow
the electrical rooms (UPS, then boards), transformers, generators, medium voltage and the utility;
north of them the plant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from twin.catalogue import Catalogue
from twin.catalogue.equipment_kinds import EQUIPMENT_KINDS
from twin.catalogue.rows import CoolingEquipment, PowerEquipment
from twin.facility.model import Place
from twin.facility.space.geometry import lines
from twin.facility.space.stated_places import members, sized, stated_places
from twin.scenario.schema.cooling import LoopSpec
from twin.scenario.schema.hall import HallSpec
from twin.scenario.schema.layout import Layout
from twin.scenario.schema.power_group import PowerGroup

WALL_M = 0.2
"""Between a wall and the back of what stands along it."""
GAP_M = 0.9
"""Between neighbours along a wall, where there is room."""
AISLE_M = 1.5
"""Between lines: 1.07 m of working space in front of electrical gear (NEC 110.26, condition 2) and
open doors."""
ROAD_M = 3.0
"""Between the halls' walls and what stands outside."""
MEDIUM_VOLTAGE_W = 6e6
"""Boards rated for more carry medium voltage: low-voltage boards end near 6,300 A."""


@dataclass(frozen=True)
class _Gear:
    """One component to place: its name and box, width along the wall it stands at."""

    id: str
    width_m: float
    depth_m: float
    height_m: float


@dataclass
class _Room:
    """What stands in one hall."""

    panels: list[_Gear] = field(default_factory=list)
    coolant: list[_Gear] = field(default_factory=list)
    air: list[_Gear] = field(default_factory=list)


def places(layout: Layout, known: Catalogue) -> dict[str, Place]:
    """Where every member of every power and cooling group stands, by name; unknown types are left
    out.
    """
    rooms = {hall.name: _Room() for hall in layout.halls}
    ranks: dict[int, list[_Gear]] = {}
    out: dict[str, Place] = {}
    for group in layout.power:
        row = known.rows(PowerEquipment).get(group.type)
        if row is not None:
            row = sized(row, group.overrides)
            _sort_power(layout, group, row, rooms, ranks, out)
    cooling = known.rows(CoolingEquipment)
    _sort_cooling(layout, cooling, rooms)
    out.update(stated_places(layout, known))
    for hall in layout.halls:
        out.update(_inside(hall, rooms[hall.name]))
    out.update(_south(layout, ranks))
    out.update(_north(layout, cooling))
    return out


def _gear(name: str, count: int, row: PowerEquipment | CoolingEquipment) -> list[_Gear]:
    return [
        _Gear(member, row.width_m, row.depth_m, row.height_m) for member in members(name, count)
    ]


def _sort_power(
    layout: Layout,
    group: PowerGroup,
    row: PowerEquipment,
    rooms: dict[str, _Room],
    ranks: dict[int, list[_Gear]],
    out: dict[str, Place],
) -> None:
    """Put a group's members where they are told to stand, or in the list of their room or rank."""
    gear = _gear(group.name, group.count, row)
    if group.at is not None:
        hall = group.hall or _around(layout, *group.at)
        out.update(_eastward(gear, group.at, hall))
    elif EQUIPMENT_KINDS[row.kind].on_floor:
        hall = group.hall or hall_fed(layout, group)
        rooms.get(hall, rooms[layout.halls[0].name]).panels.extend(gear)
    else:
        ranks.setdefault(_line(row), []).extend(gear)


def _line(row: PowerEquipment) -> int:
    """Line south of the halls."""
    kind = EQUIPMENT_KINDS[row.kind]
    high = kind.line_medium_voltage is not None and (row.rating_w or 0.0) > MEDIUM_VOLTAGE_W
    return kind.line_medium_voltage or 0 if high else kind.line


def _around(layout: Layout, x: float, y: float) -> str:
    """The hall around a point of the site, or nothing."""
    inside = (
        hall.name
        for hall in layout.halls
        if 0 <= x - hall.at[0] <= hall.size[0] and 0 <= y - hall.at[1] <= hall.size[1]
    )
    return next(inside, "")


def _eastward(gear: list[_Gear], at: tuple[float, float], hall: str) -> Iterator[tuple[str, Place]]:
    for k, one in enumerate(gear):
        centre = (at[0] + k * (one.width_m + GAP_M), at[1], 0.0)
        yield one.id, Place(hall, centre, (one.width_m, one.depth_m, one.height_m))


def _sort_cooling(
    layout: Layout, known: Mapping[str, CoolingEquipment], rooms: dict[str, _Room]
) -> None:
    for loop in layout.cooling.loops:
        row = known.get(loop.type)
        hall = hall_served(layout, loop)
        if row is not None and hall:
            rooms[hall].coolant.extend(_gear(loop.name, loop.count, sized(row, loop.overrides)))
    for air in layout.cooling.air:
        row = known.get(air.type)
        if row is not None and air.hall in rooms and not air.places:
            rooms[air.hall].air.extend(_gear(air.name, air.count, sized(row, air.overrides)))


def hall_served(layout: Layout, loop: LoopSpec) -> str:
    """The hall of the first row, hall or rack that a coolant loop serves, or nothing."""
    names = (loop.serves,) if isinstance(loop.serves, str) else loop.serves
    homes = {row.name: hall.name for hall in layout.halls for row in hall.rows} | {
        h.name: h.name for h in layout.halls
    }
    rows = (name if name in homes else name.rpartition("_r")[0] for name in names)
    return next((homes[name] for name in rows if name in homes), "")


def hall_fed(layout: Layout, group: PowerGroup) -> str:
    """The hall of all racks that a power group feeds, itself or through others; nothing where they
    stand in several, or where it feeds none.
    """
    below = _fed_below(layout, group)
    halls = {
        hall.name
        for hall in layout.halls
        for row in hall.rows
        if any(feed.source in below for feed in row.fed_by)
    }
    return halls.pop() if len(halls) == 1 else ""


def _fed_below(layout: Layout, group: PowerGroup) -> set[str]:
    """Names of a group, of all groups that it feeds, and of their members."""
    below: set[str] = set()
    found = [group]
    while found:
        below.update(name for one in found for name in (one.name, *members(one.name, one.count)))
        found = [
            one
            for one in layout.power
            if one.name not in below and any(feed.source in below for feed in one.fed_by)
        ]
    return below


def _inside(hall: HallSpec, room: _Room) -> Iterator[tuple[str, Place]]:
    """Air handlers own the corners; panels and coolant units stand between them."""
    (west, south) = hall.at
    (length, width, _) = hall.size
    half = (len(room.air) + 1) // 2
    sides = [list(_along(side, width - 2 * WALL_M)) for side in (room.air[:half], room.air[half:])]
    taken = [
        WALL_M + GAP_M + max((away + g.depth_m / 2 for g, _, away in side), default=0.0)
        for side in sides
    ]
    for side, wall, inward in ((sides[0], west, 1.0), (sides[1], west + length, -1.0)):
        blows = "east" if inward > 0 else "west"
        for one, along, away in side:
            centre = (wall + inward * (WALL_M + away), south + width / 2 + along, 0.0)
            size = (one.depth_m, one.width_m, one.height_m)
            yield one.id, Place(hall.name, centre, size, blows)
    middle = west + (taken[0] + length - taken[1]) / 2
    for gear, wall, inward in ((room.panels, south, 1.0), (room.coolant, south + width, -1.0)):
        front = "north" if inward > 0 else "south"
        for one, along, away in _along(gear, length - sum(taken)):
            centre = (middle + along, wall + inward * (WALL_M + away), 0.0)
            size = (one.width_m, one.depth_m, one.height_m)
            yield one.id, Place(hall.name, centre, size, front=front)


def _along(gear: list[_Gear], length_m: float) -> Iterator[tuple[_Gear, float, float]]:
    """Each piece with its distance from the middle of a wall and the distance of its centre from
    the wall.
    """
    away = 0.0
    waiting = iter(gear)
    for line in lines([g.width_m for g in gear], length_m, GAP_M):
        stand = [next(waiting) for _ in line]
        yield from ((g, along, away + g.depth_m / 2) for g, along in zip(stand, line, strict=True))
        away += max(g.depth_m for g in stand) + AISLE_M


def _south(layout: Layout, ranks: dict[int, list[_Gear]]) -> Iterator[tuple[str, Place]]:
    """Power gear outside, rank by rank away from the halls."""
    west, east = _extent(layout)
    edge = min(h.at[1] for h in layout.halls) - ROAD_M
    for rank in sorted(ranks):
        deep = 0.0
        for one, along, away in _along(ranks[rank], east - west):
            centre = ((west + east) / 2 + along, edge - away, 0.0)
            deep = max(deep, away + one.depth_m / 2)
            yield one.id, Place("", centre, (one.width_m, one.depth_m, one.height_m))
        edge -= deep + AISLE_M


def _north(layout: Layout, known: Mapping[str, CoolingEquipment]) -> Iterator[tuple[str, Place]]:
    """The plant, in the order of its groups."""
    (west, east) = _extent(layout)
    gear = []
    edge = max(h.at[1] + h.size[1] for h in layout.halls) + ROAD_M
    for group in layout.cooling.plant_groups:
        row = known.get(group.type)
        if row is None:
            continue
        mine = _gear(group.name, group.count, sized(row, group.overrides))
        if group.at is not None:
            yield from _eastward(mine, group.at, _around(layout, *group.at))
        else:
            gear += mine
    for one, along, away in _along(gear, east - west):
        yield (
            one.id,
            Place(
                "",
                ((west + east) / 2 + along, edge + away, 0.0),
                (one.width_m, one.depth_m, one.height_m),
                front="north",
            ),
        )


def _extent(layout: Layout) -> tuple[float, float]:
    """West and east end of the halls."""
    return min(h.at[0] for h in layout.halls), max(h.at[0] + h.size[0] for h in layout.halls)
