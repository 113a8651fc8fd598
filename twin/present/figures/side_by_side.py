"""Bars of designs beside one another, one small panel a figure that decides."""

from __future__ import annotations

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.analysis.figure_row import Row
from twin.analysis.side_by_side import SideBySide
from twin.named_quantity import readable
from twin.present.figures.style import BLUE, CYCLE, INK, RC, WIDTH_IN, HouseFigure, nothing
from twin.quantities import NONE, available, middle, price

ACROSS = 3
_LETTERS = 28
"""Of nine points that stand side by side in a panel."""
_PRICES = ("usd_per_mtok_served", "usd_per_mtok_trained", "usd_per_gpu_h", "cost_each_usd")
"""Of what their row names: a million tokens, a GPU hour."""
_HATCHES = ("////", "", "....", "xxxx", "\\\\\\\\", "++++")


def figure_side_by_side(found: SideBySide) -> Figure:
    """Panels of the figures that differ; told apart by hatch as well as by colour."""
    rows = [row for row in found.decides if row.differs and np.isfinite(row.values).any()]
    if not rows:
        return nothing("Nothing that decides differs.")
    with rc_context(RC):
        down = -(-len(rows) // ACROSS)
        height_in = down * (0.55 + 0.2 * len(found.names)) + 0.3
        figure = HouseFigure(figsize=(WIDTH_IN, height_in), layout="constrained")
        panels = figure.subplots(down, ACROSS, squeeze=False).ravel()
        for axes, row in zip(panels, rows, strict=False):
            _panel(axes, row, found.names)
        for axes in panels[len(rows) :]:
            axes.axis("off")
    return figure


def _panel(axes: Axes, row: Row, names: tuple[str, ...]) -> None:
    held = np.nan_to_num(np.array(row.values, dtype=float))
    top = max(float(np.abs(held).max()), 1e-300)
    for n, name in enumerate(names):
        colour = BLUE if n == 0 else CYCLE[n % len(CYCLE)]
        axes.barh(n, abs(held[n]) / top, color="white", edgecolor=colour,
                  hatch=_HATCHES[n % len(_HATCHES)], linewidth=1.2)  # fmt: skip
        told = written(row, row.values[n])
        text = f"{middle(name, max(8, _LETTERS - len(told)))}  {told}"
        axes.text(0.02, n, text, va="center", color=INK, fontsize=9,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})  # fmt: skip
    axes.set(xlim=(0, 1.02), ylim=(len(names) - 0.4, -0.6), xticks=[], yticks=[])
    axes.set_title(middle(row.what, _LETTERS + 2), fontsize=9, weight="normal")
    axes.spines["bottom"].set_visible(False)


def written(row: Row, value: float) -> str:
    """A figure with its unit; a dash where there is none."""
    if value != value:
        return NONE
    if row.name in _PRICES:
        return price(value)
    return available(1.0 - value) if row.name == "availability" else readable(row.name, value)
