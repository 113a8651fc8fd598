"""Claim: coolant units hold the coolant that they supply where a set-point is stated, written by an
intruder or ordered by mistake: from a planner's file to temperatures, heat and tokens.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import training
from planner import loaded
from test_spoofed_sensors import AT_S, HOLD, LIE, layout, of_loop, ran, scenario, told

import twin
from twin import Result
from twin.analysis.cause_chain import chain
from twin.errors import InputError
from twin.facility.cooling.peak import coolant_degc
from twin.results.enums import EventKind
from twin.simulation.loop.quiet import Quiet

UNIT = {"component": "cdu"}
LATER = {"workload": [training("train", 72, submit="30 min")]}
DAYS = {"detected_after": "3 days"}


def held(degc: float) -> dict[str, Any]:
    out = layout()
    out["cooling"]["loops"][0]["supply_temperature"] = f"{degc} °C"
    return out


def by_hand_degc(result: Result, set_degc: float) -> float:
    """The set-point, and the heat over ten times what the unit's rated stream carries a kelvin."""
    units = twin.build(loaded(scenario())).cooling.units
    stream_w_k = units.hot_w_k[units.id.index("cdu")]
    return float(set_degc + of_loop(result, "cdu_loop").heat_w.iloc[-1] / (10 * stream_w_k))


def balances(result: Result) -> None:
    assert max(abs(value) for key, value in result.summary.items() if "residual" in key) < 1e-9


@pytest.fixture(scope="module")
def honest() -> Result:
    return ran()


def test_an_intruder_who_raises_it_costs_tokens(honest: Result) -> None:
    hot = ran(HOLD | UNIT | {"set_point": "55 °C"} | DAYS)
    balances(hot)
    coolant = of_loop(hot, "cdu_loop").temperature_degc.iloc[-1]
    assert coolant == pytest.approx(by_hand_degc(hot, 55.0), abs=0.01)
    lost = hot.summary["tokens_lost_by_fault"]
    assert lost > 0.02 * honest.summary["tokens_total"]
    made = honest.summary["tokens_total"] - hot.summary["tokens_total"]
    assert made == pytest.approx(lost, rel=0.02)
    (throttled,) = [link for link in chain(hot) if link.what == EventKind.THROTTLED]
    assert throttled.cause is not None
    assert chain(hot)[throttled.cause].what == EventKind.SET_POINT_BY_INTRUDER


def test_a_valve_that_stands_open_cannot_be_opened_further(honest: Result) -> None:
    cold = ran(HOLD | UNIT | {"set_point": "20 °C"} | DAYS)
    assert cold.summary["tokens_total"] == honest.summary["tokens_total"]
    before, after = (of_loop(one, "cdu_loop").temperature_degc for one in (honest, cold))
    assert after.to_numpy() == pytest.approx(before.to_numpy(), abs=1e-9)


def test_a_unit_that_holds_its_coolant_is_lowered_to_what_water_makes(honest: Result) -> None:
    lowered = ran(HOLD | UNIT | {"set_point": "10 °C"} | DAYS, layout=held(50))
    balances(lowered)
    rows = of_loop(lowered, "cdu_loop").temperature_degc
    warm = ran(layout=held(50))
    assert rows.loc[AT_S] == pytest.approx(by_hand_degc(warm, 50.0), abs=0.01)
    open_degc = of_loop(honest, "cdu_loop").temperature_degc.iloc[-1]
    assert rows.iloc[-1] == pytest.approx(open_degc, abs=0.05)


def test_it_is_put_right_by_a_crew_of_coolant_loops() -> None:
    seen = {"at": "10 min", "mode": "compromise", "set_point": "55 °C"}
    rows = ran(seen | UNIT)
    assert told(rows, "cdu")[:3] == [
        (600.0, "set-point by an intruder"),
        (630.0, "intrusion detected"),
        (1530.0, "repaired"),
    ]
    assert of_loop(rows, "cdu_loop").temperature_degc.iloc[-1] < 46.0


@pytest.mark.parametrize("lie_k", [3.0, -3.0])
def test_coolant_stands_off_its_set_point_by_the_lie(lie_k: float) -> None:
    lying = ran(LIE | UNIT | {"offset": f"{lie_k} K"} | DAYS, layout=held(50))
    balances(lying)
    coolant = of_loop(lying, "cdu_loop").temperature_degc.iloc[-1]
    assert coolant == pytest.approx(by_hand_degc(lying, 50.0 - lie_k), abs=0.02)


def test_a_valve_that_stands_still_follows_no_load() -> None:
    """The load comes at 30 min; the valve lets the same share of its exchange pass."""
    stuck = ran(LIE | UNIT | {"frozen": True} | DAYS, layout=held(50), **LATER)
    free = ran(layout=held(50), **LATER)
    balances(stuck)
    warmer = [of_loop(one, "cdu_loop").temperature_degc for one in (stuck, free)]
    assert warmer[0].loc[AT_S] == pytest.approx(warmer[1].loc[AT_S], abs=0.01)
    assert warmer[0].iloc[-1] > warmer[1].iloc[-1] + 2.0
    assert stuck.summary["tokens_total"] < free.summary["tokens_total"]


def test_a_second_sensor_ends_a_lie_beyond_its_limit() -> None:
    lie = LIE | UNIT | {"offset": "-4 K", "second_sensor_limit": "3 K"}
    found = told(ran(lie | {"detected_after": "2 min"}, layout=held(50)), "cdu")
    assert [what for _, what in found] == ["sensor lies", "intrusion detected", "repaired"]


def test_operators_may_order_the_wrong_number(honest: Result) -> None:
    """55 for 45 °C, and back: coolant follows, and what it costs is booked."""
    order = {"kind": "coolant_supply", "loop": "cdu"}
    wrong = order | {"at": "10 min", "temperature": "55 °C"}
    right = order | {"at": "35 min", "temperature": "45 °C"}
    result = ran(controls={"actions": [wrong, right]}, horizon="70 min")
    balances(result)
    rows = of_loop(result, "cdu_loop").temperature_degc
    assert rows.loc[2100.0] == pytest.approx(55.9, abs=0.3)
    assert rows.iloc[-1] == pytest.approx(by_hand_degc(result, 45.0), abs=0.1)
    assert "throttled" in set(result.frame("losses").cause)


def test_the_design_point_knows_the_set_point() -> None:
    degc = [float(coolant_degc(twin.build(loaded(scenario(layout=held(k)))))[0]) for k in (20, 60)]
    plain = float(coolant_degc(twin.build(loaded(scenario())))[0])
    assert degc[0] == plain
    assert 60.0 < degc[1] < 61.5


def test_one_of_two_units_leaves_its_heat_to_the_other() -> None:
    """Two units on one header: the one whose valve shuts doubles what is left above the water."""
    plan = layout()
    plan["cooling"]["loops"][0] |= {"count": 2, "header": "common"}
    both, one = (
        ran(*faults, layout=plan)
        for faults in ((), [HOLD | {"component": "cdu_1", "set_point": "65 °C"} | DAYS])
    )
    over_k = [
        of_loop(run, "cdu_loop").temperature_degc.iloc[-1]
        - of_loop(run, "warm").temperature_degc.iloc[-1]
        for run in (both, one)
    ]
    heat_w = [of_loop(run, "cdu_loop").heat_w.iloc[-1] for run in (both, one)]
    share = (over_k[1] / heat_w[1]) / (over_k[0] / heat_w[0])
    assert share == pytest.approx(2.0, rel=0.01)


def test_stopped_kept_and_step_by_step_runs_have_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = HOLD | UNIT | {"set_point": "55 °C", "detected_after": "20 min"}
    late = {"at": "70 min", "component": "cdu", "mode": "spoofed", "frozen": True}
    order = {"kind": "coolant_supply", "loop": "cdu", "at": "50 min", "temperature": "47 °C"}
    asked = scenario(seen, late, controls={"actions": [order]}, horizon="2 h")
    asked["layout"] = held(46)
    facility = twin.build(loaded(asked))
    whole = twin.simulate(facility)
    for at_s in (900.0, 3600.0, 4500.0):
        twin.start(facility).until(at_s).save(tmp_path / f"{at_s:.0f}")
        same(whole, twin.resume(tmp_path / f"{at_s:.0f}").until().result())
    whole.save(tmp_path / "kept")
    same(whole, twin.simulate(twin.build(twin.load(tmp_path / "kept" / "scenario.yaml"))))
    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    same(whole, twin.simulate(facility))


def same(one: Result, other: Result) -> None:
    for name, table in one.tables.items():
        assert table.equals(other.tables[name]), name


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"actions": [{"kind": "coolant_supply", "loop": "cud", "temperature": "45 °C"}]}, "'cdu'"),
        ({"actions": [{"kind": "coolant_supply", "loop": "cdu", "temperature": "90 °C"}]}, "70 °C"),
    ],
)
def test_orders_that_cannot_be_are_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        ran(controls=changes)
