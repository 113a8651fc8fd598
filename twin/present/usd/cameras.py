"""Cameras that hold the whole subject: an overview of the site, one of each hall, and a plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pxr import Gf

from twin.present.usd.author import Spec, Types, define, value
from twin.present.usd.halls import Hall
from twin.present.usd.plan import YARD, ScenePlan
from twin.present.usd.solids import Floats

APERTURE_M = (0.036, 0.024)
"""Width and height of the film in metres; USD writes it in tenths of a stage unit."""
FOCAL_M = 0.040
"""Focal length in metres."""

Vectors = NDArray[np.float64]
View = tuple[str, Floats, Vectors]
"""Name, box to hold in the picture, and the direction towards the eye."""

_DSX_HALLS = 4


def add_cameras(root: Spec, plan: ScenePlan, style: str = "") -> None:
    """Cameras under the root prim: in the scope Cameras, or with the names and the scope that the
    DSX Blueprint looks for where `style` is `dsx`.
    """
    dsx = style == "dsx"
    scope = define(root, "interactive_cameras" if dsx else "Cameras", "Scope")
    taken: set[str] = set()
    for name, bounds, towards in _dsx(plan) if dsx else _views(plan):
        if name not in taken:
            taken.add(name)
            _camera(scope, name, bounds, towards)


def _views(plan: ScenePlan) -> Iterator[View]:
    """An overview, a plan, and one view of each hall; names that no component's prim has."""
    yield "Camera_Overview", plan.bounds, from_south_east(plan.bounds)
    yield "Camera_Plan", plan.bounds, np.array([0.0, -1e-3, 1.0])
    for hall in plan.halls:
        room = _room(hall)
        yield f"Camera_Hall_{hall.prim}", room, from_south_east(room)


def _dsx(plan: ScenePlan) -> Iterator[View]:
    """The eleven cameras that the public code of the Blueprint switches to, by its names."""
    site = plan.bounds
    sides = ([0.55, -1.0, 0.72], [-0.55, -1.0, 0.72], [0.55, 1.0, 0.72], [0.0, -1e-3, 1.0])
    for k, side in enumerate(sides):
        yield f"camera_ext_default_{k + 1:02d}", site, np.array(side)
    rooms = [_room(hall) for hall in plan.halls] or [site]
    for k in range(_DSX_HALLS):
        room = rooms[k % len(rooms)]
        yield f"camera_int_datahall_{k + 1:02d}", room, from_south_east(room)
    yield "cfd_camera", rooms[0], from_south_east(rooms[0])
    for name, group in (("cdu_camera", "Cooling"), ("networking_camera", "Network")):
        box = _around(plan, group)
        yield name, box, from_south_east(box)


def _room(hall: Hall) -> Floats:
    low = np.array([*hall.at, 0.0], dtype=np.float32)
    return np.stack([low, low + np.array(hall.size, dtype=np.float32)])


def _around(plan: ScenePlan, group: str) -> Floats:
    """(2, xyz) box round a discipline's equipment in its halls; the site where there is none."""
    items = [item for item in plan.items if item.group == group and item.place != YARD]
    if not items:
        return plan.bounds
    foot = np.array([item.at for item in items], dtype=np.float32)
    top = np.array([item.top for item in items], dtype=np.float32)
    return np.stack([foot.min(axis=0) - 1.0, top.max(axis=0) + 1.0]).astype(np.float32)


def from_south_east(bounds: Floats) -> Vectors:
    """Towards the eye, mostly square to the longer side: the glass walls are on these two."""
    east, north, _ = bounds[1] - bounds[0]
    return np.array([0.55, -1.0, 0.72] if east >= 0.8 * north else [1.0, -0.55, 0.72])


def _camera(scope: Spec, name: str, bounds: Floats, towards: Vectors) -> None:
    matrix, far = look(bounds, towards)
    prim = define(scope, name, "Camera")
    value(prim, "focalLength", Types.Float, 10 * FOCAL_M)
    value(prim, "horizontalAperture", Types.Float, 10 * APERTURE_M[0])
    value(prim, "verticalAperture", Types.Float, 10 * APERTURE_M[1])
    value(prim, "clippingRange", Types.Float2, Gf.Vec2f(0.1, far))
    value(prim, "xformOp:transform", Types.Matrix4d, Gf.Matrix4d(matrix.tolist()))
    value(prim, "xformOpOrder", Types.TokenArray, ["xformOp:transform"], uniform=True)


def look(bounds: Floats, towards: Vectors) -> tuple[Vectors, float]:
    """Camera to site as a (4, 4) row-vector matrix, and the far clipping distance in metres.

    The eye looks against `towards` and stands just far enough from the (2, xyz) box to see all
    eight corners with a twelfth to spare, its picture centred.
    """
    back = towards / np.linalg.norm(towards)
    right = np.cross([0.0, 0.0, 1.0], back)
    right /= np.linalg.norm(right)
    up = np.cross(back, right)
    basis = np.stack([right, up, back])
    half = np.array(APERTURE_M) / (2 * FOCAL_M)
    eye = _eye(np.stack(np.meshgrid(*bounds.T), axis=-1).reshape(-1, 3) @ basis.T, half)
    matrix = np.eye(4)
    matrix[:3, :3] = basis
    matrix[3, :3] = eye @ basis
    reach = float(
        np.linalg.norm(bounds - matrix[3, :3], axis=1).max() + np.linalg.norm(bounds[1] - bounds[0])
    )
    return matrix, reach


def _eye(corners: Vectors, half: Vectors) -> Vectors:
    """Eye in camera axes that sees every corner, picture centred: where each side's two limiting
    planes meet.
    """
    room = half * 12 / 13
    slope = corners[:, 2:] * room
    high = (corners[:, :2] + slope).max(axis=0)
    low = (corners[:, :2] - slope).min(axis=0)
    depth = ((high - low) / (2 * room)).max()
    return np.array([*(high + low) / 2, depth])
