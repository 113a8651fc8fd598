"""Rooms that no airflow can be solved for: refused before solving, by name, at their line, with the
cure, within a second.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

import twin
from tests.airflow_layouts import AIR, HALL, air_layout, line_after, written_layout
from twin.facility.airflow.hall_air import hall_air


def told(folder: Path, layout: Any, **asked: Any) -> tuple[Path, list[str]]:
    """The layout's file, and what is said against it."""
    path = written_layout(folder, layout)
    scenario = twin.load(path)
    started = time.perf_counter()
    with pytest.raises(twin.InputError) as refused:
        hall_air(scenario, **asked)
    assert time.perf_counter() - started < 1.0
    return path, [str(problem) for problem in refused.value.problems]


def the_one(problems: list[str], *words: str) -> str:
    """The problem that holds all these words; there is one."""
    held = [one for one in problems if all(word in one for word in words)]
    assert len(held) == 1, problems
    return held[0]


def test_the_small_hall_itself_is_a_room(tmp_path: Path) -> None:
    air = hall_air(twin.load(written_layout(tmp_path, air_layout())), cells=8000)
    assert air.rack_ids == ("front_r1", "front_r2", "rear_r1", "rear_r2")
    assert air.handler_ids == ("crah_1", "crah_2")
    into = sum(port.flow_m3_s for port in air.outlets)
    assert into == pytest.approx(sum(port.flow_m3_s for port in air.inlets), rel=1e-12)


def test_sealed_containment_of_unequal_flows_is_refused(tmp_path: Path) -> None:
    """More is blown under the floor than the racks in the cold aisle draw: it has no way out."""
    hall = {
        "containment": "cold_aisle",
        "containment_leakage": 0,
        "raised_floor": "0.6 m",
        "rows": [{**HALL["rows"][0], "facing": "north"}, {**HALL["rows"][1], "facing": "south"}],
    }
    layout = air_layout(hall, {"overrides": {"flow": "20 m^3/s"}})
    path, problems = told(tmp_path, layout)
    one = the_one(problems, "sealed containment", "front_r1")
    assert f"small_air.yaml:{line_after(path, 'containment_leakage')}:" in one
    assert "m3/s blown in" in one
    assert "containment_leakage" in one.split("allowed:")[1]
    hall["containment_leakage"] = "3 %"
    layout = air_layout(hall, {"overrides": {"flow": "20 m^3/s"}})
    hall_air(twin.load(written_layout(tmp_path, layout)))


def test_heat_without_a_path_is_refused(tmp_path: Path) -> None:
    """A box of panels around one row: its racks breathe their own exhaust for ever."""
    panels = [
        {"name": "west_wall", "at": ["1.5 m", "1 m", "0 m"], "size": ["0 m", "3 m", "3 m"]},
        {"name": "east_wall", "at": ["4 m", "1 m", "0 m"], "size": ["0 m", "3 m", "3 m"]},
        {"name": "south_wall", "at": ["1.5 m", "1 m", "0 m"], "size": ["2.5 m", "0 m", "3 m"]},
        {"name": "north_wall", "at": ["1.5 m", "4 m", "0 m"], "size": ["2.5 m", "0 m", "3 m"]},
    ]
    path, problems = told(tmp_path, air_layout({"panels": panels}))
    one = the_one(problems, "no running air handler draws from")
    assert "front_r1, front_r2" in one
    assert f":{line_after(path, 'panels', '{')}:" in one


def test_all_handlers_lost_leave_no_path(tmp_path: Path) -> None:
    _, problems = told(tmp_path, air_layout(), lost=["crah_1", "crah_2"])
    the_one(problems, "no air handler that runs", "front_r1")


def test_an_unknown_handler_to_lose_is_refused_with_the_nearest(tmp_path: Path) -> None:
    _, problems = told(tmp_path, air_layout(), lost=["crah2"])
    assert "did you mean 'crah_2'?" in problems[0]


@pytest.mark.parametrize(
    ("hall", "words"),
    [
        ({"rows": [{**HALL["rows"][0], "at": ["2 m", "0.03 m"]}]}, ("draws its air from a wall",)),
        (
            {"rows": [{**HALL["rows"][0], "at": ["2 m", "6.78 m"]}]},
            ("blows against", "less than 5 cm"),
        ),
    ],
)
def test_a_rack_that_faces_a_wall_is_refused(
    tmp_path: Path, hall: dict[str, Any], words: tuple[str, ...]
) -> None:
    places = [{"at": ["0.5 m", "3 m"], "blows": "east"}, {"at": ["4.9 m", "3 m"], "blows": "west"}]
    path, problems = told(tmp_path, air_layout(hall, {"places": places}))
    one = the_one(problems, "front_r1", *words)
    assert f":{line_after(path, 'rows', '{')}:" in one
    assert "`facing`" in one


def test_a_handler_that_blows_against_a_body_is_refused(tmp_path: Path) -> None:
    box = {"name": "cupboard", "at": ["1.7 m", "0.91 m", "0 m"], "size": ["2.5 m", "0.5 m", "2 m"]}
    _, problems = told(tmp_path, air_layout({"obstacles": [box]}))
    the_one(problems, "crah_1", "blows against obstacle cupboard")


def test_a_handler_outside_its_room_is_refused_by_every_command(tmp_path: Path) -> None:
    places = [{"at": ["4 m", "0 m"], "blows": "north"}, AIR["places"][1]]
    path = written_layout(tmp_path, air_layout(air={"places": places}))
    with pytest.raises(twin.InputError) as refused:
        twin.build(twin.load(path))
    (problem,) = refused.value.problems
    assert "crah_1 from 4.00 to 6.55 m" in str(problem)
    assert f":{line_after(path, 'places', '{')}:" in str(problem)


def test_overlapping_bodies_are_refused(tmp_path: Path) -> None:
    box = {"name": "column", "at": ["2.5 m", "2.5 m", "0 m"], "size": ["0.4 m", "0.4 m", "3 m"]}
    path, problems = told(tmp_path, air_layout({"obstacles": [box]}))
    one = the_one(problems, "front_r1", "column", "in the same place")
    assert f":{line_after(path, 'obstacles', '{')}:" in one or "rows" in one


def test_a_tile_under_a_rack_is_refused(tmp_path: Path) -> None:
    tile = {"at": ["2.5 m", "2.1 m"], "open": "25 %"}
    path, problems = told(tmp_path, air_layout({"raised_floor": "0.6 m", "tiles": [tile]}))
    one = the_one(problems, "tile under rack front_r1")
    assert f":{line_after(path, 'tiles', '{')}:" in one


def test_too_few_cells_for_an_aisle_are_refused_with_how_many_it_takes(tmp_path: Path) -> None:
    rows = [HALL["rows"][0], {**HALL["rows"][1], "at": ["2 m", "3.3 m"]}]
    _, problems = told(tmp_path, air_layout({"rows": rows}), cells=100)
    one = the_one(problems, "3 cells across each")
    assert "--cells" in one


@pytest.mark.parametrize(
    ("place", "word"),
    [
        ({"row": "nowhere", "slot": 1}, "'nowhere'"),
        ({"row": "front", "slot": 2}, "where a rack stands"),
        ({"row": "front", "slot": 9}, "position 9"),
    ],
)
def test_a_place_in_a_row_must_be_free(tmp_path: Path, place: dict[str, Any], word: str) -> None:
    air = {"places": [place, AIR["places"][1]]}
    path = written_layout(tmp_path, air_layout(air=air))
    with pytest.raises(twin.InputError) as refused:
        twin.build(twin.load(path))
    assert word in str(refused.value)


@pytest.mark.parametrize(
    ("hall", "air", "word"),
    [
        ({}, {"places": [AIR["places"][0]]}, "as many places as units"),
        ({}, {"places": [{"at": ["1 m", "1 m"]}] * 2}, "`at` and `blows`"),
        ({"tiles": [{"at": ["1 m", "1 m"], "open": 0}]}, {}, "greater than 0"),
        (
            {"panels": [{"at": ["1 m", "1 m", "0 m"], "size": ["1 m", "1 m", "1 m"]}]},
            {},
            "no thickness",
        ),
    ],
)
def test_what_no_room_states_is_refused_when_it_is_read(
    tmp_path: Path, hall: dict[str, Any], air: dict[str, Any], word: str
) -> None:
    with pytest.raises(twin.InputError) as refused:
        twin.load(written_layout(tmp_path, air_layout(hall, air)))
    assert word in str(refused.value)
