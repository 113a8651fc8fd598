"""Closed polygon solids with normals: boxes, rods and what is made of many of them.

Right-handed, Z up, metres; faces wind anticlockwise seen from outside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Point = tuple[float, float, float]

_BOX_CORNERS = np.array(
    [[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], dtype=np.float32
)
_BOX_FACES = np.array(
    [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]],
    dtype=np.int32,
)
_BOX_NORMALS = np.array(
    [[0, 0, -1], [0, 0, 1], [0, -1, 0], [0, 1, 0], [-1, 0, 0], [1, 0, 0]], dtype=np.float32
)
_TURN = {"x": (2, 0, 1), "y": (1, 2, 0), "z": (0, 1, 2)}


@dataclass(frozen=True)
class Solid:
    """One polygon mesh."""

    points: Floats
    """(point, xyz) in metres."""
    counts: Ints
    """(face,) corners of each face."""
    indices: Ints
    """(corner,) point of each corner, face after face."""
    normals: Floats
    """(corner, xyz) or (face, xyz) unit normals."""

    @property
    def extent(self) -> Floats:
        """(2, xyz) lowest and highest coordinates in metres."""
        return np.stack([self.points.min(axis=0), self.points.max(axis=0)])


def box(low: Point, high: Point) -> Solid:
    """The box between two opposite corners in metres."""
    start = np.asarray(low, dtype=np.float32)
    points = start + _BOX_CORNERS * (np.asarray(high, dtype=np.float32) - start)
    return Solid(
        points,
        np.full(6, 4, dtype=np.int32),
        _BOX_FACES.ravel(),
        np.repeat(_BOX_NORMALS, 4, axis=0),
    )


def boxes(low: Floats, high: Floats) -> Solid:
    """Many boxes at once; low, high (box, xyz) in metres."""
    count = len(low)
    points = low[:, None, :] + _BOX_CORNERS * (high - low)[:, None, :]
    indices = _BOX_FACES.ravel() + 8 * np.arange(count, dtype=np.int32)[:, None]
    return Solid(
        points.reshape(-1, 3).astype(np.float32),
        np.full(6 * count, 4, dtype=np.int32),
        indices.ravel().astype(np.int32),
        np.tile(np.repeat(_BOX_NORMALS, 4, axis=0), (count, 1)),
    )


def rod(base: Point, radius_m: float, length_m: float, axis: str = "z", sides: int = 24) -> Solid:
    """A round rod from the middle of its base along `axis` (x, y or z), lengths in metres."""
    angle = 2 * np.pi * np.arange(sides) / sides
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(sides)], axis=1)
    low = radius_m * ring
    high = radius_m * ring + [0.0, 0.0, length_m]
    here = np.arange(sides)
    after = np.roll(here, -1)
    walls = np.stack([here, after, after + sides, here + sides], axis=1)
    indices = np.concatenate([walls.ravel(), here[::-1], here + sides]).astype(np.int32)
    counts = np.array([4] * sides + [sides, sides], dtype=np.int32)
    ends = np.repeat([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]], sides, axis=0)
    normals = np.concatenate([ring[walls % sides].reshape(-1, 3), ends])
    turn = list(_TURN[axis])
    points = np.concatenate([low, high])[:, turn] + np.asarray(base)
    return Solid(points.astype(np.float32), counts, indices, normals[:, turn].astype(np.float32))


def merge(solids: Iterable[Solid]) -> Solid:
    """One mesh of several, in order."""
    parts = list(solids)
    first = np.cumsum([0, *(len(part.points) for part in parts[:-1])])
    return Solid(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.counts for part in parts]),
        np.concatenate(
            [part.indices + np.int32(offset) for part, offset in zip(parts, first, strict=True)]
        ),
        np.concatenate([part.normals for part in parts]),
    )


def turned(solid: Solid) -> Solid:
    """A quarter turn anticlockwise seen from above: what looked south looks east."""

    def quarter(rows: Floats) -> Floats:
        return np.stack([-rows[:, 1], rows[:, 0], rows[:, 2]], axis=1)

    return Solid(quarter(solid.points), solid.counts, solid.indices, quarter(solid.normals))


def mapped(solid: Solid, scale: Floats, shift_m: Floats) -> Solid:
    """The solid stretched by three positive factors about the origin, then moved."""
    normals = solid.normals / scale
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return Solid(solid.points * scale + shift_m, solid.counts, solid.indices, normals / length)
