"""Lines of a grid: one on every face that matters, even cells between, enough across each gap."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from twin.arrays import Array
from twin.facility.airflow.plan import HallPlan
from twin.facility.airflow.shapes import Body

CELL_MIN_M = 0.05
CELL_MAX_M = 0.20
CELLS = 60_000
"""Cells of a hall where none is stated."""
CELLS_MAX = 4_000_000
COARSENS = 4
"""Cells along an axis are a multiple, so that grids of half and a quarter of them exist."""
ACROSS = 3
"""Cells across an aisle, a vent or a tile, at least."""
MERGE_FRAC = 0.35
"""Faces closer than this share of a cell lie on one line."""
REACH_M = 2.5
"""What stands nearer than this before an opening bounds a gap that needs its cells."""

Gap = tuple[int, float, float]
"""Axis, and two ends of a stretch that needs cells."""


def cell_size_m(plan: HallPlan, cells: int | None = None) -> float:
    """Edge of the cells that fill a hall with about so many."""
    volume = float(np.prod(plan.spec.size))
    wanted = float((volume / (cells or CELLS)) ** (1 / 3))
    return wanted if cells else min(max(wanted, CELL_MIN_M), CELL_MAX_M)


def grid_lines(plan: HallPlan, cell_m: float) -> tuple[Array, Array, Array]:
    """(n + 1,) lines along each axis, from wall to wall."""
    gaps = list(gaps_of(plan))
    x, y, z = (_axis_lines(plan, axis, cell_m, gaps) for axis in range(3))
    return (x, y, z)


def _axis_lines(plan: HallPlan, axis: int, cell_m: float, gaps: list[Gap]) -> Array:
    fixed = [0.0, plan.spec.size[axis]]
    for at in _planes(plan, axis):
        if 0 < at < fixed[1] and min(abs(at - one) for one in fixed) > MERGE_FRAC * cell_m:
            fixed.append(at)
    lines = [0.0]
    for low, high in pairwise(sorted(fixed)):
        count = max(1, round((high - low) / cell_m))
        lines += [low + (high - low) * k / count for k in range(1, count + 1)]
    for a, low, high in gaps:
        if a == axis:
            lines = _refined(lines, low, high)
    while (len(lines) - 1) % COARSENS:
        lines = _split(lines, max(range(len(lines) - 1), key=lambda k: lines[k + 1] - lines[k]))
    return np.array(lines)


def _split(lines: list[float], cell: int) -> list[float]:
    """The lines with one cell halved."""
    return [*lines[: cell + 1], (lines[cell] + lines[cell + 1]) / 2, *lines[cell + 1 :]]


def _refined(lines: list[float], low: float, high: float) -> list[float]:
    """The lines with the widest cell of a gap halved until there are enough in it."""
    while True:
        inside = [(b - a, a, b) for a, b in pairwise(lines) if a > low - 1e-3 and b < high + 1e-3]
        if not inside or len(inside) >= ACROSS:
            return lines
        parts = 3 if len(inside) == 1 else 2
        _, a, b = max(inside)
        lines = sorted([*lines, *(a + (b - a) * k / parts for k in range(1, parts))])


def _planes(plan: HallPlan, axis: int) -> Iterator[float]:
    """Faces in order of weight: racks and handlers, their openings, panels, the rest."""
    units = [r.box for r in plan.racks]
    units += [h.box for h in (*plan.handlers, *plan.stopped)]
    vents = [box for opening in plan.openings for box in opening.rectangles]
    for box in (*units, *vents, *(panel.box for panel in plan.panels), *plan.obstacles):
        yield box.low_m[axis]
        yield box.high_m[axis]


def gaps_of(plan: HallPlan) -> Iterator[Gap]:
    """Aisles, and openings of handlers and tiles, that need their cells."""
    for aisle in plan.aisles:
        yield (1, *aisle.y_m)
    for opening in plan.openings:
        for box in opening.rectangles:
            yield from _free_depth(plan, box, opening.axis, opening.sign, opening.into_room)
            if box.what != "rack":
                across = [axis for axis in range(3) if axis != opening.axis]
                yield from ((a, box.low_m[a], box.high_m[a]) for a in across)


def _free_depth(plan: HallPlan, face: Body, axis: int, sign: int, into_room: bool) -> Iterator[Gap]:
    """From an opening to what stands before it, if that is near."""
    outward = sign if into_room else -sign
    at = face.low_m[axis]
    ahead = [plan.spec.size[axis] - at if outward > 0 else at]
    for body in plan.bodies:
        away = (body.low_m[axis] - at) if outward > 0 else (at - body.high_m[axis])
        if away >= -1e-6 and _crosses(body, face, axis):
            ahead.append(max(away, 0.0))
    if 1e-3 < min(ahead) < REACH_M:
        yield (axis, min(at, at + outward * min(ahead)), max(at, at + outward * min(ahead)))


def _crosses(body: Body, face: Body, axis: int) -> bool:
    """Whether both overlap as seen along an axis."""
    return all(
        body.low_m[a] < face.high_m[a] - 1e-6 and face.low_m[a] < body.high_m[a] - 1e-6
        for a in range(3)
        if a != axis
    )
