"""The year of a facility in one figure: PUE by hour and day, and how long what lasts."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.analysis.climate.answer import IT, ClimateYear
from twin.arrays import Array
from twin.present.figures.style import BLUE, GREY, RC, VERMILION, VERMILION_INK, WIDTH_IN
from twin.present.ramp import RAMP
from twin.results.folder import write_named

MONTHS = ("J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D")
_ENDS = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
DOTS_PER_INCH = 150


def figure_year(found: ClimateYear) -> Figure:
    """Carpet of hourly PUE; below it PUE and the share of compressors, sorted by hours."""
    pue = found.hours.facility_w / found.hours.power_w[IT]
    with rc_context(RC):
        figure = Figure(figsize=(WIDTH_IN, 5.4), layout="constrained")
        carpet, duration = figure.subplots(2, 1, height_ratios=(1.0, 0.9))
        _draw_carpet(figure, carpet, pue)
        _draw_duration(duration, found, pue)
        water = found.wue_l_per_kwh
        title = f"{found.facility} in {found.air.name}: PUE {found.pue:.3f}, WUE {water:.2f} L/kWh"
        figure.suptitle(title, x=0.01, ha="left", weight="bold", fontsize=10)
    return figure


def _draw_carpet(figure: Figure, axes: Axes, pue: Array) -> None:
    """Days across, hours of the day up."""
    by_day = pue.reshape(365, 24).T
    drawn = axes.imshow(
        by_day, aspect="auto", origin="lower", extent=(0, 365, 0, 24), cmap=RAMP,
        interpolation="nearest",
    )  # fmt: skip
    _months(axes)
    axes.set_yticks([0, 6, 12, 18, 24])
    axes.set_ylabel("hour of the day")
    figure.colorbar(drawn, ax=axes, label="PUE of the hour", pad=0.01)


def _months(axes: Axes) -> None:
    axes.set_xticks((_ENDS[:-1] + _ENDS[1:]) / 2, MONTHS)
    axes.tick_params(axis="x", length=0)


def _draw_duration(axes: Axes, found: ClimateYear, pue: Array) -> None:
    """Hours across, in falling order of what is drawn."""
    hours = np.arange(1, pue.size + 1)
    axes.plot(hours, _falling(pue), color=BLUE, linewidth=1.6)
    axes.axhline(found.pue, color=GREY, linewidth=0.8, linestyle=":")
    axes.annotate(
        "of the year", (pue.size, found.pue), xytext=(-2, 2), textcoords="offset points",
        ha="right", va="bottom", color=GREY,
    )  # fmt: skip
    axes.set_ylabel("PUE of the hour", color=BLUE)
    axes.set_xlabel("hours of the year that reach it")
    axes.set_xlim(0, pue.size)
    beside = axes.twinx()
    beside.spines["right"].set_visible(True)
    beside.plot(hours, 100 * _falling(found.hours.mechanical_frac), color=VERMILION, linewidth=1.4)
    beside.set_ylim(-2, 104)
    beside.set_ylabel("heat by compressors, %", color=VERMILION_INK)


def _falling(values: Array) -> Array:
    return np.sort(np.asarray(values, dtype=float))[::-1]


def write_year(found: ClimateYear, path: Path) -> None:
    """The figure as PNG, SVG or PDF, by the end of the path's name; whole or not at all.

    Raises OSError where the disk refuses.
    """
    sink = BytesIO()
    form = path.suffix.lower().removeprefix(".")
    figure_year(found).savefig(sink, format=form, dpi=DOTS_PER_INCH)
    write_named(path, sink.getvalue())
