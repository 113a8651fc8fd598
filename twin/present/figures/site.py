"""Site plan: halls and yard from above, alike neighbours named once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from twin.present.figures.halls import DrawnHall, halls, standing
from twin.present.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    WIDTH_IN,
    HouseFigure,
    nothing,
    styled,
)
from twin.quantities import short, span
from twin.results import Result

_OUTLINE = {"power": BLUE, "cooling": GREEN}
_LETTER_PT = 5.6
_LINE_PT = 9.5
_HEIGHT_IN = (1.6, 4.9)

Corners = tuple[float, float, float, float]
"""West, south, east and north edges, in metres."""


@styled
def figure_site(result: Result) -> Figure:
    """Halls as frames, what stands outside them in outline; names beside each group of equals."""
    rooms = halls(result)
    kit = standing(result)
    inside = {name for room in rooms for name in room.inside["id"]}
    yard = kit[~kit["id"].isin(inside)]
    if yard.empty:
        return nothing("No component stands outside the halls.")
    west, south, east, north = _extent(yard, rooms)
    height_in = float(np.clip(6.0 * (north - south) / max(east - west, 1.0), *_HEIGHT_IN))
    points_per_m = min(72 * (height_in - 0.5) / (north - south), 72 * 6.2 / (east - west))
    figure = HouseFigure(figsize=(WIDTH_IN, height_in), layout="constrained")
    axes = figure.subplots()
    pad = 8.0 / points_per_m
    axes.set(
        xlim=(west - pad, max(east + pad, west - pad + 72 * 6.4 / points_per_m)), aspect="equal"
    )
    axes.set(ylim=(south - pad, north + pad), ylabel="north (m)")
    axes.set_xlabel("east (m)", loc="left")
    axes.spines["bottom"].set_bounds(west, east)
    step = next(
        (step for step in (5, 10, 20, 50, 100) if (east - west) / step <= 6), (east - west) / 6
    )
    axes.set_xticks(np.arange(step * np.ceil(west / step), east + 1e-6, step))
    taken = [_corners(yard.iloc[[n]]) for n in range(len(yard))]
    for room in rooms:
        _draw_room(axes, room, points_per_m)
    for row in yard.to_dict("records"):
        axes.add_patch(_box({str(k): v for k, v in row.items()}))
    for _, group in _groups(yard):
        _name_group(axes, group, points_per_m, taken)
    return figure


def _extent(yard: pd.DataFrame, rooms: list[DrawnHall]) -> Corners:
    west, south, east, north = _corners(yard)
    return (
        min([west, *(r.west for r in rooms)]),
        min([south, *(r.south for r in rooms)]),
        max([east, *(r.east for r in rooms)]),
        max([north, *(r.north for r in rooms)]),
    )


def _corners(kit: pd.DataFrame) -> Corners:
    x = kit["width_m"] / 2
    y = kit["depth_m"] / 2
    return (float((kit["x_m"] - x).min()), float((kit["y_m"] - y).min()),
            float((kit["x_m"] + x).max()), float((kit["y_m"] + y).max()))  # fmt: skip


def _draw_room(axes: Axes, room: DrawnHall, points_per_m: float) -> None:
    axes.add_patch(
        Rectangle(
            (room.west, room.south),
            room.width_m,
            room.depth_m,
            facecolor="#EDF1F4",
            edgecolor=INK,
            linewidth=1.4,
            zorder=1,
        )
    )
    name = short(room.name, max(4, int(points_per_m * room.width_m / _LETTER_PT)))
    axes.text(
        (room.west + room.east) / 2,
        (room.south + room.north) / 2,
        name,
        ha="center",
        va="center",
        zorder=3,
    )


def _box(row: dict[str, Any]) -> Rectangle:
    west = row["x_m"] - row["width_m"] / 2
    south = row["y_m"] - row["depth_m"] / 2
    return Rectangle(
        (west, south),
        row["width_m"],
        row["depth_m"],
        facecolor="white",
        edgecolor=_OUTLINE.get(row["system"], GREY),
        linewidth=0.9,
        zorder=2,
    )


def _groups(yard: pd.DataFrame) -> list[tuple[Any, pd.DataFrame]]:
    """Equals that stand in one line."""
    return list(yard.groupby([yard["type"], yard["y_m"].round(1)], sort=False))


def _name_group(axes: Axes, group: pd.DataFrame, points_per_m: float, taken: list[Corners]) -> None:
    """East of the group, on the nearest line that is free, past whatever stands on it."""
    _, south, east, north = _corners(group)
    text = span(group["id"], most=2)
    wide_m = (len(text) * _LETTER_PT + 6) / points_per_m
    tall_m = _LINE_PT / points_per_m
    spots = []
    for step in (0, 1, -1, 2, -2):
        y = (south + north) / 2 + step * tall_m
        band = sorted(t for t in taken if t[1] < y + tall_m / 2 and y - tall_m / 2 < t[3])
        x = east + 4.0 / points_per_m
        for other in band:
            if other[0] < x + wide_m and x < other[2]:
                x = other[2] + 4.0 / points_per_m
        spots.append((x - east + 12.0 * abs(step) * tall_m, x, y))
    _, x, y = min(spots)
    taken.append((x, y - tall_m / 2, x + wide_m, y + tall_m / 2))
    ink = _OUTLINE.get(str(group["system"].iloc[0]), GREY)
    axes.text(x, y, text, color=ink, va="center", zorder=4, clip_on=False)
