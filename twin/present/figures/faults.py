"""Faults along time: what happened together is one mark, throttling is a shaded span, labels never
overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twin.present.figures.style import GREEN, GREY, INK, ORANGE, VERMILION
from twin.quantities import span
from twin.results.enums import BREAKS, MENDS, ORDERS, EventKind

MOST_MARKS = 10
TOGETHER_S = 60.0
_LETTER_FRAC = 0.0125
_COLOURS = {
    **dict.fromkeys(BREAKS, VERMILION),
    **dict.fromkeys(MENDS, GREEN),
    **dict.fromkeys(ORDERS, GREY),
}
_SHAPES = {
    **dict.fromkeys(BREAKS, "v"),
    **dict.fromkeys(MENDS, "^"),
    **dict.fromkeys(ORDERS, "D"),
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Events of one kind that belong together: when the first and the last were, whom they met, and
    why.
    """

    time_s: float
    last_s: float
    names: tuple[str, ...]
    kind: EventKind
    detail: str

    @property
    def text(self) -> str:
        """Whom and what: `compute_r5–r8 throttled`."""
        return f"{span(self.names)} {self.kind}"


def grouped(events: pd.DataFrame, together_s: float = TOGETHER_S) -> list[Group]:
    """Events in order of time; those of one kind less than `together_s` after another are one
    group.
    """
    found: list[Group] = []
    for what, held in events.groupby("what", sort=False):
        bunch = (held["time_s"].diff().fillna(0.0) > together_s).cumsum()
        found += [_group(EventKind(str(what)), rows) for _, rows in held.groupby(bunch)]
    return sorted(found, key=lambda group: group.time_s)


def _group(kind: EventKind, rows: pd.DataFrame) -> Group:
    times = rows["time_s"]
    details = list(dict.fromkeys(rows["detail"]))
    detail = details[0] + (f" (and {len(details) - 1} more)" if len(details) > 1 else "")
    return Group(
        float(times.iloc[0]),
        float(times.iloc[-1]),
        tuple(dict.fromkeys(rows["component"])),
        kind,
        detail,
    )


def marks(events: pd.DataFrame, last_s: float) -> list[Group]:
    """The most telling groups in order of time: what broke before what was mended; a year is marked
    more coarsely.
    """
    shown = events[events["what"].isin(list(_COLOURS))]
    found = grouped(shown, max(TOGETHER_S, 0.01 * last_s))
    rank = list(_COLOURS)
    return sorted(
        sorted(found, key=lambda held: rank.index(held.kind))[:MOST_MARKS],
        key=lambda held: held.time_s,
    )


def throttled_spans(site: pd.DataFrame, last_s: float) -> list[tuple[float, float]]:
    """Start and end, in seconds, of every span in which GPUs ran below full clock; gaps under 1 %
    are closed.
    """
    ends = site["time_s"].to_numpy(dtype=float)
    starts = np.concatenate([[0.0], ends[:-1]])
    spans: list[tuple[float, float]] = []
    for n in np.flatnonzero(site["gpus_throttled"].to_numpy(dtype=float) > 0):
        if spans and starts[n] - spans[-1][1] <= 0.01 * last_s:
            spans[-1] = (spans[-1][0], float(ends[n]))
        else:
            spans.append((float(starts[n]), float(ends[n])))
    return spans


def draw_faults(
    strip: Axes, panels: list[Axes], events: pd.DataFrame, site: pd.DataFrame, last_s: float
) -> None:
    """Labels in the strip, dotted lines and shaded spans through the panels."""
    strip.axis("off")
    _draw_throttled(strip, panels, throttled_spans(site, last_s))
    shown = marks(events, last_s)
    if not shown:
        _say_no_fault(strip)
        return
    rows = _rows_of_labels(shown, last_s)
    for mark, (row, flip) in zip(shown, rows, strict=True):
        _draw_label(strip, mark, row, flip)
        for axes in panels:
            _draw_moment(axes, mark)
    strip.set_ylim(max(row for row, _ in rows) + 0.6, -0.6)


def _draw_throttled(strip: Axes, panels: list[Axes], spans: list[tuple[float, float]]) -> None:
    """Shaded spans in the panels, and their one line of legend beside the strip."""
    shade: dict[str, Any] = {"color": ORANGE, "linewidth": 0}
    for start_s, end_s in spans:
        for axes in panels:
            axes.axvspan(start_s / 3600, end_s / 3600, alpha=0.16, zorder=0, **shade)
    if spans:
        first_h = spans[0][0] / 3600
        strip.axvspan(first_h, first_h, alpha=0.3, label="throttled", **shade)
        beside: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.05)}
        strip.legend(handlelength=1.1, borderaxespad=0.3, **beside)


def _say_no_fault(strip: Axes) -> None:
    centred: dict[str, Any] = {"ha": "center", "va": "center", "transform": strip.transAxes}
    strip.text(0.5, 0.5, "no fault in this run", color=GREY, **centred)


def _draw_moment(axes: Axes, mark: Group) -> None:
    look: dict[str, Any] = {"linewidth": 1.0, "linestyle": (0, (2, 2)), "zorder": 4}
    axes.axvline(mark.time_s / 3600, color=_COLOURS[mark.kind], **look)


def strip_inches(events: pd.DataFrame, last_s: float) -> float:
    """Height that the labels of a run's marks take."""
    rows = _rows_of_labels(marks(events, last_s), last_s)
    return 0.14 + 0.19 * (1 + max((row for row, _ in rows), default=0))


def _rows_of_labels(held: list[Group], last_s: float) -> list[tuple[int, bool]]:
    """Row of every label, and whether it stands left of its mark."""
    ends: list[float] = []
    found = []
    for mark in held:
        at = mark.time_s / last_s
        length = len(mark.text) * _LETTER_FRAC + 0.03
        flip = at + length > 1.0
        start, end = (at - length, at) if flip else (at, at + length)
        row = next((n for n, taken in enumerate(ends) if taken <= start), len(ends))
        ends[row:row + 1] = [end]  # fmt: skip
        found.append((row, flip))
    return found


def _draw_label(strip: Axes, mark: Group, row: int, flip: bool) -> None:
    hour = mark.time_s / 3600
    colour = _COLOURS[mark.kind]
    shape = _SHAPES[mark.kind]
    strip.plot(
        [hour, hour], [row, 99], color=colour, linewidth=1.0, linestyle=(0, (2, 2)), zorder=1
    )
    strip.plot([hour], [row], marker=shape, color=colour, markersize=6, zorder=3)
    strip.annotate(
        mark.text,
        (hour, row),
        xytext=(-7 if flip else 7, 0),
        textcoords="offset points",
        va="center",
        ha="right" if flip else "left",
        color=INK,
        zorder=2,
        annotation_clip=False,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )
