"""The racks table turned into arrays (period, rack), ready to be written as time samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Grid = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """What every rack did; arrays are (period, rack), NaN where nothing was recorded."""

    racks: tuple[str, ...]
    time_s: Grid
    power_w: Grid
    inlet_degc: Grid
    junction_degc: Grid
    state: NDArray[np.str_]
    """off, interrupted, throttled, on or unknown."""


def make_series(racks: pd.DataFrame) -> Series:
    """Pivot the racks table: racks in order of first appearance, periods by rising time."""
    ids = tuple(map(str, racks["rack"].drop_duplicates()))
    time_s, period = np.unique(racks["time_s"].to_numpy(float), return_inverse=True)
    column = pd.Index(ids).get_indexer(pd.Index(racks["rack"]))

    def grid(name: str) -> Grid:
        values = np.full((len(time_s), len(ids)), np.nan)
        values[period, column] = racks[name].to_numpy(float)
        return values

    return Series(
        ids,
        time_s,
        grid("power_w"),
        grid("inlet_air_degc"),
        grid("junction_degc"),
        states(grid("on_frac"), grid("clock_frac")),
    )


def states(on_frac: Grid, clock_frac: Grid) -> NDArray[np.str_]:
    """One word a rack and period.

    off: never on in the period; interrupted: on for a part of it; throttled: on, mean GPU clock
    below full; on; unknown where on_frac is NaN. A millionth is forgiven, as means of many sums
    need.
    """
    full = 1.0 - 1e-6
    tests = [np.isnan(on_frac), on_frac <= 1e-6, on_frac < full, clock_frac < full]
    return np.select(tests, ["unknown", "off", "interrupted", "throttled"], "on")
