"""Faults as numbered marks along time, with labels on rows of their own that never overlap."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from twin.present.figures.style import GREEN, GREY, INK, VERMILION
from twin.present.numbers import short

TROUBLE = ("failed", "tripped", "overload", "lost", "shut_down", "throttled", "exhausted", "drained")
RELIEF = ("repaired", "restored", "restarted", "unthrottled", "recovered")
"""Words of the events table that begin and end trouble; everything else is ordinary life."""

MOST_MARKS = 10
_LETTER_FRAC = 0.0125


@dataclass(frozen=True)
class Mark:
    """Events of one kind close together: when, what to write, and whether they are trouble."""

    time_s: float
    text: str
    trouble: bool
    weight: int


def marks(events: pd.DataFrame, last_s: float) -> list[Mark]:
    """The most telling marks in order of time: events of one word within 2 % of the span are one mark."""
    told = events[events["what"].isin([*TROUBLE, *RELIEF])]
    found: list[Mark] = []
    for what, group in told.groupby("what", sort=False):
        bunch = (group["time_s"].diff().fillna(0.0) > 0.02 * last_s).cumsum()
        found += [_mark(str(what), held) for _, held in group.groupby(bunch)]
    strongest = sorted(found, key=lambda mark: (mark.weight, mark.time_s))[:MOST_MARKS]
    return sorted(strongest, key=lambda mark: mark.time_s)


def _mark(what: str, held: pd.DataFrame) -> Mark:
    names = list(dict.fromkeys(held["component"]))
    others = f" +{len(names) - 1}" if len(names) > 1 else ""
    trouble = what in TROUBLE
    rank = TROUBLE.index(what) if trouble else len(TROUBLE) + RELIEF.index(what)
    return Mark(float(held["time_s"].iloc[0]), f"{short(names[0], 16)}{others} {what.replace('_', ' ')}", trouble, rank)


def draw_marks(strip: Axes, panels: list[Axes], held: list[Mark], last_s: float) -> int:
    """Labels in the strip, dotted lines through the panels; returns how many rows the labels took."""
    ends: list[float] = []
    for mark in held:
        at, length = mark.time_s / last_s, len(mark.text) * _LETTER_FRAC + 0.03
        flip = at + length > 1.0
        start, end = (at - length, at) if flip else (at, at + length)
        row = next((n for n, taken in enumerate(ends) if taken <= start), len(ends))
        ends[row:row + 1] = [end]  # fmt: skip
        colour = VERMILION if mark.trouble else GREEN
        _write(strip, mark, row, colour, flip)
        for axes in panels:
            axes.axvline(mark.time_s / 3600, color=colour, linewidth=1.0, linestyle=(0, (2, 2)), zorder=4)
    strip.set_ylim(max(len(ends), 1) - 0.4, -0.6)
    strip.axis("off")
    return len(ends)


def _write(strip: Axes, mark: Mark, row: int, colour: str, flip: bool) -> None:
    hour = mark.time_s / 3600
    strip.plot([hour, hour], [row, 99], color=colour, linewidth=1.0, linestyle=(0, (2, 2)), zorder=1)
    strip.plot([hour], [row], marker="v" if mark.trouble else "^", color=colour, markersize=6, zorder=3)
    strip.annotate(
        mark.text, (hour, row), xytext=(-7 if flip else 7, 0), textcoords="offset points", va="center",
        ha="right" if flip else "left", color=INK, zorder=2, annotation_clip=False,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip


def no_marks(strip: Axes) -> None:
    """Say that nothing went wrong."""
    strip.axis("off")
    strip.text(0.5, 0.5, "no fault in this run", transform=strip.transAxes, ha="center", va="center", color=GREY)
