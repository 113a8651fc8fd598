"""Time line: where the power went, what it made and how hot it got, with the faults marked through all three."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.present.figures.faults import draw_marks, marks, no_marks
from twin.present.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    WIDTH_IN,
    hours_axis,
    nothing,
    periods_s,
    styled,
    thinned,
)  # fmt: skip
from twin.results import Result


@styled
def figure_timeline(result: Result) -> Figure:
    """Power stacked, tokens a second stacked with the lost ones hatched, and the hottest temperatures."""
    site = result.frame("site")
    if site.empty:
        return nothing("No period was recorded.")
    last_s = float(site["time_s"].max())
    held = marks(result.frame("events"), last_s)
    figure = Figure(figsize=(WIDTH_IN, 7.6), layout="constrained")
    ratios = [0.25 + 0.17 * min(len(held), 6), 2, 2, 2]
    strip, *panels = figure.subplots(4, 1, sharex=True, gridspec_kw={"height_ratios": ratios})
    _draw_power(panels[0], site)
    _draw_tokens(panels[1], site)
    _draw_temperatures(panels[2], result)
    for axes in panels:
        hours_axis(axes, last_s, label=axes is panels[-1])
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.03), handlelength=1.1, borderaxespad=0.3)
    if held:
        draw_marks(strip, panels, held, last_s)
    else:
        no_marks(strip)
    figure.align_ylabels(panels)
    return figure


def _hours(site: pd.DataFrame) -> np.ndarray:
    return thinned(site["time_s"].to_numpy()) / 3600


def _draw_power(axes: Axes, site: pd.DataFrame) -> None:
    parts = {"IT": "it_power_w", "cooling": "cooling_power_w", "losses": "distribution_loss_w"}
    stack = [thinned(site[column].fillna(0.0).to_numpy()) / 1e6 for column in parts.values()]
    axes.stackplot(_hours(site), *stack, labels=list(parts), colors=(BLUE, SKY, ORANGE), linewidth=0)
    for label, column, colour in (
        ("generators", "generator_power_w", PURPLE),
        ("batteries", "battery_power_w", GREEN),
    ):
        delivered = thinned(site[column].fillna(0.0).to_numpy()) / 1e6
        if np.abs(delivered).max() > 0:
            axes.plot(_hours(site), delivered, color=colour, linewidth=1.6, label=label)
    axes.set_ylabel("power (MW)")


def _draw_tokens(axes: Axes, site: pd.DataFrame) -> None:
    """Rates over each period, in thousands a second."""
    length_s = periods_s(site["time_s"].to_numpy())
    names = ("tokens_inference", "tokens_training", "tokens_lost")
    rates = [thinned(site[name].fillna(0.0).to_numpy() / length_s) / 1e3 for name in names]
    # training that is rolled back counts as negative in its period and cannot be stacked
    served, trained, lost = (np.maximum(rate, 0.0) for rate in rates)
    hours = _hours(site)
    axes.stackplot(hours, served, trained, labels=["served", "trained"], colors=(GREEN, SKY), linewidth=0)
    if lost.max() > 0:
        made = served + trained
        look: dict[str, Any] = {"facecolor": "white", "edgecolor": VERMILION, "hatch": "////", "linewidth": 0.0}
        axes.fill_between(hours, made, made + lost, label="lost", **look)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("tokens (k/s)")


def _draw_temperatures(axes: Axes, result: Result) -> None:
    site, racks = result.frame("site"), result.frame("racks")
    if not racks.empty:
        hottest = racks.groupby("time_s")[["junction_max_degc", "coolant_degc", "inlet_air_degc"]].max()
        hours = thinned(hottest.index.to_numpy(dtype=float)) / 3600
        for label, column, colour in (
            ("hottest GPU", "junction_max_degc", VERMILION),
            ("hottest coolant", "coolant_degc", ORANGE),
            ("hottest inlet", "inlet_air_degc", PURPLE),
        ):
            axes.plot(hours, thinned(hottest[column].to_numpy()), color=colour, linewidth=1.6, label=label)
    for label, column, colour, line in (
        ("facility water", "facility_water_degc", BLUE, "-"),
        ("outdoor air", "dry_bulb_degc", GREY, "--"),
    ):
        axes.plot(_hours(site), thinned(site[column].to_numpy()), color=colour, linestyle=line, label=label)
    axes.set_ylabel("temperature (°C)", color=INK)
