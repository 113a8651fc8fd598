"""Kinds of humidifiers, what they add to the peak of their feeds, and limits of relative humidity:
from a hall's `moisture` to what a planner reads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import twin
from tests.planner import asked, happened, loaded, number, ran, site
from tests.relations.test_hall_moisture import hall, room, year
from twin.facility.power.loading import loading
from twin.physics.humidity_control import HUMIDIFIERS
from twin.physics.moist_air import VAPORISATION_J_KG, ratio_at_humidity, relative_humidity_frac

DAY = {"horizon": "1 d"}
DRY = site(10.0, -1.0)
J_KG = {"steam": 2.613e6, "evaporative": 3.2e3 * 3600 / 1000, "ultrasonic": 0.085 * 2.613e6}


def with_kind(kind: str, **keys: Any) -> dict[str, Any]:
    return room("16 °C", leakage=2.0, humidifier=50.0, humidifier_type=kind, **keys)


def held(kind: str | None) -> twin.Result:
    layout = with_kind(kind) if kind else room("16 °C", leakage=2.0)
    return ran(asked(layout, site=DRY, **DAY))


def plant_j(run: twin.Result) -> float:
    return float(run.frame("site").heat_rejected_w.sum()) * 300.0


@pytest.mark.parametrize("kind", list(HUMIDIFIERS))
def test_power_water_and_heat_by_hand(kind: str) -> None:
    """A kilogram of steam takes 2,613 kJ of electricity and leaves 112 kJ as heat; one that
    evaporates takes 2,501 kJ out of the air, but what its device draws: 11.5 kJ (3.2 kW for 1,000 L
    an hour), or 222 kJ (91.5 % less than steam). Half as much is drained from an evaporative one.
    What warms or cools the air leaves in a small part with the air that leaks out.
    """
    dry, run = held(None), held(kind)
    given_kg = number(run, "humidifier_kg")
    assert given_kg > 40.0
    drawn_j = given_kg * J_KG[kind]
    assert number(run, "energy_humidity_j") == pytest.approx(drawn_j, rel=1e-9)
    energies = [r.frame("energy").set_index("target").energy_j["crah"] for r in (dry, run)]
    assert energies[1] - energies[0] == pytest.approx(drawn_j, rel=1e-9)
    bled_kg = {"evaporative": 0.5 * given_kg}.get(kind, 0.0)
    assert number(run, "humidifier_bleed_kg") == pytest.approx(bled_kg)
    water_kg = [float(r.frame("site").water_kg.sum()) for r in (dry, run)]
    assert water_kg[1] - water_kg[0] == pytest.approx(given_kg + bled_kg, rel=1e-6)
    into_air_j = given_kg * (J_KG[kind] - VAPORISATION_J_KG)
    assert 0.95 < (plant_j(run) - plant_j(dry)) / into_air_j < 1.0
    for balance in ("heat", "energy", "moisture"):
        assert abs(number(run, f"{balance}_balance_residual_frac")) < 1e-9


def test_all_kinds_hold_the_same_air() -> None:
    dews = {kind: held(kind).frame("moisture").dew_point_degc.iloc[-1] for kind in HUMIDIFIERS}
    assert dews["evaporative"] == pytest.approx(dews["steam"], abs=1e-6)
    assert dews["ultrasonic"] == pytest.approx(dews["steam"], abs=1e-6)


def test_a_year_of_evaporating_costs_less_power_and_more_water() -> None:
    years = {kind: year(with_kind(kind), "denver") for kind in HUMIDIFIERS}
    pue = {kind: one.pue for kind, one in years.items()}
    assert pue["steam"] > pue["ultrasonic"] > pue["evaporative"]
    wue = {kind: one.as_dict()["wue_l_per_kwh"] for kind, one in years.items()}
    assert wue["evaporative"] == pytest.approx(1.5 * wue["steam"], rel=1e-3)
    told = years["evaporative"].as_dict()["halls"]["hall"]
    assert told["humidifier_bleed_l"] == pytest.approx(0.5 * told["humidifier_l"])


@pytest.mark.parametrize(
    ("keys", "watts"),
    [
        ({"humidifier": 50.0}, 50 * 2.613e6 / 3600),
        ({"humidifier": 50.0, "humidifier_type": "ultrasonic"}, 50 * 0.085 * 2.613e6 / 3600),
        ({"humidifier": 10.0, "dehumidifier": 40.0}, 40 * 1.8e6 / 3600),
    ],
)
def test_they_are_in_the_design_load(keys: dict[str, Any], watts: float) -> None:
    """Humidifiers or dehumidifiers, whatever draws more, on the feeds of the hall's handlers."""
    without = twin.build(loaded(asked(room("16 °C"))))
    with_them = twin.build(loaded(asked(room("16 °C", **keys))))
    added_w = float(with_them.cooling.units.peak_w.sum() - without.cooling.units.peak_w.sum())
    assert added_w == pytest.approx(watts)
    boards = [np.nanmax(loading(each).output_w) for each in (without, with_them)]
    assert boards[1] - boards[0] >= 0.99 * watts
    tables = [twin.check(each)["power"] for each in (without, with_them)]
    most = [max(row["load_w"] for row in table) for table in tables]
    assert most[1] - most[0] >= 0.99 * watts


def test_a_breaker_too_small_for_its_steam_is_refused_or_told() -> None:
    """Ten tonnes of steam an hour are 7.3 MW: no feed of the small hall carries that."""
    with pytest.raises(twin.InputError, match="peak load"):
        twin.build(loaded(asked(room("16 °C", humidifier=1e4))))


def test_relative_humidity_by_hand() -> None:
    """Air of 15 °C of dew point is at 60 % and 80 % where it is supplied at 23.2 and 18.5 °C, as an
    integration of the tables of ASHRAE says; dew points alone call both allowed.
    """
    ratio = ratio_at_humidity(np.array(15.0), np.ones(()), np.array(101325.0))
    found = relative_humidity_frac(np.array([23.2, 18.5]), ratio, np.array(101325.0))
    assert found == pytest.approx([0.60, 0.80], abs=0.005)


def test_cold_supply_is_too_humid_though_its_dew_point_is_allowed() -> None:
    """16 °C of supply air in Miami's July: the dew point stays under 17 °C by a dehumidifier."""
    keys: dict[str, Any] = {"leakage": 1.0, "dehumidifier": 200.0}
    layout = room("15 °C", "16 °C", **keys)
    run = ran(asked(layout, site=site(30.0, 26.0), **DAY))
    table = run.frame("moisture").iloc[-1]
    assert table.dew_point_degc < 17.0
    assert table.humidity_max_frac > 0.8
    assert "air too humid" in {what for _, _, what in happened(run)}
    warm = ran(asked(room("15 °C", "22 °C", **keys), site=site(30.0, 26.0), **DAY))
    assert warm.frame("moisture").humidity_max_frac.max() < 0.8
    assert "air too humid" not in {what for _, _, what in happened(warm)}


def test_a_year_and_the_review_count_hours_of_relative_humidity() -> None:
    keys: dict[str, Any] = {"leakage": 1.0, "dehumidifier": 200.0}
    cold, warm = (hall(room("15 °C", air, **keys), "miami") for air in ("16 °C", "24 °C"))
    assert cold["humid_hours"] > cold["too_humid_hours"] > 2000
    assert warm["too_humid_hours"] == 0
    assert warm["humidity_max_frac"] < 0.65
    notes = year(room("15 °C", "16 °C", **keys), "miami").notes
    assert any("80 %" in note for note in notes)
    told = twin.check(loaded(asked(room("15 °C", "16 °C", **keys), site=site(30.0, 26.0))))
    says = [row["says"] for row in told["findings"] if row["code"] == "hall_moisture"]
    assert any("class A1 is allowed 80 %" in one for one in says)


def test_water_evaporates_no_more_than_the_heat_there_is() -> None:
    """A hall with twenty changes of dry outdoor air an hour, at 15 °C of dew point, would take
    60 kW and more to evaporate what it lacks; an idle one has half of that, so its air stays drier,
    its coils come to rest and nothing is colder than their water.
    """
    keys: dict[str, Any] = {"leakage": 20.0, "humidifier": 1000.0, "dew_point_low": "15 °C"}
    keys |= {"dew_point_high": "17 °C"}
    layout = room("16 °C", humidifier_type="evaporative", **keys)
    run = ran(asked(layout, site=site(18.0, 5.0), **DAY))
    table = run.frame("moisture").iloc[-1]
    idle_w = number(run, "energy_it_j") / 86400
    evaporating_w = table.humidifier_kg / 300.0 * (VAPORISATION_J_KG - J_KG["evaporative"])
    assert 0.9 * idle_w < evaporating_w < idle_w + 2.5e3
    assert table.dew_point_degc < 14.0
    assert run.frame("racks").inlet_air_degc.min() > 15.0
    assert abs(number(run, "heat_balance_residual_frac")) < 1e-9
    steam = ran(asked(room("16 °C", **keys), site=site(18.0, 5.0), **DAY))
    assert steam.frame("moisture").dew_point_degc.iloc[-1] == pytest.approx(15.0, abs=1e-3)


def test_warm_inlets_are_too_dry_above_a_dew_point_that_is_allowed() -> None:
    """Class A1 is allowed -12 °C of dew point and 8 %, and the moister of both counts: air of
    -10.5 °C has 10.6 % at 20 °C, and 6.2 % at 29 °C.
    """
    dry = site(5.0, -0.699)
    keys: dict[str, Any] = {"leakage": 1.0}
    events = []
    for air in ("16 °C", "27 °C"):
        layout = room("14 °C", air, **keys)
        run = ran(asked(layout, site=dry, **DAY))
        dew = run.frame("moisture").dew_point_degc
        assert dew.min() == pytest.approx(-10.5, abs=0.3)
        events.append("air too dry" in {what for _, _, what in happened(run)})
        told = twin.check(loaded(asked(layout, site=dry)))["findings"]
        says = [row["says"] for row in told if row["code"] == "hall_moisture"]
        assert any("8 % at least" in one for one in says) == events[-1]
    assert events == [False, True]


def test_a_year_counts_hours_below_eight_per_cent() -> None:
    cool, warm = (hall(room("14 °C", air, leakage=1.0), "denver") for air in ("16 °C", "28 °C"))
    assert warm["too_dry_hours"] > cool["too_dry_hours"]
    assert warm["too_dry_hours"] > warm["below_allowed_hours"]
    assert warm["humidity_min_frac"] < cool["humidity_min_frac"] < 0.2
