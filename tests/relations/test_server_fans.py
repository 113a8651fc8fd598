"""Fans of servers that follow the air at their inlet, from a hall's `server_fans` to what a planner
reads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import ROOT, small, small_layout

import twin
from twin.physics.server_fans import STEPS, extra_power_w, flow_frac

FANS = {"begin": "27 °C", "end": "39 °C", "most": 1.5, "power": "8 %"}
LOST = [f"crah_{k}" for k in (1, 2, 3, 5, 6, 7)]
HOUR_S = 3600.0


def pod(**fans: Any) -> twin.Facility:
    scenario = twin.load(ROOT / "layouts" / "superpod_b200.yaml")
    layout = scenario.plan.model_dump(mode="json")
    layout["halls"][0] |= {"server_fans": fans} if fans else {}
    return twin.build(scenario.with_(layout=layout))


def warm_room(supply: str, **fans: Any) -> twin.Facility:
    """A small room whose air is supplied at a stated temperature."""
    layout = small_layout()
    for unit in layout["cooling"]["air"]:
        unit |= {"supply_temperature": supply}
    layout["halls"][0] |= {"server_fans": fans} if fans else {}
    return twin.build(small(layout=layout, horizon="6 h", outputs={"period": "30 min"}))


def test_a_room_that_stays_cool_is_as_it_was() -> None:
    plain = twin.simulate(warm_room("20 °C"))
    follow = twin.simulate(warm_room("20 °C", **FANS))
    for table in ("racks", "site", "events"):
        assert plain.frame(table).equals(follow.frame(table)), table


def test_power_of_a_step_by_hand() -> None:
    """Every rack rests; what it draws more is its fans' rated power by the cube of the flow."""
    plain = twin.simulate(warm_room("32 °C")).frame("racks")
    facility = warm_room("32 °C", **FANS)
    run = twin.simulate(facility)
    racks = run.frame("racks")
    last = racks.time_s == racks.time_s.max()
    rated = facility.racks.rated_w
    more = racks.power_w[last].to_numpy() - plain.power_w[last].to_numpy()
    step = np.floor((racks.inlet_air_degc[last].to_numpy() - 27.0) / 2.0)
    lowest = 0.08 * rated * ((1 + 0.5 * step / STEPS) ** 3 - 1)
    highest = 0.08 * rated * ((1 + 0.5 * (step + 1) / STEPS) ** 3 - 1)
    assert (more > 0).all()
    assert ((np.abs(more - lowest) < 1e-6) | (np.abs(more - highest) < 1e-6)).all()
    assert abs(run.summary["heat_balance_residual_frac"]) < 1e-12
    assert "server fans faster" in set(run.frame("events").what)


def test_a_lost_handler_is_felt_sooner() -> None:
    """Faster fans draw more heat into the room: racks turn themselves off 130 s earlier."""
    plain, follow = (twin.ride_through(pod(**fans), LOST, 900) for fans in ({}, FANS))
    assert follow.first_off_s < plain.first_off_s - 60
    hardly = twin.ride_through(pod(**FANS | {"most": 1.0001}), LOST, 900)
    assert hardly.first_off_s == pytest.approx(plain.first_off_s, rel=2e-3)


def test_what_is_stated_must_be_possible() -> None:
    for wrong, allowed in (
        ({"end": "28 °C"}, "at least 3 K above"),
        ({"most": 0.9}, "greater than 1"),
        ({"power": "60 %"}, "0.4 or less"),
        ({"begin": "400 °C"}, "5 to 45"),
    ):
        with pytest.raises(twin.InputError, match=allowed):
            pod(**FANS | wrong)


def test_the_cube_of_the_speed() -> None:
    flow = flow_frac(np.array([0, 3, 6]), np.full(3, 2.0))
    assert flow.tolist() == [1.0, 1.5, 2.0]
    assert extra_power_w(flow, np.full(3, 100.0)).tolist() == [0.0, 237.5, 700.0]
