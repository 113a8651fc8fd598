"""What components of one size share where their state is shown: attributes in words, and meshes."""

from __future__ import annotations

from pxr import Sdf

from twin.present.usd.attributes import JUNCTION, LOAD, SAMPLED, SceneAttribute
from twin.present.usd.author import Spec, Types, define, mesh, value, vectors
from twin.present.usd.badges import STATE_RGB, badge
from twin.present.usd.colours import linear
from twin.present.usd.equipment import TYPES
from twin.present.usd.glow import glow
from twin.present.usd.plan import Item
from twin.present.usd.solids import Point

HEAT = "Heat"
BADGE = "State"
_RACK_BAND = (0.955, 0.985)
_BAND = (0.80, 0.88)
_Key = tuple[Point, bool, bool]
"""Size in metres to the millimetre, whether a rack, whether it has GPUs."""


class ShownTypes:
    """The abstract prims of one layer, made as they are asked for."""

    def __init__(self, layer: Spec, *, heat: bool = True) -> None:
        self._shelf = Sdf.PrimSpec(layer, TYPES, Sdf.SpecifierClass, "Scope")
        self._arcs: dict[_Key, Spec] = {}
        self._heat = heat

    def of(self, item: Item) -> Spec:
        """The reference to what all components of an item's size and sort share."""
        x, y, z = (round(1000 * length) / 1000 for length in item.own_size)
        rack = is_rack(item)
        key: _Key = ((x, y, z), rack, item.gpus > 0)
        if key not in self._arcs:
            prim = define(self._shelf, f"Shown_{len(self._arcs)}", "Xform")
            for attribute in _attributes(item):
                attribute.write(prim, None)
            if item.bodied:
                _meshes(prim, key[0], rack, self._heat and rack)
            self._arcs[key] = Sdf.Reference("", prim.path)
        return self._arcs[key]


def is_rack(item: Item) -> bool:
    """Whether it is shown as a rack is."""
    return item.kind.endswith("rack")


def _attributes(item: Item) -> tuple[SceneAttribute, ...]:
    rack = is_rack(item)
    return (*SAMPLED, *(() if rack else (LOAD,)), *((JUNCTION,) if rack and item.gpus else ()))


def _meshes(prim: Spec, size: Point, rack: bool, heat: bool) -> None:
    shapes = {BADGE: badge(size, *(_RACK_BAND if rack else _BAND))}
    if heat:
        shapes[HEAT] = glow([Item("", "", "", 0.0, size, (0.0, 0.0, 0.0), "", "", "")])
    for name, solid in shapes.items():
        spec = value(
            mesh(prim, name, solid),
            "primvars:displayColor",
            Types.Color3fArray,
            vectors([linear(STATE_RGB["unknown"])]),
        )
        spec.SetInfo("interpolation", "constant")
