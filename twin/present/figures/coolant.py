"""Coolant: the supply temperature of every loop and its flow, by kind of loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.present.figures.labels import align_labels
from twin.present.figures.style import (
    CYCLE,
    PALE,
    WIDTH_IN,
    HouseFigure,
    degrees_axis,
    hours_axis,
    nothing,
    styled,
    thinned,
    wide,
)
from twin.quantities import middle
from twin.results import Result

MOST_LINES = 6
"""Loops drawn by name in a panel; past it, the hottest ones on top of the range of all."""

_KINDS = (("liquid", "liquid loops"), ("room", "rooms"), ("facility_water", "facility water"))


@styled
def figure_coolant(result: Result) -> Figure:
    """A panel of temperatures for each kind of loop there is, and one of flow below."""
    loops = result.frame("loops")
    if loops.empty:
        return nothing("No coolant loop was recorded.")
    kinds = [(kind, says) for kind, says in _KINDS if (loops["kind"] == kind).any()]
    count = len(kinds) + 1
    figure = HouseFigure(figsize=(WIDTH_IN, 1.75 * count + 0.4), layout="constrained")
    panels = list(figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0])
    colour = {name: CYCLE[n % len(CYCLE)] for n, name in enumerate(dict.fromkeys(loops["loop"]))}
    for axes, (kind, says) in zip(panels, kinds, strict=False):
        held = wide(loops[loops["kind"] == kind], "loop", "temperature_degc")
        _draw_lines(axes, held, held.max(), colour)
        degrees_axis(axes)
        axes.set(ylabel=f"{says}\n(°C)")
    flow = wide(loops[loops["kind"] != "room"], "loop", "flow_frac")
    _draw_lines(panels[-1], flow, -flow.min(), colour)
    highest = float(np.nanmax(flow.to_numpy(), initial=1.0))
    panels[-1].set(ylabel="flow over\nrated flow", ylim=(-0.03, 1.08 * highest))
    for axes in panels:
        hours_axis(axes, float(loops["time_s"].max()), label=axes is panels[-1])
        axes.legend(
            loc="upper left", bbox_to_anchor=(1.0, 1.03), handlelength=1.1, borderaxespad=0.3
        )
    align_labels(panels)
    return figure


def _draw_lines(
    axes: Axes, held: pd.DataFrame, rank: pd.Series[float], colour: dict[str, str]
) -> None:
    """Every loop as a line where few, else the extreme ones over the range of all. (time, loop) in.

    Later lines are dashed, so that two that coincide are both seen.
    """
    hours = thinned(held.index.to_numpy(dtype=float)) / 3600
    names = list(held.columns)
    if len(names) > MOST_LINES:
        low = held.min(axis=1).to_numpy()
        high = held.max(axis=1).to_numpy()
        axes.fill_between(hours, thinned(low), thinned(high), color=PALE, label=f"all {len(names)}")
        names = list(rank.sort_values(ascending=False, kind="stable").index[:3])
    for n, name in enumerate(names):
        # among hundreds of loops one colour a loop cannot be kept, and the few shown must differ
        ink = colour[name] if len(held.columns) <= MOST_LINES else CYCLE[n]
        look: dict[str, Any] = {
            "color": ink,
            "linestyle": ("-", "--", "-.", ":")[n % 4],
            "linewidth": 1.7,
        }
        axes.plot(hours, thinned(held[name].to_numpy()), label=middle(name, 16), **look)
