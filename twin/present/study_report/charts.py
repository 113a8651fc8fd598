"""Figures of a study, told apart without colour: by place, hatching, marks and words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FixedLocator, MaxNLocator, PercentFormatter

from twin.analysis.statistics.study_page import (
    BarFigure,
    Chart,
    CourseFigure,
    FrontFigure,
    FrontPoint,
    IntervalFigure,
)
from twin.present.figures.style import BLUE, CYCLE, GREY, INK, RC, WIDTH_IN, HouseFigure
from twin.quantities import middle, scaled, short_number

MOST_BARS = 15
J_PER_WH = 3600.0
_MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
_NAME = 34
_TITLE = 52
"""Letters that a title has room for beside names of rows."""
_LARGE = 1e4
_AROUND = 1.0
"""Spans of the front that are shown beyond it."""


def chart(told: Chart) -> Figure:
    """The figure of what is told, under the house settings."""
    with rc_context(RC):
        figure = _drawn(told)
        for axes in figure.axes:
            _scaled_ticks(axes)
        return figure


def _drawn(told: Chart) -> Figure:
    if isinstance(told, BarFigure):
        return _swings(told) if told.swings else _indices(told)
    if isinstance(told, IntervalFigure):
        return _intervals(told)
    if isinstance(told, FrontFigure):
        return _front(told)
    return _course(told)


def caption(told: Chart) -> str:
    """What a figure shows, in a sentence."""
    if isinstance(told, BarFigure):
        shown = "the base is the upright line" if told.swings else "whiskers: 95 % intervals"
        left = len(told.swings or told.bars) - MOST_BARS
        more = f" The {left} that matter least are in the table alone." if left > 0 else ""
        return f"{told.outcome}: {told.words}; {shown}.{more}"
    if isinstance(told, IntervalFigure):
        sure = any(math.isfinite(row.low) for row in told.rows)
        return f"{told.title}. Dots: estimates{'; bars: 95 % intervals' if sure else ''}."
    if isinstance(told, FrontFigure):
        failed = f" {told.failed} failed and have no place here." if told.failed else ""
        return (
            f"{told.y_name} over {told.x_name}. Filled: beaten by none; hollow: beaten; crosses: "
            f"miss a limit; the ends of the front are named. "
            f"Far points lie outside the frame; the table has all.{failed}"
        )
    whiskers = " Upright bars: 95 % intervals." if told.lines and told.lines[0].low else ""
    return f"{told.title}, {told.how}.{whiskers}"


def _made(height_in: float) -> tuple[Figure, Axes]:
    figure = HouseFigure(figsize=(WIDTH_IN, height_in), layout="constrained")
    return figure, figure.add_subplot()


def _scaled_ticks(axes: Axes) -> None:
    """Large and tiny numbers with k, M, G or m: a power of ten at an axis's end is overlooked.
    Shares in per cent, energy in Wh as in words.
    """
    for axis in (axes.xaxis, axes.yaxis):
        name = axis.get_label_text()
        if name.endswith("_frac"):
            axis.set_major_formatter(PercentFormatter(1.0))
            continue
        if _is_energy(name):
            axis.set_label_text(f"{name.removesuffix('_j')} (Wh)")
            axis.set_major_locator(_WattHours(5))
            axis.set_major_formatter(lambda value, _: _WATT_HOURS(value / J_PER_WH))
            continue
        largest = max(map(abs, axis.get_view_interval()))
        words = isinstance(axis.get_major_locator(), FixedLocator)
        if not words and (largest >= _LARGE or 0 < largest < 1 / _LARGE):
            axis.set_major_formatter(EngFormatter(sep=" "))


def _is_energy(name: str) -> bool:
    return name.endswith("_j") and not name.endswith("_per_token_j")


def _number(value: float, outcome: str, digits: int = 3) -> str:
    """As its outcome has it: shares in per cent, energy in Wh."""
    if outcome.endswith("_frac"):
        return f"{short_number(100.0 * value, digits)} %"
    if _is_energy(outcome):
        return scaled(value / J_PER_WH, "Wh", digits)
    return short_number(value, digits)


class _WattHours(MaxNLocator):
    """Round numbers of Wh on an axis of joules."""

    def tick_values(self, vmin: float, vmax: float) -> Any:
        return J_PER_WH * np.asarray(super().tick_values(vmin / J_PER_WH, vmax / J_PER_WH))


_WATT_HOURS = EngFormatter(sep=" ")


def _named(axes: Axes, labels: Sequence[str]) -> None:
    """Names of rows, the first on top."""
    cut = ["\n".join(middle(line, _NAME) for line in label.splitlines()) for label in labels]
    axes.set_yticks(np.arange(len(labels)), cut)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def _swings(told: BarFigure) -> Figure:
    """A tornado: hollow to the low value's outcome, solid to the high value's."""
    bars = told.swings[:MOST_BARS]
    deep_in = 0.42 if any("\n" in bar.label for bar in bars) else 0.34
    figure, axes = _made(1.25 + deep_in * len(bars))
    for n, bar in enumerate(bars):
        ends = (("low", bar.at_low, "white", "////"), ("high", bar.at_high, BLUE, ""))
        for word, end, colour, hatch in ends:
            axes.barh(
                n, end - told.base, 0.6, left=told.base, color=colour, edgecolor=BLUE, hatch=hatch,
                label=f"{word} value" if n == 0 else None,
            )  # fmt: skip
    axes.axvline(told.base, color=INK, lw=1.0, label=f"base {_number(told.base, told.outcome, 4)}")
    _named(axes, [bar.label for bar in bars])
    axes.set_xlabel(told.outcome)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    figure.legend(loc="outside lower center", ncols=3)
    axes.set_title(middle(f"{told.outcome}: {told.title}", _TITLE))
    return figure


def _indices(told: BarFigure) -> Figure:
    """Bars of an index with whiskers; the second index hatched below it."""
    bars = told.bars[:MOST_BARS]
    figure, axes = _made(1.1 + 0.42 * len(bars))
    at = np.arange(len(bars), dtype=float)
    two = bool(told.also)
    deep = 0.36 if two else 0.6
    whiskers = {"ecolor": INK, "capsize": 3, "elinewidth": 1.0}
    values = np.nan_to_num([bar.value for bar in bars])
    reach = np.nan_to_num([bar.reach for bar in bars])
    place = at - deep / 2 if two else at
    axes.barh(place, values, deep, xerr=reach, color=BLUE, error_kw=whiskers, label=told.words)
    if two:
        also = np.nan_to_num([bar.also or 0.0 for bar in bars])
        axes.barh(
            at + deep / 2, also, deep, label=told.also, color="white", edgecolor=BLUE, hatch="////"
        )
        axes.legend(loc="lower right")
    _named(axes, [bar.label for bar in bars])
    axes.set_xlim(min(0.0, float(values.min(initial=0.0))), None)
    axes.set_xlabel(told.words)
    axes.set_title(f"{told.outcome}: what moves it")
    return figure


def _intervals(told: IntervalFigure) -> Figure:
    rows = told.rows[:40]
    figure, axes = _made(1.0 + 0.3 * len(rows))
    for n, row in enumerate(rows):
        if math.isfinite(row.low) and math.isfinite(row.high):
            axes.plot([row.low, row.high], [n, n], color=BLUE, lw=3, solid_capstyle="butt")
        axes.plot([row.estimate], [n], "o", color=INK, ms=5)
        ends = f"  ({_number(row.low, told.axis)} to {_number(row.high, told.axis)})"
        words = f"{_number(row.estimate, told.axis)}{ends if math.isfinite(row.low) else ''}"
        axes.annotate(
            words, (1.0, n), xycoords=("axes fraction", "data"), xytext=(6, 0),
            textcoords="offset points", va="center", annotation_clip=False,
        )  # fmt: skip
    if told.reference is not None:
        axes.axvline(told.reference, color=GREY, lw=1.0, ls="--")
    _named(axes, [row.label for row in rows])
    axes.set_xlabel(told.axis)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_title(told.title)
    return figure


def _front(told: FrontFigure) -> Figure:
    figure, axes = _made(3.8)
    styles: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("misses", {"marker": "x", "color": GREY, "s": 26}, "misses a limit"),
        ("beaten", {"marker": "o", "facecolors": "white", "edgecolors": GREY, "s": 26}, "beaten"),
        ("front", {"marker": "o", "color": BLUE, "s": 46, "zorder": 3}, "beaten by none"),
    )
    for standing, style, label in styles:
        held = [point for point in told.points if point.standing == standing]
        if held:
            x = [point.x for point in held]
            axes.scatter(x, [point.y for point in held], label=f"{label} ({len(held)})", **style)
    _joined(axes, [point for point in told.points if point.standing == "front"])
    axes.set_xlabel(told.x_name)
    axes.set_ylabel(told.y_name)
    axes.margins(0.08)
    _near(axes, [point for point in told.points if point.standing == "front"])
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    axes.set_title(f"{told.y_name} over {told.x_name}")
    return figure


def _near(axes: Axes, front: Sequence[FrontPoint]) -> None:
    """Show the front and its surroundings: far points would leave it no room."""
    if len(front) < 3:
        return
    for values, limit in (
        ([point.x for point in front], axes.set_xlim),
        ([point.y for point in front], axes.set_ylim),
    ):
        span = (max(values) - min(values)) or abs(max(values)) or 1.0
        limit(min(values) - 0.15 * span, max(values) + _AROUND * span)


def _joined(axes: Axes, front: Sequence[FrontPoint]) -> None:
    """The front as steps: between two points nothing better is known."""
    ordered = sorted(front, key=lambda point: (point.x, point.y))
    x = [point.x for point in ordered]
    axes.step(x, [point.y for point in ordered], where="post", color=BLUE, lw=1.0)
    if ordered:
        for point in {0: ordered[0], 1: ordered[-1]}.values():
            axes.annotate(
                point.label, (point.x, point.y), xytext=(6, 6), textcoords="offset points"
            )


def _course(told: CourseFigure) -> Figure:
    figure, axes = _made(2.9)
    for n, line in enumerate(told.lines[: len(CYCLE)]):
        colour = CYCLE[n]
        style: dict[str, Any] = {
            "marker": _MARKS[n],
            "ms": 5,
            "markevery": max(1, len(line.x) // 12),
        }
        axes.plot(line.x, line.y, color=colour, label=middle(line.label, _NAME), **style)
        if line.low:
            axes.vlines(line.x, line.low, line.high, color=colour, lw=1.5)
    if told.reference is not None:
        axes.axhline(told.reference, color=GREY, lw=1.0, ls="--")
    axes.set_xlabel(told.x_name)
    axes.set_ylabel(told.y_name)
    if len(told.lines) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    axes.set_title(told.title)
    return figure
