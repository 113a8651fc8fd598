"""Drills along time: a bar from the beginning to the end of each, with its name beside it, in a
strip of their own above what they were held against.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from twin.present.drill_spans import DrillSpan
from twin.present.figures.labels import width_pt
from twin.present.figures.style import GREY, INK
from twin.quantities import short

ROW_IN = 0.19
MOST_NAMED = 12
"""Drills past which bars stand without names: a year of monthly exercises."""
_PLOT_PT = 370.0
"""Width of a plot beside its labels and legend, near enough to keep names apart."""
_LEAST_FRAC = 0.003
"""Of the time line: a sag of a second is seen."""
_LONGEST = 28


def drill_inches(spans: Sequence[DrillSpan], last_s: float) -> float:
    """Height of the strip; 0 where there was no drill."""
    return ROW_IN * (1 + max(_rows(spans, last_s))) if spans else 0.0


def draw_drills(
    strip: Axes, panels: Sequence[Axes], spans: Sequence[DrillSpan], last_s: float
) -> None:
    """Bars in the strip; where they begin and end, thin lines through the panels."""
    strip.axis("off")
    rows = _rows(spans, last_s)
    for one, row in zip(spans, rows, strict=True):
        begins_h = one.begins_s / 3600
        long_h = max(one.ends_s - one.begins_s, _LEAST_FRAC * last_s) / 3600
        bar: dict[str, Any] = {"facecolor": "white", "edgecolor": INK, "linewidth": 0.9}
        strip.broken_barh([(begins_h, long_h)], (row - 0.28, 0.56), hatch="////", **bar)
        if len(spans) <= MOST_NAMED:
            _name(strip, one, row, last_s)
        for axes in panels:
            for time_s in (one.begins_s, one.ends_s):
                axes.axvline(time_s / 3600, color=GREY, linewidth=0.6, zorder=1, gid="drill")
    strip.set_ylim(max(rows) + 0.5, -0.5)


def _text(one: DrillSpan) -> str:
    return f"drill: {short(one.name, _LONGEST)}"


def _name(strip: Axes, one: DrillSpan, row: int, last_s: float) -> None:
    flip = _place(one, last_s)[2]
    strip.annotate(
        _text(one), ((one.begins_s if flip else one.ends_s) / 3600, row),
        xytext=(-5 if flip else 5, 0), textcoords="offset points", va="center",
        ha="right" if flip else "left", color=INK, annotation_clip=False,
    )  # fmt: skip


def _place(one: DrillSpan, last_s: float) -> tuple[float, float, bool]:
    """What a bar and its name take of the time line, and whether the name stands left of it."""
    begins = one.begins_s / last_s
    ends = max(one.ends_s / last_s, begins + _LEAST_FRAC)
    length = (width_pt(_text(one)) + 12.0) / _PLOT_PT
    flip = ends + length > 1.0
    return (begins - length, ends, True) if flip else (begins, ends + length, False)


def _rows(spans: Sequence[DrillSpan], last_s: float) -> list[int]:
    """The first row in which each has room; without names all stand in one."""
    if len(spans) > MOST_NAMED:
        return [0] * len(spans)
    taken: list[float] = []
    found = []
    for one in spans:
        start, end, _ = _place(one, last_s)
        row = next((n for n, until in enumerate(taken) if until <= start), len(taken))
        taken[row : row + 1] = [end]
        found.append(row)
    return found
