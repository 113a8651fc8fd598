"""Coolant loops with pipes, through the front door: what a planner states, and what racks get."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import small, small_layout, training

import twin
from twin import Result
from twin.errors import InputError
from twin.simulation import start

HYDRAULICS = {
    "main": {"length": "10 m", "diameter": "80 mm", "fittings": 8},
    "header": "80 mm",
    "branch": {"length": "3 m", "diameter": "40 mm", "fittings": 6},
    "rack_drop": "80 kPa",
}


def piped(hydraulics: dict[str, Any] | None = None, **loop: Any) -> dict[str, Any]:
    """Four racks on two units of two pumps and one header."""
    layout = small_layout(4, 1)
    layout["cooling"]["loops"][0] |= {"count": 2, "header": "common"} | loop
    layout["cooling"]["loops"][0]["hydraulics"] = HYDRAULICS | (hydraulics or {})
    return layout


def run(layout: dict[str, Any], *faults: dict[str, Any], **changes: Any) -> Result:
    changes = {"workload": [training("liquid", 72)], "horizon": "30 min"} | changes
    return twin.run(small(layout, faults={"timeline": list(faults)}, **changes))


def told(result: Result) -> list[tuple[str, str]]:
    events = result.frame("events")
    return list(zip(events.component, events.what, strict=True))


def racks_of(layout: dict[str, Any]) -> dict[str, float]:
    loop = twin.check(small(layout))["hydraulics"][0]
    return {rack["rack"]: rack["flow_frac"] for rack in loop["racks"]}


def test_check_tells_flows_pressures_speeds_and_suction() -> None:
    (loop,) = twin.check(small(piped({"npsh_required": "30 kPa"})))["hydraulics"]
    assert loop["header_pa"] == pytest.approx(loop["held_pa"])
    assert 80e3 < loop["held_pa"] < 110e3
    assert sum(p["flow_m3_s"] for p in loop["pumps"]) == pytest.approx(4 * 0.002)
    assert len({round(p["speed_frac"], 6) for p in loop["pumps"]}) == 1
    assert loop["pumps"][0]["speed_frac"] < 1.0
    assert 150e3 < loop["npsh_margin_pa"] < 250e3
    assert [rack["valve_kv_m3_h"] is None for rack in loop["racks"]] == [False] * 3 + [True]
    assert "hydraulics" not in twin.check(small(small_layout()))


def test_balanced_racks_have_their_flow_and_unbalanced_ones_share_by_their_way() -> None:
    assert list(racks_of(piped()).values()) == pytest.approx([1.0] * 4, rel=1e-6)
    shared = list(racks_of(piped({"balanced": False})).values())
    assert shared == sorted(shared, reverse=True)
    assert shared[-1] == pytest.approx(1.0, rel=1e-6)
    assert shared[0] > 1.005
    narrow = piped({"balanced": False, "control": "speed", "header": "40 mm"})
    assert min(racks_of(narrow).values()) < 0.85 * max(racks_of(narrow).values())


def test_a_rack_whose_valve_closes_overheats_and_the_others_keep_their_flow() -> None:
    closed = {"at": "5 min", "component": "liquid_r2", "mode": "valve_closed",
              "repair_after": "10 min"}  # fmt: skip
    result = run(piped(), closed)
    assert ("liquid_r2", "shut down") in told(result)
    assert not [who for who, what in told(result) if what == "throttled" and who != "liquid_r2"]
    loops = result.frame("loops").query("loop == 'cdu_loop'").set_index("time_s")
    assert loops.flow_frac.loc[420.0] == pytest.approx(0.75, abs=0.01)
    assert abs(result.summary["heat_balance_residual_frac"]) < 1e-12


def test_at_one_speed_a_closed_valve_gives_the_others_more() -> None:
    closed = {"at": "5 min", "component": "liquid_r2", "mode": "valve_closed",
              "repair_after": "10 min"}  # fmt: skip
    result = run(piped({"control": "speed", "speed": 0.6}), closed, workload=[])
    loops = result.frame("loops").query("loop == 'cdu_loop'").set_index("time_s").flow_frac
    assert 0.76 < loops.loc[420.0] / loops.loc[240.0] < 0.99


def test_an_air_lock_takes_flow_of_one_rack() -> None:
    lock = {"at": "5 min", "component": "liquid_r1", "mode": "air_lock", "blocked": "80 %",
            "repair_after": "20 min"}  # fmt: skip
    result = run(piped(), lock)
    throttled = {who for who, what in told(result) if what == "throttled"}
    assert throttled <= {"liquid_r1"}
    loops = result.frame("loops").query("loop == 'cdu_loop'").set_index("time_s").flow_frac
    assert 0.75 < loops.loc[600.0] < 0.95


def test_a_leak_empties_the_vessel_and_stops_the_loop() -> None:
    """50 L at 5 L/min: half after 5 min, all after 10."""
    leak = {"at": "1 min", "component": "cdu_2", "mode": "leak", "flow": "5 L/min",
            "repair_after": "20 min"}  # fmt: skip
    result = run(piped({"reserve": "50 L", "coast_down": "0 s"}), leak)
    events = result.frame("events").set_index("what")
    assert events.time_s["coolant low"] == pytest.approx(60 + 300)
    assert events.time_s["coolant lost"] == pytest.approx(60 + 600)
    racks = {who for who, what in told(result) if what == "shut down"}
    assert racks == {f"liquid_r{n}" for n in range(1, 5)}
    assert ("cdu_loop", "back in range") in told(result)


def test_a_pump_that_runs_down_leaves_racks_more_time() -> None:
    lost = [
        {"at": "5 min", "component": f"cdu_{u}_pump_{k}", "repair_after": "20 min"}
        for u in (1, 2) for k in (1, 2)
    ]  # fmt: skip
    first = {}
    for coast in ("0 s", "2 s"):
        events = run(piped({"coast_down": coast}), *lost).frame("events")
        first[coast] = float(events[events.what == "throttled"].time_s.min()) - 300.0
    assert 1.0 < first["2 s"] - first["0 s"] < 30.0


def test_pumps_that_hold_a_pressure_draw_less_than_at_full_speed() -> None:
    power = {}
    for name, asked in (("held", {}), ("full", {"control": "speed"})):
        result = run(piped(asked), workload=[], horizon="10 min")
        power[name] = result.summary["pue"]
    assert power["held"] < power["full"]


def test_a_run_stopped_while_a_pump_runs_down_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    lost = {"at": "300 s", "component": "cdu_1_pump_1", "repair_after": "5 min"}
    leak = {"at": "290 s", "component": "cdu_2", "mode": "leak", "flow": "2 L/min",
            "repair_after": "10 min"}  # fmt: skip
    facility = twin.build(small(piped(), faults={"timeline": [lost, leak]}, horizon="15 min"))
    whole = start(facility).until(900.0).result()
    part = start(facility).until(304.0)
    later = twin.resume(part.save(tmp_path / "part.twin")).until(900.0).result()
    for table in ("events", "loops", "racks"):
        assert whole.frame(table).equals(later.frame(table))


def test_ride_through_asks_for_leaks_and_valves() -> None:
    facility = twin.build(small(piped()))
    found = twin.ride_through(facility, ["liquid_r2:valve_closed"], 300.0)
    off = {ride.rack: ride.off_after_s for ride in found.racks}
    assert off["liquid_r2"] is not None
    assert off["liquid_r1"] is None


@pytest.mark.parametrize(
    ("layout", "fault", "says"),
    [
        (small_layout(), {"mode": "valve_closed", "component": "liquid_r1"}, "hydraulics"),
        (piped(), {"mode": "valve_closed", "component": "air_r1"}, "hydraulics"),
        (piped(), {"mode": "leak", "component": "liquid_r1"}, "flow for a leak"),
        (piped(), {"mode": "out", "component": "cdu_1", "blocked": 0.5}, "blocked for an air_lock"),
        (piped(type="cdu_frontier"), {"component": "cdu_1"}, "overrides: {head: 244 kPa}"),
        (piped({"pressure": "90 kPa", "control": "speed"}), {"component": "cdu_1"}, "pressure"),
    ],
)
def test_what_cannot_be_is_refused(
    layout: dict[str, Any], fault: dict[str, Any], says: str
) -> None:
    with pytest.raises((InputError, ValueError), match=says):
        twin.build(small(layout, faults={"timeline": [{"at": "1 s"} | fault]}))


def test_short_racks_and_suction_are_found() -> None:
    poor = piped({"header": "25 mm", "static_pressure": "1 kPa", "npsh_required": "120 kPa"})
    codes = {row["code"] for row in twin.check(small(poor))["findings"]}
    assert {"rack_short_of_coolant", "pump_may_cavitate"} <= codes
    fine = {row["code"] for row in twin.check(small(piped()))["findings"]}
    assert not {"rack_short_of_coolant", "pump_may_cavitate"} & fine
