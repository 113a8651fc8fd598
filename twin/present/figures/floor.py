"""Floor plans: every hall, its racks by warmest inlet air or by what is left to the slowdown
limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from twin.present.figures.floor_fronts import draw_front
from twin.present.figures.floor_names import (
    FreePlaces,
    alike,
    name_inside,
    name_kit,
    name_rows,
    turn_inside,
)
from twin.present.figures.floor_scale import RECOMMENDED_DEGC, Scale, inlet_scale, margin_scale
from twin.present.figures.halls import DrawnHall, halls
from twin.present.figures.style import (
    GREY,
    INK,
    LETTERS,
    OUTLINE,
    PALE,
    VERMILION,
    WIDTH_IN,
    HouseFigure,
    nothing,
    readable_on,
    styled,
)
from twin.quantities import number, short
from twin.results import Result

MOST_HALLS = 6
"""Halls drawn; past it, those with the hottest GPUs."""

PAGE_IN = 9.2
"""Of a figure: a taller one is made smaller on paper, and its letters with it."""
TALLEST_IN = 7.0
"""Of one plan."""
_AROUND_IN = 1.6
"""Colour bar and legend."""


@styled
def figure_floor(result: Result) -> Figure:
    """The halls, their racks by the warmest air they drew."""
    return _plans(result, inlet_scale(result))


@styled
def figure_slowdown(result: Result) -> Figure:
    """The halls, their racks by what their hottest GPU kept from its slowdown limit."""
    return _plans(result, margin_scale(result))


def _plans(result: Result, scale: Scale) -> Figure:
    """One hall fills the width; more halls stand two in a row. All fit on a page."""
    rooms = halls(result)
    if not rooms:
        return nothing("No component has a place in a hall.")
    shown = _hottest(rooms, margin_scale(result).value)
    across = min(2, len(shown))
    rows = -(-len(shown) // across)
    width_in = WIDTH_IN / across - 0.25 * across
    title_in = 0.55 if across == 1 else 0.42
    tallest_in = min(TALLEST_IN, (PAGE_IN - _AROUND_IN) / rows - title_in)
    height_in = max(min(width_in * room.depth_m / room.width_m, tallest_in) for room in shown)
    figure = HouseFigure(
        figsize=(WIDTH_IN, (height_in + title_in) * rows + _AROUND_IN),
        layout=ConstrainedLayoutEngine(h_pad=0.08),
    )
    plots = list(figure.subplots(rows, across, squeeze=False).flat)
    for axes in plots[len(shown) :]:
        axes.remove()
    for axes, room in zip(plots, shown, strict=False):
        _draw_hall(axes, room, scale, (width_in, tallest_in), named=across > 1)
    if across == 1:
        plots[0].set_title(scale.title)
    else:
        figure.suptitle(scale.title, x=0.01, ha="left", fontsize=10, fontweight="bold")
    _colour_bar(figure, plots[: len(shown)], scale)
    drawn = pd.concat([room.inside for room in shown])
    _legend(figure, scale, drawn, len(rooms), len(shown))
    return figure


def _hottest(rooms: list[DrawnHall], margin: pd.Series[float]) -> list[DrawnHall]:
    """At most MOST_HALLS, in build order."""
    least = [number(margin.reindex(room.inside["id"]).min()) for room in rooms]
    order = sorted(range(len(rooms)), key=lambda n: (np.isnan(least[n]), least[n]))
    return [rooms[n] for n in sorted(order[:MOST_HALLS])]


def _draw_hall(
    axes: Axes, room: DrawnHall, scale: Scale, most_in: tuple[float, float], named: bool
) -> None:
    """Walls, equipment, racks, and names where they fit; `most_in` wide and deep."""
    width_in, tallest_in = most_in
    edge_m = 0.012 * room.width_m
    axes.set(
        xlim=(room.west - edge_m, room.east + edge_m),
        ylim=(room.south - edge_m, room.north + edge_m),
    )
    axes.set_aspect("equal")
    axes.axis("off")
    wall = Rectangle(
        (room.west, room.south),
        room.width_m,
        room.depth_m,
        facecolor="#FBFCFD",
        edgecolor=INK,
        linewidth=1.6,
        zorder=0,
    )
    axes.add_patch(wall)
    if named:
        axes.set_title(short(room.name))
    points_per_m = 72 * min(width_in / room.width_m, tallest_in / room.depth_m) / 1.024
    walls = (room.west, room.south, room.east, room.north)
    places = FreePlaces(walls, points_per_m)
    places.take(room.inside)
    racks = room.inside[room.inside["kind"] == "rack"]
    name_rows(axes, racks, INK, places)
    for line in alike(room.inside[room.inside["kind"] != "rack"]):
        _draw_line(axes, line, places)
    for row in _rows(racks):
        _draw_rack(axes, row, scale, points_per_m)
        draw_front(axes, row, INK, points_per_m)


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for record in frame.to_dict("records"):
        yield {str(key): value for key, value in record.items()}


def _box(row: dict[str, Any], **look: Any) -> Rectangle:
    west = row["x_m"] - row["width_m"] / 2
    south = row["y_m"] - row["depth_m"] / 2
    return Rectangle((west, south), row["width_m"], row["depth_m"], **look)


def _draw_line(axes: Axes, line: pd.DataFrame, places: FreePlaces) -> None:
    """Equals in outline: each with its name where all have room for it, else numbers inside and
    one name beside them; where that has no room, the last parts of their names.
    """
    ppm = places.points_per_m
    rows = list(_rows(line))
    ink = LETTERS.get(rows[0]["system"], GREY)
    fits = all(turn_inside(row, short(row["id"], 16), ppm) >= 0 for row in rows)
    named = not fits and name_kit(axes, line, ink, places)
    for row in rows:
        look = OUTLINE.get(row["system"], {"edgecolor": GREY})
        axes.add_patch(_box(row, facecolor="white", linewidth=1.1, zorder=2, **look))
        draw_front(axes, row, ink, ppm)
        parts = str(row["id"]).split("_")
        texts = parts[-1:] if named else (short(row["id"], 16), "_".join(parts[-2:]), parts[-1])
        if not named or len(rows) > 1:
            name_inside(axes, row, texts, ink, ppm)


def _draw_rack(axes: Axes, row: dict[str, Any], scale: Scale, points_per_m: float) -> None:
    value = number(scale.value.get(row["id"], np.nan))
    thin = min(1.0, 0.1 * points_per_m * row["width_m"])
    if not np.isfinite(value):
        axes.add_patch(
            _box(row, facecolor=PALE, edgecolor="#9AA5B1", linewidth=0.6 * thin, zorder=2)
        )
        name_inside(axes, row, (str(row["id"]).rpartition("_")[2],), GREY, points_per_m)
        return
    fill = tuple(map(float, scale.shade.to_rgba(np.array([value]))[0]))
    hot = bool(scale.trouble.get(row["id"], False))
    edge, width = (VERMILION, 2.2) if hot else ("#4A5560", 0.6)
    axes.add_patch(
        _box(row, facecolor=fill, edgecolor=edge, linewidth=width * thin, zorder=2 + hot)
    )
    last = str(row["id"]).rpartition("_")[2]
    inside = (f"{last}\n{value:.0f}", last, last.lstrip("r"))
    name_inside(axes, row, inside, readable_on(fill), points_per_m)


def _colour_bar(figure: Figure, panels: list[Axes], scale: Scale) -> None:
    bar = figure.colorbar(
        scale.shade,
        ax=panels,
        orientation="horizontal",
        aspect=40,
        pad=0.02,
        fraction=0.05,
        extend="max" if scale.label.startswith("K ") else "neither",
    )
    bar.set_label(scale.label)
    if scale.label.startswith("warmest"):
        for mark in RECOMMENDED_DEGC:
            bar.ax.axvline(mark, color=INK, linewidth=2)


def _legend(figure: Figure, scale: Scale, drawn: pd.DataFrame, rooms: int, shown: int) -> None:
    """What the plans show, and nothing else."""
    racks = drawn.loc[drawn["kind"] == "rack", "id"]
    looks: dict[str, tuple[Any, dict[str, Any]]] = {
        "power": ((drawn["system"] == "power").any(), {**OUTLINE["power"]}),
        "cooling": ((drawn["system"] == "cooling").any(), {**OUTLINE["cooling"]}),
        "rack without a value": (
            scale.value.reindex(racks).isna().any(),
            {"facecolor": PALE, "edgecolor": "#9AA5B1"},
        ),
        scale.beyond: (
            scale.trouble.reindex(racks, fill_value=False).any(),
            {"edgecolor": VERMILION, "linewidth": 2.2},
        ),
    }
    handles: list[Artist] = [
        Patch(label=label, **{"facecolor": "white", **look})
        for label, (there, look) in looks.items()
        if there
    ]
    handles.append(Line2D([], [], color=INK, linewidth=1.3, label="front; arrow: blows"))
    title = f"the {shown} of {rooms} halls with the hottest GPUs" if rooms > shown else None
    figure.legend(
        handles=handles, loc="outside lower center", ncols=5, handlelength=1.2,
        columnspacing=1.2, title=title,
    )  # fmt: skip
