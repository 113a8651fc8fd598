"""The same room on a grid of twice the spacing: a first guess is found there at an eighth of the
work.

A coarse cell is solid where half of its volume is; an opening moves to the nearest coarse face that
has room before it. Where that leaves a space without balance, the coarse grid is left out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.physics.airflow.grid import AirHeat, AirPort, Arrays, BadRoom, Masks, Room

CELLS_MIN = 16
"""An axis of fewer cells stays as it is, and so does one whose cells are large already."""


def halved(room: Room) -> Room | None:
    """The room on pairs of cells; None where an opening finds no place."""
    axes = [n >= CELLS_MIN for n in room.shape]
    if not any(axes):
        return None
    spacing = [_pairs(d) if on else d for d, on in zip(room.spacings_m, axes, strict=True)]
    solid = solid_of(room, axes)
    ports = [_moved(port, solid, axes) for port in room.ports]
    if any(port is None for port in ports):
        return None
    closed = [
        _planes(held.astype(float), axis, axes) >= 0.5 for axis, held in enumerate(room.closed)
    ]
    loss = [_planes(held, axis, axes) for axis, held in enumerate(room.loss)]
    try:
        return Room(
            spacing[0], spacing[1], spacing[2], solid, _three(closed), _three_arrays(loss),
            tuple(port for port in ports if port is not None),
        )  # fmt: skip
    except BadRoom:
        return None


def halved_heat(heat: AirHeat, room: Room) -> AirHeat:
    """The heat of a room on the grid of `halved`."""
    if heat.source_w is None:
        return heat
    source = heat.source_w
    for axis, n in enumerate(room.shape):
        if n >= CELLS_MIN:
            source = np.add.reduceat(source, np.arange(0, n, 2), axis=axis)
    return replace(heat, source_w=source)


def spread_index(fine: Room, coarse: Room) -> tuple[Index, Index, Index]:
    """Per axis the padded coarse cell of each padded fine cell."""
    held = []
    for n, m in zip(fine.shape, coarse.shape, strict=True):
        index = np.arange(n + 2)
        held.append((index + 1) // 2 if m < n else index)
        held[-1][-1] = m + 1
    return (held[0], held[1], held[2])


def face_index(fine: Room, coarse: Room, axis: int) -> Index:
    """The padded coarse face nearest to each padded fine face of an axis."""
    index = np.arange(fine.shape[axis] + 2)
    if coarse.shape[axis] == fine.shape[axis]:
        return index
    return np.minimum((index + 1) // 2, coarse.shape[axis] + 1)


def solid_of(room: Room, axes: list[bool]) -> Mask:
    """Cells of pairs that are solid by half of their volume."""
    volume = room.volumes_m3()
    part = np.where(room.solid, volume, 0.0)
    for axis, on in enumerate(axes):
        if on:
            starts = np.arange(0, part.shape[axis], 2)
            part = np.add.reduceat(part, starts, axis=axis)
            volume = np.add.reduceat(volume, starts, axis=axis)
    return np.asarray(part >= 0.5 * volume)


def _pairs(d: Array) -> Array:
    """Lengths of pairs; a last odd one stays alone."""
    return np.asarray(np.add.reduceat(d, np.arange(0, d.size, 2)))


def _planes(held: Array, axis: int, axes: list[bool]) -> Array:
    """A face array of pairs: means over the other axes, each plane at the nearest coarse one."""
    for other, on in enumerate(axes):
        if on and other != axis:
            n = held.shape[other]
            starts = np.arange(0, n, 2)
            counts = np.diff(np.append(starts, n)).reshape(
                [-1 if a == other else 1 for a in range(3)]
            )
            held = np.add.reduceat(held, starts, axis=other) / counts
    if not axes[axis]:
        return held
    planes = np.moveaxis(held, axis, 0)
    coarse = (
        np.array(planes[::2]) if len(planes) % 2 else np.concatenate([planes[::2], planes[-1:]])
    )
    odd = planes[1:-1:2]
    coarse[1 : 1 + len(odd)] = np.maximum(coarse[1 : 1 + len(odd)], odd)
    return np.moveaxis(coarse, 0, axis)


def _moved(port: AirPort, solid: Mask, axes: list[bool]) -> AirPort | None:
    """The opening on coarse faces that have room before them and none behind."""
    halves = [port.faces[:, a] // 2 if on else port.faces[:, a] for a, on in enumerate(axes)]
    faces = np.stack(halves, axis=1)
    found = [
        face
        for face, at in zip(faces, port.faces[:, port.axis], strict=True)
        for face in [_nearest(port, face, int(at), solid, axes[port.axis])]
        if face is not None
    ]
    if not found:
        return None
    return replace(port, faces=np.unique(np.array(found), axis=0))


def _nearest(port: AirPort, face: Index, at: int, solid: Mask, on: bool) -> Index | None:
    """The coarse face of one fine face; None where there is none."""
    tried = (at // 2, (at + 1) // 2, at // 2 - 1, (at + 1) // 2 + 1) if on else (at,)
    step = np.eye(3, dtype=np.int64)[port.axis]
    before = 1 if port.into_room == (port.sign > 0) else 0
    for n in tried:
        here = face.copy()
        here[port.axis] = n
        room_cell = here - (1 - before) * step
        behind = here - before * step
        if _is_room(room_cell, solid) and not _is_room(behind, solid):
            return here
    return None


def _is_room(cell: Index, solid: Mask) -> bool:
    """Whether a cell is inside the grid and not solid."""
    inside = bool(((cell >= 0) & (cell < solid.shape)).all())
    return inside and not solid[tuple(cell)]


def _three(held: list[Mask]) -> Masks:
    """A tuple of three."""
    return (held[0], held[1], held[2])


def _three_arrays(held: list[Array]) -> Arrays:
    """A tuple of three."""
    return (held[0], held[1], held[2])
