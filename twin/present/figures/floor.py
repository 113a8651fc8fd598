"""Floor plan: every rack as it stands, coloured by its inlet air at the hottest moment of the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from twin.present.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    PALE,
    PURPLE,
    VERMILION,
    WIDTH_IN,
    moment_s,
    nothing,
    readable_on,
    styled,
    wide,
)  # fmt: skip
from twin.present.numbers import clock, degrees, short
from twin.results import Result

RECOMMENDED_DEGC = (18.0, 27.0)
"""ASHRAE TC 9.9, Thermal Guidelines for Data Processing Environments, 5th ed. 2021: recommended dry bulb."""

MOST_LABELS = 300
"""Pieces of equipment in a hall past which names stand only where they fit inside."""

Corners = tuple[float, float, float, float]
"""West, east, south and north edges, in metres."""

_OUTLINE = {"power": BLUE, "cooling": GREEN, "fabric": PURPLE, "storage": PURPLE}
_LETTER_PT, _LINE_PT = 5.3, 10.5


@styled
def figure_floor(result: Result) -> Figure:
    """Racks filled by inlet temperature; power, cooling and network equipment outlined; halls as frames."""
    held = result.frame("components")
    stands = held[(held["width_m"] > 0) & (held["depth_m"] > 0)].reset_index(drop=True)
    if stands.empty:
        return nothing("No component has a footprint.")
    time_s, inlet_degc = hottest_inlet(result)
    halls = _halls(stands)
    size = [_height_in(group) for _, group in halls]
    figure = Figure(figsize=(WIDTH_IN, sum(size) + 1.5), layout="constrained")
    panels = figure.subplots(len(halls), 1, squeeze=False, gridspec_kw={"height_ratios": size})[:, 0]
    low, high = _range_degc(inlet_degc)
    shade = ScalarMappable(Normalize(low, high), colormaps["YlOrRd"])
    for axes, (name, group) in zip(panels, halls, strict=True):
        _draw_hall(axes, group, inlet_degc, shade)
        axes.set_title(_title(name, len(halls), time_s, inlet_degc))
    if inlet_degc.notna().any():
        _colour_bar(figure, list(panels), shade)
    _legend(figure, stands)
    return figure


def hottest_inlet(result: Result) -> tuple[float, pd.Series[float]]:
    """The moment the hottest inlet was recorded, and every rack's inlet then: index rack, degC."""
    racks = result.frame("racks")
    if racks["inlet_air_degc"].isna().all():
        return np.nan, pd.Series(dtype=float)
    over_time = wide(racks, "rack", "inlet_air_degc")
    time_s = moment_s(over_time.max(axis=1))
    return time_s, over_time[over_time.index == time_s].iloc[0]


def _halls(stands: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Equipment by hall, four halls at most; what stands outside goes with the only hall, if there is one."""
    parent = dict(zip(stands["id"], stands["parent"], strict=True))
    hall_ids = list(stands.loc[stands["kind"] == "hall", "id"])[:4]

    def hall(name: str) -> str:
        seen: set[str] = set()
        while name and name not in hall_ids and name not in seen:
            seen.add(name)
            name = parent.get(name, "")
        return name if name in hall_ids else ""

    inside = stands["id"].map(hall)
    if len(hall_ids) < 2:
        return [(hall_ids[0] if hall_ids else "", stands)]
    return [(name, stands[inside == name]) for name in hall_ids]


def _extent(group: pd.DataFrame) -> Corners:
    west, east = group["x_m"] - group["width_m"] / 2, group["x_m"] + group["width_m"] / 2
    south, north = group["y_m"] - group["depth_m"] / 2, group["y_m"] + group["depth_m"] / 2
    return float(west.min()), float(east.max()), float(south.min()), float(north.max())


def _height_in(group: pd.DataFrame) -> float:
    west, east, south, north = _extent(group)
    return float(np.clip(6.0 * (north - south) / max(east - west, 1e-9), 1.2, 6.5))


def _range_degc(inlet_degc: pd.Series[float]) -> tuple[float, float]:
    """At least 15 to 32 degC, so that the recommended band always shows."""
    known = inlet_degc.dropna()
    low = float(known.min()) if len(known) else 15.0
    high = float(known.max()) if len(known) else 32.0
    return min(15.0, np.floor(low)), max(32.0, np.ceil(high))


def _draw_hall(axes: Axes, group: pd.DataFrame, inlet_degc: pd.Series[float], shade: ScalarMappable) -> None:
    west, east, south, north = _extent(group)
    margin = 0.03 * max(east - west, north - south)
    axes.set(xlim=(west - margin, east + margin), ylim=(south - margin, north + margin), aspect="equal")
    axes.set(xlabel="east (m)", ylabel="north (m)")
    points_per_m = min(72 * 5.6 / (east - west + 2 * margin), 72 * 6.0 / (north - south + 2 * margin))
    equipment = set(group.loc[group["system"] != "building", "id"])
    taken: list[Corners] = []
    # a pump inside its CDU is not drawn on top of it
    labelled = [r for r in _rows(group) if r["system"] != "building" and r["parent"] not in equipment]
    for row in _rows(group):
        if row["system"] == "building":
            axes.add_patch(_box(row, facecolor="#FAFBFC", edgecolor="#9AA5B1", linewidth=1.0, zorder=0))
    boxes = [_corners(row) for row in labelled] if len(labelled) <= MOST_LABELS else None
    for row in labelled:
        ink = _draw_component(axes, row, inlet_degc, shade, points_per_m)
        _label(axes, row, ink, points_per_m, boxes, taken)


def _rows(group: pd.DataFrame) -> Iterator[dict[str, object]]:
    for record in group.to_dict("records"):
        yield {str(key): value for key, value in record.items()}


def _corners(row: dict[str, object]) -> Corners:
    x, y, width, depth = (float(str(row[key])) for key in ("x_m", "y_m", "width_m", "depth_m"))
    return x - width / 2, x + width / 2, y - depth / 2, y + depth / 2


def _box(row: dict[str, object], **look: Any) -> Rectangle:
    west, east, south, north = _corners(row)
    return Rectangle((west, south), east - west, north - south, **look)


def _draw_component(
    axes: Axes, row: dict[str, object], inlet_degc: pd.Series[float], shade: ScalarMappable, points_per_m: float
) -> str:
    """Draw one footprint and return the ink that reads on it; outlines thin out where footprints are tiny."""
    west, east, south, north = _corners(row)
    thin = min(1.0, 0.12 * points_per_m * min(east - west, north - south))
    if row["kind"] != "rack":
        edge = _OUTLINE.get(str(row["system"]), GREY)
        axes.add_patch(_box(row, facecolor="white", edgecolor=edge, linewidth=1.3 * thin, zorder=2))
        return edge
    degc = float(inlet_degc.get(str(row["id"]), np.nan))
    if not np.isfinite(degc):
        axes.add_patch(_box(row, facecolor=PALE, edgecolor=GREY, hatch="///", linewidth=0.6 * thin, zorder=2))
        return INK
    fill = tuple(map(float, shade.to_rgba(np.array([degc]))[0]))
    too_hot = degc > RECOMMENDED_DEGC[1]
    edge, width = (VERMILION, 1.8) if too_hot else ("#4A5560", 0.6)
    axes.add_patch(_box(row, facecolor=fill, edgecolor=edge, linewidth=width * thin, zorder=2 + too_hot))
    return readable_on(fill)


def _label(
    axes: Axes, row: dict[str, object], ink: str, points_per_m: float,
    boxes: list[Corners] | None, taken: list[Corners],
) -> None:  # fmt: skip
    """Name it inside, lengthwise or crosswise, or just below or above where that is free; else not at all."""
    text = short(row["id"], 16)
    west, east, south, north = _corners(row)
    wide_m, tall_m = (len(text) * _LETTER_PT + 4) / points_per_m, _LINE_PT / points_per_m
    x, y = (west + east) / 2, (south + north) / 2
    look: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 5, "fontsize": 9}
    if wide_m <= east - west and tall_m <= north - south:
        axes.text(x, y, text, color=ink, **look)
    elif wide_m <= north - south and tall_m <= east - west:
        axes.text(x, y, text, color=ink, rotation=90, **look)
    elif boxes is not None:
        turns = ((wide_m, tall_m, 0), (tall_m, wide_m, 90))
        for along, across, turn in reversed(turns) if row["kind"] == "rack" else turns:
            for at in (south - 0.6 * across - 0.1 * tall_m, north + 0.6 * across + 0.1 * tall_m):
                place = (x - along / 2, x + along / 2, at - across / 2, at + across / 2)
                if not any(_meet(place, other) for other in [*boxes, *taken]):
                    taken.append(place)
                    under = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.3}
                    axes.text(x, at, text, color=INK if ink == "white" else ink, rotation=turn, bbox=under, **look)
                    return


def _meet(a: Corners, b: Corners) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]


def _title(hall: str, halls: int, time_s: float, inlet_degc: pd.Series[float]) -> str:
    named = f"{short(hall)}: " if halls > 1 else ""
    if not np.isfinite(time_s):
        return f"{named}No inlet temperature was recorded"
    hottest = f"hottest: {short(inlet_degc.idxmax())}, {degrees(inlet_degc.max())}"
    return f"{named}Inlet air at {clock(time_s)}; {hottest}"


def _colour_bar(figure: Figure, panels: list[Axes], shade: ScalarMappable) -> None:
    low, high = RECOMMENDED_DEGC
    bar = figure.colorbar(shade, ax=panels, orientation="horizontal", aspect=45, pad=0.02, fraction=0.06)
    bar.set_label(f"inlet air (°C); between the marks: ASHRAE recommended {low:.0f} to {high:.0f} °C")
    for mark in RECOMMENDED_DEGC:
        bar.ax.axvline(mark, color=INK, linewidth=2)
    ticks = [tick for tick in bar.get_ticks() if min(abs(tick - low), abs(tick - high)) > 1.2]
    ticks = [tick for tick in ticks if shade.norm.vmin <= tick <= shade.norm.vmax]
    bar.set_ticks(sorted({*ticks, *RECOMMENDED_DEGC}))


def _legend(figure: Figure, stands: pd.DataFrame) -> None:
    shown = {"power": "power", "cooling": "cooling", "fabric": "network and storage"}
    handles = [
        Patch(facecolor="white", edgecolor=_OUTLINE[system], linewidth=1.3, label=label)
        for system, label in shown.items()
        if (stands["system"] == system).any()
    ]
    handles.append(Patch(facecolor="white", edgecolor=VERMILION, linewidth=1.8, label="rack above 27 °C"))
    figure.legend(handles=handles, loc="outside upper right", ncols=len(handles), handlelength=1.2)
