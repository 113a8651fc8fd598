"""Write the scene: make the layers, put them beside one another, move them into place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import pandas as pd

from twin.present.usd.architecture import architecture_layer
from twin.present.usd.assets import asset_layer, asset_names
from twin.present.usd.author import (
    TIME_CODES_PER_SECOND,
    Spec,
    Types,
    export,
    facility,
    new_layer,
    value,
)
from twin.present.usd.checks import check
from twin.present.usd.connections import connections_layer
from twin.present.usd.layout import layout_layer
from twin.present.usd.plan import ScenePlan, make_plan
from twin.present.usd.results import results_layer
from twin.present.usd.series import make_series
from twin.present.usd.solids import Point
from twin.results import SCENE_PARTS, kept_in, refuse_beside_another
from twin.results.folder import replaced, writing

ROOT = "facility.usda"
"""The file to open."""
RESULTS = "results.usdc"
"""The layer with time samples; absent where nothing was run."""

_NO_SIZES: Mapping[str, Point] = MappingProxyType({})
_NO_PLACES: Mapping[str, tuple[float, float]] = MappingProxyType({})


class ResultLike(Protocol):
    """What `export_result` reads of a result."""

    @property
    def fingerprint(self) -> str:
        """Tells it from every other result."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Frames by declared name."""

    @property
    def meta(self) -> Mapping[str, Any]:
        """May hold `title` and `start`."""


class HasName(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """Its name."""


class FacilityLike(Protocol):
    """What `export_facility` reads of a facility."""

    @property
    def scenario(self) -> HasName:
        """Gives the title."""

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Holds `components`, `edges` and `halls`."""


def write_scene(
    components: pd.DataFrame,
    edges: pd.DataFrame,
    racks: pd.DataFrame | None,
    folder: Path,
    *,
    title: str,
    start: str = "",
    fingerprint: str = "",
    hall_sizes: Mapping[str, Point] = _NO_SIZES,
    hall_origins: Mapping[str, tuple[float, float]] = _NO_PLACES,
) -> Path:
    """Write a facility, and what its racks did where `racks` is given; returns the path of
    facility.usda.

    components, edges, racks   frames as declared in `twin.results.tables`
    hall_sizes                 metres east, north and up, by hall; follows from the racks where not
                               given
    hall_origins               site metres of the south-west corner, by hall
    start                      date and time of the scenario's start, kept as twin:start
    fingerprint                of the result that is shown, kept as twin:result

    The same tables give the same bytes. The folder changes in one step, so a reader never meets
    half a scene; files in it that are not the scene's stay. Raises InputError with every problem of
    the tables, or where the folder around this one holds another result, and OutputError where the
    disk refuses.
    """
    check(components, edges, racks)
    plan = make_plan(components, hall_sizes, hall_origins)
    said = {"title": title, "start": start} | ({"result": fingerprint} if fingerprint else {})
    return _save(_layers(plan, edges, racks, said), Path(folder), fingerprint)


def export_result(result: ResultLike, out: str | Path) -> Path:
    """Write a result's scene with its time samples into the folder `out`; returns the path of
    facility.usda.
    """
    tables = result.tables
    meta = result.meta
    sizes, origins = _rooms(tables["halls"])
    return write_scene(
        tables["components"],
        tables["edges"],
        tables["racks"],
        Path(out),
        title=str(meta.get("title", "AI factory")),
        start=str(meta.get("start", "")),
        fingerprint=result.fingerprint,
        hall_sizes=sizes,
        hall_origins=origins,
    )


def export_facility(built: FacilityLike, out: str | Path) -> Path:
    """Write a facility's scene, without results, into the folder `out`; returns the path of
    facility.usda.
    """
    tables = built.tables()
    sizes, origins = _rooms(tables["halls"])
    return write_scene(
        tables["components"],
        tables["edges"],
        None,
        Path(out),
        title=built.scenario.name,
        hall_sizes=sizes,
        hall_origins=origins,
    )


def _rooms(halls: pd.DataFrame) -> tuple[dict[str, Point], dict[str, tuple[float, float]]]:
    """Sizes and south-west corners by hall, of the table `halls`."""
    names = halls["hall"].astype(str)
    box = halls[["width_m", "depth_m", "height_m"]].to_numpy(float)
    at = halls[["x_m", "y_m"]].to_numpy(float)
    sizes = {name: (x, y, z) for name, (x, y, z) in zip(names, box.tolist(), strict=True)}
    return sizes, {name: (x, y) for name, (x, y) in zip(names, at.tolist(), strict=True)}


def _layers(
    plan: ScenePlan, edges: pd.DataFrame, racks: pd.DataFrame | None, said: Mapping[str, str]
) -> dict[str, Spec]:
    """Every layer by its path in the folder, the root last."""
    names = asset_names(plan.items)
    layers = {f"assets/{name}.usda": asset_layer(name, model) for model, name in names.items()}
    parts = {}
    periods = 0 if racks is None else racks["time_s"].nunique()
    if racks is not None and periods:
        parts[RESULTS] = results_layer(plan, make_series(racks))
    parts["connections.usda"] = connections_layer(plan, edges)
    parts["layout.usda"] = layout_layer(plan, names)
    parts["architecture.usda"] = architecture_layer(plan)
    return {**layers, **parts, ROOT: _root(said, list(parts), periods)}


def _root(said: Mapping[str, str], parts: list[str], periods: int) -> Spec:
    words = (
        f"{said['title']}. Time code k is recorded period k, counted from 0, "
        f"{TIME_CODES_PER_SECOND:g} shown a second."
    )
    layer = new_layer("usda", words)
    layer.subLayerPaths = [f"./{part}" for part in parts]
    prim = facility(layer)
    for name, text in said.items():
        value(prim, f"twin:{name}", Types.String, text, custom=True, uniform=True)
    if periods:
        layer.startTimeCode = 0.0
        layer.endTimeCode = periods - 1.0
    return layer


def _save(layers: Mapping[str, Spec], folder: Path, fingerprint: str) -> Path:
    folder = folder.resolve()
    fits = partial(refuse_beside_another, folder.parent, fingerprint)
    kept = kept_in(folder.parent)
    with writing("the scene", folder, kept), replaced(folder, SCENE_PARTS, fits) as new:
        for name, layer in layers.items():
            (new / name).parent.mkdir(exist_ok=True)
            export(layer, new / name)
    return folder / ROOT
