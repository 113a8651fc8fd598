"""Floor plans: every hall twice, its racks by warmest inlet air and by what is left to the slowdown
limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch, Rectangle

from twin.present.figures.floor_scale import RECOMMENDED_DEGC, Scale, inlet_scale, margin_scale
from twin.present.figures.halls import DrawnHall, halls
from twin.present.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    PALE,
    VERMILION,
    WIDTH_IN,
    HouseFigure,
    nothing,
    readable_on,
    styled,
)
from twin.quantities import number, short, span
from twin.results import Result

MOST_HALLS = 6
"""Halls drawn; past it, those with the hottest GPUs."""

TALLEST_IN = 7.0
"""Of one plan: two in one page's length would leave no room for the names of racks."""


BESIDE_M = 0.5
"""Rows whose middles are closer than this stand in one line."""

_OUTLINE = {"power": BLUE, "cooling": GREEN}
_LETTER_PT = 5.6
_LINE_PT = 10.5


@styled
def figure_floor(result: Result) -> Figure:
    """One hall fills the width, two plans below one another; more halls stand in rows, both plans
    side by side.
    """
    rooms = halls(result)
    if not rooms:
        return nothing("No component has a place in a hall.")
    scales = [inlet_scale(result), margin_scale(result)]
    shown = _hottest(rooms, scales[1].value)
    single = len(shown) == 1
    grid = (2, 1) if single else (len(shown), 2)
    width_in = WIDTH_IN - 0.6 if single else WIDTH_IN / 2 - 0.5
    height_in = max(min(width_in * room.depth_m / room.width_m, TALLEST_IN) for room in shown)
    height_in += 0.55 if single else 0.42
    figure = HouseFigure(
        figsize=(WIDTH_IN, height_in * grid[0] + 1.6), layout=ConstrainedLayoutEngine(h_pad=0.08)
    )
    panels = figure.subplots(*grid, squeeze=False)
    plots = panels.reshape(1, 2) if single else panels
    for n, room in enumerate(shown):
        for axes, scale in zip(plots[n], scales, strict=True):
            _draw_hall(axes, room, scale, width_in, named=not single)
    for n, scale in enumerate(scales):
        plots[0][n].set_title(
            scale.title if single else f"{scale.title.partition(';')[0]}\n{shown[0].name}"
        )
        _colour_bar(figure, [plots[0][n]] if single else list(plots[:, n]), scale)
    _legend(figure, len(rooms), len(shown))
    return figure


def _hottest(rooms: list[DrawnHall], margin: pd.Series[float]) -> list[DrawnHall]:
    """At most MOST_HALLS, in build order."""
    least = [number(margin.reindex(room.inside["id"]).min()) for room in rooms]
    order = sorted(range(len(rooms)), key=lambda n: (np.isnan(least[n]), least[n]))
    return [rooms[n] for n in sorted(order[:MOST_HALLS])]


def _draw_hall(axes: Axes, room: DrawnHall, scale: Scale, width_in: float, named: bool) -> None:
    """Walls, equipment, racks, and names where they fit."""
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
    points_per_m = 72 * min(width_in / room.width_m, TALLEST_IN / room.depth_m) / 1.024
    for row in _rows(room.inside[room.inside["kind"] != "rack"]):
        _draw_kit(axes, row, points_per_m)
    racks = room.inside[room.inside["kind"] == "rack"]
    for row in _rows(racks):
        _draw_rack(axes, row, scale, points_per_m)
    lines = _lines(racks)
    stems = [str(line["id"].iloc[0]).rpartition("_")[0] for line in lines]
    for line, stem in zip(lines, stems, strict=True):
        beside = [
            other for other in lines if abs(other["y_m"].mean() - line["y_m"].mean()) < BESIDE_M
        ]
        odd = sum(other["x_m"].min() < line["x_m"].min() for other in beside) % 2 == 1
        _name_line(
            axes, line, stem if stems.count(stem) == 1 else span(line["id"]), odd, points_per_m
        )


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for record in frame.to_dict("records"):
        yield {str(key): value for key, value in record.items()}


def _box(row: dict[str, Any], **look: Any) -> Rectangle:
    west = row["x_m"] - row["width_m"] / 2
    south = row["y_m"] - row["depth_m"] / 2
    return Rectangle((west, south), row["width_m"], row["depth_m"], **look)


def _draw_kit(axes: Axes, row: dict[str, Any], points_per_m: float) -> None:
    """Other equipment in outline, its name inside, or across, or its last parts alone."""
    edge = _OUTLINE.get(row["system"], GREY)
    axes.add_patch(_box(row, facecolor="white", edgecolor=edge, linewidth=1.1, zorder=2))
    parts = str(row["id"]).split("_")
    _name(axes, row, (short(row["id"], 16), "_".join(parts[-2:]), parts[-1]), edge, points_per_m)


def _draw_rack(axes: Axes, row: dict[str, Any], scale: Scale, points_per_m: float) -> None:
    value = number(scale.value.get(row["id"], np.nan))
    thin = min(1.0, 0.1 * points_per_m * row["width_m"])
    if not np.isfinite(value):
        axes.add_patch(
            _box(row, facecolor=PALE, edgecolor="#9AA5B1", linewidth=0.6 * thin, zorder=2)
        )
        _name(axes, row, (str(row["id"]).rpartition("_")[2],), GREY, points_per_m)
        return
    fill = tuple(map(float, scale.shade.to_rgba(np.array([value]))[0]))
    hot = bool(scale.trouble.get(row["id"], False))
    edge, width = (VERMILION, 2.2) if hot else ("#4A5560", 0.6)
    axes.add_patch(
        _box(row, facecolor=fill, edgecolor=edge, linewidth=width * thin, zorder=2 + hot)
    )
    last = str(row["id"]).rpartition("_")[2]
    inside = (f"{last}\n{value:.0f}", last, last.lstrip("r"))
    _name(axes, row, inside, readable_on(fill), points_per_m)


def _name(
    axes: Axes, row: dict[str, Any], texts: tuple[str, ...], ink: str, points_per_m: float
) -> None:
    """The first of the texts that fits inside, lengthwise or crosswise; nothing where none does."""
    width_pt = points_per_m * row["width_m"]
    depth_pt = points_per_m * row["depth_m"]
    for text in texts:
        lines = text.split("\n")
        along = max(map(len, lines)) * _LETTER_PT + 1.0
        across = len(lines) * _LINE_PT
        turn = (
            0
            if along <= width_pt and across <= depth_pt
            else 90
            if along <= depth_pt and across <= width_pt
            else -1
        )
        if turn >= 0:
            axes.text(
                row["x_m"],
                row["y_m"],
                text,
                color=ink,
                ha="center",
                va="center",
                rotation=turn,
                zorder=5,
                linespacing=1.05,
            )
            return


def _lines(racks: pd.DataFrame) -> list[pd.DataFrame]:
    """Racks of one name before the number that stand in one line."""
    stem = racks["id"].map(lambda name: name.rpartition("_")[0])
    return [line for _, line in racks.groupby([stem, racks["y_m"].round(1)], sort=False)]


def _name_line(axes: Axes, line: pd.DataFrame, name: str, odd: bool, points_per_m: float) -> None:
    """The row's name above it, or below where another row's name stands before it."""
    west = float((line["x_m"] - line["width_m"] / 2).min())
    half = float(line["depth_m"].max()) / 2 + 3.0 / points_per_m
    y = float(line["y_m"].mean()) + (-half if odd else half)
    axes.text(west, y, short(name, 40), color=INK, va="top" if odd else "bottom", zorder=5)


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
    bar.set_label(scale.label if len(panels) == 1 else scale.label.replace("; ", "\n"))
    if scale.label.startswith("warmest"):
        for mark in RECOMMENDED_DEGC:
            bar.ax.axvline(mark, color=INK, linewidth=2)


def _legend(figure: Figure, rooms: int, shown: int) -> None:
    handles = [
        Patch(facecolor="white", edgecolor=BLUE, label="power"),
        Patch(facecolor="white", edgecolor=GREEN, label="cooling"),
        Patch(facecolor=PALE, edgecolor="#9AA5B1", label="rack without a value"),
        Patch(facecolor="white", edgecolor=VERMILION, linewidth=2.2, label="at or above the limit"),
    ]
    title = f"the {shown} of {rooms} halls with the hottest GPUs" if rooms > shown else None
    figure.legend(
        handles=handles, loc="outside lower center", ncols=4, handlelength=1.2, title=title
    )
