"""Where equipment looks, on plans: a bar before the front, and an arrow where air is blown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

BLOWS = frozenset({"crah"})
"""Kinds whose front gives air instead of drawing it in."""
_OFF_PT = 2.0
_ARROW_PT = 14.0
_TOWARDS = {0: (0, 1), 90: (1, 0), 180: (0, -1), 270: (-1, 0)}


def towards(facing_deg: float) -> tuple[int, int]:
    """East and north of one step along where a front looks, clockwise from north."""
    return _TOWARDS[90 * round(facing_deg / 90) % 360]


def draw_front(axes: Axes, row: Mapping[str, Any], ink: str, points_per_m: float) -> None:
    """A bar before the front of a row of `components`; an arrow too where it blows."""
    east, north = towards(row["facing_deg"])
    off_m = _OFF_PT / points_per_m
    x = row["x_m"] + east * (row["width_m"] / 2 + off_m)
    y = row["y_m"] + north * (row["depth_m"] / 2 + off_m)
    half_x = abs(north) * row["width_m"] / 2
    half_y = abs(east) * row["depth_m"] / 2
    axes.plot(
        (x - half_x, x + half_x), (y - half_y, y + half_y),
        color=ink, linewidth=1.3, solid_capstyle="butt", zorder=3, gid="front",
    )  # fmt: skip
    if row["kind"] in BLOWS:
        ahead = _ARROW_PT / points_per_m
        axes.annotate(
            "", (x + east * ahead, y + north * ahead), (x, y), annotation_clip=False, zorder=3,
            arrowprops={"arrowstyle": "-|>", "color": ink, "linewidth": 1.1, "shrinkA": 0},
        )  # fmt: skip
