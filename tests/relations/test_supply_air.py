"""Claim: handlers with a set-point supply air of it, as long as their water is cold enough.

A planner writes `supply_temperature` for the handlers and reads inlets in the table `racks`.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import failing, small_layout

import twin
from tests.planner import answer, asked, busy, happened, job, loaded
from twin.facility.cooling import peak
from twin.results import Result

OUT = "supply_out_of_reach"
RACK_W = 28_600.0


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


@pytest.mark.parametrize(("below_k", "told"), [(0.42, False), (0.58, True)])
def test_a_run_tells_of_air_that_is_half_a_kelvin_too_warm(below_k: float, told: bool) -> None:
    """One handler with its valve open, and set-points a little colder than what it gives."""
    plan = layout(None)
    plan["cooling"]["air"][0]["count"] = 1
    given = float(inlets(answer(plan)).iloc[-1])
    plan["cooling"]["air"][0]["supply_temperature"] = f"{given - below_k:.4f} °C"
    run = answer(plan)
    assert inlets(run).iloc[-1] == pytest.approx(given, abs=0.05)
    last = [what for _, who, what in happened(run) if who == "crah"][-1]
    assert last == ("coil saturated" if told else "back in range")


@pytest.mark.parametrize(("set_point", "never"), [(14.0, True), (17.0, False)])
def test_check_tells_of_a_set_point_out_of_reach_and_a_run_notes_it(
    set_point: float, never: bool
) -> None:
    """Chilled water of 16 °C and a control band of 3 K. At full load the coils give, by hand, what
    they draw in less u / f of the way to their water, and their fans' heat; the run comes to the
    same inlets and says so. No load reaches air that is colder than the water. The worse of two
    handlers is told of: it draws 3.7 K warmer than the other and gives 0.18 K above their mean.
    """
    plan = layout(f"{set_point} °C")
    work = {"workload": [busy(nodes=4)], "horizon": "6 h"}
    told = [one for one in twin.check(loaded(asked(plan)))["findings"] if one["code"] == OUT]
    (finding,) = told
    stated, given, water, supply = (float(x) for x in re.findall(r"([\d.]+) °C", finding["says"]))
    assert (stated, supply) == (set_point, 16.0)
    assert ("no load brings it there" in finding["says"]) == never
    assert finding["component"] == "crah_1"
    assert "1 more air handler" in finding["says"]
    run = answer(plan, **work)
    assert inlets(run).iloc[-1] == pytest.approx(given, abs=0.25)
    assert ("crah_1", "coil saturated") in {(who, what) for _, who, what in happened(run)}
    facility = twin.build(loaded(asked(plan)))
    air = facility.cooling.air
    flow = peak.handler_w_k(facility)[0]
    share = peak.handler_coil_w_k(facility)[0] / flow
    fan_k = peak.unit_w(facility)[air.handler_unit[0]] / flow
    drawn = given + 2 * RACK_W / (2 * flow)
    assert given == pytest.approx(drawn - share * (drawn - water) + fan_k, abs=0.25)


def test_a_set_point_within_reach_is_not_told_of() -> None:
    """20 °C from water of 16 °C, and handlers without a set-point."""
    for plan in (layout("20 °C"), layout(None)):
        assert OUT not in {one["code"] for one in twin.check(loaded(asked(plan)))["findings"]}


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
