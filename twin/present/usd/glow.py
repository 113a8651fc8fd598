"""The coloured panels of the racks: bars in front, bars behind and a cap, one mesh for all racks.

One mesh with a colour a face is read alike by every renderer, also where instances lose their
primvars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from twin.present.usd.plan import Item
from twin.present.usd.solids import Floats, Solid, boxes

_BARS = 12
_FACES_PER_BOX = 6
FACES_PER_RACK = _FACES_PER_BOX * (_BARS + 2)
"""Faces of each rack, racks one after the other: face // FACES_PER_RACK is the rack."""


def glow(items: Sequence[Item]) -> Solid:
    """Panels of the racks in site metres, in order, with one normal a face."""
    middle = np.array([item.at for item in items], dtype=np.float32)[:, None, :]
    size = np.array([item.size for item in items], dtype=np.float32)[:, None, :]
    low, high = (np.array(corner, dtype=np.float32)[None] for corner in _unit())
    panels = boxes((middle + size * low).reshape(-1, 3), (middle + size * high).reshape(-1, 3))
    return replace(panels, normals=panels.normals[::4])


def _unit() -> tuple[Floats, Floats]:
    """Boxes of one rack as shares of its width, depth and height from the middle of its
    underside.
    """
    foot = 0.08 + 0.86 * np.arange(_BARS) / _BARS
    bars = [((-0.38, -0.507, z), (0.38, -0.485, z + 0.055)) for z in foot]
    rear = ((-0.36, 0.49, 0.10), (0.36, 0.507, 0.92))
    cap = ((-0.46, -0.46, 1.0), (0.46, 0.46, 1.012))
    low, high = zip(*bars, rear, cap, strict=True)
    return np.array(low, dtype=np.float32), np.array(high, dtype=np.float32)
