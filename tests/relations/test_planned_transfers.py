"""Planned transfers as drills: boards to their generators and back, bumpless or with a gap."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, job, loaded

START_S = 10.0
BEGINS_S = 600.0
LASTS_S = 1200.0
NEVER_FAILS = {"start_failure_probability": 0.0, "run_failure_rate_per_h": 0.0}
NEVER_FAILS |= {"run_failure_first_hour_probability": 0.0}


def layout(ups: bool = True, **generator: Any) -> dict[str, Any]:
    out = small_layout(2, 0, ups=ups)
    genset = next(group for group in out["power"] if group["name"] == "genset")
    genset["overrides"] = NEVER_FAILS | generator
    return out


def transfer(gap: str | None = None, **keys: Any) -> dict[str, Any]:
    expect = {
        "racks_off": 0,
        "restarts": 0,
        "on_battery": 0,
        "on_generators": "15 s",
        "back_on_utility": "1 s",
        "recovery": "1 s",
    }
    base = {"kind": "planned_transfer", "at": "10 min", "duration": "20 min", "expect": expect}
    return base | ({} if gap is None else {"gap": gap}) | keys


def ran(plan: dict[str, Any], *drills: dict[str, Any], **changes: Any) -> twin.Result:
    return answer(plan, drills=list(drills), workload=[job()], **changes)


def sheet(result: twin.Result) -> dict[str, tuple[float, str]]:
    rows = result.frame("drill_sheet").to_dict("records")
    return {row["criterion"]: (row["found"], row["verdict"]) for row in rows}


def moves(result: twin.Result) -> list[tuple[float, str, str]]:
    events = result.frame("events")
    told = events[events["what"] == "transfers"]
    return [(row.time_s, row.component, row.detail) for row in told.itertuples()]


def test_without_a_gap_nobody_notices() -> None:
    result = ran(layout(), transfer())
    found = sheet(result)
    assert found["on_generators"] == (START_S, "pass")
    assert found["back_on_utility"] == (0.0, "pass")
    for criterion in ("racks_off", "restarts", "on_battery", "recovery"):
        assert found[criterion] == (0.0, "pass"), criterion
    there, back = moves(result)
    assert there == (BEGINS_S + START_S, "board", "to genset as planned, without a gap")
    assert back == (BEGINS_S + LASTS_S, "board", "to utility as planned, without a gap")


def test_energy_comes_from_the_generators_meanwhile_and_closes() -> None:
    plain = answer(layout(), workload=[job()])
    result = ran(layout(), transfer())
    assert abs(result.summary["energy_balance_residual_frac"]) < 1e-9
    made_j = result.summary["energy_generator_j"]
    utility_j = result.summary["energy_utility_j"]
    assert made_j + utility_j == pytest.approx(plain.summary["energy_utility_j"], rel=1e-6)
    site = result.frame("site")
    inside = site[(site["time_s"] > BEGINS_S + 300) & (site["time_s"] <= BEGINS_S + LASTS_S)]
    assert (inside["utility_power_w"] == 0).all()
    assert (inside["generator_power_w"] > 0).all()
    share_s = LASTS_S - START_S
    mean_w = inside["generator_power_w"].mean()
    assert made_j == pytest.approx(mean_w * share_s, rel=0.02)


def test_a_gap_is_borne_by_the_ups_and_seen_on_the_sheet() -> None:
    """Two of them, there and back."""
    result = ran(layout(), transfer("300 ms"))
    found = sheet(result)
    assert found["on_battery"] == (4.0, "fail")
    assert found["racks_off"] == (0.0, "pass")
    assert found["on_generators"] == (START_S, "pass")
    events = result.frame("events")
    battery = events[events["what"] == "on battery"]
    assert battery["component"].nunique() == 2
    ups = events[events["component"] == battery["component"].iloc[0]]
    begins = ups[ups["what"] == "on battery"]["time_s"].tolist()
    ends = ups[ups["what"] == "off battery"]["time_s"].tolist()
    assert begins == [BEGINS_S + START_S, BEGINS_S + LASTS_S]
    assert [e - b for b, e in zip(begins, ends, strict=True)] == pytest.approx([0.3, 0.3])
    assert moves(result)[0][2].startswith("to genset as planned, open for 0.3")


def test_without_a_ups_a_gap_takes_the_racks_down_and_a_bumpless_one_does_not() -> None:
    plan = layout(ups=False)
    gone = sheet(ran(plan, transfer("300 ms")))
    assert gone["racks_off"][1] == "fail"
    assert gone["restarts"][1] == "fail"
    kept = sheet(ran(plan, transfer()))
    assert kept["racks_off"] == (0.0, "pass")
    brief = sheet(ran(plan, transfer("15 ms")))
    assert brief["racks_off"] == (0.0, "pass")


def test_a_set_that_does_not_start_leaves_the_board_on_the_utility_and_fails_the_drill() -> None:
    result = ran(layout(start_failure_probability=1.0), transfer())
    found = sheet(result)
    assert found["on_generators"] == (float("inf"), "fail")
    assert found["back_on_utility"] == (float("inf"), "fail")
    assert found["racks_off"] == (0.0, "pass")
    assert moves(result) == []


def test_a_transfer_switch_of_its_own_is_bumpless_too_where_that_is_asked() -> None:
    """Its row has a gap of 100 ms; planned, it closes before it opens."""
    plan = layout(ups=False)
    board = next(group for group in plan["power"] if group["name"] == "board")
    board |= {"type": "ats_4000"}
    assert sheet(ran(plan, transfer()))["racks_off"] == (0.0, "pass")
    assert sheet(ran(plan, transfer("100 ms")))["racks_off"][1] == "fail"


def test_a_utility_that_dies_meanwhile_is_not_noticed_and_is_waited_for_at_the_end() -> None:
    fault = {"at": "15 min", "component": "utility", "repair_after": "30 min"}
    result = ran(layout(), transfer(), faults={"timeline": [fault]}, horizon="2 h")
    found = sheet(result)
    assert found["racks_off"] == (0.0, "pass")
    assert found["on_battery"] == (0.0, "pass")
    assert found["back_on_utility"][1] == "fail"
    assert 900.0 < found["back_on_utility"][0] < 900.0 + 301.0


@pytest.mark.parametrize(
    ("drill", "told"),
    [
        ({"boards": ["bord"]}, "a board that utility and generators feed"),
        ({"boards": ["panel"]}, "a board that utility and generators feed"),
        ({"gap": "2 min"}, "1 ms to 1 min"),
    ],
)
def test_what_cannot_be_transferred_is_refused(drill: dict[str, Any], told: str) -> None:
    with pytest.raises(twin.InputError, match=told):
        twin.build(loaded(asked(layout(), drills=[transfer(**drill)])))


def test_only_a_transfer_is_asked_when_it_stands_on_generators() -> None:
    drill = {"kind": "utility_outage", "at": "1 min", "duration": "1 min"}
    drill["expect"] = {"on_generators": "10 s"}
    with pytest.raises(twin.InputError, match="a planned_transfer"):
        twin.build(loaded(asked(layout(), drills=[drill])))
