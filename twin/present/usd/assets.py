"""One prototype layer a catalogue row: materials and meshes, referenced by every component of that
type.
"""

from __future__ import annotations

from collections.abc import Iterable

from pxr import Kind, Sdf, Vt

from twin.present.usd.author import (
    Spec,
    Types,
    apply,
    define,
    materials,
    new_layer,
    painted,
    value,
    vectors,
)
from twin.present.usd.emblems import emblem
from twin.present.usd.names import prim_names
from twin.present.usd.plan import Item
from twin.present.usd.solids import Point, merge

Model = tuple[str, str, Point]
"""Kind, type and size in metres rounded to the millimetre: what makes two components look alike."""


def model_of(item: Item) -> Model:
    """What a component looks like."""
    width, depth, height = (round(length, 3) for length in item.size)
    return item.kind, item.type, (width, depth, height)


def asset_names(items: Iterable[Item]) -> dict[Model, str]:
    """File stem `<kind>_<type>` of every model with a body; a second size of one type gets its size
    behind.

    In lower case, as some file systems do not tell the cases apart.
    """
    models = list(dict.fromkeys(model_of(item) for item in items if item.bodied))
    return dict(zip(models, prim_names(title.lower() for title in _titles(models)), strict=True))


def _titles(models: list[Model]) -> list[str]:
    seen: set[tuple[str, str]] = set()
    titles = []
    for kind, type_name, size in models:
        again = (kind, type_name) in seen
        seen.add((kind, type_name))
        titles.append(
            "_".join([kind, type_name, *(f"{round(1000 * length)}mm" for length in size if again)])
        )
    return titles


def asset_layer(name: str, model: Model) -> Spec:
    """The prototype: an Xform of that name, kind component, with a mesh for each paint and part."""
    kind, type_name, size = model
    layer = new_layer(
        "usda", f"Emblem of {kind} {type_name}: {size[0]} m x {size[1]} m x {size[2]} m."
    )
    layer.defaultPrim = name
    with Sdf.ChangeBlock():
        root = define(layer, name, "Xform", Kind.Tokens.component)
        parts = emblem(kind, size)
        extent = merge(part.solid for part in parts).extent
        apply(root, "GeomModelAPI", "SemanticsLabelsAPI:class")
        value(root, "extentsHint", Types.Float3Array, vectors(extent))
        value(root, "semantics:labels:class", Types.TokenArray, Vt.TokenArray([kind]))
        shelf = materials(root, (part.paint for part in parts))
        body = define(root, "Geometry", "Xform")
        for part in parts:
            painted(body, part.name, part.solid, part.paint, shelf)
    return layer
