"""Tokens lost: by cause, by rack and by hour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.analysis.cause_chain import culprits
from twin.present.figures.style import (
    BLUE,
    ORANGE,
    VERMILION,
    WIDTH_IN,
    HouseFigure,
    hours_axis,
    nothing,
    styled,
)
from twin.quantities import figures, middle, tokens
from twin.results import Result

MOST_BARS = 8


@styled
def figure_losses(result: Result) -> Figure:
    """Two bar charts above, the hours below; GPU hours where no workload is counted in tokens."""
    losses = result.frame("losses")
    site = result.frame("site")
    by, what = ("tokens", "Tokens") if losses["tokens"].sum() > 0 else ("gpu_hours", "GPU hours")
    if losses[by].sum() <= 0:
        return nothing("No token was lost to a fault or to throttling.")
    cause = losses.groupby(losses["cause"].str.replace("_", " "))[by].sum()
    rack = losses.groupby(whose(result, losses))[by].sum()
    bars = max(3, min(MOST_BARS, max(len(cause), len(rack))))
    along = by == "tokens" and not site.empty
    figure = HouseFigure(
        figsize=(WIDTH_IN, 0.24 * bars + (3.2 if along else 0.8)), layout="constrained"
    )
    grid = figure.add_gridspec(1 + along, 2, height_ratios=[0.24 * bars + 0.5, 1.9][: 1 + along])
    _draw_bars(figure.add_subplot(grid[0, 0]), cause, f"{what} lost by cause", VERMILION)
    _draw_bars(figure.add_subplot(grid[0, 1]), rack, f"{what} lost by rack", BLUE)
    if along:
        _draw_hours(figure.add_subplot(grid[1, :]), site)
    return figure


def whose(result: Result, losses: pd.DataFrame) -> pd.Series[str]:
    """The rack of each loss; of one that is a whole job's, who stopped the job."""
    stopped_by = culprits(result)
    whole = losses["workload"].map(lambda job: _jobs_by(stopped_by.get(job, ())))
    return losses["rack"].where(losses["rack"] != "", whole)


def _jobs_by(names: Sequence[str]) -> str:
    if not names:
        return "whole jobs"
    return f"jobs, by {names[0] if len(names) == 1 else f'{len(names)} faults'}"


def _draw_bars(axes: Axes, held: pd.Series[float], title: str, colour: str) -> None:
    """The largest ones first; the rest as one bar."""
    ranked = held.sort_values(ascending=False, kind="stable")
    rest = ranked.iloc[MOST_BARS - 1 :]
    if len(rest) > 1:
        others = pd.Series({f"{len(rest)} others": rest.sum()})
        ranked = pd.concat([ranked.iloc[: MOST_BARS - 1], others])
    at = np.arange(len(ranked))
    axes.barh(at, ranked.to_numpy(), color=colour, height=0.7)
    for y, value in zip(at, ranked, strict=True):
        axes.annotate(
            tokens(value) if title.startswith("Tokens") else figures(value),
            (float(value), float(y)),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
        )
    axes.set_yticks(at, [middle(name, 22) for name in ranked.index])
    axes.set(xlim=(0, 1.28 * float(ranked.max())), xticks=[], title=title)
    axes.set_ylim(max(len(ranked), 3) - 0.4, -0.6)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _draw_hours(axes: Axes, site: pd.DataFrame) -> None:
    """Summed by hour, or by day past ten days. A shortfall that was made up later counts as
    nothing.
    """
    last_s = float(site["time_s"].max())
    width_s = 3600.0 if last_s <= 864000 else 86400.0
    starts = np.floor((site["time_s"] - 1e-6) / width_s) * width_s
    lost = site["tokens_lost"].groupby(starts).sum().clip(lower=0.0)
    scale, unit = next(
        ((s, u) for s, u in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if lost.max() >= s), (1.0, "")
    )
    hours = lost.index.to_numpy(dtype=float) / 3600
    axes.bar(
        hours, lost.to_numpy() / scale, width=0.92 * width_s / 3600, align="edge", color=ORANGE
    )
    hours_axis(axes, last_s)
    axes.set_ylabel(f"lost ({unit} tokens)".replace("( ", "("))
    axes.set_title(f"Tokens lost by {'hour' if width_s == 3600 else 'day'}")
