"""Claim: a generator burns what its row says, runs dry when its tank is empty, and its diesel is no
energy bought.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, asked, happened, loaded, number
from twin import InputError, Result

START_S = 10.0
OUT_S = 600.0
FULL_M3_S = 548.0 / 3.6e6
IDLE_M3_S = 50.0 / 3.6e6
HALF_M3_S = 285.2 / 3.6e6


def layout(**genset: Any) -> dict[str, Any]:
    """An idle hall behind a generator that starts without fail."""
    made: dict[str, Any] = small_layout(2, 0)
    numbers = {"start_failure_probability": 0, "run_failure_first_hour_probability": 0}
    numbers |= {"run_failure_rate_per_h": 0}
    overrides = genset.pop("overrides", {})
    made["power"][1] |= genset | {"overrides": numbers | overrides}
    return made


def outage(duration_s: float, at_s: float = OUT_S) -> dict[str, Any]:
    return {"kind": "utility_outage", "at": f"{at_s} s", "duration": f"{duration_s} s"}


def lost(duration_s: float, horizon: str = "3 h", made: Any = None, **more: Any) -> Result:
    """An outage from ten minutes on."""
    period = {"outputs": {"period": "10 s"}}
    return answer(made or layout(), horizon=horizon, drills=[outage(duration_s)], **(period | more))


def times(run: Result, who: str, what: str) -> list[float]:
    return [t for t, name, kind in happened(run) if (name, kind) == (who, what)]


def burnt_m3(run: Result, running_s: float) -> float:
    """By hand: the line from no load to half load, over the energy given; it holds at any load
    below half.
    """
    energy_j = number(run, "energy_generator_j")
    return IDLE_M3_S * running_s + (HALF_M3_S - IDLE_M3_S) * 2.0 * energy_j / 2e6


def test_fuel_follows_the_curve_of_the_row() -> None:
    run = lost(1800.0)
    running_s = 1800.0 - START_S + 300.0 + 300.0
    assert number(run, "fuel_m3") == pytest.approx(burnt_m3(run, running_s), rel=1e-4)


def test_diesel_is_not_bought_from_the_utility() -> None:
    run = lost(1800.0)
    fuel_usd = number(run, "fuel_m3") * 1000.0
    energy = run.frame("energy").set_index("source").energy_j
    assert number(run, "cost_fuel_usd") == pytest.approx(fuel_usd)
    assert number(run, "carbon_fuel_kg") == pytest.approx(fuel_usd * 2.70)
    assert number(run, "energy_utility_j") == pytest.approx(energy["utility"])
    price = number(run, "cost_energy_usd") / number(run, "energy_utility_j")
    calm = answer(layout(), horizon="1 h")
    assert price == pytest.approx(
        number(calm, "cost_energy_usd") / number(calm, "energy_utility_j")
    )
    assert number(calm, "fuel_m3") == number(calm, "cost_fuel_usd") == 0.0


def test_a_start_says_how_long_the_fuel_lasts() -> None:
    events = lost(60.0, horizon="30 min", made=layout(autonomy="2 h")).frame("events")
    detail = events.detail[events.what == "started"].iloc[0]
    assert detail == "takes load after 10 s; fuel for 7,200 s at full load"


def test_a_dry_tank_ends_the_run_and_the_racks_go_dark_when_batteries_are_empty() -> None:
    run = lost(9000.0, made=layout(overrides={"tank": "20 L"}))
    dry = times(run, "genset", "ran dry")
    assert len(dry) == 1
    power_w = run.frame("site").set_index("time_s").generator_power_w.loc[900.0]
    rate = IDLE_M3_S + (HALF_M3_S - IDLE_M3_S) * 2.0 * power_w / 2e6
    assert dry[0] == pytest.approx(OUT_S + START_S + 0.02 / rate, rel=0.02)
    assert number(run, "fuel_m3") == pytest.approx(0.02, rel=1e-9)
    off = times(run, "liquid_r1", "off")
    assert off[0] > dry[0] + 60
    assert times(run, "genset", "started") == [OUT_S + START_S]


def test_fuel_brought_by_an_operator_starts_it_again() -> None:
    made = layout(overrides={"tank": "20 L"})
    fuel = {"kind": "refuel", "at": "5000 s", "generator": "genset"}
    run = lost(9000.0, made=made, controls={"actions": [fuel]})
    assert times(run, "genset", "refuelled") == [5000.0]
    assert times(run, "genset", "started") == [OUT_S + START_S, 5000.0 + START_S]
    assert len(times(run, "genset", "ran dry")) == 2
    little = lost(9000.0, made=made, controls={"actions": [fuel | {"amount": "5 L"}]})
    assert number(little, "fuel_m3") == pytest.approx(0.025, rel=1e-9)


def test_deliveries_that_come_in_time_keep_it_running() -> None:
    made = layout(overrides={"tank": "20 L", "refuel": "10 min"})
    run = lost(6000.0, made=made)
    assert times(run, "genset", "ran dry") == []
    assert times(run, "genset", "refuelled")[:2] == [OUT_S + START_S + 600.0 * n for n in (1, 2)]


def test_a_rating_of_its_own_keeps_the_hours_of_the_tank() -> None:
    made = layout(rating="500 kW")
    detail = lost(60.0, horizon="30 min", made=made).frame("events")
    started = detail.detail[detail.what == "started"].iloc[0]
    assert started.endswith("fuel for 86,400 s at full load")


def test_a_run_that_fails_waits_for_a_crew() -> None:
    sure = layout(overrides={"run_failure_first_hour_probability": 1 - 1e-12})
    run = lost(7200.0, made=sure)
    failed = times(run, "genset", "failed")
    assert len(failed) == 1
    assert OUT_S + START_S < failed[0] < OUT_S + START_S + 3600.0
    assert failed == times(lost(7200.0, made=sure), "genset", "failed")
    never = lost(7200.0)
    assert times(never, "genset", "failed") == []


def test_runs_fail_as_often_as_the_row_says() -> None:
    """Forty hours of running in runs of one hour, of which half are to fail."""
    made = layout(overrides={"run_failure_first_hour_probability": 0.5})
    made["overrides"] = {"genset": {"mttr": "0.01 h"}}
    drills = [outage(3600.0, 7200.0 * n + 60.0) for n in range(40)]
    run = answer(made, horizon="80 h", drills=drills, outputs={"period": "1 h"})
    hours = {int(t // 7200.0) for t in times(run, "genset", "failed")}
    assert 8 <= len(hours) <= 32


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"autonomy": "24 h", "overrides": {"tank": "1 m^3"}}, "autonomy beside a tank"),
        ({"overrides": {"fuel_idle": "900 L/h"}}, "must be below"),
    ],
)
def test_what_contradicts_itself_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as told:
        lost(60.0, made=layout(**change))
    assert words in str(told.value)


def test_fuel_for_nobody_is_refused_with_the_nearest_name() -> None:
    fuel = {"kind": "refuel", "at": "1 min", "generator": "gensett"}
    with pytest.raises(InputError) as told:
        answer(layout(), controls={"actions": [fuel]})
    assert "'gensett'" in str(told.value)
    assert "genset, " in str(told.value) or "genset" in str(told.value).replace("gensett", "")


def test_autonomy_of_a_panel_is_refused() -> None:
    made = layout()
    made["power"][-1]["autonomy"] = "1 h"
    with pytest.raises(InputError) as told:
        answer(made)
    assert "autonomy for a rpp" in str(told.value)
    assert loaded(asked(layout())) is not None
