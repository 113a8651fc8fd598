"""Minimal cut sets as rows: how likely they are, and what they cost."""

from __future__ import annotations

import numpy as np

from twin.analysis.consequences import consequences, no_ratings
from twin.analysis.redundancy_report import Row
from twin.physics.reliability import contingency
from twin.physics.reliability.bdd import Exact
from twin.physics.reliability.contingency import Losses
from twin.physics.reliability.gates import Gates

_NAMED = 1000
_DETAILED = 100


def named(gates: Gates, cut_sets: list[tuple[int, ...]]) -> list[list[str]]:
    """Names of the first thousand, most probable first within an order."""
    unavailability = gates.unavailability
    ranked = sorted(
        cut_sets, key=lambda chosen: (len(chosen), -float(np.prod(unavailability[list(chosen)])))
    )
    return [[gates.names[node] for node in chosen] for chosen in ranked[:_NAMED]]


def detailed(gates: Gates, cut_sets: list[tuple[int, ...]], solved: Exact | None) -> list[Row]:
    """How likely cut sets are, and what they cost: the likeliest of up to two components, and of
    each higher order.
    """
    chance = [float(np.prod(gates.unavailability[list(chosen)])) for chosen in cut_sets]
    places = sorted(range(len(cut_sets)), key=lambda i: (len(cut_sets[i]), -chance[i]))
    ranked = _first_of_each(places, cut_sets)
    chosen = [cut_sets[place] for place in ranked]
    found = consequences(gates, chosen, no_ratings)
    whole = solved.unavailability if solved is not None and solved.unavailability else None
    return [
        {
            "components": row["lost"],
            "order": len(row["lost"]),
            "probability": chance[place],
            "share_of_unavailability": None if whole is None else chance[place] / whole,
            "racks": row["racks"],
            "gpus": row["gpus"],
            "load_w": row["load_w"],
        }
        for place, row in zip(ranked, found, strict=False)
    ]


def _first_of_each(places: list[int], cut_sets: list[tuple[int, ...]]) -> list[int]:
    """The first of those of up to two components, and the first of each higher order."""
    found: list[int] = []
    seen: dict[int, int] = {}
    for place in places:
        order = max(len(cut_sets[place]), 2)
        seen[order] = seen.get(order, 0) + 1
        if seen[order] <= _DETAILED:
            found.append(place)
    return found


def short(
    gates: Gates, singles: Losses, pairs: Losses | None, order: int = 2
) -> list[tuple[int, ...]]:
    """All minimal cut sets of one component, and of two from order 2 on, from the contingencies."""
    if order == 1:
        return [tuple(row) for row in singles.lost.tolist()]
    both = contingency.double_failures(gates, singles) if pairs is None else pairs
    return [tuple(sorted(row)) for losses in (singles, both) for row in losses.lost.tolist()]
