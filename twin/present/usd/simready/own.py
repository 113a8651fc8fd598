"""A manufacturer's own asset in place of the one that twin draws.

Its files are copied beside the scene as they are, and a thin asset in front of them turns and
scales what is not in metres and Z up. Nothing outside its folder is followed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pxr import Kind, Sdf, Tf, Usd, UsdGeom, UsdUtils, Vt

from twin.errors import InputError, Problem
from twin.present.usd.author import Spec, Types, apply, define, export, value
from twin.present.usd.check_files import CORRECTS, units_of
from twin.present.usd.simready.equipment import AssetPaths, AssetSubject, ConnectionPoint

BYTES_MAX = 512 * 2**20
"""Most that the files of one asset may have together."""
BODY = "Body"
"""Prim of the asset in front that turns and scales."""
INNER = "Asset"
"""Prim below it that is the manufacturer's own root."""
NOTES = "twin:notes"
"""Key of customLayerData: what a planner should know of the swap."""
_FITS_M = 0.05
"""Boxes that differ by more are told."""
_POINT = "simready:connectionPoint"


@dataclass(frozen=True)
class OwnAsset:
    """A manufacturer's asset as it was found."""

    file: Path
    root: Path
    """The folder that its files do not leave."""
    files: tuple[Path, ...]
    metres_per_unit: float
    up: str
    root_type: str = "Xform"
    """Of its default prim: a prim of another type in front of it would hide what it draws."""

    @property
    def corrected(self) -> bool:
        """Whether it has to be turned or scaled."""
        return (self.metres_per_unit, self.up) != (1.0, "Z")


def find_own_asset(file: Path) -> OwnAsset:
    """What a manufacturer's file needs. InputError with every problem: no USD, no default prim,
    files that are missing or lie outside its folder, too much of it.
    """
    file = file.resolve()
    home = file.parent.parent if file.parent.name == "simready_usd" else file.parent
    layer = _opened(file)
    layers, others, missing = UsdUtils.ComputeAllDependencies(str(file))
    files = sorted({*(Path(one.realPath) for one in layers), *map(Path, others)})
    problems = list(_wrong(layer, files, sorted(map(str, missing)), home))
    if problems:
        raise InputError([_at(file, one) for one in problems])
    metres, up = units_of(layer)
    stage = Usd.Stage.Open(str(file))
    root_type = str(stage.GetDefaultPrim().GetTypeName())
    return OwnAsset(file, home, tuple(files), metres, up, root_type or "Xform")


def _opened(file: Path) -> Spec:
    try:
        return Sdf.Layer.FindOrOpen(str(file))
    except Tf.ErrorException as error:
        raise InputError([Problem("", "no USD", "an OpenUSD file", file=str(file))]) from error


def _at(file: Path, problem: Problem) -> Problem:
    return Problem(problem.where, problem.found, problem.allowed, problem.hint, str(file))


def _wrong(layer: Spec, files: list[Path], missing: list[str], home: Path) -> Iterator[Problem]:
    if not layer.defaultPrim:
        yield Problem("", "no default prim", "a prim to reference")
    for name in missing:
        yield Problem(name, "no such file", "a file in the asset's folder")
    for path in files:
        if not path.resolve().is_relative_to(home):
            yield Problem(str(path), "a file outside the asset's folder", str(home))
    size = sum(path.stat().st_size for path in files if path.is_file())
    if size > BYTES_MAX:
        yield Problem("", f"{size / 2**20:.0f} MiB", f"at most {BYTES_MAX / 2**20:.0f} MiB")


def write_own_asset(subject: AssetSubject, own: OwnAsset, folder: Path) -> AssetPaths:
    """Copy it into `folder` as `<name>/own/` and put an asset of our name in front of it."""
    home = folder / subject.name
    for path in own.files:
        target = home / "own" / path.relative_to(own.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    front = home / "simready_usd" / f"{subject.name}.usda"
    front.parent.mkdir(parents=True, exist_ok=True)
    layer = _front(subject, own)
    export(layer, front)
    stage = Usd.Stage.Open(str(front))
    points = tuple(_points(stage, subject.name))
    notes = tuple(_notes(stage, subject, own))
    layer.customLayerData = {**layer.customLayerData, NOTES: Vt.StringArray(notes)}
    export(layer, front)
    return AssetPaths(subject.name, f"{subject.name}/simready_usd/{front.name}", points, notes)


def notes_in(scene: Path) -> list[str]:
    """What there is to say of the manufacturers' assets of a written scene, given its folder."""
    fronts = sorted(scene.glob("assets/*/simready_usd/*.usda"))
    own = [path for path in fronts if (path.parents[1] / "own").is_dir()]
    layers = (Sdf.Layer.OpenAsAnonymous(str(path)) for path in own)
    return [str(note) for layer in layers for note in layer.customLayerData.get(NOTES, ())]


def _front(subject: AssetSubject, own: OwnAsset) -> Spec:
    layer = Sdf.Layer.CreateAnonymous(".usda")
    layer.defaultPrim = subject.name
    layer.pseudoRoot.SetInfo("upAxis", UsdGeom.Tokens.z)
    layer.pseudoRoot.SetInfo("metersPerUnit", 1.0)
    if own.corrected:
        layer.customLayerData = {CORRECTS: Vt.StringArray([path.name for path in own.files])}
    prim = define(layer, subject.name, "Xform", Kind.Tokens.component)
    apply(prim, "SemanticsLabelsAPI:class")
    labels = Vt.TokenArray([subject.kind])
    value(prim, "semantics:labels:class", Types.TokenArray, labels)
    body = define(prim, BODY, "Xform", Kind.Tokens.subcomponent)
    inner = define(body, INNER, own.root_type, Kind.Tokens.subcomponent)
    name = own.file.relative_to(own.root).as_posix()
    inner.referenceList.prependedItems.append(Sdf.Reference(f"../own/{name}"))
    if own.corrected:
        _correct(body, own)
    return layer


def _correct(body: Spec, own: OwnAsset) -> None:
    """Metres and Z up: a scale, then a quarter turn about x."""
    factor = own.metres_per_unit
    turn = 90.0 if own.up == "Y" else 0.0
    value(body, "xformOp:rotateX:twin", Types.Double, turn)
    value(body, "xformOp:scale:twin", Types.Double3, (factor, factor, factor))
    order = Vt.TokenArray(["xformOp:rotateX:twin", "xformOp:scale:twin"])
    value(body, "xformOpOrder", Types.TokenArray, order, uniform=True)


def _points(stage: Any, name: str) -> Iterator[ConnectionPoint]:
    scope = stage.GetPrimAtPath(f"/{name}/{BODY}/{INNER}/ConnectionPoints")
    cache = UsdGeom.XformCache()
    for prim in scope.GetChildren() if scope else ():
        said = {key: _token(prim, key) for key in ("domain", "direction", "system")}
        if said["domain"]:
            place = cache.GetLocalToWorldTransform(prim).ExtractTranslation()
            disconnect = _token(prim, "disconnectType")
            yield ConnectionPoint(
                prim.GetName(), **said, disconnect=disconnect, at=tuple(place), values={},
                scope=f"{BODY}/{INNER}/ConnectionPoints",
            )  # fmt: skip


def _token(prim: Any, key: str) -> str:
    attribute = prim.GetAttribute(f"{_POINT}:{key}")
    return str(attribute.Get() or "") if attribute else ""


def _notes(stage: Any, subject: AssetSubject, own: OwnAsset) -> Iterator[str]:
    """What a planner should know of the swap."""
    if own.corrected:
        unit = f"{own.metres_per_unit:g} m a unit, {own.up} up"
        yield f"{own.file.name}: {unit}; turned and scaled to metres and Z up"
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
    box = cache.ComputeWorldBound(stage.GetDefaultPrim()).ComputeAlignedRange()
    if box.IsEmpty():
        yield f"{own.file.name}: nothing to see in it"
        return
    size = np.array(box.GetSize())
    if np.abs(size - np.array(subject.size)).max() > _FITS_M:
        found, stated = (" x ".join(f"{x:.2f}" for x in one) for one in (size, subject.size))
        yield f"{own.file.name}: {found} m, where the catalogue has {stated} m for {subject.type}"
