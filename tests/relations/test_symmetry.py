"""Claim: names, order and sides are labels. What is alike but for them has the same answers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from conftest import small_layout

from tests.planner import answer, asked, assert_same, batch, faults, happened, job, number, ran
from twin import Result

SITE_COLUMNS = ("utility_power_w", "it_power_w", "cooling_power_w", "heat_rejected_w",
                "tokens_training", "tokens_lost", "gpus_busy")  # fmt: skip


def two_sides() -> dict[str, Any]:
    """Two of everything electric, each rack fed by both sides."""
    layout = small_layout(liquid=2, air=0)
    layout["power"][3]["rating"] = "500 kW"
    return layout


def swapped(name: str) -> str:
    """panel_1 for panel_2, ups_1 for ups_2, and so on."""
    return name.translate(str.maketrans("12", "21"))


@pytest.mark.parametrize("name", ["panel_1", "ups_1", "cdu_pump_1"])
def test_a_mirrored_fault_gives_the_mirrored_day(name: str) -> None:
    left = answer(two_sides(), workload=[job()], faults=faults((600, name, 1200)))
    right = answer(two_sides(), workload=[job()], faults=faults((600, swapped(name), 1200)))
    for column in SITE_COLUMNS:
        one = left.frame("site")[column].to_numpy()
        other = right.frame("site")[column].to_numpy()
        assert one == pytest.approx(other, rel=1e-12, abs=1e-9), column
    mirrored = [
        (at, swapped(who), what) for at, who, what in happened(right) if who == swapped(name)
    ]
    assert mirrored == [event for event in happened(left) if event[1] == name]


def test_a_mirrored_fault_mirrors_the_power_table() -> None:
    left = answer(two_sides(), faults=faults((600, "ups_1", 1200))).frame("power")
    right = answer(two_sides(), faults=faults((600, "ups_2", 1200))).frame("power")
    for mine in ("ups_1", "ups_2", "panel_1", "panel_2"):
        one = left[left.component == mine]
        other = right[right.component == swapped(mine)]
        for column in ("power_in_w", "power_out_w", "energised_frac"):
            assert one[column].to_numpy() == pytest.approx(other[column].to_numpy(), rel=1e-12)


RENAMED = {
    "utility": "grid",
    "board": "mains",
    "panel": "zz_panel",
    "ups": "a_ups",
    "cdu": "loop_unit",
    "warm": "tepid",
    "chilled": "cold",
    "crah": "handler",
    "liquid": "wet",
    "hall": "room",
}


def renamed(scenario: dict[str, Any]) -> dict[str, Any]:
    """Every name of the layout changed, wherever it stands as a value."""
    text = json.dumps(scenario)
    for old, new in RENAMED.items():
        for key in ("name", "fed_by", "serves", "plant", "hall"):
            text = text.replace(f'"{key}": "{old}"', f'"{key}": "{new}"')
        text = text.replace(f'["{old}", "genset"]', f'["{new}", "genset"]')
        text = text.replace(f'"component": "{old}_', f'"component": "{new}_')
    return json.loads(text)


def test_new_names_change_no_number() -> None:
    scenario = asked(
        workload=[job()], faults=faults((600, "panel_1", 900), (900, "cdu_pump_2", 900))
    )
    other = renamed(scenario)
    assert other != scenario
    one = ran(scenario)
    two = ran(other)
    for table in ("site", "jobs", "racks", "power", "loops", "energy"):
        left = one.frame(table).select_dtypes("number").to_numpy()
        right = two.frame(table).select_dtypes("number").to_numpy()
        assert left.shape == right.shape, table
        assert np.array_equal(left, right, equal_nan=True), table


def shuffled(scenario: Any) -> Any:
    """The same mappings with their keys in another order."""
    if isinstance(scenario, dict):
        return {key: shuffled(scenario[key]) for key in sorted(scenario, reverse=True)}
    if isinstance(scenario, list):
        return [shuffled(each) for each in scenario]
    return scenario


def test_the_order_of_keys_in_a_file_changes_nothing() -> None:
    scenario = asked(workload=[job(), batch(count=5)], faults=faults((700, "ups_1", 300)))
    assert list(shuffled(scenario)) != list(scenario)
    assert_same(ran(scenario), ran(shuffled(scenario)))


def test_the_order_in_which_faults_are_listed_changes_nothing() -> None:
    listed = [(600.0, "panel_1", 900.0), (1200.0, "cdu_pump_1", 600.0), (1800.0, "crah_2", 300.0)]
    first = answer(workload=[job()], faults=faults(*listed))
    second = answer(workload=[job()], faults=faults(*reversed(listed)))
    assert_same(first, second)


@pytest.mark.parametrize("group", ["power", "plant"])
def test_the_order_of_groups_changes_only_the_order_of_rows(group: str) -> None:
    layout = small_layout()
    other = small_layout()
    if group == "power":
        other["power"] = [*reversed(other["power"])]
    else:
        other["cooling"]["plant"] = [*reversed(other["cooling"]["plant"])]
    one = answer(layout, workload=[job()], faults=faults((600, "panel_1", 900)))
    two = answer(other, workload=[job()], faults=faults((600, "panel_1", 900)))
    assert_sums(one, two)
    left = one.frame("power").sort_values(["time_s", "component"])
    right = two.frame("power").sort_values(["time_s", "component"])
    assert left.component.tolist() == right.component.tolist()
    assert left.power_in_w.to_numpy() == pytest.approx(right.power_in_w.to_numpy(), rel=1e-9)


def assert_sums(one: Result, two: Result) -> None:
    for key in ("tokens_total", "energy_utility_j", "energy_cooling_j", "energy_loss_j", "pue"):
        assert number(one, key) == pytest.approx(number(two, key), rel=1e-9), key


def test_racks_of_one_row_are_exchangeable() -> None:
    """Whichever rack is lost, a job that needs three of four loses the same."""
    made = {
        rack: number(
            answer(small_layout(4, 0), workload=[job(nodes=72)], faults=faults((900, rack, 900))),
            "tokens_training",
        )
        for rack in ("liquid_r1", "liquid_r2", "liquid_r3", "liquid_r4")
    }
    first = made["liquid_r1"]
    assert list(made.values()) == pytest.approx([first] * 4, rel=1e-9)


def test_two_equal_halls_live_equal_days() -> None:
    layout = small_layout(liquid=0, air=2, ups=False)
    hall = layout["halls"][0]
    twin_hall = json.loads(
        json.dumps(hall).replace('"hall"', '"hall_b"').replace('"air"', '"air_b"')
    )
    twin_hall["at"] = ["30 m", "0 m"]
    layout["halls"].append(twin_hall)
    handlers = layout["cooling"]["air"][0]
    layout["cooling"]["air"].append(handlers | {"name": "crah_b", "hall": "hall_b"})
    layout["cooling"]["plant"] = [layout["cooling"]["plant"][1]]
    result = answer(layout, faults=faults((600, "crah_1", 600), (600, "crah_b_1", 600)))
    racks = result.frame("racks")
    for column in ("power_w", "inlet_air_degc", "coolant_degc"):
        one = racks[racks.rack.str.match(r"air_r\d")][column].to_numpy()
        other = racks[racks.rack.str.startswith("air_b")][column].to_numpy()
        assert one == pytest.approx(other, rel=1e-12)
