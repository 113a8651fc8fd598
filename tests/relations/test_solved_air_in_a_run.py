"""Claim: a hall may be run on its own solved flow, and what the flow says of its racks shows.

A planner writes `airflow: potential` for a hall and reads inlets in the table `racks`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from twin.facility.cooling.peak import inlet_degc

LAYOUTS = Path(__file__).parents[2] / "layouts"


def built(airflow: str, **hall: Any) -> twin.Facility:
    scenario = twin.load(LAYOUTS / "superpod_b200.yaml")
    layout = scenario.plan.model_dump(mode="json")
    layout["halls"][0] |= {"airflow": airflow} | hall
    return twin.build(scenario.with_(layout=layout))


@pytest.fixture(scope="module")
def solved() -> twin.Facility:
    return built("potential")


def test_inlets_spread_as_the_solved_room_spreads_them(solved: twin.Facility) -> None:
    """Rack by rack in the order of `twin airflow`, whose handlers supply air of one temperature."""
    room = twin.airflow(LAYOUTS / "superpod_b200.yaml", cells=15_000)
    alone = {rack["rack"]: rack["inlet_degc"] for rack in room.as_dict()["racks"]}
    in_run = dict(zip(solved.racks.id, inlet_degc(solved), strict=True))
    both = np.array([[alone[rack], in_run[rack]] for rack in in_run])
    spread = both - both.mean(axis=0)
    assert np.abs(spread[:, 0] - spread[:, 1]).max() < 0.2
    assert np.corrcoef(both.T)[0, 1] > 0.9


def test_a_hall_whose_cold_air_finds_no_way_in_says_so() -> None:
    """The same hall without its raised floor: contained aisles with closed doors, and no tile."""
    open_ = inlet_degc(built("potential"))
    shut = inlet_degc(built("potential", raised_floor=None, tiles=[]))
    assert open_.max() < 17
    assert shut.min() > 40
    assert inlet_degc(built("by_distance", raised_floor=None, tiles=[])).max() < 20


def test_heat_closes_and_losses_are_felt(solved: twin.Facility) -> None:
    """All but one handler lost, on the flow of all, balanced anew, racks at their rating."""
    lost = [f"crah_{k}" for k in (1, 2, 3, 5, 6, 7)]
    found = twin.ride_through(solved, lost, 1200)
    assert found.first_throttled_s == pytest.approx(178, rel=0.05)
    assert found.first_off_s == pytest.approx(464, rel=0.05)
    run = twin.simulate(solved)
    assert abs(run.summary["heat_balance_residual_frac"]) < 1e-12


def inlets(run: twin.Result, at_s: float) -> np.ndarray:
    racks = run.frame("racks")
    return racks[racks.time_s == at_s].inlet_air_degc.to_numpy()


def with_fault(**fault: Any) -> twin.Result:
    timeline = [{"at": "30 min", "component": "hall", "repair_after": "30 min"} | fault]
    halves = [{"at": [f"{x} m", "6.1 m"], "count": [5, 3], "open": 0.56} for x in (4, 7)]
    scenario = built("potential", tiles=halves).scenario
    return twin.run(
        scenario.with_(horizon="90 min", outputs__period="5 min", faults={"timeline": timeline})
    )


def test_a_tile_closed_and_a_door_open_are_felt_and_over_when_put_right() -> None:
    """Each state's flow is solved once; inlets are as before half an hour later."""
    hall = built("potential").cooling.hall_id[0]
    for fault in ({"mode": "tile_closed", "tile": 1}, {"mode": "door_open", "opening": "40 %"}):
        run = with_fault(component=hall, **fault)
        before, during, after = (inlets(run, at) for at in (1500.0, 3300.0, 5400.0))
        assert np.abs(during - before).max() > 0.01
        assert np.abs(after - before).max() < 0.2 * np.abs(during - before).max() + 1e-3
        assert abs(run.summary["heat_balance_residual_frac"]) < 1e-12


def test_tiles_and_doors_of_halls_without_a_solved_flow_are_refused() -> None:
    scenario = built("by_distance").scenario
    hall = scenario.plan.halls[0].name
    fault = {"at": "1 min", "component": hall, "repair_after": "1 min", "mode": "door_open",
             "opening": 0.4}  # fmt: skip
    with pytest.raises(twin.InputError, match="airflow: potential"):
        twin.build(scenario.with_(faults={"timeline": [fault]}))
    solved = built("potential").scenario
    with pytest.raises(twin.InputError, match="stated tiles"):
        twin.build(
            solved.with_(
                faults={
                    "timeline": [
                        {"at": "1 min", "component": hall, "repair_after": "1 min",
                         "mode": "tile_closed", "tile": 99}
                    ]
                }
            )
        )  # fmt: skip
