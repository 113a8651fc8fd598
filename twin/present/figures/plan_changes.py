"""Plans of two designs over one another: what is only in the first, only in the second, elsewhere,
or another than it was.

Told apart without colour: crossed out and dashed, filled dark, joined by an arrow, hatched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from twin.analysis.differences import Compared, DesignChange, What
from twin.present.figures.floor_names import Corners, FreePlaces, PlanName, corners, name_inside
from twin.present.figures.halls import DrawnHall, footprints, rooms
from twin.present.figures.style import (
    BLUE,
    INK,
    PALE,
    RC,
    SKY,
    VERMILION,
    VERMILION_INK,
    WIDTH_IN,
    HouseFigure,
    readable_on,
)
from twin.quantities import figures, span

YARD = "Outside the halls"
TALLEST_IN = 6.5
_WIDE_IN = WIDTH_IN - 0.2
_LEGEND_IN = 0.6
_EDGE = 0.04
"""Of the plan's larger side, round what is drawn."""
_ARROW_PT = 6.0
"""A shorter move shows by its two outlines."""
_LOOKS: dict[str, dict[str, Any]] = {
    "same": {"facecolor": PALE, "edgecolor": "#9AA5B1", "linewidth": 0.6},
    "was": {"facecolor": "none", "edgecolor": INK, "linewidth": 0.9, "linestyle": (0, (1.5, 1.5))},
    "removed": {"facecolor": "none", "edgecolor": VERMILION, "linewidth": 1.4,
                "linestyle": (0, (4, 2))},
    "added": {"facecolor": BLUE, "edgecolor": INK, "linewidth": 1.2},
    "moved": {"facecolor": SKY, "edgecolor": INK, "linewidth": 1.0},
    "changed": {"facecolor": "white", "edgecolor": INK, "linewidth": 1.2, "hatch": "//////"},
    "moved and changed": {"facecolor": SKY, "edgecolor": INK, "linewidth": 1.0, "hatch": "//////"},
    "renamed": {"facecolor": PALE, "edgecolor": INK, "linewidth": 1.2, "hatch": "...."},
    "renamed and changed": {"facecolor": "white", "edgecolor": INK, "linewidth": 1.2,
                            "hatch": "//..//.."},
}  # fmt: skip
_INKS = {"removed": VERMILION_INK, "added": BLUE}
_MOVES = frozenset({"moved", "moved and changed"})
_ORDER: tuple[What, ...] = (
    "removed", "added", "moved", "moved and changed", "changed", "renamed", "renamed and changed"
)  # fmt: skip
_SIDES = ("above", "below", "east", "west")


@dataclass(frozen=True)
class ChangedPlan:
    """One hall, or what stands outside of all, in both designs; rows of `components`."""

    name: str
    walls: Mapping[Corners, bool]
    """Of the hall, or of all halls: whether they stand in the second design."""
    old: pd.DataFrame
    new: pd.DataFrame
    whats: Mapping[str, What]
    """What became of each component that differs, by name."""

    def of(self, what: What) -> list[str]:
        """Names of the components of which this is true, in the order of their design."""
        names = dict.fromkeys([*self.old["id"], *self.new["id"]])
        return [name for name in map(str, names) if self.whats.get(name) == what]


def changed_plans(a: Compared, b: Compared, found: Iterable[DesignChange]) -> list[ChangedPlan]:
    """Plans on which something differs: halls by name, then what stands outside them."""
    whats = {one.subject: one.what for one in found if one.section == "components"}
    return [plan for plan in _plans(a, b, whats) if _differs(plan)]


def _plans(a: Compared, b: Compared, whats: Mapping[str, What]) -> Iterator[ChangedPlan]:
    sides = [rooms(side.components, side.halls) for side in (a, b)]
    left = [footprints(side.components) for side in (a, b)]
    walls: dict[Corners, bool] = {}
    for name in dict.fromkeys(room.name for side in sides for room in side):
        held = [next((room for room in side if room.name == name), None) for side in sides]
        own = {_walls(room): n == 1 for n, room in enumerate(held) if room is not None}
        kits = [left[n].head(0) if room is None else room.inside for n, room in enumerate(held)]
        yield ChangedPlan(name, own, kits[0], kits[1], whats)
        left = [kit[~kit["id"].isin(inside["id"])] for kit, inside in zip(left, kits, strict=True)]
        walls |= own
    yield ChangedPlan(YARD, walls, left[0], left[1], whats)


def _walls(room: DrawnHall) -> Corners:
    return room.west, room.south, room.east, room.north


def _differs(plan: ChangedPlan) -> bool:
    resized = plan.name != YARD and not all(plan.walls.values())
    new = plan.name != YARD and plan.old.empty != plan.new.empty
    there = [*plan.old["id"], *plan.new["id"]]
    return resized or new or any(name in plan.whats for name in there)


def figure_changes(plan: ChangedPlan) -> Figure:
    """One plan with both designs on it, the same scale both ways, north up."""
    with rc_context(RC):
        west, south, east, north = _extent(plan)
        points_per_m = 72 * min(_WIDE_IN / (east - west), TALLEST_IN / (north - south))
        more_m = max(0.0, 72 * _WIDE_IN / points_per_m - (east - west)) / 2
        extent = (west - more_m, south, east + more_m, north)
        size = (WIDTH_IN, points_per_m * (north - south) / 72 + _LEGEND_IN)
        figure = HouseFigure(figsize=size, layout="constrained")
        axes = figure.subplots()
        axes.set(xlim=extent[::2], ylim=extent[1::2], aspect="equal")
        axes.axis("off")
        _draw(axes, plan, FreePlaces(extent, points_per_m))
        _legend(figure, plan)
    return figure


def _extent(plan: ChangedPlan) -> Corners:
    """Round all that is drawn; the walls alone where nothing stands there."""
    kit = pd.concat([plan.old, plan.new])
    held = np.array([*plan.walls, *([corners(kit)] if len(kit) else [])])
    low = held[:, :2].min(axis=0)
    high = held[:, 2:].max(axis=0)
    edge = _EDGE * float((high - low).max())
    west, south = map(float, low - edge)
    east, north = map(float, high + edge)
    return west, south, east, north


def _draw(axes: Axes, plan: ChangedPlan, places: FreePlaces) -> None:
    for wall, stands in plan.walls.items():
        _draw_walls(axes, wall, stands, places)
    before = {row["id"]: row for row in _rows(plan.old)}
    for row in before.values():
        _draw_old(axes, row, plan.whats.get(row["id"]))
    for row in _rows(plan.new):
        what = plan.whats.get(row["id"], "same")
        axes.add_patch(_box(row, zorder=2 if what == "same" else 4, **_LOOKS[what]))
        if row["id"] in before and what in _MOVES:
            _arrow(axes, before[row["id"]], row, places.points_per_m)
    places.take(pd.concat([plan.old, plan.new]))
    for named in labels(plan):
        _write(axes, named, places)


def _write(axes: Axes, named: NamedGroup, places: FreePlaces) -> None:
    """Beside what is named; where that has no room, inside each of them."""
    name = PlanName(named.text, _INKS.get(named.what, INK))
    if places.name(axes, corners(named.kit), name, _SIDES):
        return
    fill = _LOOKS[named.what]["facecolor"]
    ink = INK if fill == "none" else readable_on(to_rgba(fill))
    for row in _rows(named.kit):
        name_inside(axes, row, (str(row["id"]),), ink, places.points_per_m)


def _draw_walls(axes: Axes, wall: Corners, stands: bool, places: FreePlaces) -> None:
    """Dashed where they stand in the first design alone; names keep off them."""
    west, south, east, north = wall
    look: dict[str, Any] = {} if stands else {"linestyle": (0, (4, 2))}
    frame = Rectangle((west, south), east - west, north - south, facecolor="none",
                      edgecolor=INK, linewidth=1.4, zorder=1, **look)  # fmt: skip
    axes.add_patch(frame)
    places.taken += [(west, south, west, north), (east, south, east, north),
                     (west, south, east, south), (west, north, east, north)]  # fmt: skip


def _draw_old(axes: Axes, row: dict[str, Any], what: What | None) -> None:
    """Where what has moved stood, and what is gone, crossed out."""
    if what == "removed":
        axes.add_patch(_box(row, zorder=5, **_LOOKS["removed"]))
        x = row["width_m"] / 2 * np.array([-1, 1])
        y = row["depth_m"] / 2 * np.array([-1, 1])
        for across in (1, -1):
            axes.plot(row["x_m"] + x, row["y_m"] + across * y, color=VERMILION, linewidth=1.1,
                      zorder=5)  # fmt: skip
    elif what in _MOVES:
        axes.add_patch(_box(row, zorder=5, **_LOOKS["was"]))


def _arrow(axes: Axes, old: dict[str, Any], new: dict[str, Any], points_per_m: float) -> None:
    start = (old["x_m"], old["y_m"])
    end = (new["x_m"], new["y_m"])
    if points_per_m * np.hypot(end[0] - start[0], end[1] - start[1]) >= _ARROW_PT:
        look = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", end, start, arrowprops=look, zorder=6)


def _box(row: Mapping[str, Any], **look: Any) -> Rectangle:
    west = row["x_m"] - row["width_m"] / 2
    south = row["y_m"] - row["depth_m"] / 2
    return Rectangle((west, south), row["width_m"], row["depth_m"], **look)


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for record in frame.to_dict("records"):
        yield {str(key): value for key, value in record.items()}


@dataclass(frozen=True)
class NamedGroup:
    """Equals in one line of which the same is true."""

    what: What
    kit: pd.DataFrame
    moves_m: tuple[float, ...]
    """From centre to centre, of those that moved."""

    @property
    def text(self) -> str:
        """Their names, and how far they moved."""
        if not self.moves_m:
            return span(self.kit["id"], 2)
        least, most = (figures(one, 2) for one in (min(self.moves_m), max(self.moves_m)))
        far = "turned" if most == "0" else f"{most} m"
        return f"{span(self.kit['id'], 2)} ({far if least == most else f'{least} to {far}'})"


def labels(plan: ChangedPlan) -> Iterator[NamedGroup]:
    """What differs on a plan, equals in one line together, as it is named there."""
    for what in _ORDER:
        kit = plan.old if what == "removed" else plan.new
        held = kit[kit["id"].isin(plan.of(what))]
        for _, line in held.groupby([held["type"], held["y_m"].round(1)], sort=False):
            moves_m = _moves_m(plan, line) if what in _MOVES else ()
            yield NamedGroup(what, line, moves_m)


def _moves_m(plan: ChangedPlan, line: pd.DataFrame) -> tuple[float, ...]:
    """Of those that stood on this plan before."""
    before = plan.old.set_index("id")[["x_m", "y_m"]]
    after = line.set_index("id")[["x_m", "y_m"]]
    step = (after - before.reindex(after.index)).dropna().to_numpy(float)
    return tuple(np.hypot(step[:, 0], step[:, 1]).tolist())


def _legend(figure: Figure, plan: ChangedPlan) -> None:
    """Only what the plan shows."""
    words = {"same": "the same", "removed": "only in A", "added": "only in B",
             "moved": "moved (dotted: where it was)", "changed": "changed",
             "moved and changed": "moved and changed", "renamed": "renamed",
             "renamed and changed": "renamed and changed"}  # fmt: skip
    names = map(str, [*plan.old["id"], *plan.new["id"]])
    there = {plan.whats.get(name, "same") for name in names}
    handles = [Patch(label=told, **_LOOKS[what]) for what, told in words.items() if what in there]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, handlelength=1.4,
                  columnspacing=1.3, labelcolor=INK)  # fmt: skip
