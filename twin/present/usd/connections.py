"""Who feeds whom: a prim an edge with relationships to both ends, and its line overhead among the
guides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from pxr import Sdf, UsdGeom, Vt

from twin.present.usd.author import Spec, Types, define, facility, new_layer, relate, value, vectors
from twin.present.usd.colours import Rgb, linear
from twin.present.usd.halls import Hall
from twin.present.usd.names import prim_names
from twin.present.usd.plan import YARD, Item, ScenePlan
from twin.present.usd.solids import Floats, Point

WIDTH_M = 0.05
"""Thickness of a drawn connection."""

_WORDS = (
    "Edges of the facility. twin:source gives to twin:target. The lines are guides: "
    "turn guides on to see them."
)
# Okabe and Ito's colours, distinct to colour-blind eyes; each system runs at its own height above
# the equipment.
_SYSTEMS: dict[str, tuple[Rgb, float]] = {
    "power": ((0.90, 0.62, 0.00), 0.3),
    "cooling": ((0.00, 0.45, 0.70), 0.6),
    "fabric": ((0.00, 0.62, 0.45), 0.9),
    "storage": ((0.80, 0.47, 0.65), 1.2),
}
_OTHER: tuple[Rgb, float] = ((0.5, 0.5, 0.5), 1.5)


def connections_layer(plan: ScenePlan, edges: pd.DataFrame) -> Spec:
    """The layer with a Scope prim for every row of the edges table and a BasisCurves prim for every
    system.

    Curve k of `/Facility/Connections/Lines_<system>` belongs to the k-th edge prim of that system.
    """
    layer = new_layer("usda", _WORDS)
    ends: dict[str, Item | Hall] = {hall.name: hall for hall in plan.halls}
    ends.update((item.id, item) for item in plan.items)
    roof = max((item.top[2] for item in plan.items if item.place != YARD), default=0.0)
    systems = list(dict.fromkeys(map(str, edges["system"])))
    names = prim_names([*(f"Lines_{system}" for system in systems), *_titles(edges)])
    with Sdf.ChangeBlock():
        scope = define(facility(layer), "Connections", "Scope")
        for name, system in zip(names, systems, strict=False):
            _lines(
                scope,
                name,
                system,
                _routes(edges[edges["system"] == system], ends, roof, _lift(system)),
            )
        for name, row in zip(names[len(systems) :], edges.itertuples(), strict=True):
            prim = define(scope, name, "Scope")
            relate(prim, "twin:source", [Sdf.Path(ends[str(row.source)].path)], custom=True)
            relate(prim, "twin:target", [Sdf.Path(ends[str(row.target)].path)], custom=True)
            value(prim, "twin:domain", Types.Token, str(row.system), custom=True, uniform=True)
            value(prim, "twin:role", Types.Token, str(row.role), custom=True, uniform=True)
    return layer


def _titles(edges: pd.DataFrame) -> list[str]:
    return [f"{row.source}_to_{row.target}_{row.system}" for row in edges.itertuples()]


def _lift(system: str) -> float:
    return _SYSTEMS.get(system, _OTHER)[1]


def _routes(
    edges: pd.DataFrame, ends: Mapping[str, Item | Hall], roof: float, lift: float
) -> list[Floats]:
    pairs = [(ends[str(row.source)].top, ends[str(row.target)].top) for row in edges.itertuples()]
    return [route(start, end, max(roof, start[2], end[2]) + lift) for start, end in pairs]


def _lines(scope: Spec, name: str, system: str, routes: Sequence[Floats]) -> None:
    points = np.concatenate(routes)
    extent = points.min(axis=0) - WIDTH_M / 2, points.max(axis=0) + WIDTH_M / 2
    prim = define(scope, name, "BasisCurves")
    value(prim, "purpose", Types.Token, UsdGeom.Tokens.guide, uniform=True)
    value(prim, "type", Types.Token, UsdGeom.Tokens.linear, uniform=True)
    value(prim, "curveVertexCounts", Types.IntArray, Vt.IntArray([len(curve) for curve in routes]))
    value(prim, "points", Types.Point3fArray, vectors(points))
    value(prim, "extent", Types.Float3Array, vectors(extent))
    value(prim, "widths", Types.FloatArray, Vt.FloatArray([WIDTH_M])).SetInfo(
        "interpolation", UsdGeom.Tokens.constant
    )
    value(
        prim,
        "primvars:displayColor",
        Types.Color3fArray,
        vectors([linear(_SYSTEMS.get(system, _OTHER)[0])]),
    )


def route(start: Point, end: Point, tray: float) -> Floats:
    """(5, xyz) metres: up from `start` to the tray's height, east or west, north or south, down to
    `end`.
    """
    (x0, y0, z0) = start
    (x1, y1, z1) = end
    points = [(x0, y0, z0), (x0, y0, tray), (x1, y0, tray), (x1, y1, tray), (x1, y1, z1)]
    return np.array(points, dtype=np.float32)
