"""Claim: the building controls tell of frost, dew, warm coolant and saturated coils."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import failing, small_layout

import twin
from tests.planner import answer, asked, happened, job, loaded, number, site

WORK = {"workload": [job(nodes=6)], "horizon": "4 h"}


def room(supply: str | None = None, **plant: Any) -> dict[str, Any]:
    """Three racks in air on chilled water of 10 °C."""
    layout = small_layout(0, 3)
    chilled = layout["cooling"]["plant"].pop()
    layout["cooling"]["plant"] = [chilled | {"supply_temperature": "10 °C"} | plant]
    if supply:
        layout["cooling"]["air"][0]["supply_temperature"] = supply
    return layout


def test_a_coil_that_cannot_do_it_is_told() -> None:
    """One of two small handlers for three busy racks, water of 20 °C and air of 21 °C asked."""
    layout = room("21 °C", supply_temperature="20 °C")
    told = [(who, what) for _, who, what in happened(answer(layout, **WORK))]
    assert {who for who, what in told if what == "coil saturated"} == {"crah_1", "crah_2"}


def test_coolant_below_the_dew_point_and_above_its_limit_are_told() -> None:
    layout = small_layout(2, 0)
    layout["cooling"]["plant"][0]["supply_temperature"] = "24 °C"
    humid = answer(layout, site=site(32.0, 29.0), allow=[])
    assert "below dew point" in {what for _, _, what in happened(humid)}
    lost = failing((1800.0, "warm", 3600.0))
    hot = answer(small_layout(2, 0), faults=lost, workload=[job()], horizon="2 h")
    assert "coolant too warm" in {what for _, _, what in happened(hot)}


def test_standing_water_in_frost_is_told_and_antifreeze_bears_it() -> None:
    outage = {"drills": [{"kind": "utility_outage", "at": "10 min", "duration": "30 min"}]}
    layout = small_layout(2, 0)
    layout["power"] = [group for group in layout["power"] if group["name"] != "genset"]
    layout["power"][1] = {"name": "board", "type": "switchboard_4000", "fed_by": "utility"}
    frost = {"site": site(-15.0, -16.0), **outage}
    plain = {what for _, _, what in happened(answer(layout, **frost))}
    assert "water near freezing" in plain
    layout["cooling"]["plant"][0]["antifreeze"] = "40 %"
    layout["cooling"]["plant"][1]["antifreeze"] = "40 %"
    assert "water near freezing" not in {what for _, _, what in happened(answer(layout, **frost))}


@pytest.mark.parametrize("text", ["-60 °C", "2 °C", "70 °C"])
def test_air_that_nobody_wants_is_refused_by_name(text: str) -> None:
    with pytest.raises(twin.InputError, match=r"supply_temperature.*5 to 45 °C"):
        loaded(asked(room(text)))


def test_with_it_no_cold_inlets_are_found() -> None:
    codes = {row["code"] for row in twin.check(loaded(asked(room("24 °C"))))["findings"]}
    assert not codes & {"air_cold", "air_too_cold"}
    assert "air_too_cold" in {row["code"] for row in twin.check(loaded(asked(room())))["findings"]}


def test_warmer_supply_lets_free_cooling_work_longer() -> None:
    """With air of 24 °C the water may be warmer, and compressors rest at 8 °C outside."""
    free = {"type": "dry_cooler_1000", "name": "free"}
    mild = {"site": site(8.0, 6.0), **WORK}
    cold = answer(room(free_cooling=free), **mild)
    warm = answer(room("24 °C", free_cooling=free, supply_temperature="16 °C"), **mild)
    assert number(warm, "pue") < number(cold, "pue")
