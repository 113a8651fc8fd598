"""Time line: where the power went, what it made, what was lost and how hot it got, the faults
through all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.present.drill_spans import drill_spans
from twin.present.figures.drills import draw_drills, drill_inches
from twin.present.figures.faults import draw_faults, strip_inches
from twin.present.figures.labels import align_labels
from twin.present.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    WIDTH_IN,
    YELLOW,
    HouseFigure,
    degrees_axis,
    hours_axis,
    nothing,
    periods_s,
    styled,
    thinned,
)  # fmt: skip
from twin.quantities import tokens
from twin.results import Result

Panel = Callable[[Axes, Result], None]


@styled
def figure_timeline(result: Result) -> Figure:
    """Power stacked; tokens served, trained and lost on scales of their own, each from zero;
    temperatures.
    """
    site = result.frame("site")
    if site.empty:
        return nothing("No period was recorded.")
    last_s = float(site["time_s"].max())
    draws: list[tuple[float, Panel]] = [
        (2.0, _draw_power),
        *_rates(site),
        (2.0, _draw_temperatures),
    ]
    drills = drill_spans(result)
    label = strip_inches(result.frame("events"), last_s)
    lanes = [drill_inches(drills, last_s)] if drills else []
    heights = [label, *lanes, *(height for height, _ in draws)]
    figure = HouseFigure(figsize=(WIDTH_IN, sum(heights) + 0.6), layout="constrained")
    strip, *panels = figure.subplots(
        len(heights), 1, sharex=True, gridspec_kw={"height_ratios": heights}
    )
    lane = [panels.pop(0) for _ in lanes]
    for axes, (_, draw) in zip(panels, draws, strict=True):
        draw(axes, result)
        hours_axis(axes, last_s, label=axes is panels[-1])
        axes.legend(
            loc="upper left", bbox_to_anchor=(1.0, 1.03), handlelength=1.1, borderaxespad=0.3
        )
    for axes in lane:
        draw_drills(axes, panels, drills, last_s)
    draw_faults(strip, [*lane, *panels], result.frame("events"), site, last_s)
    align_labels(panels)
    return figure


def _hours(site: pd.DataFrame) -> np.ndarray:
    return thinned(site["time_s"].to_numpy()) / 3600


def _draw_power(axes: Axes, result: Result) -> None:
    site = result.frame("site")
    parts = {"racks": "it_power_w", "cooling": "cooling_power_w"}
    colours = [BLUE, SKY]
    if (site["other_power_w"] > 0).any():
        parts["other loads"] = "other_power_w"
        colours.append(GREY)
    parts["losses"] = "distribution_loss_w"
    stack = [thinned(site[column].fillna(0.0).to_numpy()) / 1e6 for column in parts.values()]
    look: dict[str, Any] = {"colors": (*colours, ORANGE), "linewidth": 0}
    *_, losses = axes.stackplot(_hours(site), *stack, labels=list(parts), **look)
    losses.set(hatch="/////", edgecolor="white")  # as light as cooling, to who sees no colours
    for label, column, colour, dashes in (
        ("generators", "generator_power_w", PURPLE, "-"),
        ("batteries", "battery_power_w", GREEN, "--"),
        ("solar", "solar_power_w", YELLOW, ":"),
    ):
        delivered = thinned(site[column].fillna(0.0).to_numpy()) / 1e6
        if np.abs(delivered).max() > 0:
            line: dict[str, Any] = {"color": colour, "linestyle": dashes, "linewidth": 1.6}
            axes.plot(_hours(site), delivered, label=label, **line)
    axes.set_ylabel("power (MW)")


def _rates(site: pd.DataFrame) -> list[tuple[float, Panel]]:
    """A panel for each kind of token there is; GPUs at work where none are counted."""
    kinds = {"served": GREEN, "trained": SKY, "lost": VERMILION}
    made = _tokens(site)
    held = [_rate_panel(*kind) for kind in kinds.items() if np.abs(made[kind[0]]).max() > 0]
    if held or not site["gpus_busy"].max() > 0:
        return [(1.25, panel) for panel in held]
    return [(1.5, _draw_gpus)]


def _tokens(site: pd.DataFrame) -> dict[str, np.ndarray]:
    """(period,) tokens; what was trained counts where it was, and is lost where it went back."""
    held = site.fillna(0.0)
    trained = held["tokens_training"] + held["tokens_rolled_back"]
    return {
        "served": held["tokens_inference"].to_numpy(float),
        "trained": trained.clip(lower=0.0).to_numpy(float),  # rounding of large sums
        "lost": held["tokens_lost"].to_numpy(float),
    }


def _rate_panel(label: str, colour: str) -> Panel:
    def draw(axes: Axes, result: Result) -> None:
        site = result.frame("site")
        rate = thinned(_tokens(site)[label] / periods_s(site["time_s"].to_numpy()))
        scale, unit = next(
            ((s, u) for s, u in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if rate.max() >= s), (1.0, "")
        )
        axes.fill_between(_hours(site), rate / scale, color=colour, linewidth=0, label=label)
        axes.set_ylim(0, max(1.1 * float(rate.max()) / scale, 1e-9))
        axes.set_ylabel(f"tokens\n({unit}/s)" if unit else "tokens\nper second")
        if label == "trained":
            _mark_returns(axes, site)

    return draw


def _mark_returns(axes: Axes, site: pd.DataFrame) -> None:
    """Arrows back at the periods in which work went back to a checkpoint, with all of it in
    words: an amount at an instant has no height on an axis of rates.
    """
    back = site["tokens_rolled_back"].fillna(0.0).to_numpy(float)
    at = np.flatnonzero(back > 0)
    if not at.size:
        return
    hours = site["time_s"].to_numpy(float)[at] / 3600
    heights = np.full(at.size, 0.9 * axes.get_ylim()[1])
    look: dict[str, Any] = {"s": 34, "color": VERMILION, "edgecolor": "white", "linewidth": 0.7}
    label = f"rolled back,\n{tokens(float(back.sum()))} in all"
    axes.scatter(hours, heights, marker="<", label=label, zorder=4, **look)


def _draw_gpus(axes: Axes, result: Result) -> None:
    site = result.frame("site")
    busy = thinned(site["gpus_busy"].fillna(0.0).to_numpy())
    axes.fill_between(_hours(site), busy, color=GREEN, linewidth=0, label="GPUs at work")
    total = float(result.frame("components")["gpus"].sum())
    if total > 0:
        axes.axhline(total, color=GREY, linewidth=1.0, linestyle="--", label="all GPUs")
    axes.set_ylim(0, max(1.08 * max(total, float(busy.max())), 1.0))
    axes.set_ylabel("GPUs")
    axes.yaxis.set_major_formatter("{x:,.0f}")


def _draw_temperatures(axes: Axes, result: Result) -> None:
    site = result.frame("site")
    racks = result.frame("racks")
    if not racks.empty:
        hottest = racks.groupby("time_s")[
            ["junction_max_degc", "coolant_degc", "inlet_air_degc"]
        ].max()
        hours = thinned(hottest.index.to_numpy(dtype=float)) / 3600
        for label, column, colour, dashes in (
            ("hottest GPU", "junction_max_degc", VERMILION, "-"),
            ("hottest return", "coolant_degc", ORANGE, (0, (6, 1.5))),
            ("hottest inlet", "inlet_air_degc", PURPLE, (0, (1, 1))),
        ):
            line: dict[str, Any] = {"color": colour, "linestyle": dashes, "linewidth": 1.6}
            axes.plot(hours, thinned(hottest[column].to_numpy()), label=label, **line)
    look: dict[str, dict[str, Any]] = {
        "facility_water_degc": {"label": "facility water", "color": BLUE, "linestyle": "-."},
        "dry_bulb_degc": {"label": "outdoor air", "color": GREY, "linestyle": (0, (2, 3))},
    }
    for column, drawn in look.items():
        axes.plot(_hours(site), thinned(site[column].to_numpy()), **drawn)
    degrees_axis(axes)
    axes.set_ylabel("temperature (°C)")
