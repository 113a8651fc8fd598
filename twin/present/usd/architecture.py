"""The building round the equipment, drawn as a cutaway: ground, slabs, walls, then cameras and
lights.

Two walls are solid and the two towards the cameras are glass; there is no roof.
"""

from __future__ import annotations

import numpy as np
from pxr import Kind, Sdf

from twin.present.usd.author import (
    Spec,
    Types,
    define,
    facility,
    materials,
    new_layer,
    painted,
    translate,
    value,
)
from twin.present.usd.cameras import add_cameras
from twin.present.usd.halls import Hall
from twin.present.usd.layout import facts
from twin.present.usd.plan import ScenePlan
from twin.present.usd.solids import Solid, box, boxes

WALL_M = 0.12
SLAB_M = 0.15
TILE_M = 3.0
"""Pitch of the lines on the floor, to read distances by."""

_WORDS = (
    "Ground, slabs, walls, cameras and lights. A cutaway: no roof, the south and east "
    "walls are glass."
)


def architecture_layer(plan: ScenePlan) -> Spec:
    """The layer with /Facility/Architecture, /Facility/Cameras and /Facility/Lights."""
    layer = new_layer("usda", _WORDS)
    with Sdf.ChangeBlock():
        root = facility(layer)
        group = define(root, "Architecture", "Xform", Kind.Tokens.group)
        shelf = materials(group, ["ground", "slab", "line", "wall", "glass"])
        painted(group, "Ground", _ground(plan), "ground", shelf)
        for hall in plan.halls:
            _shell(group, hall, shelf)
        add_cameras(root, plan)
        _lights(root)
    return layer


def _ground(plan: ScenePlan) -> Solid:
    low, high = plan.bounds
    edge = max(3.0, 0.06 * float(np.linalg.norm(high - low)))
    return box(
        (low[0] - edge, low[1] - edge, -SLAB_M - 0.1), (high[0] + edge, high[1] + edge, -0.02)
    )


def _shell(group: Spec, hall: Hall, shelf: Spec) -> None:
    prim = define(group, hall.prim, "Xform", Kind.Tokens.component)
    facts(prim, hall.name, "hall", "", 0.0)
    translate(prim, (*hall.at, 0.0))
    x, y, z = hall.size
    out = WALL_M
    painted(prim, "Slab", box((-out, -out, -SLAB_M), (x + out, y + out, 0.0)), "slab", shelf)
    painted(prim, "Lines", floor_lines(x, y), "line", shelf)
    painted(prim, "WallNorth", box((-out, y, 0.0), (x + out, y + out, z)), "wall", shelf)
    painted(prim, "WallWest", box((-out, 0.0, 0.0), (0.0, y, z)), "wall", shelf)
    painted(prim, "WallSouth", box((-out, -out, 0.0), (x + out, 0.0, z)), "glass", shelf)
    painted(prim, "WallEast", box((x, 0.0, 0.0), (x + out, y, z)), "glass", shelf)


def floor_lines(x: float, y: float) -> Solid:
    """Lines `TILE_M` apart on a floor of x by y metres, 4 cm wide, from its south-west corner."""
    half = 0.02
    top = 0.006
    easts = np.arange(0.0, x, TILE_M)
    norths = np.arange(0.0, y, TILE_M)
    lines = [((e - half, 0.0), (e + half, y)) for e in easts] + [
        ((0.0, n - half), (x, n + half)) for n in norths
    ]
    low = np.array([(max(a[0], 0.0), max(a[1], 0.0), 0.0) for a, _ in lines], dtype=np.float32)
    high = np.array([(b[0], b[1], top) for _, b in lines], dtype=np.float32)
    return boxes(low, high)


def _lights(root: Spec) -> None:
    scope = define(root, "Lights", "Scope")
    sky = define(scope, "Sky", "DomeLight")
    value(sky, "inputs:intensity", Types.Float, 0.7)
    sun = define(scope, "Sun", "DistantLight")
    value(sun, "inputs:intensity", Types.Float, 2.2)
    value(sun, "inputs:normalize", Types.Bool, True)
    value(sun, "inputs:angle", Types.Float, 1.0)
    value(sun, "xformOp:rotateXYZ", Types.Float3, (38.0, 22.0, 0.0))
    value(sun, "xformOpOrder", Types.TokenArray, ["xformOp:rotateXYZ"], uniform=True)
