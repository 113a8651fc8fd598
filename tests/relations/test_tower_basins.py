"""Claim: open basins of towers that stand freeze in frost, which is told, or are heated, which is
paid: in a run and in a year.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, loaded, number, site

HEATER_W_K = 400.0
COLD_DEGC = -40.0
HOURS = 4.0


def room(**plant: Any) -> dict[str, Any]:
    """Two racks in air on three water-cooled chillers, of which one carries all."""
    layout = small_layout(0, 2)
    layout["cooling"]["plant"] = [
        {
            "name": "chilled",
            "type": "chiller_water_1055",
            "count": 3,
            "fed_by": "board",
            "supply_temperature": "7 °C",
            "pump_power": "3 kW",
            **plant,
        }
    ]
    return layout


def ran(degc: float, **plant: Any) -> twin.Result:
    return answer(room(**plant), horizon=f"{HOURS:g} h", site=site(degc, degc - 0.5))


def findings(degc: float, **plant: Any) -> list[str]:
    found = twin.check(loaded(asked(room(**plant), site=site(degc, degc - 0.5))))["findings"]
    return [row["says"] for row in found if row["code"] == "water_may_freeze"]


def test_heaters_of_towers_that_stand_draw_by_hand() -> None:
    """Two of three stand: 400 W/K each for the 42 K between -40 and 2 °C is 33.6 kW."""
    plain, heated = (ran(COLD_DEGC), ran(COLD_DEGC, basin_heater_w_k=HEATER_W_K))
    more_j = number(heated, "energy_cooling_j") - number(plain, "energy_cooling_j")
    assert more_j == pytest.approx(2 * HEATER_W_K * 42.0 * HOURS * 3600, rel=1e-3)
    assert number(heated, "pue") > number(plain, "pue")
    assert abs(number(heated, "energy_balance_residual_frac")) < 1e-9


@pytest.mark.parametrize(
    ("degc", "watts"), [(-10.0, 9600.0), (1.0, 800.0), (2.0, 0.0), (20.0, 0.0)]
)
def test_they_follow_outdoor_air_and_rest_above_two_degrees(degc: float, watts: float) -> None:
    plain, heated = (ran(degc), ran(degc, basin_heater_w_k=HEATER_W_K))
    more_j = number(heated, "energy_cooling_j") - number(plain, "energy_cooling_j")
    assert more_j == pytest.approx(watts * HOURS * 3600, rel=1e-3, abs=1.0)


def test_open_basins_in_frost_are_told_of_and_heated_ones_are_not() -> None:
    (told,) = findings(COLD_DEGC)
    assert "2 of its 3 towers stand at full load" in told
    assert "-40.0 °C" in told
    assert not findings(COLD_DEGC, basin_heater_w_k=HEATER_W_K)
    assert not findings(1.0)
    assert not findings(COLD_DEGC, count=1)


def test_a_year_pays_for_them_too() -> None:
    """400 W/K for every kelvin hour below 2 °C, two towers; the air of the site's typical year."""
    years = [
        twin.climate(loaded(asked(room(**keys))), "chicago", load_frac=1.0)
        for keys in ({}, {"basin_heater_w_k": HEATER_W_K})
    ]
    plain, heated = (year.frame() for year in years)
    more_w = (heated["chillers_w"] - plain["chillers_w"]).to_numpy()
    below_k = (2.0 - plain["dry_bulb_degc"].to_numpy()).clip(min=0.0)
    assert more_w == pytest.approx(2 * HEATER_W_K * below_k, rel=1e-6, abs=1e-3)
    assert below_k.sum() > 10_000
