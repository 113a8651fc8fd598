"""Plans: fronts are drawn where equipment looks, and no name stands on another or on equipment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from synthetic import synthetic, with_tables

import twin
from twin.present.figures.floor import figure_floor
from twin.present.figures.site import _apart, figure_site
from twin.present.figures.style import RC
from twin.results import Result

CAMPUS = Path("layouts/campus_20mw.yaml")


@pytest.fixture(scope="module")
def campus() -> Result:
    """The shipped campus, at rest."""
    built = twin.build(twin.load(CAMPUS)).tables()
    day = synthetic()
    racks = day.frame("racks").iloc[:0]
    return with_tables(day, components=built["components"], halls=built["halls"], racks=racks)


def fronts(figure: Figure) -> set[tuple[float, float]]:
    """Middles of the bars before fronts, in metres."""
    lines = [line for line in figure.axes[0].lines if line.get_gid() == "front"]
    return {tuple(np.round(np.mean(line.get_xydata(), axis=0), 1)) for line in lines}


@pytest.mark.parametrize(
    ("facing_deg", "east", "north"), [(0, 0, 1), (90, 1, 0), (180, 0, -1), (270, -1, 0)]
)
def test_a_bar_stands_before_the_front(facing_deg: float, east: int, north: int) -> None:
    day = synthetic()
    held = day.frame("components").assign(facing_deg=float(facing_deg))
    found = fronts(figure_floor(with_tables(day, components=held)))
    rack = held[held["id"] == "rack_1"].iloc[0]
    x = rack["x_m"] + east * rack["width_m"] / 2
    y = rack["y_m"] + north * rack["depth_m"] / 2
    assert any(np.hypot(x - one[0], y - one[1]) < 0.15 for one in found)


def test_air_handlers_show_where_they_blow(campus: Result) -> None:
    drawn = figure_floor(campus).axes[0]
    arrows = [one for one in drawn.findobj(Annotation) if one.arrow_patch is not None]
    ways = sorted(np.sign(one.xy[0] - one.xyann[0]) for one in arrows)
    assert ways == [-1, 1, 1]


def laid_out(figure: Figure) -> Figure:
    """As it is saved, which lays it out twice."""
    with rc_context(RC):
        figure.draw_without_rendering()
        figure.draw_without_rendering()
    return figure


def boxes(figure: Figure, axes: int, kind: type) -> Iterator[tuple[str, Bbox]]:
    """Extents on the drawn figure, a pixel smaller each side."""
    for one in figure.axes[axes].findobj(kind):
        text = one.get_text() if isinstance(one, Text) else ""
        box = one.get_window_extent()
        if one.get_visible() and (text or not isinstance(one, Text)) and box.width > 4:
            yield text, Bbox.from_extents(box.x0 + 1, box.y0 + 1, box.x1 - 1, box.y1 - 1)


def overlaps(names: list[tuple[str, Bbox]], others: list[tuple[str, Bbox]]) -> list[str]:
    return [f"{a} on {b}" for a, one in names for b, two in others
            if one is not two and one.overlaps(two)]  # fmt: skip


def test_no_name_of_a_hall_stands_on_another_or_on_a_rack(campus: Result) -> None:
    figure = laid_out(figure_floor(campus))
    held = [one for one in boxes(figure, 0, Text) if len(one[0]) > 3]
    names = [one for one in held if not one[0].startswith(("Inlet", "hall"))]
    assert {"compute_b_1, support_b_1", "compute_c_1, support_c_1", "rpp_b_1"} <= {
        n for n, _ in names
    }
    assert overlaps(names, names) == []
    hall = max(box.width for _, box in boxes(figure, 0, Rectangle))
    kit = [one for one in boxes(figure, 0, Rectangle) if one[1].width < hall / 2]
    assert overlaps(names, kit) == []


def test_no_name_of_the_yard_stands_on_another_or_on_what_is_drawn(campus: Result) -> None:
    figure = laid_out(figure_site(campus))
    held = [one for one in figure.axes[0].texts if one.get_gid() == "name"]
    names = [(one.get_text(), one.get_window_extent()) for one in held]
    assert len(names) == 9
    assert overlaps(names, names) == []
    drawn = [one for one in boxes(figure, 0, Rectangle) if one[1].width < figure.bbox.width / 2]
    assert overlaps(names, drawn) == []
    assert max(box.x1 for _, box in names) <= figure.bbox.width


def test_lines_that_meet_move_apart_about_their_b() -> None:
    assert _apart([10.0, 9.5, 2.0], 1.0) == [10.25, 9.25, 2.0]
    assert _apart([5.0, 5.0, 5.0], 1.0) == [6.0, 5.0, 4.0]
    assert _apart([9.0, 5.0], 1.0) == [9.0, 5.0]
