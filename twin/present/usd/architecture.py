"""The building round the equipment, drawn as a cutaway: ground, slabs, walls, aisles, cameras and
lights.

Two walls are solid and the two towards the cameras are glass; there is no roof. Every mesh lies
about its own origin and is moved by its prim. The ground reaches as far on one side of the site's
origin as on the other, so that the stage's pivot is the middle of its underside.
"""

from __future__ import annotations

import numpy as np
from pxr import Kind, Sdf

from twin.present.usd.aisles import aisles, clearances, contained, enclosure, marking
from twin.present.usd.attributes import CONTAINMENT, ID, KIND
from twin.present.usd.author import (
    Spec,
    Types,
    apply,
    define,
    facility,
    materials,
    new_layer,
    relate,
    value,
)
from twin.present.usd.cameras import add_cameras
from twin.present.usd.colours import PALETTE
from twin.present.usd.halls import Hall
from twin.present.usd.looks import add_readout
from twin.present.usd.plan import ScenePlan
from twin.present.usd.solids import Solid, box, boxes
from twin.present.usd.solids_in_place import colour, flat, place, placed_mesh

WALL_M = 0.12
SLAB_M = 0.06
TILE_M = 3.0
"""Pitch of the lines on the floor, to read distances by."""
FLOOR_TILE_M = 0.6
"""Edge of a floor tile."""
SKY = 0.35
SUN = 1.3
"""Intensities of dome and sun: white surfaces stay below full white."""

_GROUND_M = (-0.09, -0.07)
_LINES_MAX = 400
_WORDS = (
    "Ground, slabs, walls, aisles, containment, clearances (guides), cameras and lights. A "
    "cutaway: no roof, the south and east walls are glass."
)


def architecture_layer(plan: ScenePlan, root_name: str = "Facility", style: str = "") -> Spec:
    """The layer with Architecture, Cameras, Lights and Looks under the root prim.

    style   `dsx` for the cameras of the DSX Blueprint's names
    """
    layer = new_layer("usda", _WORDS, root_name)
    with Sdf.ChangeBlock():
        root = facility(layer, root_name)
        add_readout(root)
        group = define(root, "Architecture", "Xform", Kind.Tokens.group)
        paints = ["ground", "slab", "line", "wall", "glass", "cold_aisle", "hot_aisle"]
        shelf = materials(group, paints)
        _painted(group, "Ground", _ground(plan), "ground", shelf)
        for hall in plan.halls:
            _shell(group, plan, hall, shelf)
        add_cameras(root, plan, style)
        _lights(root)
    return layer


def _painted(parent: Spec, name: str, solid: Solid, paint: str, shelf: Spec) -> Spec:
    """A mesh about its own middle, bound to a paint of the shelf."""
    prim = placed_mesh(parent, name, flat(solid), PALETTE[paint].srgb)
    apply(prim, "MaterialBindingAPI")
    relate(prim, "material:binding", [shelf.path.AppendChild(paint)])
    return prim


def _ground(plan: ScenePlan) -> Solid:
    """As far west of the site's origin as east of it, and south as north."""
    low, high = plan.bounds.astype(float)
    edge = max(3.0, 0.06 * float(np.linalg.norm(high - low)))
    x, y = np.ceil(np.maximum(np.abs(low), np.abs(high))[:2] + edge)
    return box((-x, -y, _GROUND_M[0]), (x, y, _GROUND_M[1]))


def _shell(group: Spec, plan: ScenePlan, hall: Hall, shelf: Spec) -> None:
    prim = define(group, hall.prim, "Xform", Kind.Tokens.component)
    ID.write(prim, hall.name)
    KIND.write(prim, "hall")
    CONTAINMENT.write(prim, hall.containment)
    place(prim, (*hall.at, 0.0))
    x, y, z = hall.size
    out = WALL_M
    _painted(prim, "Slab", box((-out, -out, -SLAB_M), (x + out, y + out, 0.0)), "slab", shelf)
    _painted(prim, "Lines", floor_lines(x, y), "line", shelf)
    if x + y <= _LINES_MAX * FLOOR_TILE_M:
        _painted(prim, "Tiles", floor_lines(x, y, FLOOR_TILE_M, 0.006, 0.003), "line", shelf)
    _painted(prim, "WallNorth", box((-out, y, 0.0), (x + out, y + out, z)), "wall", shelf)
    _painted(prim, "WallWest", box((-out, 0.0, 0.0), (0.0, y, z)), "wall", shelf)
    _painted(prim, "WallSouth", box((-out, -out, 0.0), (x + out, 0.0, z)), "glass", shelf)
    _painted(prim, "WallEast", box((x, 0.0, 0.0), (x + out, y, z)), "glass", shelf)
    _aisles(prim, plan, hall, shelf)
    _clearances(prim, plan, hall)


def _aisles(prim: Spec, plan: ScenePlan, hall: Hall, shelf: Spec) -> None:
    for k, aisle in enumerate(aisles(plan, hall)):
        name = f"Aisle_{k + 1}_{aisle.sort}"
        _painted(prim, name, marking(aisle), f"{aisle.sort}_aisle", shelf)
        if contained(aisle, hall.containment):
            _painted(prim, f"Containment_{k + 1}", enclosure(aisle), "glass", shelf)


def _clearances(prim: Spec, plan: ScenePlan, hall: Hall) -> None:
    solid = clearances(plan, hall)
    if solid is not None:
        guide = placed_mesh(prim, "Clearances", solid)
        colour(guide, (0.95, 0.85, 0.25))
        value(guide, "purpose", Types.Token, "guide", uniform=True)


def floor_lines(
    x: float, y: float, pitch: float = TILE_M, half: float = 0.02, top: float = 0.006
) -> Solid:
    """Lines `pitch` apart on a floor of x by y metres, twice `half` wide, from its south-west
    corner.

    Lines to the north stand a tenth of a millimetre higher, so that no corners meet.
    """
    easts = np.arange(pitch, x - half, pitch)
    norths = np.arange(pitch, y - half, pitch)
    lines = [((e - half, 0.0), (e + half, y), top) for e in easts] + [
        ((0.0, n - half), (x, n + half), top + 1e-4) for n in norths
    ]
    if not lines:
        return box((0.0, 0.0, 0.0), (half, half, top))
    low = np.array([(*a, 0.0) for a, _, _ in lines], dtype=np.float32)
    high = np.array([(*b, z) for _, b, z in lines], dtype=np.float32)
    return boxes(low, high)


def _lights(root: Spec) -> None:
    scope = define(root, "Lights", "Scope")
    sky = define(scope, "Sky", "DomeLight")
    value(sky, "inputs:intensity", Types.Float, SKY)
    sun = define(scope, "Sun", "DistantLight")
    value(sun, "inputs:intensity", Types.Float, SUN)
    value(sun, "inputs:normalize", Types.Bool, True)
    value(sun, "inputs:angle", Types.Float, 1.0)
    value(sun, "xformOp:rotateXYZ", Types.Float3, (38.0, 22.0, 0.0))
    value(sun, "xformOpOrder", Types.TokenArray, ["xformOp:rotateXYZ"], uniform=True)
