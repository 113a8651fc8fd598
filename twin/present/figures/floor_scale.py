"""What colours a floor plan: air at the inlets, or how far GPUs stay below their limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from twin.present.ramp import RAMP
from twin.quantities import degrees, number, short
from twin.results import Result

RECOMMENDED_DEGC = (18.0, 27.0)
"""ASHRAE TC 9.9, Thermal Guidelines for Data Processing Environments, 5th ed. 2021: recommended dry
bulb."""
MARGIN_K = 30.0
"""The scale of what is left to the slowdown limit ends here: more is as good."""


@dataclass(frozen=True)
class Scale:
    """One quantity of the racks: its values by rack, its colours, and from where on a rack is in
    trouble.
    """

    title: str
    label: str
    value: pd.Series[float]
    shade: ScalarMappable
    trouble: pd.Series[bool]
    beyond: str = "at or above the limit"
    """What trouble is, in the legend."""


def slowdown_degc(result: Result) -> float:
    """The lowest slowdown limit of the GPUs in use, from the witnesses; NaN where none is
    stated.
    """
    held = result.frame("witnesses")
    stated = held.loc[
        (held["parameter"] == "slowdown_degc") & held["subject"].str.startswith("gpus/"), "value"
    ]
    return min((float(value) for value in stated), default=np.nan)


def inlet_scale(result: Result) -> Scale:
    """The warmest inlet air of every rack over the run; trouble is above the recommended band."""
    value = result.frame("racks").groupby("rack", sort=False)["inlet_air_degc"].max()
    high = max(32.0, np.ceil(number(value.max())) if value.notna().any() else 0.0)
    low = min(15.0, np.floor(number(value.min())) if value.notna().any() else 15.0)
    shade = ScalarMappable(Normalize(low, high), colormaps[RAMP])
    label = (
        f"warmest inlet air (°C); recommended: {RECOMMENDED_DEGC[0]:.0f} to "
        f"{RECOMMENDED_DEGC[1]:.0f} °C"
    )
    title = "Inlet air, each rack's warmest"
    if value.notna().any():
        title += f"; warmest {short(value.idxmax())}, {degrees(value.max())}"
    return Scale(title, label, value, shade, value > RECOMMENDED_DEGC[1], "above recommended")


def margin_scale(result: Result) -> Scale:
    """What is left between the hottest GPU of every rack and the slowdown limit; trouble is at the
    limit.

    Without a stated limit the temperature itself. Racks without GPUs have no value.
    """
    held = result.frame("components")
    racks = result.frame("racks")
    gpus = racks[racks["rack"].isin(held.loc[held["gpus"] > 0, "id"])]
    hottest = gpus.groupby("rack", sort=False)["junction_max_degc"].max()
    limit = slowdown_degc(result)
    if not np.isfinite(limit):
        low, high = (hottest.min(), hottest.max()) if hottest.notna().any() else (20.0, 90.0)
        shade = ScalarMappable(Normalize(low, max(high, low + 10.0)), colormaps[RAMP])
        return Scale("Hottest GPU", "hottest GPU (°C)", hottest, shade, hottest > np.inf)
    margin = (limit - hottest).clip(lower=0.0)
    shade = ScalarMappable(Normalize(0.0, MARGIN_K), colormaps[f"{RAMP}_r"])
    title = f"Hottest GPU, limit {limit:g} °C"
    if hottest.notna().any():
        title += f"; hottest {short(hottest.idxmax())}, {degrees(hottest.max())}"
    return Scale(title, f"K left to the slowdown limit ({limit:g} °C)", margin, shade, margin < 0.5)
