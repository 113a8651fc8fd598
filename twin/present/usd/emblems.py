"""Which emblem a kind of equipment is drawn with."""

from __future__ import annotations

from twin.present.usd import shapes, shapes_wet
from twin.present.usd.shapes import Part, Shape, Size

_EMBLEMS: dict[str, Shape] = {
    "rack": shapes.rack,
    "switch": shapes.rack,
    "storage": shapes.rack,
    "crah": shapes.air_handler,
    "ups": shapes.ups,
    "battery": shapes.ups,
    "switchboard": shapes.switchboard,
    "rpp": shapes.switchboard,
    "pdu": shapes.switchboard,
    "ats": shapes.switchboard,
    "cdu": shapes_wet.cdu,
    "pump": shapes_wet.pump,
    "tank": shapes_wet.tank,
    "dry_cooler": shapes_wet.dry_cooler,
    "cooling_tower": shapes_wet.dry_cooler,
    "chiller": shapes_wet.chiller,
    "generator": shapes_wet.generator,
    "transformer": shapes_wet.transformer,
    "utility": shapes_wet.mast,
}


def emblem(kind: str, size: Size) -> tuple[Part, ...]:
    """Painted solids for a kind, filling `size`; `gpu_rack` is drawn as `rack`, an unknown kind as a plain cabinet."""
    stem = next((name for name in _EMBLEMS if kind == name or kind.endswith(f"_{name}")), "")
    return _EMBLEMS.get(stem, shapes.plain)(size)
