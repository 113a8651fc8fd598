"""A scene for readers that compose nothing: one layer without arcs, instances, variants or guides.

Seen in three 0.187: sublayers are not composed, instances are left out, hidden prims are drawn and
whole-number double3 of binary files are misread; tinyusdz 0.9.4 composes no references. Here every
component has meshes of its own with a default colour beside its samples, and places are float3.
"""

from __future__ import annotations

from pathlib import Path

from pxr import Gf, Sdf, Usd, UsdGeom

from twin.present.usd.author import Spec, Types

FILE = "facility_web.usdc"
_SCOPES = ("Connections", "ConnectionPoints", "NetworkPorts")


def web_layer(scene: Path) -> Spec:
    """The flattened layer of a written scene."""
    stage = Usd.Stage.Open(str(scene))
    stage.SetEditTarget(stage.GetSessionLayer())
    with Sdf.ChangeBlock():
        for prim in [prim for prim in stage.Traverse() if prim.IsInstance()]:
            spec = Sdf.CreatePrimInLayer(stage.GetSessionLayer(), prim.GetPath())
            spec.instanceable = False
    unseen = [prim.GetPath() for prim in stage.Traverse() if _unseen(prim)]
    layer = stage.Flatten(addSourceFileComment=False)
    with Sdf.ChangeBlock():
        for path in reversed(unseen):
            _remove(layer, path)
        layer.Traverse(Sdf.Path.absoluteRootPath, lambda path: _plain(layer, path))
        layer.Traverse(Sdf.Path.absoluteRootPath, lambda path: _near(layer, path, scene.parent))
    return layer


def _unseen(prim: Usd.Prim) -> bool:
    """Guides, what is hidden, and scopes that hold nothing to see."""
    if prim.GetName() in _SCOPES:
        return True
    if not prim.IsA(UsdGeom.Imageable):
        return False
    imageable = UsdGeom.Imageable(prim)
    hidden = bool(imageable.GetVisibilityAttr().Get() == UsdGeom.Tokens.invisible)
    return hidden or bool(imageable.GetPurposeAttr().Get() == UsdGeom.Tokens.guide)


def _remove(layer: Spec, path: Spec) -> None:
    spec = layer.GetPrimAtPath(path)
    if spec is not None and spec:
        parent = spec.nameParent or layer.pseudoRoot
        del parent.nameChildren[path.name]


def _plain(layer: Spec, path: Spec) -> None:
    """Places as float3, and no instance left."""
    if path.IsPrimPath():
        spec = layer.GetPrimAtPath(path)
        for field in ("instanceable", "assetInfo"):
            if spec.HasInfo(field):
                spec.ClearInfo(field)
    elif path.name == "xformOp:translate" and layer.GetNumTimeSamplesForPath(path) == 0:
        old = layer.GetAttributeAtPath(path)
        place = Gf.Vec3f(old.default)
        prim = layer.GetPrimAtPath(path.GetPrimPath())
        prim.RemoveProperty(old)
        new = Sdf.AttributeSpec(prim, "xformOp:translate", Types.Float3)
        new.default = place


def _near(layer: Spec, path: Spec, folder: Path) -> None:
    """Files beside the scene by their place from it, as flattening makes them absolute."""
    if not path.IsPropertyPath():
        return
    spec = layer.GetAttributeAtPath(path)
    if spec and spec.typeName == Types.Asset and spec.default:
        file = Path(spec.default.path)
        if file.is_absolute():
            spec.default = Sdf.AssetPath(f"./{file.relative_to(folder).as_posix()}")
