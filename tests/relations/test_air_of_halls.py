"""Claim: a hall's air neither makes nor loses heat, whichever handlers are lost, and it matters
which.

A planner reads inlets in the table `racks`, and who throttles or stops from `twin ride-through`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import failing, small_layout
from typer.testing import CliRunner

import twin
from tests.planner import answer, asked, job, loaded
from twin.analysis.ride_through import RideThrough
from twin.cli.app import app

LAYOUTS = Path(__file__).parents[2] / "layouts"
HANDLERS = tuple(f"crah_{k}" for k in range(1, 8))


@pytest.fixture(scope="module")
def one_of_seven_left() -> RideThrough:
    lost = [name for name in HANDLERS if name != "crah_4"]
    return twin.ride_through(LAYOUTS / "superpod_b200.yaml", lost)


def test_one_handler_of_seven_left_throttles_in_minutes_and_trips(
    one_of_seven_left: RideThrough,
) -> None:
    """By hand, from flows alone: 173 s to the clock's first step and 378 s to the trip with racks
    at their rating, as a layout by itself is asked (`test_halls_by_hand.py`); the first of 16 racks
    is somewhat warmer than their mean, and slowed clocks put the trip off.
    """
    assert one_of_seven_left.first_throttled_s == pytest.approx(173, rel=0.1)
    assert one_of_seven_left.first_off_s == pytest.approx(378, rel=0.05)
    stopped = [rack for rack in one_of_seven_left.racks if rack.off_after_s is not None]
    assert {rack.why_off for rack in stopped} == {"inlet air far above its limit"}


def test_at_less_than_full_activity_the_clock_steps_later() -> None:
    """About 240 s and 420 s, which were asked of a hand calculation: its load, as the scenario's
    own work.
    """
    busy = {"kind": "batch", "name": "busy", "count": 1, "span": "1 s", "nodes_max": 32}
    steady = {"nodes_median": 1e6, "runtime_median": "366 d"}
    draws = {"gpu_activity": 0.93, "cpu_activity": 0.93}
    scenario = twin.load(LAYOUTS.parent / "scenarios" / "superpod_day.yaml")
    plain = scenario.with_(workload=[busy | steady | draws], faults={"timeline": []})
    lost = [name for name in HANDLERS if name != "crah_4"]
    found = twin.ride_through(plain, lost)
    assert found.first_throttled_s == pytest.approx(240, rel=0.2)
    assert found.first_off_s == pytest.approx(420, rel=0.1)


def test_racks_warm_up_from_air_that_was_within_limits(one_of_seven_left: RideThrough) -> None:
    for rack in one_of_seven_left.racks:
        assert 15 < rack.inlet_before_degc < 18
        assert rack.inlet_warm_after_s is not None
        assert rack.inlet_max_degc > 35


def test_it_matters_which_handlers_are_lost() -> None:
    """Three of seven carry the load short of air: racks near the lost ones are warmer."""
    west, east = (
        {rack.rack: rack.inlet_max_degc for rack in twin.ride_through(file, lost, 240).racks}
        for file, lost in (
            (LAYOUTS / "superpod_b200.yaml", HANDLERS[:4]),
            (LAYOUTS / "superpod_b200.yaml", HANDLERS[3:]),
        )
    )
    apart = np.array([west[rack] - east[rack] for rack in west])
    assert apart.max() > 0.5
    assert apart.min() < -0.5


def returns_and_exhausts(run: twin.Run) -> tuple[float, float]:
    """Warmest air that a handler draws in, and warmest that leaves a rack or a fan, now."""
    facility = run.facility
    air = facility.cooling.air
    state = run._loop.world.state
    degc = state.heat.temperature_degc
    inlet = degc[air.zone_node[air.zone_of_rack]]
    into_air = state.racks.rack_w * (1 - facility.racks.liquid_frac)
    by_rise = inlet + into_air / air.rack_w_k
    leaves = np.where(air.in_air, degc[: inlet.size], by_rise)
    return float(degc[air.handler_node].max()), float(max(leaves.max(), degc.max()))


def test_no_return_is_warmer_than_what_leaves_a_rack() -> None:
    lost = failing(*[(60.0, f"crah_{k}", 3000.0) for k in (1, 2)])
    layout = small_layout(2, 2)
    run = twin.start(twin.build(loaded(asked(layout, workload=[job()], faults=lost))))
    for until_s in np.linspace(30, 3600, 60):
        run.until(float(until_s))
        drawn, leaves = returns_and_exhausts(run)
        assert drawn <= leaves + 1e-9


def random_hall(seed: int) -> dict[str, Any]:
    """A hall of any kind whose handlers come and go."""
    rng = np.random.default_rng(seed)
    layout = small_layout(int(rng.integers(0, 4)), int(rng.integers(1, 4)))
    handlers = int(rng.integers(2, 6))
    layout["cooling"]["air"][0]["count"] = handlers
    layout["halls"][0]["containment"] = str(rng.choice(["none", "cold_aisle", "hot_aisle"]))
    names = [f"crah_{k + 1}" for k in range(handlers)]
    lost = [
        (float(rng.uniform(10, 1500)), str(name), float(rng.uniform(5, 900)))
        for name in rng.choice(names, size=int(rng.integers(1, handlers + 1)), replace=False)
    ]
    return asked(layout, faults=failing(*lost), horizon="30 min", workload=[job(nodes=2)])


@pytest.mark.parametrize("seed", range(25))
def test_heat_closes_in_random_halls_with_random_losses(seed: int) -> None:
    found = twin.simulate(twin.build(loaded(random_hall(seed))))
    assert abs(found.summary["heat_balance_residual_frac"]) <= 1e-9


def test_a_handler_more_never_warms_a_rack() -> None:
    few, many = (small_layout(0, 4) for _ in range(2))
    many["cooling"]["air"][0]["count"] = 4
    warmest = [answer(layout).frame("racks").inlet_air_degc.max() for layout in (few, many)]
    assert warmest[1] <= warmest[0] + 1e-6


def test_the_command_says_the_same_as_python(one_of_seven_left: RideThrough) -> None:
    lost = ",".join(one_of_seven_left.lost)
    file = str(LAYOUTS / "superpod_b200.yaml")
    done = CliRunner().invoke(app, ["ride-through", file, "--lose", lost, "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout) == json.loads(json.dumps(one_of_seven_left.as_dict()))


def test_what_cannot_be_lost_is_refused_all_at_once() -> None:
    with pytest.raises(twin.InputError) as refused:
        twin.ride_through(LAYOUTS / "superpod_b200.yaml", ["crah_9", "nobody"], 1.0)
    told = str(refused.value)
    assert "crah_9" in told
    assert "nobody" in told
    assert "10 s to 7 days" in told
