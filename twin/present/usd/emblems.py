"""Which emblem a kind of equipment is drawn with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.catalogue.equipment_kinds import EQUIPMENT_KINDS
from twin.present.usd import shapes, shapes_wet
from twin.present.usd.shapes import Part, Shape, Size
from twin.present.usd.solids import mapped, merge, turned

_SHAPES: dict[str, Shape] = {
    "rack": shapes.rack,
    "open_rack": shapes.open_rack,
    "air_handler": shapes.air_handler,
    "ups": shapes.ups,
    "cabinet_row": shapes.switchboard,
    "plain": shapes.plain,
    "cdu": shapes_wet.cdu,
    "rear_door": shapes_wet.rear_door,
    "pump": shapes_wet.pump,
    "tank": shapes_wet.tank,
    "dry_cooler": shapes_wet.dry_cooler,
    "chiller": shapes_wet.chiller,
    "generator": shapes_wet.generator,
    "transformer": shapes_wet.transformer,
    "mast": shapes_wet.mast,
}
"""By the emblem that a kind of the equipment table names."""

_BESIDE = {
    "storage": ("rack", False),
    "battery": ("ups", True),
    "tank": ("tank", False),
    "cooling_tower": ("dry_cooler", False),
    "open_rack": ("open_rack", False),
}
"""Emblem, and whether it is wide, of what scenes of others may hold and no layout does."""


SMALLEST: Size = (0.5, 0.6, 1.5)
"""Anything smaller is drawn at this size and shrunk, so that hinges and grilles keep their
proportions."""


def emblem(kind: str, size: Size) -> tuple[Part, ...]:
    """Painted solids for a kind, filling `size` exactly.

    `gpu_rack` is drawn as `rack`, an unknown kind as a plain cabinet. Fronts look south; long
    things that stand north to south look east.
    """
    shape, wide = _drawn_as(kind)
    draw = _SHAPES[shape]
    width, depth, height = (
        max(length, least) for length, least in zip(size, SMALLEST, strict=True)
    )
    if wide and size[0] < size[1]:
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


def _drawn_as(kind: str) -> tuple[str, bool]:
    """Emblem of a kind, and whether its front is along the longer side."""
    drawn = {row.name: (row.emblem, row.wide) for row in EQUIPMENT_KINDS.values()} | _BESIDE
    ends = (name for name in drawn if kind.endswith(f"_{name}"))
    stem = kind if kind in drawn else next(ends, "")
    return drawn.get(stem, ("plain", False))
