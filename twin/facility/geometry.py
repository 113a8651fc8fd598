"""Where things stand that a layout does not place: power gear, coolant units and the yard.

Inside a hall, floor distribution stands along the south wall, coolant units along the north wall and
air handlers along the west wall. Everything else stands in the yard south of the halls, one line a group.
"""

from __future__ import annotations

from twin.catalogue.rows import Cooling, Power
from twin.scenario.layout import Layout

IN_HALL = ("rpp", "pdu", "busway", "sts")
"""Power kinds that stand among the racks."""
GAP_M = 0.6
"""Clear distance kept between neighbours; an electrical working space of 1.07 m in front is left by the lines."""
YARD_LINE_M = 6.0
"""Distance between the yard's lines."""


def room_of(layout: Layout, kind: str) -> str:
    """The hall a power kind stands in, or nothing for the yard."""
    return layout.halls[0].name if kind in IN_HALL else ""


def power_position(layout: Layout, group: int, member: int, row: Power) -> tuple[float, float, float]:
    """Centre of a power component's footprint."""
    spec = layout.power[group]
    if spec.at is not None:
        return (spec.at[0] + member * (row.width_m + GAP_M), spec.at[1], 0.0)
    if row.kind in IN_HALL:
        return _along_south_wall(layout, group, member, row)
    yard = sum(1 for g in layout.power[:group] if g.at is None)
    return (1.0 + row.width_m / 2 + member * (row.width_m + GAP_M), -YARD_LINE_M * (1 + yard), 0.0)


def _along_south_wall(layout: Layout, group: int, member: int, row: Power) -> tuple[float, float, float]:
    hall = layout.halls[0]
    before = sum(g.count for g in layout.power[:group] if g.at is None and _in_hall(g.type))
    slot = before + member
    per_line = max(1, int((hall.size[0] - 1.0) // (row.width_m + GAP_M)))
    line, place = divmod(slot, per_line)
    return (hall.at[0] + 0.5 + row.width_m / 2 + place * (row.width_m + GAP_M),
            hall.at[1] + 0.2 + row.depth_m / 2 + line * (row.depth_m + GAP_M), 0.0)


def _in_hall(type_name: str) -> bool:
    return type_name.split("_")[0] in IN_HALL


def unit_position(layout: Layout, hall_index: int | None, slot: int, row: Cooling) -> tuple[float, float, float]:
    """Centre of a cooling unit: along the north wall (coolant units), the west wall (air), or the north yard."""
    hall = layout.halls[hall_index or 0]
    step = row.width_m + GAP_M
    if row.kind == "cdu":
        along = hall.at[0] + 1.5 + row.width_m / 2 + slot * step
        return (along, hall.at[1] + hall.size[1] - 0.2 - row.depth_m / 2, 0.0)
    if row.kind == "crah":
        return (hall.at[0] + 0.2 + row.depth_m / 2, hall.at[1] + 1.5 + row.width_m / 2 + slot * step, 0.0)
    north = max(h.at[1] + h.size[1] for h in layout.halls)
    return (1.0 + row.width_m / 2 + slot * step, north + 3.0 + row.depth_m / 2, 0.0)
