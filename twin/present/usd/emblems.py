"""Which emblem a kind of equipment is drawn with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.present.usd import shapes, shapes_wet
from twin.present.usd.shapes import Part, Shape, Size
from twin.present.usd.solids import mapped, merge, turned

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

_WIDE = frozenset(
    {
        "crah",
        "ups",
        "battery",
        "switchboard",
        "rpp",
        "pdu",
        "ats",
        "generator",
        "dry_cooler",
        "chiller",
        "pump",
    }
)


SMALLEST: Size = (0.5, 0.6, 1.5)
"""Anything smaller is drawn at this size and shrunk, so that hinges and grilles keep their
proportions."""


def emblem(kind: str, size: Size) -> tuple[Part, ...]:
    """Painted solids for a kind, filling `size` exactly.

    `gpu_rack` is drawn as `rack`, an unknown kind as a plain cabinet. Fronts look south; long
    things that stand north to south look east.
    """
    stem = next((name for name in _EMBLEMS if kind == name or kind.endswith(f"_{name}")), "")
    draw = _EMBLEMS.get(stem, shapes.plain)
    width, depth, height = (
        max(length, least) for length, least in zip(size, SMALLEST, strict=True)
    )
    if stem in _WIDE and size[0] < size[1]:
        parts = tuple(
            replace(part, solid=turned(part.solid)) for part in draw((depth, width, height))
        )
    else:
        parts = draw((width, depth, height))
    low, high = merge(part.solid for part in parts).extent
    corner = np.array([-size[0] / 2, -size[1] / 2, 0.0], dtype=np.float32)
    scale = (np.array(size) / (high - low)).astype(np.float32)
    return tuple(
        replace(part, solid=mapped(part.solid, scale, corner - low * scale)) for part in parts
    )
