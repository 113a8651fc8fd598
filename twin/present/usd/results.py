"""What the racks did: samples on every rack's prim and coloured panels in their fronts.

Sample k is recorded period k, counted from 0, at time code k. Between codes USD interpolates
numbers and holds states; a period without a record is blocked, never invented.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pxr import Gf, Sdf, UsdGeom, Vt

from twin.present.usd.author import Spec, Types, define, facility, mesh, new_layer, value, vectors
from twin.present.usd.colours import COLOUR_MAP, colour_range, heat
from twin.present.usd.glow import FACES_PER_RACK, glow
from twin.present.usd.plan import Item, ScenePlan
from twin.present.usd.series import Grid, Series

_WORDS = (
    "Results of the racks. Time code k is recorded period k, counted from 0; it ends "
    "twin:time_s[k] seconds "
    "after the start. Colours show one temperature at a time: switch visibility under "
    "/Facility/Results."
)


def results_layer(plan: ScenePlan, series: Series) -> Spec:
    """The layer with `twin:` samples on the racks and /Facility/Results/InletAir and Junction."""
    layer = new_layer("usdc", _WORDS)
    by_id = {item.id: item for item in plan.items}
    items = [by_id[rack] for rack in series.racks]
    with Sdf.ChangeBlock():
        root = facility(layer)
        ends_s = Vt.DoubleArray.FromNumpy(series.time_s)
        value(root, "twin:time_s", Types.DoubleArray, ends_s, custom=True, uniform=True)
        for index, item in enumerate(items):
            _samples(layer, item, series, index)
        scope = define(root, "Results", "Scope")
        _coloured(layer, scope, "InletAir", items, series.inlet_degc, visible=True)
        _coloured(layer, scope, "Junction", items, series.junction_degc, visible=False)
    return layer


def _samples(layer: Spec, item: Item, series: Series, index: int) -> None:
    prim = Sdf.CreatePrimInLayer(layer, item.path)
    columns = (
        ("twin:power_w", series.power_w),
        ("twin:inletTemperature_degc", series.inlet_degc),
        ("twin:junctionTemperature_degc", series.junction_degc),
    )
    for name, grid in columns:
        column = grid[:, index]
        known = np.isfinite(column)
        _sampled(
            layer,
            value(prim, name, Types.Float, None, custom=True),
            (
                number if there else Sdf.ValueBlock()
                for number, there in zip(column.tolist(), known, strict=True)
            ),
        )
    _sampled(
        layer,
        value(prim, "twin:state", Types.Token, None, custom=True),
        series.state[:, index].tolist(),
    )


def _sampled(layer: Spec, attribute: Spec, values: Iterable[object]) -> None:
    path = attribute.path
    for code, one in enumerate(values):
        layer.SetTimeSample(path, float(code), one)


def _coloured(
    layer: Spec, scope: Spec, name: str, items: list[Item], grid: Grid, *, visible: bool
) -> None:
    bodied = [index for index, item in enumerate(items) if item.bodied]
    if not bodied:
        return
    shown = grid[:, bodied]
    low, high = colour_range(grid)
    prim = mesh(scope, name, glow([items[index] for index in bodied]))
    value(
        prim,
        "visibility",
        Types.Token,
        UsdGeom.Tokens.inherited if visible else UsdGeom.Tokens.invisible,
    )
    value(
        prim,
        "twin:ids",
        Types.StringArray,
        Vt.StringArray([items[index].id for index in bodied]),
        custom=True,
        uniform=True,
    )
    value(prim, "twin:colourMap", Types.Token, COLOUR_MAP, custom=True, uniform=True)
    value(
        prim, "twin:colourRange_degc", Types.Float2, Gf.Vec2f(low, high), custom=True, uniform=True
    )
    colour = value(
        prim, "primvars:displayColor", Types.Color3fArray, vectors(heat(shown[0], low, high))
    )
    colour.SetInfo("interpolation", UsdGeom.Tokens.uniform)
    which = np.repeat(np.arange(len(bodied), dtype=np.int32), FACES_PER_RACK)
    value(prim, "primvars:displayColor:indices", Types.IntArray, Vt.IntArray.FromNumpy(which))
    _sampled(layer, colour, (vectors(row) for row in heat(shown, low, high)))
