"""Throttling strip: every rack along time, shaded by how far its clock was down, black where it was off."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from twin.present.figures.faults import draw_marks, marks, no_marks
from twin.present.figures.style import INK, WIDTH_IN, hours_axis, nothing, styled, thinned, wide
from twin.present.numbers import short
from twin.results import Result


@styled
def figure_throttling(result: Result) -> Figure:
    """One row a rack, in build order; a bar's colour is its mean clock in the period."""
    racks = result.frame("racks")
    if racks.empty:
        return nothing("No rack was recorded.")
    clock = wide(racks, "rack", "clock_frac")
    on = wide(racks, "rack", "on_frac")
    last_s, count = float(clock.index.max()), clock.shape[1]
    held = marks(result.frame("events"), last_s)
    height = float(np.clip(0.24 * count, 1.2, 6.0))
    label = 0.3 + 0.2 * min(len(held), 6)
    figure = Figure(figsize=(WIDTH_IN, height + label + 1.3), layout="constrained")
    strip, axes = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [label, height]})
    _draw_strip(figure, axes, thinned(clock.to_numpy()).T, thinned(on.to_numpy()).T, last_s)
    _name_rows(axes, [short(name, 14) for name in clock.columns])
    hours_axis(axes, last_s)
    axes.grid(visible=False)
    if held:
        draw_marks(strip, [axes], held, last_s)
    else:
        no_marks(strip)
    figure.legend(handles=[Patch(facecolor=INK, label="off")], loc="outside upper right", handlelength=1.2)
    return figure


def _draw_strip(figure: Figure, axes: Axes, clock: np.ndarray, on: np.ndarray, last_s: float) -> None:
    """(rack, time) images; the scale starts at half clock, or lower where a rack went lower."""
    running = np.where(on > 0.5, clock, np.nan)
    low = min(0.5, float(np.nanmin(running))) if np.isfinite(running).any() else 0.5
    extent = (0.0, last_s / 3600, len(clock) - 0.5, -0.5)
    shades = colormaps["YlOrBr_r"].with_extremes(bad=INK)
    image = axes.imshow(running, extent=extent, aspect="auto", interpolation="nearest", cmap=shades, vmin=low, vmax=1)
    for row in range(1, len(clock) if len(clock) <= 40 else 0):
        axes.axhline(row - 0.5, color="white", linewidth=1.0)
    bar = figure.colorbar(image, ax=axes, orientation="horizontal", aspect=45, pad=0.03, fraction=0.05)
    bar.set_label("GPU clock over its full value")


def _name_rows(axes: Axes, labels: list[str]) -> None:
    step = max(1, -(-len(labels) // 28))
    axes.set_yticks(range(0, len(labels), step), labels[::step])
    axes.tick_params(axis="y", length=0)
