"""Site plan: halls and yard from above, alike neighbours named once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from twin.present.figures.floor_names import Corners, corners
from twin.present.figures.halls import DrawnHall, halls, standing
from twin.present.figures.labels import width_pt
from twin.present.figures.style import (
    GREY,
    INK,
    LETTERS,
    OUTLINE,
    WIDTH_IN,
    HouseFigure,
    nothing,
    styled,
)
from twin.quantities import short, span
from twin.results import Result

_HEIGHT_IN = (1.4, 5.0)
_PLAN_IN = WIDTH_IN - 0.75
"""Width left beside the axis of metres."""
_LINE_PT = 11.5
_PAD_PT = 8.0
_LEADER_PT = 22.0
"""From the plan to the column of names."""


@styled
def figure_site(result: Result) -> Figure:
    """Halls as frames, what stands outside them in outline; the names of equals in a column east of
    everything, each with a line to the group it names.
    """
    rooms = halls(result)
    kit = standing(result)
    inside = {name for room in rooms for name in room.inside["id"]}
    yard = kit[~kit["id"].isin(inside)]
    if yard.empty:
        return nothing("No component stands outside the halls.")
    west, south, east, north = _extent(yard, rooms)
    groups = _groups(yard)
    texts = [span(group["id"], most=2) for group in groups]
    column_pt = max(map(width_pt, texts)) + _LEADER_PT + 4.0
    plan_pt = 72 * _PLAN_IN - column_pt - 2 * _PAD_PT
    least_pt = len(groups) * _LINE_PT + 20
    tall_pt = max(plan_pt * (north - south) / (east - west), least_pt)
    height_in = float(np.clip(tall_pt / 72, *_HEIGHT_IN))
    points_per_m = min(72 * height_in / (north - south), plan_pt / (east - west))
    figure = HouseFigure(figsize=(WIDTH_IN, height_in + 0.6), layout="constrained")
    axes = figure.subplots()
    pad = _PAD_PT / points_per_m
    _scale(axes, (west, south, east, north), pad, column_pt / points_per_m, least_pt / points_per_m)
    for room in rooms:
        _draw_room(axes, room, points_per_m)
    for row in yard.to_dict("records"):
        axes.add_patch(_box({str(k): v for k, v in row.items()}))
    middles = [_middle(group) for group in groups]
    lines = _apart(middles, _LINE_PT / points_per_m)
    for group, text, y in zip(groups, texts, lines, strict=True):
        _name_group(axes, group, text, east, (east + _LEADER_PT / points_per_m, y))
    return figure


def _scale(axes: Axes, extent: Corners, pad_m: float, column_m: float, least_m: float) -> None:
    """Room for the plan, the column of names east of it, and as many lines as it has."""
    west, south, east, north = extent
    more = max(0.0, least_m - (north - south)) / 2
    axes.set(xlim=(west - pad_m, east + column_m + pad_m), aspect="equal")
    axes.set(ylim=(south - pad_m - more, north + pad_m + more), ylabel="north (m)")
    axes.set_xlabel("east (m)", loc="left")
    axes.spines["bottom"].set_bounds(west, east)
    steps = (5, 10, 20, 50, 100, 200, 500)
    step = next((step for step in steps if (east - west) / step <= 6), (east - west) / 6)
    axes.set_xticks(np.arange(step * np.ceil(west / step), east + 1e-6, step))


def _extent(yard: pd.DataFrame, rooms: list[DrawnHall]) -> Corners:
    west, south, east, north = corners(yard)
    return (
        min([west, *(r.west for r in rooms)]),
        min([south, *(r.south for r in rooms)]),
        max([east, *(r.east for r in rooms)]),
        max([north, *(r.north for r in rooms)]),
    )


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
    letters = int(points_per_m * room.width_m / width_pt("n"))
    name = short(room.name, max(4, letters))
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
        linewidth=0.9,
        zorder=2,
        **OUTLINE.get(row["system"], {"edgecolor": GREY}),
    )


def _groups(yard: pd.DataFrame) -> list[pd.DataFrame]:
    """Equals that stand in one line, from north to south."""
    held = [group for _, group in yard.groupby([yard["type"], yard["y_m"].round(1)], sort=False)]
    return sorted(held, key=_middle, reverse=True)


def _middle(group: pd.DataFrame) -> float:
    _, south, _, north = corners(group)
    return (south + north) / 2


def _apart(wanted: Sequence[float], least: float) -> list[float]:
    """Falling heights at least so far apart, as near to the wanted ones as that allows: lines that
    meet move together about their common middle.
    """
    blocks: list[list[float]] = []
    for height in wanted:
        blocks.append([height])
        while len(blocks) > 1 and _top(blocks[-2], least) - _top(blocks[-1], least) < least * len(
            blocks[-2]
        ):
            last = blocks.pop()
            blocks[-1] += last
    return [_top(block, least) - least * n for block in blocks for n in range(len(block))]


def _top(block: Sequence[float], least: float) -> float:
    """The height of the first line of a block about the middle of what its lines wanted."""
    return sum(block) / len(block) + least * (len(block) - 1) / 2


def _name_group(
    axes: Axes, group: pd.DataFrame, text: str, plan_east: float, at: tuple[float, float]
) -> None:
    """The name in the column, and a thin line from it to the group's east end."""
    _, _, east, _ = corners(group)
    ink = LETTERS.get(str(group["system"].iloc[0]), GREY)
    axes.plot(
        (east, plan_east, at[0]), (_middle(group), _middle(group), at[1]),
        color=ink, linewidth=0.5, zorder=1.5,
    )  # fmt: skip
    axes.text(*at, f" {text}", color=ink, va="center", zorder=4, gid="name")
