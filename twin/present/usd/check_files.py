"""What is wrong with the files of a scene: paths that leave its folder, references that lead
nowhere, assets in other units.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pxr import UsdGeom, UsdUtils

from twin.errors import Problem

CORRECTS = "twin:corrects"
"""Key of customLayerData in a layer that turns and scales a foreign asset to metres and Z up."""


def wrong_files(root: Path) -> Iterator[Problem]:
    """Every file that the scene needs: inside its folder, relative, found, in metres and Z up."""
    folder = root.parent.resolve()
    layers, assets, missing = UsdUtils.ComputeAllDependencies(str(root))
    for path in sorted(map(str, missing)):
        yield Problem(path, "no such file", "a file in the folder of the scene")
    for path in sorted({*(layer.realPath for layer in layers), *map(str, assets)}):
        if path and not _inside(Path(path), folder):
            yield Problem(path, "a file outside the folder of the scene", str(folder))
    for layer in sorted(layers, key=lambda one: str(one.realPath)):
        yield from _absolute(layer)
    yield from _units(layers)


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder)


def _absolute(layer: Any) -> Iterator[Problem]:
    for path in sorted(layer.GetCompositionAssetDependencies()):
        if path.startswith("/") or "://" in path or path[1:2] == ":":
            yield Problem(Path(layer.realPath).name, f"absolute path {path}", "a relative path")


def _units(layers: list[Any]) -> Iterator[Problem]:
    """Layers that say other units than metres and Z up; USD itself converts neither."""
    corrected = {name for layer in layers for name in _corrects(layer)}
    for layer in sorted(layers, key=lambda one: str(one.realPath)):
        metres, up = units_of(layer)
        if (metres, up) != (1.0, "Z") and Path(layer.realPath).name not in corrected:
            found = f"{metres:g} m a unit, {up} up"
            hint = "name the asset in the layout and export again: it is then turned and scaled"
            yield Problem(Path(layer.realPath).name, found, "metres and Z up", hint)


def _corrects(layer: Any) -> list[str]:
    return [str(name) for name in layer.customLayerData.get(CORRECTS, ())]


def units_of(layer: Any) -> tuple[float, str]:
    """Metres a unit and up axis that a layer says; those of the scene where it says nothing."""
    info = layer.pseudoRoot
    metres = info.GetInfo("metersPerUnit") if info.HasInfo("metersPerUnit") else 1.0
    up = info.GetInfo("upAxis") if info.HasInfo("upAxis") else UsdGeom.Tokens.z
    return float(metres), str(up)


def local_overrides(prim: Any) -> bool:
    """Whether something is authored below an instance, which every reader ignores."""
    path = prim.GetPath()
    specs = [spec for spec in prim.GetPrimStack() if spec.path == path]
    return any(bool(spec.nameChildren) for spec in specs)
