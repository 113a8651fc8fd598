"""One-line diagram: power from the utility to the racks at the run's worst moment, and what was
dark then.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch

from twin.catalogue.equipment_kinds import plural
from twin.digraph import Digraph
from twin.present.figures.labels import width_pt
from twin.present.figures.power_boxes import (
    Box,
    condition_of,
    merged_where_alike,
    power_graph,
    worst_moment,
)
from twin.present.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    VERMILION,
    VERMILION_INK,
    WIDTH_IN,
    HouseFigure,
    nothing,
    styled,
)
from twin.quantities import clock, middle, percent, power, scaled, shared, span
from twin.results import Result

_STATES = {"live": BLUE, "partly": ORANGE, "lost": VERMILION, "idle": "#9AA5B1", "unknown": GREY}
_FILLS = {"live": "#EAF3F9", "partly": "#FDF1DA", "lost": "#FBE3D6", "idle": "#F1F3F5"}
MOST_WIDE = 6
"""Columns past which a box is narrow: four short lines instead of three."""

ROW_IN = 0.64
NARROW_ROW_IN = 0.8
"""From one box of a column to the next, with room for three lines or four."""

_BOX = 0.87
"""Width of a box; the rest of its column is for the lines."""
_DRAWN_FRAC = 0.97
"""Of the figure's width, between its margins."""
_EDGE_PT = 5.0
"""Of a box, which its words leave free."""


@styled
def figure_oneline(result: Result) -> Figure:
    """Boxes by distance from the utility; blue is live, vermilion with dashes is lost, load beside
    rating.
    """
    graph = power_graph(result)
    if not graph:
        return nothing("No power connection is in the edges table.")
    time_s, why = worst_moment(result)
    condition = condition_of(result, graph, time_s)
    drawn = merged_where_alike(graph, condition)
    columns = _columns(drawn)
    rows = max(map(len, columns))
    narrow = len(columns) > MOST_WIDE
    height_in = min(9.6, (NARROW_ROW_IN if narrow else ROW_IN) * rows + 1.1)
    figure = HouseFigure(figsize=(WIDTH_IN, height_in), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(-0.02, len(columns) - 1 + _BOX + 0.02), ylim=(rows - 0.45, -0.55))
    axes.axis("off")
    axes.set_title(
        f"Power at {clock(time_s)}, {why}"
        if np.isfinite(time_s)
        else "Power; no state was recorded"
    )
    place = {
        name: (float(x), y) for x, names in enumerate(columns) for name, y in _spread(names, rows)
    }
    _draw_edges(axes, drawn, place)
    room_pt = _DRAWN_FRAC * 72 * WIDTH_IN * _BOX / (len(columns) - 1 + _BOX) - _EDGE_PT
    boxes = {name: drawn.nodes[name]["box"] for name in place}
    titles = {name: _box_title(box, room_pt) for name, box in boxes.items()}
    fits = all(width_pt(title, weight="bold") <= room_pt for title in titles.values())
    weight = "bold" if fits and not narrow else "normal"
    for name, at in place.items():
        lines = words_of(boxes[name], narrow, room_pt)
        _draw_box(axes, boxes[name], at, (titles[name], weight), lines)
    _legend(figure)
    return figure


def _columns(drawn: Digraph) -> list[list[str]]:
    """Nodes by longest path from a source, each column ordered by where its feeds stand."""
    columns = drawn.generations()
    order = {name: float(n) for n, name in enumerate(drawn)}
    for names in columns:
        names.sort(key=lambda name: (_side(drawn, name), _feed_height(drawn, order, name), name))
        for n, name in enumerate(names):
            order[name] = (n + 0.5) / len(names)
    return columns


def _side(drawn: Digraph, name: str) -> int:
    """Where a side stands from top to bottom: A, then what both feed, then the others."""
    side = drawn.nodes[name]["box"].side
    return 0 if side == "A" else 2 if len(side) == 1 else 1


def _feed_height(drawn: Digraph, order: dict[str, float], name: str) -> float:
    feeds = [order[feed] for feed in drawn.predecessors(name)]
    return float(np.mean(feeds)) if feeds else order[name]


def _spread(names: list[str], rows: int) -> list[tuple[str, float]]:
    step = rows / len(names)
    return [(name, (n + 0.5) * step - 0.5) for n, name in enumerate(names)]


def _draw_edges(axes: Axes, drawn: Digraph, place: dict[str, tuple[float, float]]) -> None:
    """Elbows from right side to left side, each source on its own track; a feed that is dark is
    dashed.
    """
    column = {
        name: [other for other in place if place[other][0] == at[0]] for name, at in place.items()
    }
    for source, target in drawn.edges:
        (x0, y0) = place[source]
        (x1, y1) = place[target]
        feeds = sorted(drawn.predecessors(target), key=lambda name: place[name][1])
        y1 += 0.4 * ((feeds.index(source) + 1) / (len(feeds) + 1) - 0.5)
        same = column[source]
        bend = x1 - 0.135 + 0.12 * (same.index(source) + 1) / (len(same) + 1)
        states = (drawn.nodes[source]["box"].state, drawn.nodes[target]["box"].state)
        lost = "lost" in states
        look: dict[str, Any] = {
            "color": _STATES["idle"] if "idle" in states else BLUE,
            "linestyle": "-",
        }
        look = {"color": VERMILION, "linestyle": (0, (3, 2))} if lost else look
        axes.plot(
            [x0 + _BOX, bend, bend, x1], [y0, y0, y1, y1], linewidth=1.2, zorder=1 + lost, **look
        )


def _draw_box(
    axes: Axes, box: Box, at: tuple[float, float], titled: tuple[str, str], lines: list[str]
) -> None:
    """A box with its words, its title in a stated weight."""
    x, y = at
    over = box.load_frac > 1.001  # racks at their rating are not above it
    look: dict[str, Any] = {
        "facecolor": _FILLS.get(box.state, "white"),
        "edgecolor": _STATES[box.state],
    }
    look |= {"linewidth": 2.6 if over else 1.2, "zorder": 3}
    shape = "round,pad=0,rounding_size=0.04"
    axes.add_patch(
        FancyBboxPatch((x, y - 0.42), _BOX, 0.84, boxstyle=shape, mutation_aspect=2, **look)
    )
    if box.side:
        tag: dict[str, Any] = {"fontsize": 9, "weight": "bold", "zorder": 5, "va": "center"}
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.2}
        axes.text(x + 0.025, y + 0.45, box.side, color=INK, bbox=ground, **tag)
    step = 0.8 / (len(lines) + 1)
    ink = VERMILION_INK if box.state == "lost" or over else GREY if box.state == "idle" else INK
    title, weight = titled
    for n, text in enumerate([title, *lines]):
        style: dict[str, Any] = {"color": ink} if n else {"color": INK, "weight": weight}
        axes.text(
            x + _BOX / 2,
            y - 0.4 + (n + 0.5) * step,
            text,
            ha="center",
            va="center",
            zorder=4,
            **style,
        )


def _box_title(box: Box, room_pt: float) -> str:
    """The name; of several the folded names, what the names share, or their kind, whichever fits
    first.
    """
    if len(box.members) == 1:
        return _cut(box.members[0], room_pt)
    told = (span(box.members, most=9), shared(box.members))
    fits = [text for text in told if len(text) >= 3 and width_pt(text) <= room_pt]
    return _cut((fits or [plural(box.kind)])[0], room_pt)


def _cut(text: str, room_pt: float) -> str:
    """As much of it as has room, its middle left out."""
    cuts = (middle(text, most) for most in range(len(text), 5, -1))
    return next((cut for cut in cuts if width_pt(cut) <= room_pt), middle(text, 5))


def words_of(box: Box, narrow: bool, room_pt: float) -> list[str]:
    """Load, share of rating and rating: two lines, or three short ones."""
    rating = _rating(box, room_pt)
    state = {"lost": "LOST", "idle": "idle", "unknown": ""}.get(box.state, box.state)
    if box.state in ("lost", "idle") or not np.isfinite(box.load_w):
        return [state, rating]
    peak = percent(box.load_frac, 0) if np.isfinite(box.load_frac) else ""
    load = [power(box.load_w), peak] if narrow else [f"{power(box.load_w)} {peak}".strip()]
    return [text for text in (*load, rating) if text]


def _rating(box: Box, room_pt: float) -> str:
    """Of one, or how many of what rating; in two figures where three have no room."""
    many = len(box.members)
    if many == 1:
        return f"of {power(box.rating_w)}" if box.rating_w > 0 else ""
    if not box.rating_w > 0:
        return f"{many} of them"
    each_w = box.rating_w / many
    told = [
        f"{many} × {power(each_w)}",
        f"{many}×{power(each_w)}",
        f"{many}×{scaled(each_w, 'W', 2)}",
    ]
    return next((text for text in told if width_pt(text) <= room_pt), f"{many} of them")


def _legend(figure: Figure) -> None:
    handles = [
        Line2D([], [], color=BLUE, label="live"),
        Line2D([], [], color=VERMILION, linestyle=(0, (3, 2)), label="lost"),
        Patch(facecolor=_FILLS["idle"], edgecolor=_STATES["idle"], label="idle"),
        Patch(facecolor=_FILLS["partly"], edgecolor=ORANGE, label="lost for a while"),
        Patch(facecolor="white", edgecolor=INK, linewidth=2.6, label="above its rating"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
