"""Claim: handlers with a set-point supply air of it, as long as their water is cold enough.

A planner writes `supply_temperature` for the handlers and reads inlets in the table `racks`.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import failing, small_layout

import twin
from tests.planner import answer, job
from twin.results import Result


def layout(set_point: str | None, recirculation: float = 0.0) -> dict[str, Any]:
    """Two racks in air that draw in what handlers supply, and little else."""
    out = small_layout(0, 2)
    out["cooling"]["air"][0]["supply_temperature"] = set_point
    out["overrides"] = {f"air_r{k}": {"recirculation": recirculation} for k in (1, 2)}
    return out


def inlets(run: Result) -> Any:
    return run.frame("racks").inlet_air_degc


@pytest.mark.parametrize("set_point", [20.0, 24.0, 27.0, 33.0])
def test_inlets_are_the_set_point_at_any_load(set_point: float) -> None:
    """A thousandth of exhaust comes back in the tightest hall: 0.02 K of a rise of 13 K."""
    for work in ([], [job(nodes=4)]):
        air = inlets(answer(layout(f"{set_point} °C"), workload=work))
        assert air.min() == pytest.approx(set_point, abs=0.03)
        assert air.max() == pytest.approx(set_point, abs=0.03)


def test_a_set_point_that_the_water_cannot_give_opens_the_valves() -> None:
    wanted = inlets(answer(layout("5 °C")))
    given = inlets(answer(layout(None)))
    assert wanted.to_numpy() == pytest.approx(given.to_numpy(), abs=1e-9)
    assert wanted.min() > 8


def test_heat_closes_with_valves_that_open_and_throttle() -> None:
    """Chillers lost and back: valves open as the water warms, and throttle again."""
    lost = failing((600.0, "chilled", 5400.0))
    run = answer(layout("20 °C"), workload=[job(nodes=4)], faults=lost, horizon="4 h")
    assert abs(run.summary["heat_balance_residual_frac"]) < 1e-12
    air = inlets(run)
    assert air.max() > 21
    assert air.iloc[-1] == pytest.approx(20, abs=0.03)


def test_warmer_supply_air_moves_the_racks_by_as_much() -> None:
    cold, warm = (inlets(answer(layout(f"{t} °C", 0.1))) for t in (20, 25))
    assert (warm - cold).to_numpy() == pytest.approx(5.0, abs=1e-3)


@pytest.mark.parametrize("wrong", ["-60 °C", "4 °C", "46 °C", "20 kW"])
def test_a_set_point_that_no_server_takes_is_refused(wrong: str) -> None:
    with pytest.raises(twin.InputError, match="supply_temperature"):
        answer(layout(wrong))
