"""Protection: overloads trip after k / (x^2 - 1), one trip overloads the next, and a hand closes
what opened.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import failing, small
from runs import Finished, finished

from tests.power_layouts import steady_load
from twin.physics.power import HOLD_UP_S

FAIL_S = 100.0
PANEL_K_S = 240.0
BYPASS_S = 0.016
"""Of the bypass above 150 % of its rating."""
RESET_S = 1800.0
BOOT_S = 300.0
RATED_KW = 500.0


def loaded(
    made: dict[str, Any], *faults: tuple[float, str, float], horizon: str = "1 h"
) -> Finished:
    return finished(
        small(made, faults=failing(*faults), horizon=horizon, outputs={"period": "10 s"})
    )


def load_frac(run: Finished, component: str, time_s: float) -> float:
    """Highest load of a component in the period that ends then."""
    row = run.disciplines.supply.tree.id.index(component)
    return float(run.recorded_at("power.load_max_frac", time_s)[row])


def trips_after(load_frac: float, constant_s: float = PANEL_K_S) -> float:
    return constant_s / (load_frac**2 - 1)


@pytest.mark.parametrize("load_kw", [530.0, 570.0, 650.0, 740.0])
def test_an_overloaded_panel_trips_at_the_time_its_curve_says(load_kw: float) -> None:
    run = loaded(steady_load(load_kw), (FAIL_S, "panel_1", 20_000.0))
    assert load_frac(run, "panel_2", FAIL_S + 10) == pytest.approx(load_kw / RATED_KW)
    assert run.times("panel_2", "tripped")[0] == pytest.approx(
        FAIL_S + trips_after(load_kw / RATED_KW), rel=1e-9
    )


def test_a_trip_takes_down_what_hangs_on_it_until_a_crew_closes_it() -> None:
    """The other panel is in order again just before the crew has come: both carry the load."""
    trip = FAIL_S + trips_after(570.0 / RATED_KW)
    run = loaded(
        steady_load(570.0), (FAIL_S, "panel_1", trip + RESET_S - 30 - FAIL_S), horizon="2 h"
    )
    assert run.times("panel_2", "tripped") == [pytest.approx(trip)]
    assert run.times("load_r01", "off")[0] == pytest.approx(trip + HOLD_UP_S)
    assert run.times("panel_2", "closed again") == [pytest.approx(trip + RESET_S)]
    assert run.times("load_r01", "on")[0] == pytest.approx(trip + RESET_S - 30 + BOOT_S)


def test_what_would_trip_again_is_left_open_and_the_event_says_why() -> None:
    run = loaded(steady_load(570.0), (FAIL_S, "panel_1", 20_000.0), horizon="4 h")
    trip = run.times("panel_2", "tripped")
    assert len(trip) == 1
    assert run.times("panel_2", "left open") == [pytest.approx(trip[0] + RESET_S)]
    detail = next(event.detail for event in run.world.log if event.what == "left open")
    after_s = trips_after(570.0 / RATED_KW)
    assert detail == (
        f"panel_2 would carry 570 kW on a rating of 500 kW and trip after {after_s:,.0f} s"
    )


def test_an_overload_that_ends_in_time_trips_nothing_and_is_forgotten() -> None:
    almost = 0.9 * trips_after(570.0 / RATED_KW)
    run = loaded(
        steady_load(570.0), (FAIL_S, "panel_1", almost), (FAIL_S + almost + 60, "panel_1", almost)
    )
    assert run.times("panel_2", "tripped") == []
    assert (run.state.protection.damage == 0).all()


def test_a_load_under_the_pick_up_never_trips() -> None:
    run = loaded(steady_load(520.0), (FAIL_S, "panel_1", 3000.0))
    assert load_frac(run, "panel_2", 3000.0) == pytest.approx(1.04)
    assert run.times("panel_2", "tripped") == []


def test_an_overload_beyond_the_instantaneous_band_trips_at_once() -> None:
    run = loaded(steady_load(800.0, ups=True), (FAIL_S, "ups_1", 600.0))
    assert run.times("ups_2", "on bypass")[0] == FAIL_S
    assert run.times("ups_2", "tripped")[0] == pytest.approx(FAIL_S + BYPASS_S)
    assert run.times("load_r01", "off")[0] == pytest.approx(FAIL_S + BYPASS_S + HOLD_UP_S)


def test_one_trip_overloads_the_next_and_they_fall_one_after_the_other() -> None:
    made = steady_load(600.0, ups=True)
    made["power"][3] |= {"count": 3}
    made["overrides"] = {"ups_2": {"rating": "260 kW"}, "ups_3": {"rating": "450 kW"}}
    run = loaded(made, (FAIL_S, "ups_1", 3000.0))
    first = FAIL_S + 60.0 + 600.0  # 1.16 of its rating: inverter, then bypass
    assert run.times("ups_2", "tripped")[0] == pytest.approx(first, rel=1e-6)
    second = first + 30.0 + 60.0  # 1.34
    assert run.times("ups_3", "tripped")[0] == pytest.approx(second, rel=1e-6)
    assert run.times("load_r01", "off")[0] == pytest.approx(second + HOLD_UP_S, rel=1e-6)
