"""A room as the arrays that the solvers sweep: padded by one ring of empty cells.

Index i of a padded cell array is cell i - 1 of the room; index i of a padded face array is the face
below that cell, so that cells and faces have one shape and one set of strides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.arrays import Array, Index, Mask
from twin.physics.airflow.grid import AirPort, Arrays, Room

WALL = 0
OPEN = 1
FIXED = 2
Kinds = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
INNER = (slice(1, -1),) * 3


@dataclass(frozen=True)
class Faces:
    """Faces and cells of a room, padded."""

    kind: Kinds
    """WALL, OPEN or FIXED (an opening of equipment)."""
    area_m2: Arrays
    """Of faces."""
    gap_m: Arrays
    """(n + 2,) per axis: distance between the centres on both sides of a face."""
    width_m: Arrays
    """(n + 2,) per axis: size of cells; those of the ring are as their neighbours."""
    fluid: Mask
    loss: Arrays
    volume_m3: Array
    """0 in solid cells and in the ring."""


def faces_of(room: Room) -> Faces:
    """The padded arrays of a room."""
    fluid = np.pad(~room.solid, 1)
    width = [np.pad(d, 1, mode="edge") for d in room.spacings_m]
    gap = [_gaps(d) for d in width]
    kinds = [_kind(room, fluid, axis) for axis in range(3)]
    areas = [_face_padded(room.face_areas_m2(axis), axis) for axis in range(3)]
    losses = [_face_padded(room.loss[axis], axis) for axis in range(3)]
    return Faces(
        kind=(kinds[0], kinds[1], kinds[2]),
        area_m2=(areas[0], areas[1], areas[2]),
        gap_m=(gap[0], gap[1], gap[2]),
        width_m=(width[0], width[1], width[2]),
        fluid=fluid,
        loss=(losses[0], losses[1], losses[2]),
        volume_m3=np.pad(room.volumes_m3(), 1) * fluid,
    )


def _gaps(width: Array) -> Array:
    """Distances of centres across the face below each cell."""
    gap = np.array(width)
    gap[1:] = 0.5 * (width[1:] + width[:-1])
    return gap


def _face_padded(held: Array, axis: int) -> Array:
    """A face array of the room in the padded shape."""
    return np.pad(held, [(1, 0) if a == axis else (1, 1) for a in range(3)])


def _kind(room: Room, fluid: Mask, axis: int) -> NDArray[np.uint8]:
    """What each face of an axis is."""
    closed = _face_padded(room.closed[axis].astype(float), axis) > 0
    both = fluid & np.roll(fluid, 1, axis)
    kind = np.where(both & ~closed, OPEN, WALL).astype(np.uint8)
    for port in room.ports:
        if port.axis == axis:
            kind[tuple((port.faces + 1).T)] = FIXED
    return kind


def unpadded(held: Array, axis: int) -> Array:
    """A padded face array in the shape of the room's faces."""
    return np.array(held[tuple(slice(1, None if a == axis else -1) for a in range(3))])


def conductances(faces: Faces, extra_m: float = 0.0) -> Arrays:
    """Area over distance of open faces, 0 elsewhere; a loss coefficient K adds K `extra_m` of
    distance.
    """
    held = []
    for axis in range(3):
        gap = faces.gap_m[axis].reshape([-1 if a == axis else 1 for a in range(3)])
        way = gap + extra_m * faces.loss[axis]
        held.append(np.where(faces.kind[axis] == OPEN, faces.area_m2[axis] / way, 0.0))
    return (held[0], held[1], held[2])


def flat_cells(port: AirPort, faces: Faces) -> Index:
    """(face,) cells of the room at an opening, as flat padded indices."""
    where = tuple((port.room_cells() + 1).T)
    return np.asarray(np.ravel_multi_index(where, faces.fluid.shape), dtype=np.int64)


def port_area_m2(port: AirPort, faces: Faces) -> Array:
    """(face,) areas of the faces of an opening."""
    return np.asarray(faces.area_m2[port.axis][tuple((port.faces + 1).T)])


def net_outflow_m3_s(flux: Arrays) -> Array:
    """Per padded cell, what leaves it less what enters, by flows along the axes."""
    total = np.zeros_like(flux[0])
    for axis, held in enumerate(flux):
        total[INNER] += (np.roll(held, -1, axis) - held)[INNER]
    return total


def volume_flows(velocity: Arrays, faces: Faces) -> Arrays:
    """Padded velocities times areas."""
    return (
        velocity[0] * faces.area_m2[0],
        velocity[1] * faces.area_m2[1],
        velocity[2] * faces.area_m2[2],
    )
