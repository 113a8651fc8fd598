"""Quantities that colour the 3-D view: a value a component and step, in 254 parts of a range.

Steps are at most 96: of a longer run each step shows the worst of its periods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.results import Result

MOST_STEPS = 96
PARTS = 254
"""Parts of a range; the one above them stands for no value."""
NO_VALUE = 255
LEAST_SPAN = 10.0
"""Of a range, so that a tenth of a degree is no alarm."""

Values = pd.DataFrame
"""Rows of time and component, one column `value`."""


@dataclass(frozen=True)
class ShownQuantity:
    """One quantity: its words, and how steps are made of periods."""

    label: str
    unit: str
    digits: int
    worst: Literal["max", "min"]
    values: Callable[[Result], Values]
    within: tuple[float, float] | None = None
    """Its range where that is the same in every run."""


_WORSE = {"max": np.fmax, "min": np.fmin}


@dataclass(frozen=True)
class Framed:
    """A quantity of a run: range, whose rows, and (row, step) parts of the range."""

    quantity: ShownQuantity
    low: float
    high: float
    rows: tuple[str, ...]
    parts: npt.NDArray[np.uint8]


def framed(result: Result, time_s: npt.NDArray[np.float64]) -> Iterator[Framed]:
    """Those that the run recorded, at the ends of steps."""
    for quantity in QUANTITIES:
        held = quantity.values(result).dropna(subset=["value"])
        step = np.searchsorted(time_s, held["time_s"].to_numpy(float))
        held = held.assign(step=step)[step < len(time_s)]
        if len(held):
            yield _framed(quantity, held, time_s)


def steps_s(result: Result) -> npt.NDArray[np.float64]:
    """The ends of the steps, in seconds."""
    ends = np.unique(result.frame("site")["time_s"].to_numpy(float))
    if not len(ends):
        return np.zeros(1)
    each = -(-len(ends) // MOST_STEPS)
    return ends[np.minimum(np.arange(each - 1, len(ends) + each - 1, each), len(ends) - 1)]


def _framed(quantity: ShownQuantity, held: Values, time_s: npt.NDArray[np.float64]) -> Framed:
    row, names = pd.factorize(held["name"])
    values = np.full((len(names), len(time_s)), np.nan)
    _WORSE[quantity.worst].at(values, (row, held["step"]), held["value"])
    low, high = quantity.within or (float(np.nanmin(values)), float(np.nanmax(values)))
    low = float(np.floor(low))
    high = max(float(np.ceil(max(high, float(np.nanmax(values))))), low + LEAST_SPAN)
    share = np.nan_to_num((values - low) / (high - low)).clip(0.0, 1.0)
    parts = np.where(np.isfinite(values), np.rint(share * PARTS), NO_VALUE).astype(np.uint8)
    return Framed(quantity, low, high, tuple(map(str, names)), parts)


def _racks(column: str, times: float = 1.0, gpus: bool = False) -> Callable[[Result], Values]:
    """A column of the table `racks`; of racks with GPUs only, where asked."""

    def values(result: Result) -> Values:
        held = result.frame("racks")[["time_s", "rack", column]]
        components = result.frame("components")
        if gpus:
            held = held[held["rack"].isin(components.loc[components["gpus"] > 0, "id"])]
        held = held.set_axis(["time_s", "name", "value"], axis=1)
        return held.assign(value=held["value"] * times)

    return values


def _both(of_racks: str, of_power: str) -> Callable[[Result], Values]:
    """The same of racks and of power equipment, in percent."""

    def values(result: Result) -> Values:
        racks = _racks(of_racks, 100.0)(result)
        power = result.frame("power")[["time_s", "component", of_power]]
        power = power.set_axis(["time_s", "name", "value"], axis=1)
        return pd.concat([racks, power.assign(value=100.0 * power["value"])], ignore_index=True)

    return values


def _load(result: Result) -> Values:
    """Power over rating, in percent."""
    ratings: Any = result.frame("components").drop_duplicates("id").set_index("id")["rating_w"]
    racks = _racks("power_max_w", 100.0)(result)
    racks["value"] /= racks["name"].map(ratings.replace(0.0, np.nan)).astype(float)
    power = _both("on_frac", "load_max_frac")(result)
    return pd.concat([racks, power[~power["name"].isin(racks["name"].unique())]], ignore_index=True)


QUANTITIES = (
    ShownQuantity("Inlet air", "°C", 1, "max", _racks("inlet_air_degc")),
    ShownQuantity(
        "Hottest GPU", "°C", 1, "max", _racks("junction_max_degc", gpus=True)
    ),
    ShownQuantity("Coolant or exhaust", "°C", 1, "max", _racks("coolant_degc")),
    ShownQuantity("Load over rating", "%", 0, "max", _load, (0.0, 100.0)),
    ShownQuantity(
        "GPU clock", "%", 0, "min", _racks("clock_frac", 100.0, gpus=True), (0.0, 100.0)
    ),
    ShownQuantity(
        "Time with supply", "%", 0, "min", _both("on_frac", "energised_frac"),
        (0.0, 100.0),
    ),
)  # fmt: skip
"""In the order in which they are offered."""
