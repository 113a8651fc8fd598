"""Throttling strip: racks along time, shaded by how far their clock was down, black where they were
off.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from twin.present.figures.faults import draw_faults, strip_inches
from twin.present.figures.style import (
    INK,
    WIDTH_IN,
    HouseFigure,
    hours_axis,
    nothing,
    styled,
    thinned,
    wide,
)
from twin.quantities import middle
from twin.results import Result

FULL_FRAC = 0.9995
"""A mean clock, or share of time on, below this counts as disturbed."""
OFF_FRAC = 0.5
"""A period is drawn as off where the rack was on for no more than this share of it."""
MOST_ROWS = 120
"""Racks drawn, the most disturbed ones."""


@styled
def figure_throttling(result: Result) -> Figure:
    """One row a rack that was ever off or below full clock, in build order; a bar's colour is its
    mean clock.
    """
    racks = result.frame("racks")
    if racks.empty:
        return nothing("No rack was recorded.")
    clock = wide(racks, "rack", "clock_frac")
    on = wide(racks, "rack", "on_frac")
    shown = disturbed(clock, on)
    if not shown:
        return nothing(
            f"No rack was disturbed: all {clock.shape[1]} stayed on and at full clock throughout."
        )
    last_s = float(clock.index.max())
    events = result.frame("events")
    height = float(np.clip(0.24 * len(shown), 0.7, 6.0))
    label = strip_inches(events, last_s)
    figure = HouseFigure(figsize=(WIDTH_IN, height + label + 1.5), layout="constrained")
    strip, axes = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [label, height]})
    _draw_strip(
        figure, axes, thinned(clock[shown].to_numpy()).T, thinned(on[shown].to_numpy()).T, last_s
    )
    _name_rows(axes, [middle(name, 14) for name in shown])
    hours_axis(axes, last_s)
    axes.grid(visible=False)
    axes.set_title(_title(len(shown), clock.shape[1]))
    draw_faults(strip, [axes], events, result.frame("site").iloc[:0], last_s)
    if (on[shown].to_numpy() <= OFF_FRAC).any():
        figure.legend(
            handles=[Patch(facecolor=INK, label="off")], loc="outside upper right", handlelength=1.2
        )
    return figure


def disturbed(clock: pd.DataFrame, on: pd.DataFrame) -> list[str]:
    """Racks ever off or below full clock, at most MOST_ROWS. (time, rack) frames in, names in build
    order out.
    """
    lost = (1.0 - clock.where(on > 0, 0.0).clip(upper=1.0)).where(on > 0, 1.0)
    held = [
        str(name)
        for name in clock
        if (clock[name] < FULL_FRAC).any() or (on[name] < FULL_FRAC).any()
    ]
    worst = set(lost[held].sum().sort_values(ascending=False, kind="stable").index[:MOST_ROWS])
    return [name for name in held if name in worst]


def _title(shown: int, racks: int) -> str:
    rest = racks - shown
    return f"{shown} racks disturbed" + (
        f"; the other {rest} stayed on and at full clock" if rest else ""
    )


def _draw_strip(
    figure: Figure, axes: Axes, clock: np.ndarray, on: np.ndarray, last_s: float
) -> None:
    """(rack, time) images; the scale ends below the lowest clock."""
    running = np.where(on > OFF_FRAC, clock, np.nan)
    lowest = float(np.nanmin(running)) if np.isfinite(running).any() else 1.0
    low = np.floor(20 * lowest - 0.01) / 20
    extent = (0.0, last_s / 3600, len(clock) - 0.5, -0.5)
    shades = colormaps["YlOrBr_r"].with_extremes(bad=INK)
    image = axes.imshow(
        running,
        extent=extent,
        aspect="auto",
        interpolation="nearest",
        cmap=shades,
        vmin=low,
        vmax=1,
    )
    for row in range(1, len(clock) if len(clock) <= 40 else 0):
        axes.axhline(row - 0.5, color="white", linewidth=1.0)
    bar = figure.colorbar(
        image, ax=axes, orientation="horizontal", aspect=45, pad=0.03, fraction=0.05
    )
    bar.set_label("GPU clock over its full value, mean of the period")


def _name_rows(axes: Axes, labels: list[str]) -> None:
    step = max(1, -(-len(labels) // 28))
    axes.set_yticks(range(0, len(labels), step), labels[::step])
    axes.tick_params(axis="y", length=0)
