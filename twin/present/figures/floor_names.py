"""Names on a plan: each at the first place that is free, or left out where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twin.present.figures.labels import width_pt
from twin.present.figures.style import RC
from twin.quantities import short, span

LINE_PT = 10.5
"""From one line of text to the next."""
_GAP_PT = 4.0
"""Between a name and what it names; a front's bar stands there."""
_APART_PT = 3.0
"""Between a name and the next."""
_KIT_PT = 8.0


Corners = tuple[float, float, float, float]
"""West, south, east and north edges, in metres."""


def corners(kit: pd.DataFrame) -> Corners:
    """Round all of them."""
    x = kit["width_m"] / 2
    y = kit["depth_m"] / 2
    return (float((kit["x_m"] - x).min()), float((kit["y_m"] - y).min()),
            float((kit["x_m"] + x).max()), float((kit["y_m"] + y).max()))  # fmt: skip


@dataclass(frozen=True)
class PlanName:
    """What is written, in which colour and size."""

    text: str
    ink: str
    size_pt: float = RC["font.size"]


@dataclass
class FreePlaces:
    """What of a room is taken: by equipment, and by the names that were written."""

    room: Corners
    points_per_m: float
    taken: list[Corners] = field(default_factory=list)

    def take(self, kit: pd.DataFrame) -> None:
        """Keep names off each of these."""
        half = kit[["width_m", "depth_m"]].to_numpy(dtype=float) / 2
        middles = kit[["x_m", "y_m"]].to_numpy(dtype=float)
        edges = np.hstack([middles - half, middles + half])
        self.taken += [(west, south, east, north) for west, south, east, north in edges.tolist()]

    def name(self, axes: Axes, of: Corners, name: PlanName, sides: Iterable[str]) -> bool:
        """Write beside these edges on the first side that has room; whether there was one."""
        for side in sides:
            spot = self._spot(of, name, side)
            if self._is_free(spot):
                self.taken.append(spot)
                axes.text(
                    spot[0], (spot[1] + spot[3]) / 2, name.text,
                    color=name.ink, size=name.size_pt, va="center", zorder=5,
                )  # fmt: skip
                return True
        return False

    def _spot(self, of: Corners, name: PlanName, side: str) -> Corners:
        west, south, east, north = of
        wide = (width_pt(name.text, name.size_pt) + _APART_PT) / self.points_per_m
        tall = LINE_PT / self.points_per_m
        gap = _GAP_PT / self.points_per_m
        middle = (south + north - tall) / 2
        x, y = {
            "above": (west, north + gap),
            "below": (west, south - gap - tall),
            "east": (east + gap, middle),
            "west": (west - gap - wide, middle),
        }[side]
        if side in ("above", "below"):
            x = max(min(x, self.room[2] - gap - wide), self.room[0] + gap)
        return x, y, x + wide, y + tall

    def _is_free(self, spot: Corners) -> bool:
        west, south, east, north = self.room
        inside = west <= spot[0] and south <= spot[1] and spot[2] <= east and spot[3] <= north
        return inside and not any(
            one[0] < spot[2] and spot[0] < one[2] and one[1] < spot[3] and spot[1] < one[3]
            for one in self.taken
        )


BESIDE_M = 0.5
"""Rows whose middles are closer than this stand in one line."""


def name_rows(axes: Axes, racks: pd.DataFrame, ink: str, places: FreePlaces) -> None:
    """The names of rows of racks above each line of them, or below or beside it."""
    rows = [row for _, row in racks.groupby([_stem(racks), racks["y_m"].round(1)], sort=False)]
    stems = [str(row["id"].iloc[0]).rpartition("_")[0] for row in rows]
    names = [
        stem if stems.count(stem) == 1 else span(row["id"])
        for row, stem in zip(rows, stems, strict=True)
    ]
    for line in _lines(rows):
        text = ", ".join(short(names[n], 40) for n in line)
        whole = corners(pd.concat([rows[n] for n in line]))
        places.name(axes, whole, PlanName(text, ink), ("above", "below", "west", "east"))


def _lines(rows: list[pd.DataFrame]) -> list[list[int]]:
    """Which rows stand in one line, from west to east."""
    lines: list[list[int]] = []
    for n in sorted(range(len(rows)), key=lambda n: float(rows[n]["x_m"].min())):
        north = float(rows[n]["y_m"].mean())
        near = [one for one in lines if abs(float(rows[one[0]]["y_m"].mean()) - north) < BESIDE_M]
        if near:
            near[0].append(n)
        else:
            lines.append([n])
    return lines


def alike(kit: pd.DataFrame) -> list[pd.DataFrame]:
    """Equipment of one type and one name before its number, in one line along a wall."""
    out = []
    for _, held in kit.groupby(["type", _stem(kit)], sort=False):
        lines = [line for _, line in held.groupby(held["y_m"].round(1), sort=False)]
        out += [line for line in lines if len(line) > 1]
        rest = [line for line in lines if len(line) == 1]
        if rest:
            left = pd.concat(rest)
            out += [line for _, line in left.groupby(left["x_m"].round(1), sort=False)]
    return out


def name_kit(axes: Axes, line: pd.DataFrame, ink: str, places: FreePlaces) -> bool:
    """The name that equals share, whose numbers stand inside them; whether there was room."""
    first = str(line["id"].iloc[0])
    text = short(first if len(line) == 1 else first.rpartition("_")[0], 40)
    name = PlanName(text, ink, _KIT_PT)
    return places.name(axes, corners(line), name, ("above", "below", "east", "west"))


def _stem(racks: pd.DataFrame) -> pd.Series[str]:
    return racks["id"].map(lambda name: name.rpartition("_")[0])


def name_inside(
    axes: Axes, row: dict[str, Any], texts: Sequence[str], ink: str, points_per_m: float
) -> bool:
    """Write the first of the texts that fits inside, lengthwise or crosswise; whether one did."""
    for text in texts:
        turn = turn_inside(row, text, points_per_m)
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
            return True
    return False


def turn_inside(row: dict[str, Any], text: str, points_per_m: float) -> int:
    """How far a text is turned to fit inside: 0 or 90 degrees, -1 where it does not fit."""
    wide = points_per_m * row["width_m"]
    deep = points_per_m * row["depth_m"]
    lines = text.split("\n")
    along = max(map(width_pt, lines)) + 2.0
    across = len(lines) * LINE_PT
    if along <= wide and across <= deep:
        return 0
    return 90 if along <= deep and across <= wide else -1
