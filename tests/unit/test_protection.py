"""Protection: overloads trip after k / (x^2 - 1), one trip overloads the next, and a hand closes what opened."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import failing, small, small_layout, training
from living import Lived, live_through

FAIL_S, PANEL_K_S, UPS_K_S, RESET_S = 100.0, 240.0, 28.8, 1800.0


def loaded(layout: dict[str, Any], *faults: tuple[float, str, float], horizon: str = "1 h") -> Lived:
    """Four liquid racks and four air racks at full work, 0.58 MW, while things fail."""
    work = [training("liquid", 72), training("air", 8)]
    return live_through(small(layout, workload=work, faults=failing(*faults), horizon=horizon,
                              outputs={"period": "10 s"}))


def load_frac(run: Lived, component: str, time_s: float) -> float:
    """Highest load of a component in the period that ends then."""
    row = run.on.electric.tree.id.index(component)
    return float(run.recorder.rows["power"][run.recorder.times_s.index(time_s)]["load_max_frac"][row])


def without_ups() -> dict[str, Any]:
    return small_layout(liquid=4, air=4, ups=False)


def test_an_overloaded_panel_trips_at_the_time_its_curve_says() -> None:
    run = loaded(without_ups(), (FAIL_S, "panel_1", 3000.0))
    x = load_frac(run, "panel_2", FAIL_S + 100)
    assert 1.1 < x < 1.2
    assert run.times("panel_2", "tripped") == pytest.approx([FAIL_S + PANEL_K_S / (x**2 - 1)], rel=1e-6)


def test_a_trip_takes_down_what_hangs_on_it_until_a_hand_closes_it() -> None:
    run = loaded(without_ups(), (FAIL_S, "panel_1", 20_000.0), horizon="2 h")
    trip = run.times("panel_2", "tripped")[0]
    assert run.times("panel_2", "closed again")[0] == pytest.approx(trip + RESET_S)
    assert run.times("liquid_r1", "off")[0] == trip
    assert run.times("liquid_r1", "on")[0] == pytest.approx(trip + RESET_S + 900.0)


def test_what_closed_under_the_same_load_trips_again() -> None:
    run = loaded(without_ups(), (FAIL_S, "panel_1", 20_000.0), horizon="4 h")
    trips = run.times("panel_2", "tripped")
    assert len(trips) >= 2
    assert trips[1] > trips[0] + RESET_S + 900.0


def test_an_overload_that_ends_in_time_trips_nothing_and_is_forgotten() -> None:
    almost = 450.0
    run = loaded(without_ups(), (FAIL_S, "panel_1", almost), (FAIL_S + almost + 60, "panel_1", almost))
    assert almost < PANEL_K_S / (load_frac(run, "panel_2", FAIL_S + 100)**2 - 1) < 2 * almost
    assert run.times("panel_2", "tripped") == []
    assert (run.on.world.state.damage == 0).all()


def test_a_load_under_the_pick_up_never_trips() -> None:
    run = loaded(small_layout(liquid=4, air=1, ups=False), (FAIL_S, "panel_1", 3000.0))
    assert 0.95 < load_frac(run, "panel_2", 3000.0) < 1.05
    assert run.times("panel_2", "tripped") == []


def test_a_short_circuit_like_overload_trips_at_once() -> None:
    layout = small_layout(liquid=4, air=4)
    layout["power"][3] |= {"count": 2, "rating": "370 kW"}
    run = loaded(layout, (FAIL_S, "ups_1", 600.0))
    assert run.times("ups_2", "tripped") == [FAIL_S]


def test_one_trip_overloads_the_next_and_they_fall_one_after_the_other() -> None:
    layout = small_layout(liquid=4, air=4)
    layout["power"][3] |= {"count": 3}
    layout["overrides"] = {"ups_2": {"rating": "250 kW"}, "ups_3": {"rating": "450 kW"}}
    run = loaded(layout, (FAIL_S, "ups_1", 3000.0))
    second = load_frac(run, "ups_2", FAIL_S + 20)
    first_trip = FAIL_S + UPS_K_S / (second**2 - 1)
    assert run.times("ups_2", "tripped")[0] == pytest.approx(first_trip, rel=1e-6)
    third = 2 * second * 250 / 450
    assert 1.05 < third < 1.5
    assert run.times("ups_3", "tripped")[0] == pytest.approx(first_trip + UPS_K_S / (third**2 - 1), rel=2e-2)
    assert run.times("liquid_r1", "off")[0] == run.times("ups_3", "tripped")[0]
