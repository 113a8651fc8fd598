"""The few Sdf sentences every layer is written with: prims, attributes, relationships, meshes,
materials.

All of it is meant to run inside an `Sdf.ChangeBlock`; nothing here opens a stage.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from pxr import Gf, Kind, Sdf, Tf, Vt

from twin.present.usd.colours import PALETTE, Paint, linear
from twin.present.usd.solids import Solid
from twin.results.disk import write_file

TIME_CODES_PER_SECOND = 12.0
"""Playback speed of every layer: recorded periods a second on the viewer's clock."""

_PROBE_BYTES = 2**22
"""Written to learn what the disk says; more than the library holds back."""

Types = Sdf.ValueTypeNames
Spec = Any
"""An Sdf.PrimSpec, Sdf.Layer or Sdf.AttributeSpec: pxr ships no annotations."""


def new_layer(extension: str, words: str, root: str = "Facility") -> Spec:
    """An anonymous layer, metres and Z up, default prim `root`; `words` say what it holds."""
    layer = Sdf.Layer.CreateAnonymous(f".{extension}")
    layer.defaultPrim = root
    layer.documentation = words
    layer.pseudoRoot.SetInfo("upAxis", "Z")
    layer.pseudoRoot.SetInfo("metersPerUnit", 1.0)
    layer.pseudoRoot.SetInfo("kilogramsPerUnit", 1.0)
    layer.timeCodesPerSecond = TIME_CODES_PER_SECOND
    layer.framesPerSecond = TIME_CODES_PER_SECOND
    return layer


def export(layer: Spec, path: Path) -> None:
    """Write a layer into a new file. Raises OSError where the disk refuses.

    Text goes through our own writing. The library writes binary layers itself, and tells of a full
    disk in its log only, so what it could not write is tried again to learn why.
    """
    if path.suffix == ".usda":
        path.write_bytes(layer.ExportToString().encode())
        return
    try:
        written = layer.Export(str(path))
    except Tf.ErrorException:
        written = False
    if not written:
        write_file(path, bytes(_PROBE_BYTES))
        raise OSError(f"the USD library did not write {path.name}")


def define(parent: Spec, name: str, type_name: str, kind: str = "") -> Spec:
    """A prim under a prim or layer; `kind` is a model kind."""
    prim = Sdf.PrimSpec(parent, name, Sdf.SpecifierDef, type_name)
    if kind:
        prim.SetInfo("kind", kind)
    return prim


def facility(layer: Spec, root: str = "Facility") -> Spec:
    """The root prim of a layer: an assembly."""
    return define(layer, root, "Xform", Kind.Tokens.assembly)


def value(
    prim: Spec,
    name: str,
    type_name: Spec,
    content: object,
    *,
    custom: bool = False,
    uniform: bool = False,
) -> Spec:
    """An attribute and its default; None leaves the default unsaid. Returns the attribute's
    spec.
    """
    kind = Sdf.VariabilityUniform if uniform else Sdf.VariabilityVarying
    attribute = Sdf.AttributeSpec(prim, name, type_name, kind, declaresCustom=custom)
    if content is not None:
        attribute.default = content
    return attribute


def relate(prim: Spec, name: str, targets: Iterable[Spec], *, custom: bool = False) -> None:
    """A relationship to paths, in order."""
    relation = Sdf.RelationshipSpec(prim, name, custom, Sdf.VariabilityUniform)
    relation.targetPathList.explicitItems = list(targets)


def apply(prim: Spec, *schemas: str) -> None:
    """Applied API schemas of a prim."""
    listing = Sdf.TokenListOp()
    listing.prependedItems = list(schemas)
    prim.SetInfo("apiSchemas", listing)


def translate(prim: Spec, place_m: tuple[float, float, float]) -> None:
    """Move a prim by metres."""
    value(prim, "xformOp:translate", Types.Double3, Gf.Vec3d(*place_m))
    value(
        prim, "xformOpOrder", Types.TokenArray, Vt.TokenArray(["xformOp:translate"]), uniform=True
    )


def vectors(rows: object) -> Spec:
    """A Vt array of float3 from (row, xyz)."""
    return Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(rows, dtype=np.float32))


def mesh(parent: Spec, name: str, solid: Solid) -> Spec:
    """A faceted mesh with extent and normals, no subdivision."""
    prim = define(parent, name, "Mesh")
    value(prim, "extent", Types.Float3Array, vectors(solid.extent))
    value(prim, "faceVertexCounts", Types.IntArray, Vt.IntArray.FromNumpy(solid.counts))
    value(prim, "faceVertexIndices", Types.IntArray, Vt.IntArray.FromNumpy(solid.indices))
    value(prim, "points", Types.Point3fArray, vectors(solid.points))
    normals = value(prim, "normals", Types.Normal3fArray, vectors(solid.normals))
    by_face = len(solid.normals) == len(solid.counts)
    normals.SetInfo("interpolation", "uniform" if by_face else "faceVarying")
    value(prim, "subdivisionScheme", Types.Token, "none", uniform=True)
    return prim


def painted(parent: Spec, name: str, solid: Solid, paint: str, materials: Spec) -> Spec:
    """A mesh bound to the material of that name under `materials`, coloured alike where materials
    are off.
    """
    prim = mesh(parent, name, solid)
    value(prim, "primvars:displayColor", Types.Color3fArray, vectors([linear(PALETTE[paint].srgb)]))
    apply(prim, "MaterialBindingAPI")
    relate(prim, "material:binding", [materials.path.AppendChild(paint)])
    return prim


def materials(parent: Spec, paints: Iterable[str]) -> Spec:
    """A scope named Materials with one UsdPreviewSurface a paint, sorted by name."""
    scope = define(parent, "Materials", "Scope")
    for name in sorted(set(paints)):
        _material(scope, name, PALETTE[name])
    return scope


def _material(scope: Spec, name: str, paint: Paint) -> None:
    material = define(scope, name, "Material")
    shader = define(material, "Surface", "Shader")
    colour = Gf.Vec3f(*map(float, linear(paint.srgb)))
    value(shader, "info:id", Types.Token, "UsdPreviewSurface", uniform=True)
    value(shader, "inputs:diffuseColor", Types.Color3f, colour)
    value(shader, "inputs:emissiveColor", Types.Color3f, colour * paint.glow)
    value(shader, "inputs:metallic", Types.Float, paint.metallic)
    value(shader, "inputs:opacity", Types.Float, paint.opacity)
    value(shader, "inputs:roughness", Types.Float, paint.roughness)
    surface = value(shader, "outputs:surface", Types.Token, None)
    outlet = value(material, "outputs:surface", Types.Token, None)
    outlet.connectionPathList.explicitItems.append(surface.path)
