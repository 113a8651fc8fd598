"""The material of whatever is coloured by a number: a surface that reads its own displayColor."""

from __future__ import annotations

from pxr import Sdf

from twin.present.usd.author import Spec, Types, define, value

READOUT = "Readout"
"""Name of the material under `<root>/Looks`."""


def add_readout(root: Spec) -> None:
    """Scope Looks with the material Readout, which disciplines bind for all that has no paint."""
    scope = define(root, "Looks", "Scope")
    material = define(scope, READOUT, "Material")
    reader = define(material, "Colour", "Shader")
    value(reader, "info:id", Types.Token, "UsdPrimvarReader_float3", uniform=True)
    value(reader, "inputs:varname", Types.String, "displayColor")
    value(reader, "inputs:fallback", Types.Float3, (0.18, 0.18, 0.18))
    out = value(reader, "outputs:result", Types.Float3, None)
    surface = define(material, "Surface", "Shader")
    value(surface, "info:id", Types.Token, "UsdPreviewSurface", uniform=True)
    _connect(value(surface, "inputs:diffuseColor", Types.Color3f, None), out)
    value(surface, "inputs:roughness", Types.Float, 0.6)
    value(surface, "inputs:metallic", Types.Float, 0.0)
    shown = value(surface, "outputs:surface", Types.Token, None)
    _connect(value(material, "outputs:surface", Types.Token, None), shown)


def _connect(inlet: Spec, outlet: Spec) -> None:
    inlet.connectionPathList.explicitItems.append(Sdf.Path(outlet.path))
