"""Every layer of a scene but its root and its assets, made from tables; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
from pxr import Sdf

from twin.present.usd.architecture import architecture_layer
from twin.present.usd.author import TIME_CODES_PER_SECOND, Spec, Types, facility, new_layer, value
from twin.present.usd.connections import connection_names
from twin.present.usd.equipment import discipline_layers, disciplines
from twin.present.usd.failures import failure_layers
from twin.present.usd.feeds import FeedGroup, group_edges
from twin.present.usd.lines import lines
from twin.present.usd.options import SceneOptions
from twin.present.usd.plan import ScenePlan
from twin.present.usd.prototypes import MODEL, AssetLook, Prototype, look_of
from twin.present.usd.rack_variants import FILE as FAMILIES
from twin.present.usd.rack_variants import rack_variants_layer
from twin.present.usd.results import results_layer, samples_layer
from twin.present.usd.tracks import make_tracks

if TYPE_CHECKING:
    from twin.analysis.loss_states import AfterLoss

OVERRIDES = "overrides.usda"
"""The strongest layer: a person's own, made once and never written again."""
RUN = "run"
"""Variant of a result."""
ORDER = ("architecture", "it", "power", "cooling", "network")
"""Disciplines from the weakest layer up."""


def scene_parts(
    plan: ScenePlan,
    edges: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    prototypes: Mapping[AssetLook, Prototype],
    options: SceneOptions,
    losses: Sequence[AfterLoss] = (),
) -> dict[str, Spec]:
    """Layers by path in the scene's folder, the weakest first; payloads between them."""
    feeds = group_edges(edges)
    named = list(zip(connection_names(feeds), feeds, strict=True))
    paths = {hall.name: Sdf.Path(hall.path) for hall in plan.halls}
    paths |= {item.id: Sdf.Path(item.path) for item in plan.items}
    ports = _ports(plan, prototypes, feeds, paths)
    fed_by = _fed_by(named)
    out = {"architecture.usdc": architecture_layer(plan, options.root, options.names)}
    for one in disciplines(plan, named, list(lines(plan, feeds))):
        out |= discipline_layers(options.root, one, prototypes, paths, ports, fed_by)
    families = rack_variants_layer(options.root, plan) if options.names == "dsx" else None
    if families is not None:
        out[FAMILIES] = families
    racks = tables.get("racks")
    ran = racks is not None and racks["time_s"].nunique() > 0
    if ran:
        payload = f"payloads/results_{RUN}.usdc"
        out[payload] = samples_layer(options.root, make_tracks(plan, feeds, tables))
        out["results.usda"] = results_layer(options.root, {RUN: payload}, RUN)
    if losses:
        out |= failure_layers(options.root, plan.items, losses, over_run=ran)
    return out


def _ports(
    plan: ScenePlan,
    prototypes: Mapping[AssetLook, Prototype],
    feeds: Sequence[FeedGroup],
    paths: Mapping[str, Spec],
) -> dict[tuple[str, str], dict[str, Spec]]:
    """Connection points at the ends of feeds, by domain and direction, then by component."""
    out: dict[tuple[str, str], dict[str, Spec]] = {}
    below = {look: _points(prototype) for look, prototype in prototypes.items()}
    known = {item.id: below.get(look_of(item), {}) for item in plan.items}
    for feed in feeds:
        for way, names in (("out", feed.sources), ("in", feed.targets)):
            key = (feed.domain, way)
            held = out.setdefault(key, {})
            for name in names:
                point = known.get(name, {}).get(key)
                if point is not None and name not in held:
                    held[name] = paths[name].AppendPath(point)
    return out


def _points(prototype: Prototype) -> dict[tuple[str, str], Spec]:
    """Paths below the component by domain and direction, of those that there are."""
    ways = [
        (domain, way) for domain in ("electrical", "cooling", "network") for way in ("in", "out")
    ]
    found = {way: prototype.port(*way) for way in ways}
    return {way: Sdf.Path(f"{MODEL}/{port}") for way, port in found.items() if port}


def _fed_by(named: Sequence[tuple[str, FeedGroup]]) -> dict[str, list[str]]:
    """Names of the connections that feed each component."""
    out: dict[str, list[str]] = {}
    for name, feed in named:
        for target in feed.targets:
            out.setdefault(target, []).append(name)
    return out


def root_layer(
    said: Mapping[str, str], parts: Sequence[str], periods: int, options: SceneOptions
) -> Spec:
    """The file to open: sublayers, strongest first, and what is said of the whole."""
    words = (
        f"{said['title']}. Time code k is recorded period k, counted from 0, "
        f"{TIME_CODES_PER_SECOND:g} shown a second."
    )
    layer = new_layer(options.format, words, options.root)
    below = [part for part in parts if not part.startswith("payloads/")]
    layer.subLayerPaths = [f"./{part}" for part in (OVERRIDES, *reversed(below))]
    prim = facility(layer, options.root)
    for name, text in said.items():
        value(prim, f"twin:{name}", Types.String, text, custom=True, uniform=True)
    if periods:
        layer.startTimeCode = 0.0
        layer.endTimeCode = periods - 1.0
    return layer


def overrides_layer(options: SceneOptions) -> Spec:
    """An empty layer to write one's own opinions into."""
    words = (
        "Opinions of people: stronger than every layer that an export writes, and never written "
        "again by one."
    )
    return new_layer("usda", words, options.root)
