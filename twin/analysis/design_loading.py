"""How heavily a design loads each power component, as rows that JSON and tables can hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.facility.model import Facility
from twin.facility.power.loading import loading, overloads, single_losses

Row = dict[str, Any]


def loading_rows(facility: Facility) -> list[Row]:
    """One row a power component, in build order.

    load_w is its output with every load at its peak and everything in service, worst_load_w after
    the loss of `worst_lost`, which is empty where no single loss adds to it; a rating of None has
    no limit.
    """
    tree = facility.power
    losses = single_losses(facility)
    return [
        _row(
            tree.id[node],
            float(tree.rating_w[node]),
            float(losses.normal_w[node]),
            "" if losses.worst_lost[node] < 0 else tree.id[losses.worst_lost[node]],
            float(losses.worst_w[node]),
        )
        for node in range(tree.equipment)
    ]


def heaviest(facility: Facility) -> Row | None:
    """The component loaded highest after one loss, or as built; None where nothing has a limit."""
    limited = [row for row in loading_rows(facility) if row["worst_load_frac"] is not None]
    return max(limited, key=lambda row: float(row["worst_load_frac"]), default=None)


def overload_rows(facility: Facility, lost: Sequence[str]) -> list[Row]:
    """Ratings exceeded once the named components are lost, heaviest first.

    Components that are no part of the power tree take nothing away from it.
    """
    tree = facility.power
    index = {name: node for node, name in enumerate(tree.id)}
    nodes = np.array([index[name] for name in lost if name in index], dtype=np.int64)
    over = overloads(facility, loading(facility, nodes))
    return [
        {"component": tree.id[one.node], "load_frac": one.load_frac}
        for one in sorted(over, key=lambda one: -one.load_frac)
    ]


def _row(component: str, rating_w: float, load_w: float, lost: str, worst_w: float) -> Row:
    limited = math.isfinite(rating_w)
    return {
        "component": component,
        "rating_w": rating_w if limited else None,
        "load_w": load_w,
        "load_frac": load_w / rating_w if limited else None,
        "worst_lost": lost,
        "worst_load_w": worst_w,
        "worst_load_frac": worst_w / rating_w if limited else None,
    }
