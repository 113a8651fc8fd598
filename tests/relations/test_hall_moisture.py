"""Moisture of a hall over a year: by hand, closed, and from a hall's `moisture` to what a planner
reads in `twin climate` and the report.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout
from hypothesis import given
from hypothesis import strategies as st

import twin
from tests.planner import asked, loaded, site
from twin.physics.hall_moisture import steady
from twin.physics.moist_air import saturated_ratio
from twin.present.report.year import section

FLOW = st.floats(1e-3, 10.0)
RATIO = st.floats(1e-4, 0.03)


def room(water: str = "16 °C", supply: str | None = None, **moisture: Any) -> dict[str, Any]:
    layout = small_layout(0, 3)
    layout["cooling"]["plant"] = [layout["cooling"]["plant"].pop()]
    layout["cooling"]["plant"][0]["supply_temperature"] = water
    if supply is not None:
        layout["cooling"]["air"][0]["supply_temperature"] = supply
    layout["halls"][0]["moisture"] = moisture
    return layout


def year(layout: dict[str, Any], climate: str) -> Any:
    return twin.climate(twin.build(loaded(asked(layout))), climate)


def hall(layout: dict[str, Any], climate: str) -> dict[str, float]:
    found: dict[str, float] = year(layout, climate).as_dict()["halls"]["hall"]
    return found


def test_by_hand() -> None:
    """0.1 kg/s of outdoor air at 20 g/kg past 0.4 kg/s of coil at 10 g/kg: 0.1 (20 - w) =
    0.4 (w - 10) gives 12 g/kg and 0.8 g/s of condensate. Below that nothing condenses.
    """
    wide = (0.0, 1.0)
    found = steady(0.1, 0.020, 0.4, 0.010, wide, (0.0, 0.0))
    assert float(found.ratio) == pytest.approx(0.012)
    assert float(found.condensed_kg_s) == pytest.approx(8e-4)
    dry = steady(0.1, 0.005, 0.4, 0.010, wide, (0.0, 0.0))
    assert float(dry.ratio) == pytest.approx(0.005)
    assert float(dry.condensed_kg_s) == 0.0


def test_humidifiers_hold_as_far_as_they_can() -> None:
    """2 g/kg outdoors, 4 wanted: 0.1 kg/s takes 0.2 g/s; with half of that it comes to 3 g/kg."""
    for most, ratio in ((1.0, 0.004), (1e-4, 0.003)):
        found = steady(0.1, 0.002, 0.4, 0.010, (0.004, 1.0), (most, 0.0))
        assert float(found.ratio) == pytest.approx(ratio)
        assert float(found.humidified_kg_s) == pytest.approx(min(most, 2e-4))


@given(FLOW, RATIO, FLOW, RATIO, st.floats(1e-4, 0.01), st.floats(0.0, 1e-2), st.floats(0.0, 1e-2))
def test_water_closes(
    outdoor: float, brought: float, coil: float, cold: float, low: float, wet: float, dry: float
) -> None:
    found = steady(outdoor, brought, coil, cold, (low, low + 0.005), (wet, dry))
    moved = abs(float(found.brought_kg_s)) + float(found.humidified_kg_s)
    assert abs(float(found.residual_kg_s)) <= 1e-12 * max(moved, outdoor * brought)
    assert float(found.ratio) >= 0.0 or dry > outdoor * brought


def test_a_leaky_hall_in_miami_wets_its_coils_and_one_in_denver_is_dry() -> None:
    miami = hall(room("7 °C"), "miami")
    assert miami["condensing_hours"] > 6000
    assert miami["condensate_l"] > 0
    assert miami["residual_frac"] < 1e-9
    denver = hall(room("16 °C"), "denver")
    assert denver["below_allowed_hours"] > 100
    assert denver["condensing_hours"] < 100


def test_warm_water_leaves_the_moisture_of_the_weather() -> None:
    """Coils warmer than any dew point take nothing: the hall is as moist as outdoors."""
    told = hall(room("26 °C", supply="28 °C"), "denver")
    assert told["condensate_l"] == 0.0
    air = year(room("26 °C", supply="28 °C"), "denver").air
    assert told["dew_point_max_degc"] == pytest.approx(air.dew_point_degc.max(), abs=1e-6)


def test_a_humidifier_ends_the_dry_hours_and_drinks() -> None:
    dry = year(room("16 °C"), "denver")
    wet = year(room("16 °C", humidifier=50.0), "denver")
    told = wet.as_dict()["halls"]["hall"]
    assert told["below_allowed_hours"] == 0
    assert told["dew_point_min_degc"] == pytest.approx(-9.0, abs=0.01)
    assert told["humidifier_l"] > 0
    more_l = sum(wet.water_l.values()) - sum(dry.water_l.values())
    assert more_l == pytest.approx(told["humidifier_l"])
    assert wet.wue_l_per_kwh > dry.wue_l_per_kwh


def test_a_dehumidifier_holds_the_window() -> None:
    told = hall(room("20 °C", dehumidifier=200.0), "miami")
    assert told["dew_point_max_degc"] == pytest.approx(15.0, abs=0.01)
    assert told["above_allowed_hours"] == 0
    assert told["dehumidifier_l"] > 0


def test_the_notes_and_the_report_tell_of_it() -> None:
    scenario = asked(room("7 °C"), site={"climate": "miami", "grid": "virginia"}, horizon="10 min")
    chapter = section(twin.run(loaded(scenario)))
    titles = [getattr(block, "title", "") for block in chapter.blocks]
    assert "Moisture of the halls, at rated load" in titles
    lines = [line for block in chapter.blocks for line in getattr(block, "lines", ())]
    assert any("dew point is above the water of its coils" in line for line in lines)


def test_a_hall_that_states_nothing_is_not_told_of() -> None:
    layout = room()
    del layout["halls"][0]["moisture"]
    assert year(layout, "miami").as_dict()["halls"] == {}


def test_the_window_must_open() -> None:
    with pytest.raises(twin.InputError, match="dew_point_high above dew_point_low"):
        loaded(asked(room(dew_point_low="16 °C")))


def test_saturated_air_is_the_limit_of_the_coil() -> None:
    """With hardly any leakage the air stands at the dew point of the coil's water."""
    cold = float(saturated_ratio(7.0, 101325.0))
    told = steady(1e-6, 0.02, 0.4, cold, (0.0, 1.0), (0.0, 0.0))
    assert float(told.ratio) == pytest.approx(cold, rel=1e-4)


def codes(layout: dict[str, Any], dry: float, wet: float) -> dict[str, str]:
    scenario = loaded(asked(layout, site=site(dry, wet)))
    return {row["code"]: row["says"] for row in twin.check(scenario)["findings"]}


def test_the_review_tells_of_wet_coils_and_of_dry_halls() -> None:
    """In a humid day, in a dry one, and in neither where the water is warm and the day is mild."""
    wet = codes(room("7 °C"), 32.0, 27.0)
    assert "above the 7 °C of its coils' water" in wet["coils_condense"]
    dry = codes(room("16 °C"), 10.0, -1.0)
    assert "class A1 is allowed -12 to 17 °C" in dry["hall_moisture"]
    assert "coils_condense" not in dry
    mild = codes(room("20 °C"), 22.0, 15.0)
    assert {"coils_condense", "hall_moisture"}.isdisjoint(mild)
    helped = codes(room("16 °C", humidifier=100.0), 10.0, -1.0)
    assert "hall_moisture" not in helped
