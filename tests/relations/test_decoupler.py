"""A decoupler between the pumps of chillers and those of the house: by hand, and from a plant's
`primary_flow` to the water that a planner reads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout
from hypothesis import given
from hypothesis import strategies as st

import twin
from tests.planner import answer, asked, busy, faults, loaded, ran
from twin.facility.cooling.peak import water_degc
from twin.physics.chiller import power_w
from twin.physics.coolant import control_slope_w_k, stream_w_k
from twin.physics.decoupler import common_w_k, mixed_degc, resistance_k_w
from twin.simulation import start

FLOW_M3_S = 0.004
HOUR_S = 3600.0


def room(flow: str | None = "4 L/s", **keys: Any) -> dict[str, Any]:
    """Four racks in air on two chillers, with or without pumps of their own."""
    layout = small_layout(0, 4)
    layout["cooling"]["plant"] = [layout["cooling"]["plant"].pop()]
    layout["cooling"]["plant"][0] |= {"count": 2, **keys}
    if flow is not None:
        layout["cooling"]["plant"][0]["primary_flow"] = flow
    return layout


def at_work(**changes: Any) -> dict[str, Any]:
    return {"workload": [busy(nodes=8)], "horizon": "8 h", **changes}


def plant_of(layout: dict[str, Any]) -> Any:
    facility = twin.build(loaded(asked(layout)))
    return facility.cooling.plants[0], facility


def water_at(result: twin.Result, time_s: float) -> tuple[float, float]:
    """Facility water and its heat in the period that ends then."""
    loops = result.frame("loops").query("loop == 'chilled'")
    row = loops[loops.time_s == time_s].iloc[0]
    return float(row.temperature_degc), float(row.heat_w)


def test_by_hand() -> None:
    """10 kW/K through chillers at 7 °C, 15 kW/K through the house back at 13 °C: a third of what it
    gets is its own return, 9 °C. With 20 through the chillers a quarter of theirs is supply, 11.5.
    """
    house, chillers = mixed_degc(7.0, 13.0, 10e3, 15e3)
    assert (float(house), float(chillers)) == (pytest.approx(9.0), pytest.approx(13.0))
    house, chillers = mixed_degc(7.0, 13.0, 20e3, 15e3)
    assert (float(house), float(chillers)) == (pytest.approx(7.0), pytest.approx(11.5))
    assert float(common_w_k(10e3, 15e3)) == 5e3
    assert float(common_w_k(20e3, 15e3)) == -5e3


@given(st.floats(1e3, 1e6), st.floats(1e3, 1e6), st.floats(2.0, 20.0), st.floats(0.1, 30.0))
def test_heat_and_mass_close_at_both_tees(
    primary: float, secondary: float, chilled: float, rise: float
) -> None:
    """What the chillers take is what the house gives, and the resistance says the same."""
    back = chilled + rise
    house, chillers = mixed_degc(chilled, back, primary, secondary)
    given_w = secondary * (back - float(house))
    taken_w = primary * (float(chillers) - chilled)
    assert taken_w == pytest.approx(given_w, rel=1e-9)
    above = float(resistance_k_w(primary, secondary)) * given_w
    assert float(house) - chilled == pytest.approx(above, rel=1e-9, abs=1e-9)


def test_a_lost_chiller_leaves_the_house_with_mixed_water() -> None:
    """One chiller of two carries the heat, but its pump moves 4 L/s of the 19 that the house draws:
    T = set + Q / slope + Q (1 / primary - 1 / secondary).
    """
    lost = faults((4 * HOUR_S, "chilled_1", 3 * HOUR_S))
    plant, _ = plant_of(room())
    for flow in ("4 L/s", None):
        run = ran(asked(room(flow), **at_work(faults=lost)))
        degc, heat_w = water_at(run, 6.5 * HOUR_S)
        slope = control_slope_w_k(1, plant.capacity_w, plant.band_k)
        primary, secondary = float(stream_w_k(FLOW_M3_S, "water")), plant.water_w_k
        mixed = heat_w * (1 / primary - 1 / secondary) if flow else 0.0
        assert primary < secondary
        assert degc == pytest.approx(16.0 + heat_w / slope + mixed, abs=2e-3)
        assert abs(run.summary["heat_balance_residual_frac"]) < 1e-11


def test_enough_primary_flow_changes_nothing() -> None:
    plain = answer(room(None), **at_work())
    ample = answer(room("40 L/s"), **at_work())
    for table in ("racks", "loops", "site"):
        assert plain.frame(table).equals(ample.frame(table)), table


def test_the_design_point_knows_it() -> None:
    """What `twin check` takes for the water at full load is what a run at full load comes to."""
    _, facility = plant_of(room("2 L/s"))
    run = answer(room("2 L/s"), **at_work())
    degc, _ = water_at(run, 8 * HOUR_S)
    assert water_degc(facility)[0] == pytest.approx(degc, abs=0.05)


def test_chillers_are_called_for_their_flow_too() -> None:
    """One of 430 kW carries the heat, but its pump moves 2 of the 7.9 L/s that the house draws:
    both turn, at half of the heat each, and draw what their curve says.
    """
    plant, _ = plant_of(room("2 L/s"))
    short = answer(room("2 L/s"), **at_work())
    degc, heat_w = water_at(short, 8 * HOUR_S)
    behind = degc - heat_w * plant.decoupled_k_w(2)
    slope = control_slope_w_k(2, plant.capacity_w, plant.band_k)
    assert behind == pytest.approx(16.0 + heat_w / slope, abs=2e-3)
    by_curve = 2 * float(power_w(plant.curve, heat_w / 2, behind, 25.0))
    assert drawn_w(short) == pytest.approx(by_curve + plant.pump_w, rel=1e-4)
    plain = answer(room(None), **at_work())
    assert drawn_w(plain) < 0.95 * drawn_w(short)
    assert degc > water_at(plain, 8 * HOUR_S)[0] + 1.0


def drawn_w(run: twin.Result) -> float:
    """Of the chillers in the last period."""
    handlers_j = float(run.frame("energy").set_index("target").energy_j["crah"])
    return float(run.frame("site").cooling_power_w.iloc[-1]) - handlers_j / (8 * HOUR_S)


def test_the_review_tells_of_a_decoupler_that_runs_backwards() -> None:
    """2 L/s for each of two chillers; the house draws what the run's stream says, by hand."""
    layout = room("2 L/s")
    plant, _ = plant_of(layout)
    found = {row["code"]: row for row in twin.check(loaded(asked(layout)))["findings"]}
    told = found["decoupler_reversed"]
    drawn = 1e3 * plant.water_w_k / float(stream_w_k(1.0, "water"))
    assert told["component"] == "chilled"
    assert f"draw {drawn:.3g} L/s where the pumps of its chillers move 4" in told["says"]
    assert f"{100 * (1 - 4 / drawn):.0f} % of its supply is its own return" in told["says"]
    ample = twin.check(loaded(asked(room("40 L/s"))))["findings"]
    assert "decoupler_reversed" not in {row["code"] for row in ample}


def test_the_year_knows_it() -> None:
    plain, short, ample = (twin.climate(twin.build(loaded(asked(room(flow)))), "chicago")
                           for flow in (None, "2 L/s", "8 L/s"))  # fmt: skip
    assert ample.pue == pytest.approx(plain.pue, rel=1e-12)
    assert 1.02 < short.pue / plain.pue < 1.1


def test_a_run_stops_and_goes_on(tmp_path: Path) -> None:
    lost = faults((1 * HOUR_S, "chilled_1", 1 * HOUR_S))
    facility = twin.build(loaded(asked(room(), **at_work(faults=lost, horizon="3 h"))))
    whole = start(facility).until().result()
    part = start(facility).until(1.5 * HOUR_S)
    later = twin.resume(part.save(tmp_path / "part.twin")).until().result()
    for table in ("events", "loops", "racks"):
        assert whole.frame(table).equals(later.frame(table))


def test_where_a_decoupler_has_no_place() -> None:
    dry = small_layout(2, 0)
    dry["cooling"]["plant"][0]["primary_flow"] = "10 L/s"
    with pytest.raises(twin.InputError, match="a plant of chillers, whose pumps"):
        twin.build(loaded(asked(dry)))
