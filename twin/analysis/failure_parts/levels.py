"""What each power component carries as built, after the worst loss of one and of two others, at
several levels of load.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from twin.arrays import Array
from twin.facility.model import Facility
from twin.facility.power.loading import loading, loading_of, peak_loads_w, wiring

Row = dict[str, Any]
Worst = tuple[Array, list[tuple[int, ...]]]

PAIRS_MAX = 4000
"""Pairs that are tried at each level; those whose single losses move most load come first."""
_MOVED_FRAC = 1e-9


@dataclass(frozen=True)
class LoadLevel:
    """What racks and cooling units draw."""

    rack_w: Array
    """(rack,)"""
    unit_w: Array
    """(cooling unit,)"""


def loading_at_levels(facility: Facility, levels: dict[str, LoadLevel]) -> Row:
    """Rows by component and level, and how many pairs were tried.

    levels  by name, such as `design` and `peak`
    """
    pairs = _pairs(facility)
    every = math.comb(facility.power.equipment, 2)
    rows = _rows(facility, levels, pairs)
    return {"rows": rows, "pairs_tried": len(pairs), "pairs": every}


def _pairs(facility: Facility) -> list[tuple[int, int]]:
    """Pairs of which at least one moves load onto others when it is lost alone."""
    count = facility.power.equipment
    wires = wiring(facility)
    normal_w = loading(facility).output_w[:count]
    moved_w = np.zeros(count)
    for lost in range(count):
        more_w = loading(facility, lost, wires=wires).output_w[:count] - normal_w
        moved_w[lost] = np.maximum(more_w, 0.0).sum()
    moves = moved_w > _MOVED_FRAC * normal_w.sum()
    found = [pair for pair in combinations(range(count), 2) if moves[pair[0]] or moves[pair[1]]]
    found.sort(key=lambda pair: -(moved_w[pair[0]] + moved_w[pair[1]]))
    return found[:PAIRS_MAX]


def _rows(
    facility: Facility, levels: dict[str, LoadLevel], pairs: list[tuple[int, int]]
) -> list[Row]:
    """Level by level; who has voltage after a loss is the same at all of them, and asked once."""
    count = facility.power.equipment
    wires = wiring(facility)
    load_w = np.stack(
        [peak_loads_w(facility, each.rack_w, each.unit_w) for each in levels.values()]
    )

    def output_w(lost: tuple[int, ...]) -> Array:
        """(level, equipment)"""
        return loading_of(facility, load_w, list(lost), wires).output_w[:, :count]

    normal_w = output_w(())
    singles = [(lost,) for lost in range(count)]
    worst = [_worst(output_w, losses, normal_w) for losses in (singles, pairs)]
    return [
        _row(facility, name, node, normal_w[place], [found[place] for found in worst])
        for place, name in enumerate(levels)
        for node in range(count)
    ]


def _worst(
    output_w: Callable[[tuple[int, ...]], Array], losses: Sequence[tuple[int, ...]], normal_w: Array
) -> list[Worst]:
    """For each level, (equipment,) highest output after any of the losses, and the loss of each;
    none where nothing adds to it.
    """
    worst_w = normal_w.copy()
    which = np.full(normal_w.shape, -1)
    for n, lost in enumerate(losses):
        after_w = output_w(lost)
        more = after_w > worst_w * (1 + _MOVED_FRAC)
        worst_w[more] = after_w[more]
        which[more] = n
    return [
        (most_w, [losses[n] if n >= 0 else () for n in numbers])
        for most_w, numbers in zip(worst_w, which.tolist(), strict=True)
    ]


def _row(facility: Facility, level: str, node: int, normal_w: Array, worst: list[Worst]) -> Row:
    tree = facility.power
    rating_w = float(tree.rating_w[node])
    row: Row = {
        "component": tree.id[node],
        "level": level,
        "rating_w": rating_w if math.isfinite(rating_w) else None,
        "load_w": float(normal_w[node]),
    }
    for order, (worst_w, lost) in enumerate(worst, start=1):
        row[f"worst_{order}_w"] = float(worst_w[node])
        row[f"worst_{order}_lost"] = [tree.id[one] for one in lost[node]]
    for word, order in (("one", 1), ("two", 2)):
        left_w = rating_w - row[f"worst_{order}_w"]
        row[f"left_after_{word}_w"] = left_w if math.isfinite(left_w) else None
    return row
