"""Claim: what one component has otherwise than its group is felt by it, and in the way physics
says.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.planner import answer, faults, job, number, per_rack, site
from twin import InputError, Result


def overridden(layout: dict[str, Any] | None = None, **by_name: dict[str, Any]) -> dict[str, Any]:
    return (layout or small_layout(2, 2)) | {"overrides": by_name}


def last(run: Result, column: str) -> dict[str, float]:
    found: dict[str, float] = per_rack(run, column).iloc[-1].to_dict()
    return found


def room_degc(run: Result) -> float:
    loops = run.frame("loops")
    return float(loops[loops.kind == "room"].temperature_degc.iloc[-1])


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(st.floats(0.0, 0.6))
def test_recirculated_air_is_exhaust_by_its_share(share: float) -> None:
    """All racks alike: inlet = (1 - r) supply + r exhaust, and the supply takes the room's heat."""
    share = round(share, 3)
    layout = small_layout(0, 2)
    run = answer(overridden(layout, **{f"air_r{k}": {"recirculation": share} for k in (1, 2)}))
    inlet = last(run, "inlet_air_degc")["air_r1"]
    exhaust = last(run, "coolant_degc")["air_r1"]
    plain = answer(overridden(layout, **{f"air_r{k}": {"recirculation": 0.0} for k in (1, 2)}))
    supply = last(plain, "inlet_air_degc")["air_r1"]
    assert inlet >= supply - 1e-3
    assert exhaust > inlet


def test_a_neighbour_without_recirculation_feels_less_of_it() -> None:
    """Its air comes from the handlers, and a little of the other's exhaust comes with it: a
    fraction of what the other feels.
    """
    plain = answer(overridden(air_r1={"recirculation": 0.0}, air_r2={"recirculation": 0.0}))
    mixed = answer(overridden(air_r1={"recirculation": 0.4}, air_r2={"recirculation": 0.0}))
    inlets = [last(run, "inlet_air_degc") for run in (plain, mixed)]
    felt = {rack: inlets[1][rack] - inlets[0][rack] for rack in ("air_r1", "air_r2")}
    assert felt["air_r1"] > 1
    assert abs(felt["air_r2"]) < 0.25 * felt["air_r1"]


def test_more_recirculation_is_a_hotter_chip_and_the_same_power() -> None:
    runs = [answer(overridden(air_r1={"recirculation": r})) for r in (0.0, 0.2, 0.4)]
    junction = [last(run, "junction_degc")["air_r1"] for run in runs]
    assert junction == sorted(junction)
    assert [number(run, "energy_it_j") for run in runs] == pytest.approx(
        [number(runs[0], "energy_it_j")] * 3
    )


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.5])
def test_a_rack_of_another_rating_draws_in_that_ratio_at_full_load(factor: float) -> None:
    rating_w = 132e3 * factor
    layout = overridden(small_layout(2, 0), liquid_r1={"rating": f"{rating_w} W"})
    run = answer(layout, workload=[job()], site=site(15.0))
    power = last(run, "power_w")
    spare = last(answer(small_layout(2, 0), workload=[job()], site=site(15.0)), "power_w")[
        "liquid_r2"
    ]
    assert power["liquid_r2"] == pytest.approx(spare, rel=1e-6)
    assert power["liquid_r1"] / spare == pytest.approx(factor, rel=0.12)


def test_a_stage_of_another_rating_is_loaded_in_inverse_ratio() -> None:
    full = answer(small_layout(2, 0)).frame("power").query("component == 'panel_1'")
    half = answer(overridden(small_layout(2, 0), panel_1={"rating": "250 kW"})).frame("power")
    half = half.query("component == 'panel_1'")
    assert half.load_max_frac.iloc[-1] == pytest.approx(2 * full.load_max_frac.iloc[-1], rel=1e-6)


def test_moving_a_rack_changes_where_it_stands_and_what_air_it_draws() -> None:
    layout = overridden(small_layout(2, 0), liquid_r2={"position": ["8 m", "2 m"]})
    moved, still = answer(layout, workload=[job()]), answer(small_layout(2, 0), workload=[job()])
    places = [run.frame("components").set_index("id").x_m for run in (moved, still)]
    assert places[0]["liquid_r2"] != places[1]["liquid_r2"]
    assert places[0].drop("liquid_r2").equals(places[1].drop("liquid_r2"))
    for key in ("tokens_total", "energy_utility_j", "pue"):
        assert number(moved, key) == pytest.approx(number(still, key), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "override"),
    [
        ("nobody", {"rating": "1 kW"}),
        ("liquid_r1", {"recirculation": 0.2}),
        ("panel_1", {"recirculation": 0.2}),
        ("air_r1", {"recirculation": 1.0}),
        ("air_r1", {"recirculation": -0.1}),
        ("panel_1", {"rating": "10 kW"}),
    ],
)
def test_an_override_that_cannot_be_is_refused(name: str, override: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        answer(overridden(**{name: override}))
    said = str(caught.value)
    assert "scenario.yaml:" in said
    assert name in said or "panel" in said


def test_a_better_contained_aisle_is_never_warmer_at_the_inlet() -> None:
    inlet = {}
    for containment in ("none", "cold_aisle", "hot_aisle"):
        layout = small_layout(0, 3)
        layout["halls"][0]["containment"] = containment
        inlet[containment] = max(last(answer(layout), "inlet_air_degc").values())
    assert inlet["none"] >= inlet["cold_aisle"] - 1e-9
    assert inlet["none"] >= inlet["hot_aisle"] - 1e-9


def test_heat_of_the_room_goes_through_its_air_handlers() -> None:
    """Liquid racks give 13 % of their heat to the air, air racks all of it; the handlers add their
    fans.
    """
    run = answer(small_layout(2, 2), horizon="6 h")
    power = last(run, "power_w")
    to_air = sum(p for name, p in power.items() if name.startswith("air"))
    to_air += sum(0.1288 * p for name, p in power.items() if name.startswith("liquid"))
    fans = run.frame("energy").query("target == 'crah'").energy_j.sum() / (6 * 3600)
    to_air += fans
    loops = run.frame("loops").query("kind == 'room'")
    assert loops.heat_w.iloc[-1] == pytest.approx(to_air, rel=0.02)


def test_a_third_handler_cools_the_room_further() -> None:
    inlets = []
    for count in (2, 3, 5):
        layout = small_layout(0, 3)
        layout["cooling"]["air"][0]["count"] = count
        inlets.append(max(last(answer(layout), "inlet_air_degc").values()))
    assert inlets == sorted(inlets, reverse=True)


def test_a_lost_handler_warms_the_room_and_its_return_cools_it_again() -> None:
    run = answer(small_layout(0, 3), faults=faults((1200, "crah_1", 1200)), horizon="3 h")
    inlet = per_rack(run, "inlet_air_degc").max(axis=1)
    assert inlet.loc[2400] > inlet.loc[1200] + 0.3
    assert inlet.iloc[-1] == pytest.approx(inlet.loc[1200], abs=0.1)
    assert inlet.idxmax() <= 2700
