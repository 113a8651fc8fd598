"""The pieces a scene is made of, one by one."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pandas as pd
import pytest

from twin.errors import InputError, TwinError

pytest.importorskip("pxr", reason="usd-core is not installed")

from twin.present.usd.cameras import APERTURE_M, FOCAL_M, look
from twin.present.usd.checks import check
from twin.present.usd.colours import UNKNOWN_SRGB, colour_range, heat, linear
from twin.present.usd.component_states import Steps, by_events
from twin.present.usd.emblems import emblem
from twin.present.usd.feeds import group_edges
from twin.present.usd.glow import FACES_PER_RACK, glow
from twin.present.usd.halls import MARGIN_M, find_halls, find_roots
from twin.present.usd.names import prim_names
from twin.present.usd.outages import all_lost, on_frames, overlaid, steps_told, words_of
from twin.present.usd.plan import Item, make_plan
from twin.present.usd.results import _stepped
from twin.present.usd.routes import LineSection, comb
from twin.present.usd.series import make_series, states
from twin.present.usd.solids import Solid, box, boxes, merge, rod, turned
from twin.results.tables import COMPONENTS, EDGES, RACKS

KINDS = (
    "rack",
    "gpu_rack",
    "switch",
    "storage",
    "crah",
    "ups",
    "switchboard",
    "rpp",
    "pdu",
    "ats",
    "cdu",
    "pump",
    "water_pump",
    "tank",
    "dry_cooler",
    "chiller",
    "generator",
    "transformer",
    "utility",
    "busway",
    "open_rack",
    "never_heard_of",
)


def component(
    name: str, kind: str = "rack", parent: str = "hall", **other: object
) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(COMPONENTS.names, 0.0)
    return (
        row
        | {
            "id": name,
            "kind": kind,
            "type": "t",
            "parent": parent,
            "system": "compute",
            "x_m": 5.0,
            "y_m": 4.0,
            "width_m": 0.6,
            "depth_m": 1.2,
            "height_m": 2.3,
            "facing_deg": 180.0,
        }
        | other
    )


def components(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COMPONENTS.names))


def edges(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame([(a, b, "power", "share") for a, b in pairs], columns=list(EDGES.names))


def rack_rows(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(
        [dict.fromkeys(RACKS.names, 1.0) | row for row in rows], columns=list(RACKS.names)
    )


def face_normals(solid: Solid) -> np.ndarray:
    """Newell's normal of every face, from its winding."""
    out = []
    start = 0
    for count in solid.counts:
        ring = solid.points[solid.indices[start : start + count]].astype(float)
        out.append(np.cross(ring, np.roll(ring, -1, axis=0)).sum(axis=0))
        start += count
    return np.array(out)


def assert_faces_outward(solid: Solid) -> None:
    corner = np.repeat(np.arange(len(solid.counts)), solid.counts)
    wound = face_normals(solid)[corner]
    assert ((wound * solid.normals).sum(axis=1) > 0).all()
    assert np.allclose(np.linalg.norm(solid.normals, axis=1), 1.0, atol=1e-6)


@pytest.mark.parametrize(
    "solid",
    [
        box((-1, -2, 0), (1, 2, 3)),
        boxes(np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)),
        *(rod((1, 2, 3), 0.5, 2.0, axis) for axis in "xyz"),
        turned(merge([box((0, 0, 0), (1, 2, 3)), rod((0, 0, 0), 1, 1)])),
    ],
)
def test_solids_wind_outwards(solid: Solid) -> None:
    assert_faces_outward(solid)
    assert solid.counts.sum() == len(solid.indices)
    assert solid.indices.max() < len(solid.points)


def test_a_box_and_a_rod_have_the_stated_extent() -> None:
    assert np.allclose(box((-1, -2, 0), (1, 2, 3)).extent, [[-1, -2, 0], [1, 2, 3]])
    assert np.allclose(rod((1, 2, 3), 0.5, 2.0, "x").extent, [[1, 1.5, 2.5], [3, 2.5, 3.5]])


def test_a_quarter_turn_takes_south_to_east() -> None:
    assert np.allclose(turned(box((-1, -3, 0), (1, -2, 1))).extent, [[2, -1, 0], [3, 1, 1]])


@pytest.mark.parametrize(
    "size", [(0.6, 1.2, 2.3), (2.4, 9.0, 2.5), (6.0, 2.0, 3.0), (0.2, 0.4, 0.18), (1.0, 1.0, 1.0)]
)
@pytest.mark.parametrize("kind", KINDS)
def test_every_emblem_fills_its_box(kind: str, size: tuple[float, float, float]) -> None:
    parts = emblem(kind, size)
    solid = merge(part.solid for part in parts)
    assert_faces_outward(solid)
    low, high = solid.extent
    outer = np.array([size[0] / 2, size[1] / 2, size[2]])
    assert np.allclose(low, -outer * [1, 1, 0], atol=1e-5)
    assert np.allclose(high, outer, atol=1e-5)


def test_ids_that_look_alike_get_names_that_differ_and_keep_valid_ones() -> None:
    ids = ["A-1", "A_1", "1x", "ü", "ö", "", "a_1", "A 1"]
    names = prim_names(ids)
    assert len(set(names)) == len(ids)
    assert names[1] == "A_1"
    assert names[2] == "_1x"
    assert names[6] == "a_1"
    assert all(name.isascii() and name.isidentifier() for name in names)
    assert dict(zip(reversed(ids), prim_names(reversed(ids)), strict=True)) == dict(
        zip(ids, names, strict=True)
    )


def test_the_same_text_twice_still_gives_two_names() -> None:
    assert len(set(prim_names(["a_to_b", "a_to_b", "a_to_b"]))) == 3


def test_linear_light_of_srgb() -> None:
    assert np.allclose(linear((0.0, 0.5, 1.0)), [0.0, 0.21404, 1.0], atol=1e-5)


def test_heat_rises_in_lightness_and_shows_gaps_in_grey() -> None:
    colours = heat(np.linspace(20.0, 40.0, 50), 20.0, 40.0)
    luminance = colours @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) > 0).all()
    assert np.allclose(heat(np.array([np.nan]), 20.0, 40.0), linear(UNKNOWN_SRGB))
    assert np.allclose(heat(np.array([-5.0, 99.0]), 20.0, 40.0), colours[[0, -1]])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([21.2, 40.7], (21.0, 41.0)),
        ([25.0, 25.0], (20.0, 30.0)),
        ([np.nan, 25.5], (21.0, 31.0)),
        ([np.nan], (0.0, 10.0)),
    ],
)
def test_colour_range(values: list[float], expected: tuple[float, float]) -> None:
    assert colour_range(np.array(values)) == expected


def test_the_camera_sees_every_corner_and_wastes_little() -> None:
    bounds = np.array([[-20.0, -40.0, 0.0], [50.0, 12.0, 8.0]], dtype=np.float32)
    matrix, far = look(bounds, np.array([0.55, -1.0, 0.72]))
    corners = np.array(
        [(x, y, z, 1.0) for x in bounds[:, 0] for y in bounds[:, 1] for z in bounds[:, 2]]
    )
    seen = corners @ np.linalg.inv(matrix)
    picture = seen[:, :2] / -seen[:, 2:3] * 2 * FOCAL_M / np.array(APERTURE_M)
    assert (seen[:, 2] < 0).all()
    assert (-seen[:, 2] < far).all()
    assert 0.85 < np.abs(picture).max() <= 1.0
    assert np.allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-12)


def test_a_pump_in_a_unit_in_a_hall_stands_in_the_hall() -> None:
    table = components(
        component("c", "cdu"), component("p", "pump", "c"), component("g", "generator", "")
    )
    assert find_roots(table) == {"c": "hall", "p": "hall", "g": ""}


def test_a_row_of_kind_hall_is_a_room_and_no_equipment() -> None:
    room = component("h", "hall", "", x_m=30.0, y_m=5.0, width_m=20.0, depth_m=10.0, height_m=4.0)
    plan = make_plan(components(room, component("r", parent="h", x_m=25.0)), {}, {})
    assert [(hall.name, hall.at, hall.size) for hall in plan.halls] == [
        ("h", (20.0, 0.0), (20.0, 10.0, 4.0))
    ]
    assert [item.path for item in plan.items] == ["/Facility/IT/h/r"]


def test_parents_in_a_ring_do_not_hang() -> None:
    assert set(find_roots(components(component("a", parent="b"), component("b", parent="a")))) == {
        "a",
        "b",
    }


def test_a_hall_without_size_leaves_room_round_its_contents() -> None:
    table = components(component("r"))
    (hall,) = find_halls(table, find_roots(table), {}, {})
    assert hall.at == pytest.approx((4.7 - MARGIN_M, 3.4 - MARGIN_M))
    assert hall.size == pytest.approx((0.6 + 2 * MARGIN_M, 1.2 + 2 * MARGIN_M, 2.3 + MARGIN_M))


@pytest.mark.parametrize(
    ("origins", "x_m", "corner"),
    [
        ({}, 5.0, (0.0, 0.0)),
        ({"hall": (1.0, 2.0)}, 5.0, (1.0, 2.0)),
        ({}, 50.0, (49.7 - MARGIN_M, 3.4 - MARGIN_M)),
    ],
)
def test_the_corner_of_a_hall_with_a_size(
    origins: dict[str, tuple[float, float]], x_m: float, corner: tuple[float, float]
) -> None:
    table = components(component("r", x_m=x_m))
    (hall,) = find_halls(table, find_roots(table), {"hall": (20.0, 12.0, 4.0)}, origins)
    assert hall.at == pytest.approx(corner)


def test_the_plan_groups_by_system_and_place_and_bounds_everything() -> None:
    table = components(
        component("r-1"), component("g", "generator", "", system="power", x_m=-9.0, height_m=6.0)
    )
    plan = make_plan(table, {"hall": (20.0, 12.0, 4.0)}, {})
    assert [item.path for item in plan.items] == ["/Facility/IT/hall/r_1", "/Facility/Power/Yard/g"]
    assert np.allclose(plan.bounds, [[-9.3, 0, 0], [20, 12, 6]])


def test_a_plan_of_nothing_has_a_box() -> None:
    assert (np.diff(make_plan(components(), {}, {}).bounds, axis=0) > 0).all()


def test_a_line_rises_from_its_source_and_runs_over_every_row() -> None:
    section = LineSection(4.0, 0.0, 0.05)
    solid = comb([(0.0, 0.0, 2.0)], [(5.0, 3.0, 2.0), (6.0, 3.0, 2.0), (5.0, 9.0, 2.0)], section)
    low, high = solid.extent
    assert low == pytest.approx((-0.05, -0.05, 2.0), abs=0.01)
    assert high == pytest.approx((6.05, 9.05, 4.05), abs=0.01)
    assert len(np.unique(np.round(solid.points, 5), axis=0)) == len(solid.points)


def test_edges_in_groups_are_the_edges_again() -> None:
    pairs = [("a", "x"), ("b", "x"), ("a", "y"), ("b", "y"), ("b", "z"), ("a", "z"), ("c", "w")]
    feeds = group_edges(edges(*pairs))
    assert sorted((s, t) for feed in feeds for s in feed.sources for t in feed.targets) == sorted(
        pairs
    )
    assert max(len(feed.sources) * len(feed.targets) for feed in feeds) >= 4
    assert {feed.domain for feed in feeds} == {"electrical"}


@pytest.mark.parametrize(
    ("facing", "turn", "own"),
    [(180.0, 0.0, (0.6, 1.2)), (0.0, -180.0, (0.6, 1.2)), (90.0, 90.0, (1.2, 0.6))],
)
def test_a_front_looks_where_the_table_says(
    facing: float, turn: float, own: tuple[float, float]
) -> None:
    (item,) = make_plan(components(component("r", facing_deg=facing)), {}, {}).items
    assert (item.turn_deg, item.own_size[:2]) == (turn, own)


def told_of(events: list[tuple[float, str]], live: list[float], losses: list[float]) -> Steps:
    """Steps of a panel with these events, shares with voltage and losses above it."""
    words = words_of(np.array(live), np.full(len(live), np.nan))
    exact = by_events(events, "on")
    return on_frames(steps_told(exact, words, np.array(live), lambda: np.array(losses)))


def test_a_loss_is_told_from_its_instant_until_its_repair() -> None:
    events = [(0.5, "failed"), (0.5, "stopped"), (2.0, "repaired")]
    steps = told_of(events, [1.0, 0.5, 0.0, 1.0], [])
    assert steps == [(-1.0, "on"), (0.5, "failed"), (2.0, "on")]


def test_a_loss_that_only_periods_tell_is_where_it_must_have_been() -> None:
    """It reaches up to the dark period, whose frame shows it, and on into the next by its share."""
    steps = told_of([], [1.0, 0.4, 0.0, 0.75, 1.0], [])
    assert steps == [(-1.0, "on"), (0.4, "off"), (2.25, "on")]
    whole = told_of([], [1.0, 0.4, 1.0, 1.0], [])
    assert whole == [(-1.0, "on"), (0.001, "interrupted"), (1.001, "on")]


def test_what_is_taken_down_is_off_from_the_loss_above_for_as_long_as_its_period_says() -> None:
    steps = told_of([], [1.0, 1.0, 1.0, 0.99], [0.2, 2.5])
    assert [word for _, word in steps] == ["on", "off", "on", "interrupted", "on"]
    assert [code for code, _ in steps] == pytest.approx([-1.0, 2.5, 2.51, 3.0, 3.001])
    late = told_of([], [1.0, 1.0, 1.0, 0.4, 1.0], [2.5])
    assert late[1:] == [(2.001, "interrupted"), (3.001, "on")], (
        "0.6 of a period do not fit behind that loss"
    )


def test_an_outage_between_two_frames_stands_on_the_next_frame() -> None:
    short = by_events([(1.25, "failed"), (1.2502, "repaired"), (2.5, "throttled")], "on")
    assert on_frames(short)[1:] == [
        (1.25, "failed"),
        (1.2502, "on"),
        (2.0, "interrupted"),
        (2.001, "on"),
        (2.5, "throttled"),
    ]
    started = by_events([(0.5, "started"), (0.75, "stopped")], "ready")
    assert on_frames(started)[3:] == [(1.0, "on"), (1.001, "ready")]


def test_a_unit_without_any_of_its_pumps_is_off() -> None:
    one = by_events([(0.5, "failed"), (2.5, "repaired")], "on")
    other = by_events([(1.5, "failed"), (1.75, "repaired")], "on")
    assert overlaid([(-1.0, "on")], all_lost([one, other]))[1:] == [(1.5, "off"), (1.75, "on")]


def test_samples_on_the_sides_of_the_shortest_step_stay_in_order() -> None:
    sides = list(_stepped([(0.0, "on"), (1.25, "failed"), (1.2502, "on")]))
    codes = [code for code, _ in sides]
    assert codes == sorted(codes)
    assert [word for _, word in sides] == ["on", "on", "failed", "failed", "on"]


def test_panels_hug_their_rack() -> None:
    item = Item("r", "rack", "t", 0.0, (0.6, 1.2, 2.3), (10.0, 20.0, 0.0), "IT", "hall", "r")
    solid = glow([item, item])
    assert len(solid.counts) == 2 * FACES_PER_RACK == len(solid.normals)
    assert np.abs(solid.extent - [[9.7, 19.4, 0.0], [10.3, 20.6, 2.3]]).max() < 0.2


def test_states_from_shares() -> None:
    on = np.array([[1.0, 1.0, 0.5, 0.0, np.nan]])
    clock = np.array([[1.0, 0.9, 0.9, 0.0, 1.0]])
    assert states(on, clock).tolist() == [["on", "throttled", "interrupted", "off", "unknown"]]


def test_series_sorts_time_and_leaves_gaps_open() -> None:
    series = make_series(
        rack_rows({"time_s": 20.0, "rack": "b", "power_w": 3.0}, {"time_s": 10.0, "rack": "a"})
    )
    assert series.racks == ("b", "a")
    assert series.time_s.tolist() == [10.0, 20.0]
    assert np.allclose(series.power_w, [[np.nan, 1.0], [3.0, np.nan]], equal_nan=True)
    assert series.state.tolist() == [["unknown", "on"], ["on", "unknown"]]


def test_every_problem_is_told_at_once() -> None:
    table = components(
        component("a"), component("a"), component("b", x_m=np.nan), component("c", width_m=-1.0)
    )
    rows = rack_rows(
        {"time_s": 1.0, "rack": "a"}, {"time_s": 1.0, "rack": "a"}, {"time_s": np.nan, "rack": "zz"}
    )
    with pytest.raises(InputError) as told:
        check(table, edges(("a", "bb")), rows)
    text = str(told.value)
    for words in (
        "'a' twice",
        "x_m of 'b'",
        "width_m of 'c'",
        "'bb'",
        "'zz'",
        "not finite",
        "twice at 1.0 s",
    ):
        assert words in text


def test_a_missing_column_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match="width_m"):
        check(components(component("a")).rename(columns={"width_m": "width"}), edges(), None)


def test_without_usd_core_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("twin.present.usd")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pxr", None)
    with pytest.raises(TwinError, match=r"pip install 'ai-factory-twin\[usd\]'"):
        importlib.import_module("twin.present.usd")
