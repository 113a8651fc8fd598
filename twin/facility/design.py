"""What a design review remarks: warm water or air, gear in one place, narrow aisles, gangs that are
too large.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.facility import warmth
from twin.facility.geometry import clashes
from twin.facility.model import Array, Facility, Finding
from twin.facility.rack import Position
from twin.scenario.schema.layout import HallSpec

COLD_AISLE_MIN_M = 1.2
"""Two 0.6 m tiles in front of a rack's cold side (ANSI/TIA-942: at least 1.2 m)."""


def findings(facility: Facility, places: list[Position]) -> Iterator[Finding]:
    """Everything that is remarked and not refused."""
    yield from warmth.findings(facility)
    yield from _space(facility)
    yield from _cold_aisles(facility, places)
    yield from _gangs(facility)


def _space(facility: Facility) -> Iterator[Finding]:
    """Power and cooling gear that stands in one another, or through the walls of its hall."""
    table = facility.components
    halls = {hall.name: hall for hall in facility.scenario.plan.halls}
    gear = np.array(
        [
            i
            for i, system in enumerate(table.system)
            if system in ("power", "cooling") and table.parent[i] not in table.row
        ],
        dtype=np.int64,
    )
    centre = table.position_m[gear, :2]
    size = table.size_m[gear, :2]
    for a, b in clashes(centre, size):
        yield Finding("warning", table.id[gear[b]], f"stands in the place of {table.id[gear[a]]}")
    for g, middle, box in zip(gear, centre, size, strict=True):
        if (hall := halls.get(table.parent[g])) is not None:
            low = middle - box / 2 - np.array(hall.at)
            if (low < -1e-6).any() or (low + box > np.array(hall.size[:2]) + 1e-6).any():
                yield Finding("warning", table.id[g], f"stands through a wall of {hall.name}")


def _cold_aisles(facility: Facility, places: list[Position]) -> Iterator[Finding]:
    """Rows with less than an aisle between their cold side and a wall or the gear along it."""
    halls = facility.scenario.plan.halls
    boxes = [_gear_in(facility, hall) for hall in halls]
    for (h, y, facing), line in _fronts(places).items():
        hall = halls[h]
        (low, high) = boxes[h]
        west = line[0].x_m
        east = line[-1].x_m + line[-1].type.width_m
        clear = (low[:, 1] - y) if facing > 0 else (y - high[:, 1])
        ahead = (low[:, 0] < east) & (high[:, 0] > west) & (clear > -1e-6)
        clear_m = float(clear[ahead].min(initial=hall.size[1] - y if facing > 0 else y))
        if clear_m < COLD_AISLE_MIN_M - 1e-9:
            yield Finding(
                "warning",
                line[0].id,
                f"{clear_m:.2f} m in front of the cold side of its row, less than "
                f"{COLD_AISLE_MIN_M} m",
            )


def _gear_in(facility: Facility, hall: HallSpec) -> tuple[Array, Array]:
    """South-west and north-east corners (box, 2) of power and cooling gear, from the hall's own
    corner.
    """
    table = facility.components
    gear = np.array(
        [
            i
            for i, parent in enumerate(table.parent)
            if parent == hall.name and table.system[i] in ("power", "cooling")
        ],
        dtype=np.int64,
    )
    low = table.position_m[gear, :2] - table.size_m[gear, :2] / 2 - np.array(hall.at)
    return low, low + table.size_m[gear, :2]


def _fronts(places: list[Position]) -> dict[tuple[int, float, float], list[Position]]:
    """Racks by hall, edge of their cold side in metres from the hall's south wall, and where it
    looks.
    """
    out: dict[tuple[int, float, float], list[Position]] = {}
    for p in sorted(places, key=lambda p: p.x_m):
        edge = round(p.y_m + (p.type.depth_m if p.facing > 0 else 0.0), 3)
        out.setdefault((p.hall, edge, p.facing), []).append(p)
    return out


def _gangs(facility: Facility) -> Iterator[Finding]:
    """Work on more nodes than there are of one GPU type; a gang never mixes types."""
    kinds = np.array([gpu or "" for gpu in facility.racks.gpu_type])
    compute = max(
        (int(facility.racks.nodes[kinds == kind].sum()) for kind in set(kinds) - {""}), default=0
    )
    for work in facility.scenario.workload:
        if work.most_nodes > compute:
            yield Finding(
                "warning",
                work.name,
                f"asks for up to {work.most_nodes} nodes of {compute}; "
                "larger gangs will never start",
            )
