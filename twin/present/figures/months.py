"""The year by month: PUE, water and the highest power, and for how long what cools, told apart
without colour.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from twin.present.figures.labels import align_labels
from twin.present.figures.style import BLUE, INK, WIDTH_IN, HouseFigure, nothing, styled
from twin.present.study import Study, part
from twin.present.year_words import MODES, MONTHS, year_of
from twin.quantities import middle, number
from twin.results import Result

MOST_PLANTS = 6
"""Plants that have a panel; the table has all."""


class ModeLook(NamedTuple):
    """How a mode is drawn."""

    fill: str
    hatch: str


LOOKS = {
    "free": ModeLook("#FFFFFF", ""),
    "wetted": ModeLook("#BFDCEB", "..."),
    "mixed": ModeLook("#7FA3B8", "///"),
    "mechanical": ModeLook("#23485C", ""),
}
"""Steps of lightness with hatches between: a copy in black and white tells them apart."""


@styled
def figure_year(result: Result) -> Figure:
    """Ratios above, the share of hours of each way to cool below, a panel for each plant."""
    rated = part(year_of(result), "rated")
    months = rated.get("months") or []
    if not months:
        return nothing("No year was worked out for this run.")
    modes = dict(list(part(rated, "modes").items())[:MOST_PLANTS])
    rows = 2 + len(modes)
    figure = HouseFigure(figsize=(WIDTH_IN, 2.6 + 1.15 * len(modes)), layout="constrained")
    heights = [1.3, 1.0, *[0.8] * len(modes)]
    panels = figure.subplots(rows, 1, sharex=True, height_ratios=heights)
    _ratios(panels[0], months, number(rated.get("pue")))
    _highest(panels[1], months)
    for axes, (plant, held) in zip(panels[2:], modes.items(), strict=True):
        _hours(axes, plant, held)
    panels[-1].set_xticks(range(12), MONTHS)
    panels[-1].tick_params(axis="x", length=0)
    if modes:
        _legend(figure, modes)
    align_labels(panels)
    return figure


def _ratios(axes: Axes, months: list[Study], pue: float) -> None:
    """PUE as a solid line with points; water as bars beside it where there is any."""
    each = [number(month.get("pue")) for month in months]
    water = [number(month.get("wue_l_per_kwh")) for month in months]
    if np.nanmax(water, initial=0.0) > 0:
        _water(axes.twinx(), axes, water)
    axes.plot(range(12), each, color=BLUE, marker="o", markersize=4, linewidth=1.6)
    axes.axhline(pue, color=INK, linewidth=0.8, linestyle=":")
    text = f"{pue:.3f} of the year"
    axes.annotate(text, (-0.5, pue), xytext=(2, 2), textcoords="offset points", va="bottom")
    axes.set_ylabel("PUE\n(line)")
    axes.set_xlim(-0.6, 11.6)


def _water(beside: Axes, front: Axes, water: list[float]) -> None:
    beside.bar(range(12), water, width=0.5, color="#DDE3E8", edgecolor=INK, linewidth=0.6)
    beside.set_ylim(0, 1.25 * np.nanmax(water))
    beside.set_ylabel("WUE, L/kWh\n(bars)")
    beside.spines["right"].set_visible(True)
    front.set_zorder(beside.get_zorder() + 1)
    front.patch.set_visible(False)


def _highest(axes: Axes, months: list[Study]) -> None:
    peak = [number(month.get("peak_w")) / 1e3 for month in months]
    axes.plot(range(12), peak, color=INK, marker="s", markersize=4, linewidth=1, linestyle="--")
    axes.margins(y=0.25)
    axes.set_ylabel("highest\nkW")


def _hours(axes: Axes, plant: str, held: dict[str, Any]) -> None:
    """Shares of each month, one on the other."""
    table = np.array([[number(hour) for hour in hours] for hours in held.values()])
    total = np.maximum(table.sum(axis=0), 1e-9)
    below = np.zeros(12)
    for mode, hours in zip(held, table, strict=True):
        look = LOOKS.get(mode, LOOKS["mixed"])
        share = 100 * hours / total
        axes.bar(
            range(12), share, bottom=below, width=0.8, color=look.fill, hatch=look.hatch,
            edgecolor=INK, linewidth=0.6,
        )  # fmt: skip
        below = below + share
    axes.set(ylim=(0, 104), yticks=(0, 50, 100), ylabel="hours, %")
    axes.set_title(middle(plant, 40), fontsize=9, pad=3)


def _legend(figure: Figure, modes: dict[str, Any]) -> None:
    used = [mode for mode in LOOKS if any(mode in held for held in modes.values())]
    handles = [
        Patch(facecolor=LOOKS[m].fill, hatch=LOOKS[m].hatch, edgecolor=INK, label=MODES[m])
        for m in used
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(used), handlelength=1.6)
