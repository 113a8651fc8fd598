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
    """All but one handler lost, on the flow of all of them, balanced anew."""
    lost = [f"crah_{k}" for k in (1, 2, 3, 5, 6, 7)]
    found = twin.ride_through(solved, lost, 600)
    assert found.first_throttled_s == pytest.approx(225, rel=0.15)
    assert found.first_off_s == pytest.approx(500, rel=0.15)
    run = twin.simulate(solved)
    assert abs(run.summary["heat_balance_residual_frac"]) < 1e-12
