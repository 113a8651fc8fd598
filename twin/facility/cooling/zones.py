"""Zones of air: which racks draw the same air in.

A rack is a zone of its own in a small facility. In a larger one neighbours in a row share one, as
many as it takes to keep the zones few; ends of rows, which draw in more exhaust, stay apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from twin.arrays import Index
from twin.facility.air.recirculation import recirculation_frac
from twin.facility.space.rack import Position
from twin.scenario.schema.hall import HallSpec

ZONES_MAX = 48
"""Zones of a facility, where its halls and rows allow so few: its network stays quick, and a zone
is some racks long."""
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 100_000)
"""Racks a zone, tried in turn."""


def back_frac(place: Position, halls: Sequence[HallSpec]) -> float:
    """Share of a rack's inlet air that is exhaust where air handlers give what racks want."""
    stated = place.override.recirculation
    return recirculation_frac(halls[place.hall].containment, place.end_of_row, stated)


def zones(places: Sequence[Position], halls: Sequence[HallSpec]) -> Index:
    """(rack,) the zone of every rack, numbered through the halls."""
    found: Index = np.zeros(0, dtype=np.int64)
    for length in LENGTHS:
        found = _numbered(_keys(places, halls, length))
        if found.max(initial=-1) < ZONES_MAX:
            break
    return found


def _keys(
    places: Sequence[Position], halls: Sequence[HallSpec], length: int
) -> list[tuple[Hashable, ...]]:
    """(rack,) what racks of one zone have in common."""
    step = _steps(places)
    return [
        (p.hall, round(p.y_m, 1), back_frac(p, halls), p.type.liquid_heat_frac > 0, at // length)
        for p, at in zip(places, step, strict=True)
    ]


def _steps(places: Sequence[Position]) -> Iterable[int]:
    """(rack,) how many racks stand west of it in its line."""
    lines: dict[tuple[int, float], list[int]] = defaultdict(list)
    for i in sorted(range(len(places)), key=lambda i: places[i].x_m):
        lines[places[i].hall, round(places[i].y_m, 1)].append(i)
    out = np.zeros(len(places), dtype=np.int64)
    for line in lines.values():
        out[line] = np.arange(len(line))
    return out.tolist()


def _numbered(keys: Sequence[tuple[Hashable, ...]]) -> Index:
    """Numbers of the keys, in the order in which they first appear."""
    number: dict[tuple[Hashable, ...], int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)
