"""How long each battery lasts, by design and in a run, as rows that tables can hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.model import Facility
from twin.facility.power.autonomy import START_MARGIN, end_of_life_j, lasts_s, takeover_s
from twin.facility.power.loading import loading

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


def battery_frame(facility: Facility, power: pd.DataFrame) -> pd.DataFrame:
    """The same as the table `batteries`, with what a run saw.

    power  its table of that name; nothing is seen where it is empty
    """
    frame = pd.DataFrame(battery_rows(facility))
    if frame.empty or power.empty:
        return pd.DataFrame()
    tree = facility.power
    seen = power.groupby("component")[["load_max_frac", "battery_least_j"]]
    highest = seen.max().load_max_frac.reindex(tree.id).fillna(0.0).to_numpy(dtype=float)
    peak_w = highest * np.where(np.isfinite(tree.rating_w), tree.rating_w, 0.0)
    run_s = pd.Series(lasts_s(facility, peak_w), index=list(tree.id))[frame.component]
    frame["autonomy_run_s"] = run_s.replace(np.inf, np.nan).to_numpy()
    least_j = seen.min().battery_least_j[frame.component].to_numpy()
    frame["left_least_frac"] = least_j / frame.energy_j.to_numpy()
    numbers = [name for name in frame.columns if name != "component"]
    return frame.astype(dict.fromkeys(numbers, float))


def _finite(seconds: float) -> float | None:
    return float(seconds) if np.isfinite(seconds) else None
