"""The properties layer: aif:core:* and aif:spec:* from the catalogue."""

from __future__ import annotations

from typing import Any

from pxr import Gf, Vt

from twin.present.usd.author import Spec, Types, value
from twin.present.usd.simready.attributes import CORE, SPECS, Attribute
from twin.present.usd.simready.equipment import AssetSubject
from twin.present.usd.simready.figures import mass_kg
from twin.present.usd.simready.ports import CLEARANCE_M, bore_m
from twin.present.usd.simready.units import from_si

_SIMREADY_VERSION = "0.2.0"
"""The exact text by which the validators match connection points by their properties."""
_NO_DATE = "2026-11-24"
"""Of what has no catalogue row."""
_ASSUMED = {
    "voltage_v": "assumed where no catalogue row states it",
    "frequency_hz": "assumed",
    "phases": "assumed",
    "current_a": "at rated power, three phases, power factor 1",
    "primary_pipe_m": "sized for 2 m/s",
    "served_pipe_m": "sized for 2 m/s",
    "clearance_m": "assumed",
}
_TYPES = {
    "string": Types.String,
    "float": Types.Float,
    "int": Types.Int,
    "float3": Types.Float3,
    "float2[]": Types.Float2Array,
    "float3[]": Types.Float3Array,
}
_NO_FIGURE = "No catalogue row states it."


def write_properties(root: Spec, equipment: AssetSubject, known: dict[str, Any]) -> None:
    """Every core attribute, and the class's own; what nobody states is declared without a value."""
    known = known | core_figures(equipment) | _pipes(known)
    known["mass_words"] = mass_kg(equipment)[1]
    for attribute in (*CORE, *SPECS.get(equipment.kind, ())):
        _write(root, attribute, known)


def core_figures(equipment: AssetSubject) -> dict[str, Any]:
    """What the core attributes are made from, in SI."""
    width, depth, height = equipment.size
    return {
        "asset_class": equipment.asset_class,
        "accessed": accessed(equipment),
        "description": describe(equipment),
        "version": "1.0.0",
        "manufacturer": equipment.row.get("vendor") or "generic",
        "model": equipment.type,
        "simready_version": _SIMREADY_VERSION,
        "clearance_m": CLEARANCE_M,
        "box_m": (width, depth, height),
        "box_width_m": width,
        "box_depth_m": depth,
        "box_height_m": height,
    }


def accessed(equipment: AssetSubject) -> str:
    """When its figures were read, as YYYY-MM-DD."""
    return str(equipment.row.get("accessed") or _NO_DATE)


def describe(equipment: AssetSubject) -> str:
    """One sentence: what it is, and how far its figures can be trusted."""
    row = equipment.row
    words = f"{equipment.kind} {equipment.type}"
    if not row:
        return f"{words}; no catalogue row of its own"
    return f"{words}; figures: {row['status']}, {row['source']}"


def _pipes(known: dict[str, Any]) -> dict[str, Any]:
    flows = {"primary_pipe_m": "primary_flow_m3_s", "served_pipe_m": "flow_m3_s"}
    return {pipe: bore_m(known[flow]) for pipe, flow in flows.items() if known.get(flow)}


def _write(root: Spec, attribute: Attribute, known: dict[str, Any]) -> None:
    figure = known.get(attribute.figure) if attribute.figure else None
    content = None if figure is None else _content(attribute, figure)
    spec = value(root, attribute.name, _TYPES[attribute.type], content, custom=True)
    words = _words(attribute, content, known)
    if words:
        spec.SetInfo("documentation", words)


def _words(attribute: Attribute, content: object, known: dict[str, Any]) -> str:
    unit = f"{attribute.unit}. " if attribute.unit else ""
    if content is None:
        return unit + _NO_FIGURE
    told = known["mass_words"] if attribute.figure == "mass_kg" else ""
    return (unit + (told or _ASSUMED.get(attribute.figure, ""))).strip()


def _content(attribute: Attribute, figure: Any) -> object:
    if attribute.type == "string":
        return str(figure)
    if attribute.type == "int":
        return round(from_si(float(figure), attribute.unit))
    if attribute.type == "float3":
        return Gf.Vec3f(*(from_si(length, attribute.unit) for length in figure))
    if attribute.type.endswith("[]"):
        return _curve(attribute, figure)
    return from_si(float(figure), attribute.unit)


def _curve(attribute: Attribute, points: list[tuple[float, float]]) -> object:
    """Pairs as the profile has them: (m³/s, kPa); (°C, L/s, LPM); (°C, m³/s, CFM)."""
    if attribute.type == "float2[]":
        return Vt.Vec2fArray([Gf.Vec2f(x, from_si(y, attribute.unit)) for x, y in points])
    small, large = ("L/s", "LPM") if attribute.unit == "LPM" else ("m³/s", "CFM")
    rows = [Gf.Vec3f(x, from_si(y, small), from_si(y, large)) for x, y in points]
    return Vt.Vec3fArray(rows)


def metadata(equipment: AssetSubject) -> dict[str, Any]:
    """The dictionary SimReady_Metadata of the root layer."""
    return {
        "asset_extents": Gf.Vec3f(*equipment.size),
        "asset_license": "Apache-2.0",
        "asset_name": equipment.name,
        "asset_type": "AIF equipment",
        "author": "twin",
        "category": equipment.asset_class,
        "mass": mass_kg(equipment)[0],
        "qcode": _qcode(equipment.kind),
        "rigid_body_count": 0,
        "source_file": "generated",
        "usd_date_generated": accessed(equipment),
    }


def _qcode(kind: str) -> str:
    """Wikidata: computer hardware, transformer, or else machine."""
    return {"rack": "Q3966", "switch": "Q3966", "transformer": "Q11658"}.get(kind, "Q11019")


def customs(equipment: AssetSubject) -> Spec:
    """CustomLayerData of the root layer, as both versions of the profile want it."""
    inner = metadata(equipment)
    both = ("asset_name", "asset_type", "source_file", "usd_date_generated")
    return {"SimReady_Metadata": inner, **{name: inner[name] for name in both}}


def property_layer_type(content: object) -> Spec:
    """USD type of a connection point's property by what it holds."""
    if isinstance(content, bool):
        return Types.Bool
    if isinstance(content, int):
        return Types.Int
    if isinstance(content, float):
        return Types.Float
    return Types.TokenArray if isinstance(content, list) else Types.Token


def as_usd(content: object) -> object:
    """A property's content as the library takes it."""
    return Vt.TokenArray(content) if isinstance(content, list) else content
