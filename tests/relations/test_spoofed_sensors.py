"""Sensors that lie, and set-points of air handlers and coolant units: from a planner's file to what
water, air and coolant do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import small_layout, training
from planner import answer, asked, loaded
from test_coolant_pipes import piped

import twin
from twin import Result
from twin.analysis.cause_chain import chain
from twin.errors import InputError
from twin.results.enums import EventKind

AT_S = 600.0
LIE = {"at": "10 min", "mode": "spoofed", "detected_after": "90 min"}
HOLD = {"at": "10 min", "mode": "compromise", "detected_after": "90 min"}


def layout() -> dict[str, Any]:
    out = small_layout()
    out["cooling"]["air"][0]["supply_temperature"] = "22 °C"
    return out


def scenario(*faults: dict[str, Any], **changes: Any) -> dict[str, Any]:
    usual = {"workload": [training("train", 72)], "outputs": {"period": "1 min"}}
    own = layout() if "layout" not in changes else changes.pop("layout")
    return asked(own, faults={"timeline": list(faults)}, **(usual | changes))


def ran(*faults: dict[str, Any], **changes: Any) -> Result:
    whole = scenario(*faults, **changes)
    return answer(whole.pop("layout"), **{k: v for k, v in whole.items() if k != "version"})


def of_loop(result: Result, name: str) -> pd.DataFrame:
    loops = result.frame("loops")
    return loops[loops.loop == name].set_index("time_s")


def told(result: Result, name: str) -> list[tuple[float, str]]:
    events = result.frame("events")
    rows = events[(events.component == name) & ~events.what.isin(["stopped", "running"])]
    return list(zip(rows.time_s, rows.what, strict=True))


@pytest.fixture(scope="module")
def honest() -> Result:
    return ran()


@pytest.mark.parametrize("lie_k", [4.0, -4.0])
def test_water_stands_off_its_set_point_by_the_lie(honest: Result, lie_k: float) -> None:
    """A chiller gives Q for (T + lie - 16 °C) kelvin of its band, whatever the water is."""
    before = of_loop(honest, "chilled").iloc[-1]
    slope_w_k = before.heat_w / (before.temperature_degc - 16.0)
    lying = ran(LIE | {"component": "chilled", "offset": f"{lie_k} K"})
    after = of_loop(lying, "chilled").iloc[-1]
    by_hand_degc = 16.0 - lie_k + after.heat_w / slope_w_k
    assert after.temperature_degc == pytest.approx(by_hand_degc, abs=0.01)


def test_a_frost_guard_of_its_own_keeps_water_from_freezing() -> None:
    """30 K too warm would ask for water of -14 °C; the guard stands 2 K above freezing."""
    cold = of_loop(ran(LIE | {"component": "chilled", "offset": "30 K"}), "chilled")
    assert cold.temperature_degc.iloc[-1] == pytest.approx(2.5, abs=0.6)


def test_a_lying_handler_is_as_one_whose_set_point_was_written() -> None:
    both = ("crah_1", "crah_2")
    lie = ran(*({"component": name, "offset": "-5 K"} | LIE for name in both))
    written = ran(*({"component": name, "set_point": "27 °C"} | HOLD for name in both))
    loops = (of_loop(one, "hall")[["temperature_degc", "heat_w"]] for one in (lie, written))
    np.testing.assert_array_equal(*loops)


def test_racks_in_air_follow_the_true_air_of_their_handlers(honest: Result) -> None:
    """Supply air of 27 °C for 22 °C: every inlet is 5 K warmer once the hall has warmed."""
    faults = [
        {"component": name, "set_point": "27 °C"} | HOLD | {"detected_after": "3 days"}
        for name in ("crah_1", "crah_2")
    ]
    warm = ran(*faults, horizon="24 h", outputs={"period": "30 min"})
    cool = of_loop(honest, "hall").temperature_degc.iloc[-1]
    assert of_loop(warm, "hall").temperature_degc.iloc[-1] == pytest.approx(cool + 5.0, abs=0.1)
    assert max(abs(value) for key, value in warm.summary.items() if "residual" in key) < 1e-9


LATER = {"workload": [training("train", 72, submit="30 min")]}
FROZEN = {"frozen": True, "detected_after": "2 h"}


def test_compressors_stay_at_what_a_frozen_sensor_asked_for() -> None:
    stuck = ran(LIE | {"component": "chilled"} | FROZEN, **LATER)
    rows = of_loop(stuck, "chilled")
    before = rows.heat_w[rows.index < AT_S].iloc[-1]
    assert rows.heat_w[rows.index > AT_S].to_numpy() == pytest.approx(before, rel=1e-6)
    free = of_loop(ran(**LATER), "chilled")
    assert free.heat_w.iloc[-1] > 1.1 * before
    assert rows.temperature_degc.iloc[-1] > free.temperature_degc.iloc[-1] + 0.5


def test_fans_stay_at_their_speed_and_their_coils_at_their_conductance() -> None:
    """Heat over (water - 25 °C) of outdoor air is one number from when the sensor stands still."""
    stuck = of_loop(ran(LIE | {"component": "warm"} | FROZEN, **LATER), "warm")
    over_k = stuck.temperature_degc.rolling(2).mean() - 25.0
    conductance_w_k = (stuck.heat_w / over_k)[stuck.index > 2400.0]
    early = stuck[stuck.index < AT_S].iloc[-1]
    by_hand = early.heat_w / (early.temperature_degc - 25.0)
    assert conductance_w_k.to_numpy() == pytest.approx(by_hand, rel=2e-3)


def test_a_valve_that_stands_still_follows_no_load() -> None:
    names = ("crah_1", "crah_2")
    stuck = ran(*(LIE | {"component": name} | FROZEN for name in names), **LATER)
    free = ran(**LATER)
    warmer = of_loop(stuck, "hall").temperature_degc - of_loop(free, "hall").temperature_degc
    assert warmer.loc[AT_S] == pytest.approx(0.0, abs=0.01)
    assert warmer.iloc[-1] > 0.3


def test_a_second_sensor_sees_what_is_beyond_its_limit_and_nothing_less() -> None:
    lie = LIE | {"component": "warm", "second_sensor_limit": "3 K", "detected_after": "2 min"}
    seen = told(ran(lie | {"offset": "-4 K"}), "warm")
    found = [(AT_S, "sensor lies"), (720.0, "intrusion detected"), (720.0, "repaired")]
    assert seen == found
    assert told(ran(lie | {"offset": "-2 K"}), "warm") == found[:1]


def test_a_frozen_sensor_is_seen_once_it_has_differed_for_long_enough() -> None:
    """The load comes at 30 min; water is 0.5 K off some time later; controls look every 5 min."""
    fault = LIE | {"component": "warm", "frozen": True, "second_sensor_limit": "0.5 K"}
    result = ran(fault | {"detected_after": "5 min"}, **LATER)
    (_, seen, _) = told(result, "warm")
    water = of_loop(ran(LIE | {"component": "warm"} | FROZEN, **LATER), "warm").temperature_degc
    off = water.index[(water - water.loc[AT_S]).abs() > 0.5][0]
    assert seen[1] == "intrusion detected"
    look_s = 300.0
    assert off + 300.0 <= seen[0] <= off + 300.0 + look_s
    late = of_loop(result, "warm").temperature_degc.iloc[-1]
    assert late < water.iloc[-1]


def test_without_a_second_sensor_a_crew_comes_and_the_chain_begins_with_the_lie() -> None:
    hot = LIE | {"component": "warm", "offset": "-20 K", "detected_after": "10 min"}
    result = ran(hot | {"restore_time": "15 min"})
    assert [time for time, _ in told(result, "warm")] == [AT_S, 1200.0, 2100.0]
    links = chain(result)
    (throttled,) = [link for link in links if link.what == EventKind.THROTTLED]
    assert throttled.cause is not None
    assert links[throttled.cause].what == EventKind.SENSOR_SPOOFED
    assert result.summary["tokens_lost_by_fault"] > 0


def test_pumps_of_a_coolant_unit_held_slow_follow_the_affinity_laws(honest: Result) -> None:
    hold = HOLD | {"component": "cdu", "pump_speed": "40 %"}
    slow = ran(hold)
    facility = twin.build(loaded(scenario(hold)))
    cooling = facility.cooling
    rated = cooling.units.flow_m3_s[cooling.units.id.index("cdu")]
    by_hand = 0.4 * rated / cooling.loop_demand_m3_s[0]
    assert of_loop(slow, "cdu_loop").flow_frac.iloc[-1] == pytest.approx(by_hand, rel=1e-9)
    assert by_hand < 1
    assert "throttled" in set(slow.frame("losses").cause)
    assert honest.frame("losses").empty


def test_pumps_on_pipes_are_held_too() -> None:
    """Half the speed is a quarter of the head: half the flow where losses go with its square, and
    0.25^(1/1.75) = 0.453 of it in smooth pipes.
    """
    names = ("cdu_1", "cdu_2")
    full = ran(*(HOLD | {"component": n, "pump_speed": "100 %"} for n in names), layout=piped())
    half = ran(*(HOLD | {"component": n, "pump_speed": "50 %"} for n in names), layout=piped())
    flows = [of_loop(one, "cdu_loop").flow_frac.iloc[-1] for one in (full, half)]
    assert flows[0] > 1.0
    assert 0.453 < flows[1] / flows[0] < 0.5


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (LIE | {"component": "chilled"}, "offset or frozen"),
        (LIE | {"component": "chilled", "offset": "0 K"}, "an offset other than 0 K"),
        (LIE | {"component": "cdu", "offset": "4 K"}, "states a `supply_temperature`"),
        (LIE | {"component": "panel_1", "offset": "4 K"}, "a plant, air handler or coolant unit"),
        (LIE | {"component": "chiled", "offset": "4 K"}, "did you mean 'chilled'"),
        (HOLD | {"component": "crah_1", "pump_speed": "40 %"}, "a coolant unit of this layout"),
        (HOLD | {"component": "panel_1", "set_point": "40 °C"}, "for a `set_point`"),
        (HOLD | {"component": "crah_1", "offset": "4 K"}, "for a spoofed sensor alone"),
    ],
)
def test_what_cannot_lie_or_be_written_is_refused(fault: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        ran(fault)


def test_a_handler_whose_valve_stands_open_has_no_set_point() -> None:
    fault = LIE | {"component": "crah_1", "offset": "4 K"}
    with pytest.raises(InputError, match="states a `supply_temperature`"):
        ran(fault, layout=small_layout())
