"""How long each battery lasts, by design and in a run, as rows that tables can hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.model import Facility
from twin.facility.power.autonomy import START_MARGIN, end_of_life_j, lasts_s, takeover_s
from twin.facility.power.loading import loading
from twin.results import Columns
from twin.results.tables import BATTERIES

Row = dict[str, Any]


def battery_rows(facility: Facility) -> list[Row]:
    """One row a UPS, in build order, with every load at its peak and everything in service.

    Seconds are None where nothing hangs on it, or no generator stands behind it.
    """
    tree = facility.power
    output_w = loading(facility).output_w
    now_s = lasts_s(facility, output_w)
    old_s = lasts_s(facility, output_w, end_of_life_j(facility))
    rated_s = lasts_s(facility, tree.rating_w)
    rows = []
    for p in np.flatnonzero(of_role(tree.kind, Role.STORE)).tolist():
        needed_s = START_MARGIN * takeover_s(facility, p)
        rows.append(
            {
                "component": tree.id[p],
                "energy_j": float(tree.battery_j[p]),
                "autonomy_rated_s": _finite(rated_s[p]),
                "load_w": float(output_w[p]),
                "autonomy_s": _finite(now_s[p]),
                "autonomy_end_of_life_s": _finite(old_s[p]),
                "needed_s": _finite(needed_s),
            }
        )
    return rows


def battery_margins(facility: Facility, power: Columns) -> Columns:
    """The same as the table `batteries`, with what a run saw.

    power  its table of that name; nothing is seen where it is empty
    """
    rows = battery_rows(facility)
    if not rows or not len(power):
        return Columns.of(BATTERIES, {})
    tree = facility.power
    highest = np.zeros(len(tree.id))
    highest[: tree.equipment] = power["load_max_frac"].reshape(-1, tree.equipment).max(axis=0)
    run_s = lasts_s(facility, highest * np.where(np.isfinite(tree.rating_w), tree.rating_w, 0.0))
    least_j = power["battery_least_j"].reshape(-1, tree.equipment).min(axis=0)
    node = {name: p for p, name in enumerate(tree.id)}
    for row in rows:
        p = node[row["component"]]
        row["autonomy_run_s"] = _finite(run_s[p])
        row["left_least_frac"] = float(least_j[p]) / row["energy_j"]
    return Columns.of_rows(BATTERIES, rows)


def _finite(seconds: float) -> float | None:
    return float(seconds) if np.isfinite(seconds) else None
