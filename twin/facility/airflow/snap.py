"""A hall's plan on a grid: solid cells, closed and lossy faces, ports with exact flows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.airflow.plan import HallPlan, open_slot_box
from twin.facility.airflow.shapes import Body, Opening
from twin.physics.airflow.grid import AirPort, Room, face_shapes

Lines = tuple[Array, Array, Array]
LEAK_LOSS = 2.7
"""Pressure-loss coefficient of a leak by the velocity in it: two sharp edges and friction."""


def snapped(plan: HallPlan, lines: Lines) -> Room:
    """The room of a plan on these grid lines."""
    shape = (lines[0].size - 1, lines[1].size - 1, lines[2].size - 1)
    solid = np.zeros(shape, bool)
    for box in plan.bodies:
        solid[cells_of(box, lines)] = True
    for rack in plan.racks:
        passage = open_slot_box(rack)
        if passage is not None:
            solid[cells_of(passage, lines)] = False
    closed, loss = _panels(plan, lines, shape)
    ports = tuple(_port(one, lines, solid) for one in plan.openings if one.flow_m3_s > 0)
    dx, dy, dz = (np.diff(one) for one in lines)
    return Room(dx, dy, dz, solid, closed, loss, ports)


def nearest(lines: Array, at: float) -> int:
    """Number of the line nearest to a place."""
    return int(np.abs(lines - at).argmin())


def _span(lines: Array, low: float, high: float) -> slice:
    """Cells between the lines nearest to two places, one at least."""
    first = nearest(lines, low)
    last = nearest(lines, high)
    if last > first:
        return slice(first, last)
    cell = int(np.clip(np.searchsorted(lines, (low + high) / 2) - 1, 0, lines.size - 2))
    return slice(cell, cell + 1)


def cells_of(box: Body, lines: Lines) -> tuple[slice, slice, slice]:
    """Cells that a box fills."""
    x, y, z = (_span(lines[a], box.low_m[a], box.high_m[a]) for a in range(3))
    return (x, y, z)


def faces_of(box: Body, axis: int, lines: Lines) -> tuple[slice, ...]:
    """Faces of an axis that a rectangle covers."""
    at = nearest(lines[axis], box.low_m[axis])
    return tuple(
        slice(at, at + 1) if a == axis else _span(lines[a], box.low_m[a], box.high_m[a])
        for a in range(3)
    )


def _panels(
    plan: HallPlan, lines: Lines, shape: tuple[int, int, int]
) -> tuple[tuple[Mask, Mask, Mask], tuple[Array, Array, Array]]:
    shapes = face_shapes(shape)
    closed = [np.zeros(one, bool) for one in shapes]
    loss = [np.zeros(one) for one in shapes]
    for panel in plan.panels:
        where = faces_of(panel.box, panel.axis, lines)
        if panel.loss:
            loss[panel.axis][where] = panel.loss
        elif panel.leakage_frac > 0:
            loss[panel.axis][where] = LEAK_LOSS / panel.leakage_frac**2
        else:
            closed[panel.axis][where] = True
    return (closed[0], closed[1], closed[2]), (loss[0], loss[1], loss[2])


def _port(opening: Opening, lines: Lines, solid: Mask) -> AirPort:
    """An opening as faces; those against a body, such as vents above a pillar, are left out."""
    boxes = (faces_of(box, opening.axis, lines) for box in opening.rectangles)
    port = AirPort(
        opening.name,
        opening.axis,
        opening.sign,
        _indices(boxes),
        opening.flow_m3_s,
        opening.into_room,
        opening.open_frac,
    )
    free = ~solid[tuple(port.room_cells().T)]
    return replace(port, faces=port.faces[free])


def _indices(boxes: Iterable[tuple[slice, ...]]) -> Index:
    """(face, 3) of several boxes of faces, each once."""
    found = [
        np.stack(np.meshgrid(*(np.arange(s.start, s.stop) for s in box), indexing="ij"), -1)
        for box in boxes
    ]
    rows = np.concatenate([one.reshape(-1, 3) for one in found])
    return np.asarray(np.unique(rows, axis=0), dtype=np.int64)
