"""One prim a component: an instance of its prototype under its system and place, carrying its own
facts.
"""

from __future__ import annotations

from collections.abc import Mapping

from pxr import Kind, Sdf

from twin.present.usd.assets import Model, model_of
from twin.present.usd.author import Spec, Types, define, facility, new_layer, translate, value
from twin.present.usd.plan import Item, ScenePlan

_WORDS = (
    "Components, one instance each: /Facility/<system>/<hall or Yard>/<component>. "
    "twin:id is the stable name."
)


def layout_layer(plan: ScenePlan, assets: Mapping[Model, str]) -> Spec:
    """The layer with every component; `assets` gives the file stem of each model."""
    layer = new_layer("usda", _WORDS)
    with Sdf.ChangeBlock():
        root = facility(layer)
        groups: dict[str, Spec] = {}
        places: dict[tuple[str, str], Spec] = {}
        for item in plan.items:
            key = item.group, item.place
            if item.group not in groups:
                groups[item.group] = define(root, item.group, "Xform", Kind.Tokens.group)
            if key not in places:
                places[key] = define(groups[item.group], item.place, "Xform", Kind.Tokens.group)
            _component(places[key], item, assets)
    return layer


def _component(place: Spec, item: Item, assets: Mapping[Model, str]) -> None:
    prim = define(place, item.prim, "Xform", Kind.Tokens.component)
    if item.bodied:
        prim.referenceList.prependedItems.append(
            Sdf.Reference(f"./assets/{assets[model_of(item)]}.usda")
        )
        prim.instanceable = True
    facts(prim, item.id, item.kind, item.type, item.rating_w)
    translate(prim, item.at)


def facts(prim: Spec, name: str, kind: str, type_name: str, rating_w: float) -> None:
    """The custom attributes that tie a prim to the tables: twin:id, twin:kind, twin:type,
    twin:rating_w.
    """
    value(prim, "twin:id", Types.String, name, custom=True, uniform=True)
    value(prim, "twin:kind", Types.Token, kind, custom=True, uniform=True)
    value(prim, "twin:type", Types.String, type_name, custom=True, uniform=True)
    value(prim, "twin:rating_w", Types.Double, rating_w, custom=True, uniform=True)
