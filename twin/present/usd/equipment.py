"""Components in their disciplines: a group a discipline, a payload a place, an instance each.

    power.usdc                    /Facility/Power, its lines, its connections, who feeds what
    payloads/power_hall_1.usdc    what stands in one hall, loaded with it

A payload holds one abstract prim a type under /Types (facts, label, the asset as an instance named
Model), which every component of that type references; so a component itself is its id, its place
and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pxr import Kind, Sdf, Vt

from twin.present.usd.attributes import FACING, FEEDS, GPUS, ID, KIND, PARENT, RATING, SORT, TYPE
from twin.present.usd.author import Spec, Types, apply, define, facility, new_layer, relate, value
from twin.present.usd.connections import SCOPE, Paths, Ports, add_connections
from twin.present.usd.facts import write_facts
from twin.present.usd.feeds import FeedGroup
from twin.present.usd.lines import DrawnLine
from twin.present.usd.names import prim_names
from twin.present.usd.plan import Item, ScenePlan
from twin.present.usd.prototypes import MODEL, AssetLook, Prototype, look_of
from twin.present.usd.solids_in_place import move, placed_mesh, turn

TYPES = "Types"
"""Abstract prims of a payload's own, outside the stage's tree."""
DISCIPLINES = {"IT": "it", "Power": "power", "Cooling": "cooling", "Network": "network"}
"""Stem of the layer of each group that always has one."""
DOMAIN_GROUPS = {"electrical": "Power", "cooling": "Cooling", "network": "Network"}
_READOUT = "Looks/Readout"


@dataclass(frozen=True)
class DisciplineParts:
    """All that one discipline's layers are made of."""

    group: str
    stem: str
    items: tuple[Item, ...]
    lines: tuple[DrawnLine, ...]
    feeds: tuple[tuple[str, FeedGroup], ...]


def disciplines(
    plan: ScenePlan, feeds: Sequence[tuple[str, FeedGroup]], drawn: Sequence[DrawnLine]
) -> list[DisciplineParts]:
    """Items, lines and connections by discipline; those that always have a layer first."""
    others = dict.fromkeys(item.group for item in plan.items if item.group not in DISCIPLINES)
    stems = {**DISCIPLINES, **{group: group.lower() for group in others}}
    return [
        DisciplineParts(
            group,
            stem,
            tuple(item for item in plan.items if item.group == group),
            tuple(line for line in drawn if line.group == group),
            tuple(one for one in feeds if DOMAIN_GROUPS.get(one[1].domain, "IT") == group),
        )
        for group, stem in stems.items()
    ]


def discipline_layers(
    root: str,
    one: DisciplineParts,
    prototypes: Mapping[AssetLook, Prototype],
    paths: Paths,
    ports: Ports,
    fed_by: Mapping[str, Sequence[str]],
) -> dict[str, Spec]:
    """The layer of a discipline and its payloads, by path in the scene's folder."""
    layer = new_layer("usda", f"{one.group}: components, lines and connections.", root)
    out: dict[str, Spec] = {}
    with Sdf.ChangeBlock():
        top = facility(layer, root)
        group = define(top, one.group, "Xform", Kind.Tokens.group)
        apply(group, "MaterialBindingAPI")
        relate(group, "material:binding", [Sdf.Path(f"/{root}/{_READOUT}")])
        out |= _places(group, one, prototypes)
        _relations(layer, one.items, fed_by)
        _lines(group, one.lines)
        if one.feeds:
            add_connections(top, one.feeds, paths, ports)
    return {f"{one.stem}.usdc": layer, **out}


def _places(
    group: Spec, one: DisciplineParts, prototypes: Mapping[AssetLook, Prototype]
) -> dict[str, Spec]:
    """Payloads, one a place, and the arcs to them."""
    places: dict[str, list[Item]] = {}
    for item in one.items:
        places.setdefault(item.place, []).append(item)
    out = {}
    stems = prim_names(f"{one.stem}_{name}".lower() for name in places)
    for stem, (name, items) in zip(stems, places.items(), strict=True):
        prim = define(group, name, "Xform", Kind.Tokens.group)
        prim.payloadList.prependedItems.append(Sdf.Payload(f"./payloads/{stem}.usdc"))
        out[f"payloads/{stem}.usdc"] = _payload(name, items, prototypes)
    return out


def _payload(name: str, items: Sequence[Item], prototypes: Mapping[AssetLook, Prototype]) -> Spec:
    layer = new_layer("usda", f"What stands in {name}.", name)
    with Sdf.ChangeBlock():
        shelf = Sdf.PrimSpec(layer, TYPES, Sdf.SpecifierClass, "Scope")
        room = define(layer, name, "Xform", Kind.Tokens.group)
        arcs: dict[object, Spec] = {}
        for item in items:
            key = (look_of(item), item.rating_w, item.gpus, item.facing_deg)
            if key not in arcs:
                made = _type(shelf, f"Type_{len(arcs)}", item, prototypes.get(look_of(item)))
                arcs[key] = Sdf.Reference("", made.path)
            prim = Sdf.PrimSpec(room, item.prim, Sdf.SpecifierDef, "Xform")
            prim.referenceList.prependedItems.append(arcs[key])
            value(prim, "twin:id", Types.String, item.id, custom=True, uniform=True)
            if item.parent and item.place != item.parent:
                value(prim, PARENT.name, Types.String, item.parent, custom=True, uniform=True)
            move(prim, item.at)
    return layer


def _type(shelf: Spec, name: str, item: Item, prototype: Prototype | None) -> Spec:
    """All that components of one type share."""
    prim = define(shelf, name, "Xform", Kind.Tokens.component)
    apply(prim, "SemanticsLabelsAPI:class")
    turn(prim, item.turn_deg)
    value(prim, "semantics:labels:class", Types.TokenArray, Vt.TokenArray([item.kind]))
    for attribute, content in (
        (ID, None),
        (PARENT, None),
        (KIND, item.kind),
        (TYPE, item.type),
        (FACING, item.facing_deg),
    ):
        attribute.write(prim, content)
    if item.rating_w > 0:
        RATING.write(prim, item.rating_w)
    if item.gpus:
        GPUS.write(prim, item.gpus)
    if prototype is not None and item.bodied:
        _model(prim, prototype)
    return prim


def _model(prim: Spec, prototype: Prototype) -> None:
    """The facts of its row, its class in the asset profile, and the instance itself."""
    write_facts(prim, prototype.subject.row)
    if prototype.subject.in_profile:
        name = prototype.subject.asset_class
        value(prim, "aif:core:assetClass", Types.String, name, custom=True)
    model = define(prim, MODEL, "Xform", Kind.Tokens.subcomponent)
    model.referenceList.prependedItems.append(Sdf.Reference(f"../{prototype.path}"))
    model.instanceable = True
    if prototype.subject.in_profile:
        # The component has the class; a second one on its model would count it twice.
        value(model, "aif:core:assetClass", Types.String, Sdf.ValueBlock(), custom=True)


def _relations(layer: Spec, items: Sequence[Item], fed_by: Mapping[str, Sequence[str]]) -> None:
    """Which connections feed each component, where any does."""
    known: dict[str, Spec] = {}
    for item in items:
        found = fed_by.get(item.id)
        if found:
            prim = Sdf.CreatePrimInLayer(layer, item.path)
            for name in found:
                known.setdefault(name, Sdf.Path(f"/{item.root}/{SCOPE}/{name}"))
            relate(prim, "twin:fedBy", [known[name] for name in found], custom=True)


def _lines(group: Spec, drawn: Sequence[DrawnLine]) -> None:
    """Every line as a mesh of one colour under one group."""
    if not drawn:
        return
    shelf = define(group, "Lines", "Xform", Kind.Tokens.group)
    names = prim_names(line.title for line in drawn)
    for name, line in zip(names, drawn, strict=True):
        prim = placed_mesh(shelf, name, line.solid, line.rgb)
        SORT.write(prim, line.sort)
        FEEDS.write(prim, line.feeds)
