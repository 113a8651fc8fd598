"""The economic figures of one result, flat."""

from __future__ import annotations

import math

from twin.results import Result

TABLE = "cost_figures"


def figures(result: Result) -> dict[str, float]:
    """Economic figures of a run by name, such as `usd_per_gpu_h`, `capex_usd`, `npv_usd`.

    Units stand in the names. What has no value in a run is left out: no cost a trained token where
    nothing was trained.
    """
    frame = result.tables.get(TABLE)
    if frame is None:
        return {}
    pairs = zip(frame["name"], frame["value"], strict=True)
    return {str(name): float(value) for name, value in pairs if math.isfinite(value)}
