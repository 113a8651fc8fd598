"""Claim: what `redundancy` says of a failure is what a run with that failure shows."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, faults, loaded, racks_that_fell


def two_n() -> dict[str, Any]:
    """Both boards on the one feed, everything below it twice."""
    layout = small_layout(liquid=2, air=1)
    layout["power"] = [
        {"name": "utility", "type": "utility_feed"},
        {"name": "board", "type": "switchboard_4000", "count": 2, "fed_by": "utility"},
        {
            "name": "ups",
            "type": "ups_500",
            "count": 2,
            "fed_by": {"source": "board", "pairing": "matched"},
        },
        {
            "name": "panel",
            "type": "rpp_500",
            "count": 2,
            "fed_by": {"source": "ups", "pairing": "matched"},
        },
    ]
    return layout


def radial() -> dict[str, Any]:
    """Each rack on one panel."""
    layout = two_n()
    layout["halls"][0]["rows"][0]["fed_by"] = {"source": "panel", "pairing": "spread"}
    return layout


LAYOUTS = {"small": small_layout(2, 1), "two_n": two_n(), "radial": radial()}


@cache
def report(name: str) -> Any:
    facility = twin.build(loaded(asked(LAYOUTS[name])))
    return twin.redundancy(facility)


def powers(name: str) -> list[str]:
    """Members of the power groups."""
    members = []
    for group in LAYOUTS[name]["power"]:
        count = group.get("count", 1)
        members += (
            [group["name"]] if count == 1 else [f"{group['name']}_{n + 1}" for n in range(count)]
        )
    return members


CASES = [(name, component) for name in LAYOUTS for component in powers(name)]


@pytest.mark.parametrize(("name", "component"), CASES)
def test_racks_that_lose_power_are_those_the_report_names(name: str, component: str) -> None:
    """A fault that outlasts the batteries: the racks off in the run are the loads of its row."""
    points = {row["component"]: row["loads"] for row in report(name).single_points_of_failure}
    run = answer(LAYOUTS[name], faults=faults((60, component, 7200)), horizon="100 min")
    racks = set(run.frame("racks").rack)
    off = run.frame("racks").query("time_s == 6000 and on_frac < 1").rack
    said = {load for load in points.get(component, []) if load in racks}
    without_power = set(off)
    if component == "genset":
        assert said == without_power == set()
        return
    assert without_power <= said, "a run loses racks that the report does not name"
    powered = {row for row in said if row not in without_power}
    assert not powered or component in ("utility", "board"), (said, without_power)


@pytest.mark.parametrize("name", ["small", "two_n"])
def test_a_component_off_the_list_takes_no_rack_down(name: str) -> None:
    points = {row["component"] for row in report(name).single_points_of_failure}
    safe = [component for component in powers(name) if component not in points]
    assert safe, "each layout has something it can lose"
    for component in safe:
        run = answer(LAYOUTS[name], faults=faults((60, component, 1200)), horizon="30 min")
        assert racks_that_fell(run) == set(), component


def test_pairs_on_the_list_of_cut_sets_take_racks_down_and_each_half_does_not() -> None:
    cuts = [cut for cut in report("two_n").cut_sets if len(cut) == 2]
    electric = [cut for cut in cuts if set(cut) <= set(powers("two_n"))]
    assert electric
    for one, other in electric[:6]:
        both = answer(
            LAYOUTS["two_n"], faults=faults((60, one, 7200), (90, other, 7200)), horizon="100 min"
        )
        assert racks_that_fell(both), (one, other)


def test_the_report_counts_what_stands_in_the_layout() -> None:
    for name in LAYOUTS:
        facility = twin.build(loaded(asked(LAYOUTS[name])))
        found = report(name)
        assert found.n_minus_1["cases"] == found.components
        pairs = found.components * (found.components - 1) // 2
        assert found.n_minus_2["cases"] == pairs
        assert found.n_minus_1["failing"] == len(found.single_points_of_failure)
        racks = int((facility.racks.rated_w > 0).sum())
        assert found.loads >= racks


def test_more_redundancy_is_never_less_available() -> None:
    single = report("radial").availability_exact["unavailability"]
    double = report("two_n").availability_exact["unavailability"]
    assert double <= single
