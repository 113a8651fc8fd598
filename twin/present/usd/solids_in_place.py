"""Solids that keep their own middle: every mesh is drawn round its origin and moved by its prim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pxr import Gf, Sdf, Vt

from twin.present.usd.author import Spec, Types, mesh, value, vectors
from twin.present.usd.colours import Rgb, linear
from twin.present.usd.solids import Point, Solid, boxes, merge

MILLIMETRES = 1000.0
_MOVED = Vt.TokenArray(["xformOp:translate"])
_TURNED = Vt.TokenArray(["xformOp:translate", "xformOp:rotateZ"])


def origin_of(solid: Solid) -> Point:
    """Middle of its underside, in whole millimetres."""
    low, high = solid.extent.astype(float)
    middle = (low + high) / 2
    x, y, z = np.round(MILLIMETRES * np.array([middle[0], middle[1], low[2]])) / MILLIMETRES
    return float(x), float(y), float(z)


def about(solid: Solid, origin: Point) -> Solid:
    """The solid as seen from a point, corners on tenths of a millimetre.

    Things that look alike then have the same bytes wherever they stand, and a binary layer holds
    them once.
    """
    points = np.round((solid.points.astype(float) - origin) * 1e4) / 1e4
    return replace(solid, points=points.astype(np.float32))


def flat(solid: Solid) -> Solid:
    """One normal a face instead of one a corner, for solids with plane faces."""
    if len(solid.normals) == len(solid.counts):
        return solid
    first = np.concatenate([[0], np.cumsum(solid.counts)[:-1]])
    return replace(solid, normals=solid.normals[first])


def place(prim: Spec, at: Point, turn_deg: float = 0.0) -> None:
    """Move a prim by metres, after turning it about the vertical."""
    move(prim, at)
    turn(prim, turn_deg)


def move(prim: Spec, at: Point) -> None:
    """Where a prim goes, in metres; `turn`, here or on what it references, says in which order."""
    value(prim, "xformOp:translate", Types.Double3, Gf.Vec3d(*at))


def turn(prim: Spec, turn_deg: float = 0.0) -> None:
    """How a prim is turned about the vertical before it is moved."""
    if turn_deg:
        value(prim, "xformOp:rotateZ", Types.Double, float(turn_deg))
    order = _TURNED if turn_deg else _MOVED
    value(prim, "xformOpOrder", Types.TokenArray, order, uniform=True)


def placed_mesh(parent: Spec, name: str, solid: Solid, srgb: Rgb | None = None) -> Spec:
    """A mesh about its own middle, moved to where the solid stands; one colour where given."""
    origin = origin_of(solid)
    prim = mesh(parent, name, about(solid, origin))
    place(prim, origin)
    if srgb is not None:
        colour(prim, srgb)
    return prim


def colour(prim: Spec, srgb: Rgb) -> Spec:
    """One displayColor for the whole mesh."""
    spec = value(prim, "primvars:displayColor", Types.Color3fArray, vectors([linear(srgb)]))
    spec.SetInfo("interpolation", "constant")
    return spec


def bars(low: Sequence[Point], high: Sequence[Point]) -> Solid:
    """Boxes between opposite corners, one normal a face."""
    return flat(boxes(np.array(low, np.float32), np.array(high, np.float32)))


def joined(solids: Sequence[Solid]) -> Solid:
    """Several solids as one mesh, one normal a face."""
    return merge([flat(one) for one in solids])


def child(layer: Spec, path: str) -> Spec:
    """The prim spec at a path, made as an over where there is none."""
    return Sdf.CreatePrimInLayer(layer, path)
