"""How every figure looks: size, palette, time axis, and the note that stands where nothing was
recorded.

Colours are Okabe and Ito's eight, told apart under all common colour blindness (Okabe, Ito: Color
Universal Design, 2008). Figures are 7.2 inches wide, the width of an A4 text column, so 9 pt is 9
pt as printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.results import Result

WIDTH_IN = 7.2
BLUE = "#0072B2"
ORANGE = "#E69F00"
VERMILION = "#D55E00"
GREEN = "#009E73"
SKY = "#56B4E9"
PURPLE = "#CC79A7"
YELLOW = "#F0E442"
INK = "#1F2933"
GREY = "#566270"
PALE = "#E6EAEE"
GREEN_INK = "#00735A"
VERMILION_INK = "#A64300"
"""For words: letters of the palette's own green and vermilion are too light to be read on white
(WCAG 2.2 asks for 4.5 to 1; they have 3.4 and 3.9).
"""
OUTLINE: dict[str, dict[str, Any]] = {
    "power": {"edgecolor": BLUE},
    "cooling": {"edgecolor": GREEN, "linestyle": (0, (5, 1.5))},
}
"""Of equipment on plans by its discipline, told apart without colour too."""
LETTERS = {"power": BLUE, "cooling": GREEN_INK}
"""Of its names."""
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, INK, "#999933")

RC: Any = {
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.titlesize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.edgecolor": "#9AA5B1",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,
    "legend.frameon": False,
    "text.parse_math": False,
    "axes.unicode_minus": False,  # as `quantities` tells them
    "svg.fonttype": "path",
    "svg.hashsalt": "twin",
    "figure.facecolor": "white",
}
"""Settings every figure is drawn and saved under; names with a dollar sign are never formulas."""

PNG_DPI = 110
"""Of a figure that a notebook shows."""
PAPER_DPI = 130


class HouseFigure(Figure):
    """A figure that a notebook shows by itself, with no backend chosen."""

    def _repr_png_(self) -> bytes:
        sink = BytesIO()
        with rc_context(RC):
            self.savefig(sink, format="png", dpi=PNG_DPI)
        return sink.getvalue()


Draw = Callable[[Result], Figure]


def styled(draw: Draw) -> Draw:
    """Draw under the house settings, whatever the caller's are."""

    @wraps(draw)
    def drawn(result: Result) -> Figure:
        with rc_context(RC):
            return draw(result)

    return drawn


def nothing(says: str) -> Figure:
    """A small figure that says why it is empty."""
    figure = HouseFigure(figsize=(WIDTH_IN, 0.9))
    figure.text(0.5, 0.5, says, ha="center", va="center", color=GREY, style="italic")
    return figure


def says_nothing(drawn: Figure) -> str:
    """What `nothing` wrote, or an empty text where a figure holds axes."""
    return "" if drawn.axes else " ".join(text.get_text() for text in drawn.texts)


def periods_s(time_s: np.ndarray) -> np.ndarray:
    """Length of each recorded period: (period,) ends in, (period,) seconds out."""
    return np.diff(time_s, prepend=0.0)


def moment_s(by_time: pd.Series[Any]) -> float:
    """The index value, a time, at which a series that is not all NaN is highest."""
    return float(
        by_time.index.to_numpy(dtype=float)[int(np.nanargmax(by_time.to_numpy(dtype=float)))]
    )


def thinned(values: np.ndarray, most: int = 1200) -> np.ndarray:
    """Means over equal bins along the first axis, so that a year draws as light as a day."""
    if len(values) <= most:
        return values
    starts = np.unique(np.linspace(0, len(values), most, endpoint=False).astype(int))
    counts = np.diff(starts, append=len(values))
    shape = (-1,) + (1,) * (values.ndim - 1)
    means: np.ndarray = np.add.reduceat(values, starts, axis=0) / counts.reshape(shape)
    return means


def wide(frame: pd.DataFrame, name: str, value: str) -> pd.DataFrame:
    """A long table as (time, name): one column a component, in order of appearance; the mean where
    a component has several values. `pivot_table` gives the same, and takes thirty times as long.
    """
    row, times = pd.factorize(frame["time_s"].to_numpy(), sort=True)
    column, names = pd.factorize(frame[name])
    values = frame[value].to_numpy(dtype=float)
    known = ~np.isnan(values)
    total = np.zeros((len(times), len(names)))
    count = np.zeros_like(total)
    np.add.at(total, (row[known], column[known]), values[known])
    np.add.at(count, (row[known], column[known]), 1.0)
    means = np.where(count > 0, total, np.nan) / np.maximum(count, 1.0)
    return pd.DataFrame(means, pd.Index(times, name="time_s"), pd.Index(names, name=name))


def hours_axis(axes: Axes, last_s: float, label: bool = True) -> None:
    """Time along x, in hours from the scenario's start, ticked at round hours."""
    span_h = max(last_s / 3600, 1e-9)
    steps = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 6, 12, 24, 48, 168, 336, 720, 1440)
    step = next((step for step in steps if span_h / step <= 13), span_h / 10)
    axes.set_xlim(0, span_h)
    axes.set_xticks(np.arange(0, span_h + step * 1e-6, step))
    axes.grid(axis="y")
    if label:
        axes.set_xlabel("hours since the scenario's start")


def degrees_axis(axes: Axes, least_k: float = 10.0) -> None:
    """Temperatures along y between multiples of five, over `least_k` at least: a tenth of a degree
    is no cliff.
    """
    low, high = axes.get_ylim()
    short_k = max(0.0, least_k - (high - low)) / 2
    axes.set_ylim(5 * np.floor((low - short_k) / 5), 5 * np.ceil((high + short_k) / 5))


def luminance(colour: Sequence[float]) -> float:
    """Relative luminance of an sRGB colour of parts from 0 to 1 (WCAG 2.2)."""
    parts = np.asarray(colour[:3], dtype=float)
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """Of two colours, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable_on(colour: Sequence[float]) -> str:
    """Black or white, whichever has more contrast: 4.58 to 1 at the least on any colour."""
    return "black" if contrast(colour, (0, 0, 0)) > contrast(colour, (1, 1, 1)) else "white"
