"""Floor plans: every hall twice, its racks by warmest inlet air and by what is left to the slowdown
limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch, Rectangle

from twin.present.figures.halls import Hall, halls
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
from twin.quantities import degrees, number, short, span
from twin.results import Result

RECOMMENDED_DEGC = (18.0, 27.0)
"""ASHRAE TC 9.9, Thermal Guidelines for Data Processing Environments, 5th ed. 2021: recommended dry
bulb."""

MOST_HALLS = 6
"""Halls drawn; past it, those with the hottest GPUs."""

TALLEST_IN = 7.0
"""Of one plan: two in one page's length would leave no room for the names of racks."""

MARGIN_K = 30.0
"""The scale of what is left to the slowdown limit ends here: more is as good."""

BESIDE_M = 0.5
"""Rows whose middles are closer than this stand in one line."""

_OUTLINE = {"power": BLUE, "cooling": GREEN}
_LETTER_PT = 5.6
_LINE_PT = 10.5


@dataclass(frozen=True)
class Scale:
    """One quantity of the racks: its values by rack, its colours, and from where on a rack is in
    trouble.
    """

    title: str
    label: str
    value: pd.Series[float]
    shade: ScalarMappable
    trouble: pd.Series[bool]


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


def slowdown_degc(result: Result) -> float:
    """The lowest slowdown limit of the GPUs in use, from the witnesses; NaN where none is
    stated.
    """
    held = result.frame("witnesses")
    stated = held.loc[
        (held["parameter"] == "slowdown_degc") & held["subject"].str.startswith("gpus/"), "value"
    ]
    return min((float(value) for value in stated), default=np.nan)


def inlet_scale(result: Result) -> Scale:
    """The warmest inlet air of every rack over the run; trouble is above the recommended band."""
    value = result.frame("racks").groupby("rack", sort=False)["inlet_air_degc"].max()
    high = max(32.0, np.ceil(number(value.max())) if value.notna().any() else 0.0)
    low = min(15.0, np.floor(number(value.min())) if value.notna().any() else 15.0)
    shade = ScalarMappable(Normalize(low, high), colormaps["YlOrRd"])
    label = (
        f"warmest inlet air (°C); recommended: {RECOMMENDED_DEGC[0]:.0f} to "
        f"{RECOMMENDED_DEGC[1]:.0f} °C"
    )
    title = "Inlet air, each rack's warmest"
    if value.notna().any():
        title += f"; warmest {short(value.idxmax())}, {degrees(value.max())}"
    return Scale(title, label, value, shade, value > RECOMMENDED_DEGC[1])


def margin_scale(result: Result) -> Scale:
    """What is left between the hottest GPU of every rack and the slowdown limit; trouble is at the
    limit.

    Without a stated limit the temperature itself. Racks without GPUs have no value.
    """
    held = result.frame("components")
    racks = result.frame("racks")
    gpus = racks[racks["rack"].isin(held.loc[held["gpus"] > 0, "id"])]
    hottest = gpus.groupby("rack", sort=False)["junction_max_degc"].max()
    limit = slowdown_degc(result)
    if not np.isfinite(limit):
        low, high = (hottest.min(), hottest.max()) if hottest.notna().any() else (20.0, 90.0)
        shade = ScalarMappable(Normalize(low, max(high, low + 10.0)), colormaps["YlOrRd"])
        return Scale("Hottest GPU", "hottest GPU (°C)", hottest, shade, hottest > np.inf)
    margin = (limit - hottest).clip(lower=0.0)
    shade = ScalarMappable(Normalize(0.0, MARGIN_K), colormaps["YlOrRd_r"])
    title = f"Hottest GPU, limit {limit:g} °C"
    if hottest.notna().any():
        title += f"; hottest {short(hottest.idxmax())}, {degrees(hottest.max())}"
    return Scale(title, f"K left to the slowdown limit ({limit:g} °C)", margin, shade, margin < 0.5)


def _hottest(rooms: list[Hall], margin: pd.Series[float]) -> list[Hall]:
    """At most MOST_HALLS, in build order."""
    least = [number(margin.reindex(room.inside["id"]).min()) for room in rooms]
    order = sorted(range(len(rooms)), key=lambda n: (np.isnan(least[n]), least[n]))
    return [rooms[n] for n in sorted(order[:MOST_HALLS])]


def _draw_hall(axes: Axes, room: Hall, scale: Scale, width_in: float, named: bool) -> None:
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
