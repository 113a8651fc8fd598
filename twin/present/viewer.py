"""A picture of the halls without a screen: equipment as emblems, racks coloured by their inlet air.

Needs pyvista and usd-core (extra `view`); importing this module raises TwinError, with the cure,
where pyvista is not installed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from twin.errors import InputError, Problem, TwinError
from twin.present.usd.architecture import TILE_M, WALL_M, floor_lines
from twin.present.usd.cameras import APERTURE_M, FOCAL_M, from_south_east, look
from twin.present.usd.checks import check
from twin.present.usd.colours import PALETTE, UNKNOWN_SRGB, colour_range, ramp
from twin.present.usd.emblems import emblem
from twin.present.usd.glow import FACES_PER_RACK, glow
from twin.present.usd.halls import Hall
from twin.present.usd.plan import YARD, Item, ScenePlan, make_plan
from twin.present.usd.series import Grid, make_series
from twin.present.usd.solids import Point, Solid, box, mapped, merge
from twin.results.tables import EDGES

try:
    import pyvista as pv
except ModuleNotFoundError as missing:
    raise TwinError(
        "pyvista is not installed, so no picture can be drawn; cure: pip install "
        "'ai-factory-twin[view]'"
    ) from missing

SIZE_PX = (1500, 1000)
"""Width and height of a picture."""

_ROOM_FOR_BAR = 1.25
"""The picture's width over the width that the halls take; the rest, on the right, is the colour
bar's."""

_NO_SIZES: Mapping[str, Point] = MappingProxyType({})
_NO_PLACES: Mapping[str, tuple[float, float]] = MappingProxyType({})
_INK = "#2b3440"
_PAPER = "#f1f3f5"


def picture(
    components: pd.DataFrame,
    racks: pd.DataFrame,
    at_index: int,
    path: str | Path,
    *,
    hall_sizes: Mapping[str, Point] = _NO_SIZES,
    hall_origins: Mapping[str, tuple[float, float]] = _NO_PLACES,
) -> Path:
    """Write a PNG of the halls in recorded period `at_index`, counted from 0 (from the end where
    negative).

    components, racks   frames as declared in `twin.results.tables`
    hall_sizes          metres east, north and up, by hall; hall_origins: site metres of the corner

    The colour scale holds every period, so pictures of one run compare. Raises InputError where the
    tables are wrong, hold no hall with racks, or have no such period.
    """
    check(components, pd.DataFrame(columns=list(EDGES.names)), racks)
    plan = make_plan(components, hall_sizes, hall_origins)
    series = make_series(racks)
    where = {rack: index for index, rack in enumerate(series.racks)}
    items = [item for item in plan.items if item.id in where and item.bodied and item.place != YARD]
    periods = len(series.time_s)
    if not items:
        raise InputError([Problem("racks", "no rack that stands in a hall", "one at least")])
    if not -periods <= at_index < periods:
        raise InputError([Problem("at_index", str(at_index), f"{-periods} to {periods - 1}")])
    shown = series.inlet_degc[at_index, [where[item.id] for item in items]]
    plotter = pv.Plotter(off_screen=True, window_size=list(SIZE_PX))
    _scenery(plotter, plan)
    _temperatures(plotter, items, shown, colour_range(series.inlet_degc))
    _words(plotter, plan, items, shown, float(series.time_s[at_index]))
    _aim(plotter, plan)
    plotter.screenshot(str(path))
    plotter.close()
    return Path(path)


def _scenery(plotter: Any, plan: ScenePlan) -> None:
    """Floors, walls and equipment, one mesh a paint."""
    plotter.set_background(_PAPER)
    by_paint: dict[str, list[Solid]] = {}
    for hall in plan.halls:
        for paint, solid in _room(hall):
            by_paint.setdefault(paint, []).append(solid)
    for item in plan.items:
        for part in emblem(item.kind, item.size) if item.bodied and item.place != YARD else ():
            by_paint.setdefault(part.paint, []).append(_moved(part.solid, item.at))
    for name, solids in by_paint.items():
        look_of = PALETTE[name]
        plotter.add_mesh(
            _poly(merge(solids)), color=look_of.srgb, ambient=0.25 + 0.6 * look_of.glow, diffuse=0.7
        )
    plotter.enable_ssao(radius=1.0, kernel_size=32)
    plotter.enable_anti_aliasing("ssaa")


def _room(hall: Hall) -> list[tuple[str, Solid]]:
    x, y, z = hall.size
    solids = [
        ("slab", box((-WALL_M, -WALL_M, -0.15), (x + WALL_M, y + WALL_M, 0.0))),
        ("line", floor_lines(x, y)),
        ("wall", box((-WALL_M, y, 0.0), (x + WALL_M, y + WALL_M, z))),
        ("wall", box((-WALL_M, 0.0, 0.0), (0.0, y, z))),
    ]
    return [(paint, _moved(solid, (*hall.at, 0.0))) for paint, solid in solids]


def _moved(solid: Solid, by_m: Point) -> Solid:
    return mapped(solid, np.ones(3, dtype=np.float32), np.array(by_m, dtype=np.float32))


def _poly(solid: Solid) -> Any:
    """The pyvista mesh of a solid."""
    starts = np.concatenate([[0], np.cumsum(solid.counts)[:-1]])
    return pv.PolyData(solid.points, np.insert(solid.indices, starts, solid.counts))


def _temperatures(
    plotter: Any, items: Sequence[Item], shown: Grid, limits: tuple[float, float]
) -> None:
    panels = _poly(glow(items))
    panels.cell_data["degc"] = np.repeat(shown, FACES_PER_RACK)
    table = pv.LookupTable(values=ramp(256), scalar_range=limits, nan_color=UNKNOWN_SRGB)
    bar = {
        "title": "Rack inlet air (°C)",
        "vertical": True,
        "position_x": 0.9,
        "position_y": 0.22,
        "height": 0.5,
        "width": 0.035,
        "n_labels": 5,
        "fmt": "%.1f",
        "color": _INK,
        "title_font_size": 20,
        "label_font_size": 20,
    }
    plotter.add_mesh(
        panels, scalars="degc", cmap=table, ambient=0.55, diffuse=0.5, scalar_bar_args=bar
    )


def _words(
    plotter: Any, plan: ScenePlan, items: Sequence[Item], shown: Grid, time_s: float
) -> None:
    """Time, distances along the floor's edges, and the names of the hottest and coolest rack."""
    hours, minutes = divmod(round(time_s / 60), 60)
    plotter.add_text(
        f"Rack inlet air, {hours} h {minutes:02d} min after the start",
        position=(30, SIZE_PX[1] - 60),
        font_size=15,
        color=_INK,
    )
    style = {"text_color": _INK, "shape": None, "always_visible": True, "show_points": False}
    spots = [spot for hall in plan.halls for spot in _distances(hall)]
    plotter.add_point_labels(
        [place for place, _ in spots], [text for _, text in spots], font_size=16, **style
    )
    if np.isfinite(shown).any():
        picks = {int(np.nanargmin(shown)): "coolest", int(np.nanargmax(shown)): "warmest"}
        tops = [(items[k].at[0], items[k].at[1], items[k].top[2] + 0.35) for k in picks]
        names = [f"{word} {items[k].id}  {shown[k]:.1f} °C" for k, word in picks.items()]
        plotter.add_point_labels(
            tops,
            names,
            font_size=19,
            **(style | {"shape": "rounded_rect", "shape_color": "white", "shape_opacity": 0.85}),
        )


def _distances(hall: Hall) -> list[tuple[Point, str]]:
    """Metres from the hall's corner, on lines of the floor along its south and east edges."""
    (east, north) = hall.at
    (x, y, _) = hall.size
    pitch = (2 if max(x, y) <= 40 else 4) * TILE_M
    off = max(0.5, 0.015 * (x + y))
    south = [
        ((east + step, north - off, 0.0), f"{step:g} m") for step in np.arange(0.0, x + 1e-9, pitch)
    ]
    return south + [
        ((east + x + off, north + step, 0.0), f"{step:g} m")
        for step in np.arange(pitch, y + 1e-9, pitch)
    ]


def _aim(plotter: Any, plan: ScenePlan) -> None:
    low = np.min([(*hall.at, 0.0) for hall in plan.halls], axis=0)
    high = np.max(
        [
            (hall.at[0] + hall.size[0], hall.at[1] + hall.size[1], hall.size[2])
            for hall in plan.halls
        ],
        axis=0,
    )
    bounds = np.stack([low, high]).astype(np.float32)
    matrix, _ = look(bounds, from_south_east(bounds))
    eye = matrix[3, :3]
    plotter.camera.position = tuple(eye)
    plotter.camera.focal_point = tuple(eye - 10 * matrix[2, :3])
    plotter.camera.up = tuple(matrix[1, :3])
    plotter.camera.view_angle = float(
        np.degrees(2 * np.arctan(_ROOM_FOR_BAR * APERTURE_M[1] / (2 * FOCAL_M)))
    )
    plotter.camera.SetWindowCenter(0.5 * (_ROOM_FOR_BAR - 1), 0.0)
