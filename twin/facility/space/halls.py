"""Halls as arrays, as they are stated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.facility.model import Halls
from twin.scenario.schema.hall import HallSpec


def freeze(halls: Sequence[HallSpec]) -> Halls:
    """The rooms of a layout, in its order."""
    return Halls(
        name=tuple(h.name for h in halls),
        corner_m=np.array([h.at for h in halls], dtype=float).reshape(-1, 2),
        size_m=np.array([h.size for h in halls], dtype=float).reshape(-1, 3),
        containment=tuple(h.containment for h in halls),
    )
