"""Claim: what nobody uses changes nothing but its own rows."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout
from pandas.testing import assert_frame_equal

from tests.planner import answer, asked, assert_same, chat, faults, job, number, ran
from twin import Result

WORK = [job(nodes=18), chat(nodes=12)]
HURT = faults((600, "panel_1", 600), (900, "cdu_pump_2", 900))


def base() -> dict[str, Any]:
    return asked(small_layout(), workload=WORK, faults=HURT)


def plain() -> Result:
    return ran(base())


EXTRA: dict[str, tuple[list[str], dict[str, Any]]] = {
    "a generator that feeds nobody": (["power"], {"name": "spare_genset", "type": "genset_2000"}),
    "a panel without racks": (
        ["power"],
        {"name": "spare_panel", "type": "rpp_500", "fed_by": "board"},
    ),
    "a second utility feed that feeds nobody": (
        ["power"],
        {"name": "grid_b", "type": "utility_feed"},
    ),
    "a transfer switch without loads": (
        ["power"],
        {"name": "spare_ats", "type": "ats_4000", "mode": "priority", "fed_by": ["board", "ups"]},
    ),
}


@pytest.mark.parametrize("extra", EXTRA)
def test_an_unused_power_component_changes_only_its_own_rows(extra: str) -> None:
    where, row = EXTRA[extra]
    scenario = base()
    place: Any = scenario["layout"]
    for key in where:
        place = place[key]
    place.append(row)
    one = plain()
    two = ran(scenario)
    assert_same(one, two, tables=("site", "racks", "loops", "services", "jobs", "losses", "events"))
    power = two.frame("power")
    known = set(one.frame("power").component)
    assert set(power.component) - known == {row["name"]}
    assert_frame_equal(
        power[power.component.isin(known)].reset_index(drop=True), one.frame("power")
    )


def test_an_unused_generator_stays_cold() -> None:
    scenario = base()
    scenario["layout"]["power"].append({"name": "spare_genset", "type": "genset_2000"})
    power = ran(scenario).frame("power")
    mine = power[power.component == "spare_genset"]
    assert (mine[["power_in_w", "power_out_w", "load_max_frac"]] == 0).all(axis=None)


def test_a_plant_that_takes_no_heat_costs_only_what_stands_by() -> None:
    """Its pumps and fans at their floor: the racks do not notice."""
    scenario = base()
    spare = scenario["layout"]["cooling"]["plant"][0] | {"name": "spare", "pump_power": "0 W"}
    scenario["layout"]["cooling"]["plant"].append(spare)
    one = plain()
    two = ran(scenario)
    for table in ("racks", "services", "jobs", "losses"):
        assert two.frame(table).select_dtypes("number").to_numpy() == pytest.approx(
            one.frame(table).select_dtypes("number").to_numpy(), rel=1e-9, nan_ok=True
        ), table
    more_w = (two.frame("site").cooling_power_w - one.frame("site").cooling_power_w).to_numpy()
    assert (more_w >= -1e-6).all()
    assert more_w.max() <= 25e3 * 0.05 + 1e-6, "the fan floor of a dry_cooler_1000"


def test_a_description_changes_nothing() -> None:
    scenario = base()
    scenario["description"] = "A word about it."
    scenario["layout"]["description"] = "Another."
    assert_same(plain(), ran(scenario))


def test_the_name_of_a_scenario_changes_nothing() -> None:
    assert_same(plain(), ran(base() | {"name": "something_else"}))


def test_faults_after_the_horizon_change_nothing() -> None:
    later = {"timeline": [*HURT["timeline"], *faults((7200, "board", 60))["timeline"]]}
    assert_same(plain(), ran(base() | {"faults": later}))


def test_an_action_after_the_horizon_changes_nothing() -> None:
    action = {"kind": "clock_ceiling", "at": "02:00", "clock": 0.5}
    assert_same(plain(), ran(base() | {"controls": {"actions": [action]}}))


def test_a_ceiling_of_full_clock_changes_nothing() -> None:
    action = {"kind": "clock_ceiling", "at": "00:05", "clock": 1.0}
    one = plain()
    two = ran(base() | {"controls": {"actions": [action]}})
    assert_same(one, two, tables=("site", "racks", "power", "services", "jobs", "losses"))


def test_setting_the_water_to_what_it_is_set_to_changes_nothing() -> None:
    action = {
        "kind": "facility_water_supply",
        "at": "00:05",
        "plant": "warm",
        "temperature": "41.8 °C",
    }
    one = plain()
    two = ran(base() | {"controls": {"actions": [action]}})
    for key in ("energy_utility_j", "energy_cooling_j", "tokens_total", "tokens_lost_by_fault"):
        assert number(one, key) == pytest.approx(number(two, key), rel=1e-9), key


@pytest.mark.parametrize("storage", ["superpod_good", "superpod_better", "superpod_best"])
def test_storage_is_felt_by_checkpoints_alone(storage: str) -> None:
    scenario = base()
    scenario["layout"]["storage"] = {"type": storage}
    assert_same(plain(), ran(scenario), tables=("site", "racks", "power", "services", "jobs"))


def test_a_job_that_comes_after_the_horizon_changes_nothing_but_its_row() -> None:
    late = job("late", nodes=18, submit="2 h")
    two = ran(base() | {"workload": [*WORK, late]})
    one = plain()
    assert_same(one, two, tables=("site", "racks", "power", "services", "losses"))
    jobs = two.frame("jobs")
    assert_frame_equal(jobs[jobs.job != "late"].reset_index(drop=True), one.frame("jobs"))
    assert not jobs[jobs.job == "late"].started_s.notna().any()


def test_a_service_nobody_asks_holds_its_nodes_and_serves_nothing() -> None:
    scenario = base()
    scenario["workload"] = [*WORK, chat("silent", nodes=6, rate=1e-9)]
    one = plain()
    two = ran(scenario)
    services = two.frame("services")
    assert services[services.service == "silent"].tokens_served.sum() == pytest.approx(0, abs=1e3)
    mine = services[services.service == "chat"].reset_index(drop=True)
    theirs = one.frame("services")
    assert mine.requests.tolist() == theirs.requests.tolist()
    # What a window gains is the difference of sums that begin with another first span.
    assert mine.tokens_asked.tolist() == pytest.approx(theirs.tokens_asked.tolist(), rel=1e-12)


def test_a_spare_repair_crew_changes_nothing_where_none_waits() -> None:
    """But for what its people cost."""
    hurt = {"timeline": [{"at": "600 s", "component": "cdu_pump_1"}]}
    found = [answer(workload=WORK, faults=hurt | {"crews": crews}) for crews in (1, 2, 9)]
    for other in found[1:]:
        assert_same(
            found[0], other, tables=set(other.tables) - {"costs", "cost_figures", "cash_flow"}
        )
