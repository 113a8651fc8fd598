"""Write one asset: its layers, its folder, its thumbnail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pxr import Kind, Sdf, Vt

from twin.present.usd.author import (
    Spec,
    Types,
    apply,
    define,
    export,
    materials,
    painted,
    translate,
    value,
    vectors,
)
from twin.present.usd.emblems import emblem
from twin.present.usd.shapes import Part
from twin.present.usd.simready.equipment import AssetPaths, AssetSubject, ConnectionPoint
from twin.present.usd.simready.figures import figures
from twin.present.usd.simready.ports import CLEARANCE_M, ports
from twin.present.usd.simready.properties import (
    as_usd,
    customs,
    property_layer_type,
    write_properties,
)
from twin.present.usd.simready.thumbnail import thumbnail
from twin.present.usd.solids import merge

FOLDER = "simready_usd"
"""The profile wants exactly one USD file in a folder inside the asset's."""
THUMBNAILS = ".thumbs/256x256"

_POINT = "simready:connectionPoint"


def write_asset(equipment: AssetSubject, folder: Path) -> AssetPaths:
    """Write an asset into `folder` as `<name>/simready_usd/<name>.usda` and what that needs.

    A manufacturer's own asset is copied instead, where one is named. The same equipment gives the
    same bytes. Raises OSError where the disk refuses, InputError for an asset that cannot stand in.
    """
    if equipment.own is not None:
        from twin.present.usd.simready.own import find_own_asset, write_own_asset  # opens stages

        return write_own_asset(equipment, find_own_asset(equipment.own), folder)
    known = figures(equipment)
    found = ports(equipment, known)
    parts = emblem(equipment.emblem or equipment.kind, equipment.size)
    home = folder / equipment.name / FOLDER
    (home / "layers").mkdir(parents=True, exist_ok=True)
    (home / THUMBNAILS).mkdir(parents=True, exist_ok=True)
    for path, layer in _layers(equipment, known, found, parts).items():
        export(layer, home / path)
    (home / THUMBNAILS / f"{equipment.name}.usda.png").write_bytes(thumbnail(parts))
    root = f"{equipment.name}/{FOLDER}/{equipment.name}.usda"
    return AssetPaths(equipment.name, root, found)


def _layers(
    equipment: AssetSubject,
    known: dict[str, Any],
    found: tuple[ConnectionPoint, ...],
    parts: tuple[Part, ...],
) -> dict[str, Spec]:
    """Every layer by its path below the asset's folder, the root last."""
    stem = f"layers/{equipment.name}"
    writers: dict[str, Callable[[Spec], None]] = {
        f"{stem}_Properties.usda": lambda root: write_properties(root, equipment, known),
        f"{stem}_ConnectionPoints.usda": lambda root: _points(root, found),
        f"{stem}_Geometry.usdc": lambda root: _geometry(root, parts),
    }
    layers = {path: _part(path, equipment.name, write) for path, write in writers.items()}
    layers[f"{equipment.name}.usda"] = _root(equipment, list(layers), parts)
    return layers


def _new(path: str, name: str) -> Spec:
    layer = Sdf.Layer.CreateAnonymous(Path(path).suffix)
    layer.defaultPrim = name
    layer.pseudoRoot.SetInfo("upAxis", "Z")
    layer.pseudoRoot.SetInfo("metersPerUnit", 1.0)
    layer.pseudoRoot.SetInfo("kilogramsPerUnit", 1.0)
    return layer


def _part(path: str, name: str, write: Callable[[Spec], None]) -> Spec:
    layer = _new(path, name)
    with Sdf.ChangeBlock():
        write(define(layer, name, "Xform"))
    return layer


def _root(equipment: AssetSubject, below: list[str], parts: tuple[Part, ...]) -> Spec:
    layer = _new("root.usda", equipment.name)
    layer.subLayerPaths = [f"./{path}" for path in below]
    layer.customLayerData = customs(equipment)
    name = equipment.name
    with Sdf.ChangeBlock():
        prim = define(layer, name, "Xform", Kind.Tokens.component)
        apply(prim, "GeomModelAPI", "SemanticsLabelsAPI:class")
        identifier = Sdf.AssetPath(f"./{name}.usda")
        prim.SetInfo("assetInfo", {"identifier": identifier, "name": name, "version": "1.0.0"})
        extent = merge(part.solid for part in parts).extent
        value(prim, "extentsHint", Types.Float3Array, vectors(extent))
        labels = Vt.TokenArray([equipment.kind])
        value(prim, "semantics:labels:class", Types.TokenArray, labels)
    return layer


def _points(root: Spec, found: tuple[ConnectionPoint, ...]) -> None:
    scopes: dict[str, Spec] = {}
    for port in found:
        if port.scope not in scopes:
            scopes[port.scope] = define(root, port.scope, "Scope")
        _point(scopes[port.scope], port)


def _point(scope: Spec, port: ConnectionPoint) -> None:
    prim = define(scope, port.name, "Xform")
    value(prim, "purpose", Types.Token, "guide", uniform=True)
    base = {
        "direction": port.direction,
        "disconnectType": port.disconnect,
        "domain": port.domain,
        "serviceClearance": CLEARANCE_M,
        "system": port.system,
    }
    own = {f"{port.domain}:{name}": content for name, content in port.values.items()}
    for name, content in {**base, **own}.items():
        kind = property_layer_type(content)
        value(prim, f"{_POINT}:{name}", kind, as_usd(content), custom=True)
    translate(prim, port.at)


def _geometry(root: Spec, parts: tuple[Part, ...]) -> None:
    shelf = materials(root, (part.paint for part in parts))
    body = define(root, "Geometry", "Xform")
    for part in parts:
        painted(body, part.name, part.solid, part.paint, shelf)
