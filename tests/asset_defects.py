"""What can be wrong with a SimReady asset: each defect of the validators' failure matrix, put into
a written asset.

A defect is a function of the asset's root file. Names are those of the matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pxr import Gf, Sdf, Vt

Defect = Callable[[Path], None]
POINT = "simready:connectionPoint"


def layer_file(root: Path, which: str) -> Path:
    """The file of the properties, connection points or geometry layer."""
    return next((root.parent / "layers").glob(f"*_{which}.usd*"))


@contextmanager
def changed(path: Path) -> Iterator[Any]:
    """A layer to change, saved at the end."""
    layer = Sdf.Layer.OpenAsAnonymous(str(path))
    yield layer
    layer.Export(str(path))


def prim_of(layer: Any) -> Any:
    return next(iter(layer.rootPrims))


def root_info(key: str, content: object) -> Defect:
    def put(root: Path) -> None:
        with changed(root) as layer:
            if content is None:
                layer.pseudoRoot.ClearInfo(key)
            else:
                layer.pseudoRoot.SetInfo(key, content)

    return put


def no_default_prim(which: str = "") -> Defect:
    def put(root: Path) -> None:
        with changed(layer_file(root, which) if which else root) as layer:
            layer.ClearDefaultPrim()

    return put


def without_attribute(name: str) -> Defect:
    def put(root: Path) -> None:
        with changed(layer_file(root, "Properties")) as layer:
            prim = prim_of(layer)
            prim.RemoveProperty(prim.attributes[name])

    return put


def asset_class(token: str) -> Defect:
    def put(root: Path) -> None:
        with changed(layer_file(root, "Properties")) as layer:
            prim_of(layer).attributes["aif:core:assetClass"].default = token

    return put


def without_sublayer(which: str) -> Defect:
    def put(root: Path) -> None:
        with changed(root) as layer:
            layer.subLayerPaths = [p for p in layer.subLayerPaths if which not in p]

    return put


def point(change: Callable[[Any], None], which: str = "tcs_supply") -> Defect:
    """A change of one connection point, by a piece of its name."""

    def put(root: Path) -> None:
        with changed(layer_file(root, "ConnectionPoints")) as layer:
            scope = prim_of(layer).nameChildren["ConnectionPoints"]
            change(next(child for child in scope.nameChildren if which in child.name))

    return put


def without_property(name: str) -> Defect:
    return point(lambda prim: prim.RemoveProperty(prim.attributes[f"{POINT}:{name}"]))


def negative_clearance(prim: Any) -> None:
    prim.attributes[f"{POINT}:serviceClearance"].default = -1.0


def double_diameter(prim: Any) -> None:
    name = f"{POINT}:thermal:portDiameter"
    prim.RemoveProperty(prim.attributes[name])
    Sdf.AttributeSpec(prim, name, Sdf.ValueTypeNames.Double).default = 0.1


def foreign_property(prim: Any) -> None:
    name = f"{POINT}:electrical:nominalVoltage"
    Sdf.AttributeSpec(prim, name, Sdf.ValueTypeNames.Float).default = 415.0


def default_purpose(prim: Any) -> None:
    prim.attributes["purpose"].default = "default"


def as_mesh(prim: Any) -> None:
    prim.typeName = "Mesh"


def remove(prim: Any) -> None:
    del prim.nameParent.nameChildren[prim.name]


def osfp(prim: Any) -> None:
    prim.name = "osfp_port_01"


def nested_scope(root: Path) -> None:
    with changed(layer_file(root, "ConnectionPoints")) as layer:
        scope = prim_of(layer).nameChildren["ConnectionPoints"]
        Sdf.PrimSpec(scope, "ConnectionPoints", Sdf.SpecifierDef, "Scope")


def mesh(change: Callable[[Any], None]) -> Defect:
    """A change of the first mesh."""

    def put(root: Path) -> None:
        with changed(layer_file(root, "Geometry")) as layer:
            change(prim_of(layer).nameChildren["Geometry"].nameChildren[0])

    return put


def without(name: str) -> Callable[[Any], None]:
    return lambda prim: prim.RemoveProperty(prim.attributes[name])


def wrong_extent(prim: Any) -> None:
    box = [Gf.Vec3f(-9, -9, -9), Gf.Vec3f(-8, -8, -8)]
    prim.attributes["extent"].default = Vt.Vec3fArray(box)


def reversed_face(prim: Any) -> None:
    indices = list(prim.attributes["faceVertexIndices"].default)
    prim.attributes["faceVertexIndices"].default = Vt.IntArray(indices[3::-1] + indices[4:])


def index_out_of_range(prim: Any) -> None:
    indices = list(prim.attributes["faceVertexIndices"].default)
    prim.attributes["faceVertexIndices"].default = Vt.IntArray([10_000, *indices[1:]])


def no_mesh(root: Path) -> None:
    with changed(layer_file(root, "Geometry")) as layer:
        del prim_of(layer).nameChildren["Geometry"]


def scope_root(root: Path) -> None:
    for path in (root, *(root.parent / "layers").iterdir()):
        with changed(path) as layer:
            prim_of(layer).typeName = "Scope"


def second_root(root: Path) -> None:
    with changed(root) as layer:
        Sdf.PrimSpec(layer, "Second", Sdf.SpecifierDef, "Xform")


def no_thumbnail(root: Path) -> None:
    next((root.parent / ".thumbs").rglob("*.png")).unlink()


def no_metadata(root: Path) -> None:
    with changed(root) as layer:
        layer.customLayerData = {}


def bad_qcode(root: Path) -> None:
    with changed(root) as layer:
        data = dict(layer.customLayerData)
        data["SimReady_Metadata"] = {**data["SimReady_Metadata"], "qcode": "42"}
        layer.customLayerData = data


def outside_reference(root: Path) -> None:
    """To a file outside, by an absolute path: a relative one does not give NP.007."""
    with changed(root) as layer:
        prim_of(layer).referenceList.prependedItems.append(Sdf.Reference("/x.usd"))


DEFECTS: dict[str, Defect] = {
    "metersPerUnit=0.01 on root": root_info("metersPerUnit", 0.01),
    "upAxis=Y on root": root_info("upAxis", "Y"),
    "upAxis not authored": root_info("upAxis", None),
    "no defaultPrim on root": no_default_prim(),
    "no defaultPrim on properties layer": no_default_prim("Properties"),
    'assetClass="Rack"': asset_class("Rack"),
    'assetClass="GB200"': asset_class("GB200"),
    'assetClass="GB300 rack" (legacy token)': asset_class("GB300 rack"),
    "sublayer ConnectionPoints dropped": without_sublayer("ConnectionPoints"),
    "sublayer Properties dropped": without_sublayer("Properties"),
    "CP purpose default": point(default_purpose),
    "CP as Mesh": point(as_mesh),
    "CP missing domain": without_property("domain"),
    "CP missing disconnectType": without_property("disconnectType"),
    "CP missing thermal:maxPressure": without_property("thermal:maxPressure"),
    "CP negative serviceClearance": point(negative_clearance),
    "CP double typed portDiameter": point(double_diameter),
    "CP foreign domain prop": point(foreign_property),
    "CDU no tcs_supply CP": point(remove),
    "CP named osfp_port_01": point(osfp, "electrical_nominal_voltage_out"),
    "ConnectionPoints nested": nested_scope,
    "mesh no extent": mesh(without("extent")),
    "mesh no normals": mesh(without("normals")),
    "mesh wrong extent": mesh(wrong_extent),
    "mesh reversed face": mesh(reversed_face),
    "index out of range": mesh(index_out_of_range),
    "no mesh at all": no_mesh,
    "root prim untyped/Scope": scope_root,
    "second root prim": second_root,
    "missing thumbnail": no_thumbnail,
    "no SimReady_Metadata": no_metadata,
    "qcode 42": bad_qcode,
    "reference outside asset (../../x.usd)": outside_reference,
}


def no_electrical_points(root: Path) -> None:
    with changed(layer_file(root, "ConnectionPoints")) as layer:
        scope = prim_of(layer).nameChildren["ConnectionPoints"]
        for name in [child.name for child in scope.nameChildren]:
            if "electrical" in name:
                del scope.nameChildren[name]


DEFECTS["CRAH no electrical CP"] = no_electrical_points


def defect(name: str) -> Defect:
    """The defect of that name in the matrix; `missing <attribute> (CDU)` is any attribute."""
    if name.startswith("missing aif:"):
        return without_attribute(name.split()[1])
    return DEFECTS[name]
