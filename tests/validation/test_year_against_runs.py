"""The year of a layout against runs by events of the same days: towers, free cooling, dry coolers.

Steady hours leave out what water and air store, which shows where free cooling comes and goes:
PUE within 0.12 % and WUE within 1.5 % in April, 0.01 % in July; with dampers within 0.05 %.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import small_layout

import twin
from twin.analysis.climate.answer import ClimateYear
from twin.study.climate import year_of
from twin.study.year_of_plants import plants

HOURS = 72
COOLING = {"leakage": 5.0, "humidifier": 100.0, "humidifier_type": "evaporative"}
PLANTS: dict[str, dict[str, Any]] = {
    "tower": {"type": "chiller_water_1055"},
    "tower and exchanger": {"type": "chiller_water_1055", "free_cooling": {"type": "tower"}},
    "dry coolers ahead": {"free_cooling": {"type": "dry_cooler_1000"}},
    "common pipe": {"count": 2, "primary_flow": "3 L/s"},
    "common pipe, coolers ahead": {
        "primary_flow": "3 L/s", "free_cooling": {"type": "dry_cooler_1000"}
    },
    "common pipe, coolers beside": {
        "primary_flow": "3 L/s", "free_cooling": {"type": "dry_cooler_1000", "mode": "parallel"}
    },
    "common pipe, tower and exchanger": {
        "type": "chiller_water_1055", "primary_flow": "3 L/s", "free_cooling": {"type": "tower"}
    },
    "pumps that follow the heat": {"pump_power": "10 kW", "variable_pumps": "40 %"},
    "warmer at low load": {"load_reset": {"by": "4 K"}},
    "heat that somebody takes": {
        "primary_flow": "3 L/s", "heat_reuse": {"share": "60 %", "return_at_least": "16.8 °C"}
    },
}  # fmt: skip


@pytest.mark.parametrize("plant", list(PLANTS))
@pytest.mark.parametrize(("start", "first"), [("2026-04-10", 99 * 24), ("2026-07-14", 194 * 24)])
def test_three_days_of_a_year_are_those_of_a_run(plant: str, start: str, first: int) -> None:
    layout = small_layout(2, 3)
    layout["cooling"]["plant"][1] |= PLANTS[plant]
    compare(layout, start, first)


def test_three_days_with_dampers_are_those_of_a_run() -> None:
    """The plant of the hall is spared what leaves with air: 9 % of the energy in April."""
    layout = small_layout(2, 3)
    handlers = layout["cooling"]["air"][0]
    handlers["supply_temperature"] = "20 °C"
    shut = twin.climate(as_scenario(layout), "chicago", load_frac=None)
    handlers["economiser"] = {"dew_point_low": "-20 °C", "humidity_high": 0.9}
    open_ = compare(layout, "2026-04-10", 99 * 24)
    assert open_.pue < shut.pue - 0.01
    modes = open_.modes()["hall, outdoor air"]
    assert sum(map(sum, modes.values())) == 8760
    assert min(map(sum, modes.values())) > 200
    assert set(modes) == {"free", "mixed", "mechanical"}


@pytest.mark.parametrize(
    ("climate", "start", "first", "water", "held", "more"),
    [
        ("miami", "2026-07-14", 194 * 24, "7 °C", {"leakage": 2.0}, 0.2),
        ("miami", "2026-07-14", 194 * 24, "20 °C", {"leakage": 2.0, "dehumidifier": 100.0}, 0.3),
        ("denver", "2026-01-14", 13 * 24, "16 °C", {"leakage": 5.0, "humidifier": 100.0}, -0.08),
        ("denver", "2026-01-14", 13 * 24, "16 °C", COOLING, -0.085),
    ],
)
def test_three_days_of_moist_halls_are_those_of_a_run(
    climate: str, start: str, first: int, water: str, held: dict[str, Any], more: float
) -> None:
    """Moist outdoor air that leaks in raises the energy of hot days, dehumidifiers more so, cold
    air lowers that of winter, and more so where water evaporates in it: by `more` of the IT's at
    least, and both agree within 3 %; what dehumidifiers give to the air warms what leaks take.
    """
    layout = small_layout(0, 3)
    layout["cooling"]["plant"] = [layout["cooling"]["plant"].pop()]
    layout["cooling"]["plant"][0]["supply_temperature"] = water
    zone = {"miami": "-05:00", "denver": "-07:00"}[climate]
    days = {"start": f"{start}T00:00:00{zone}", "site__climate": climate}
    dry = as_scenario(layout).with_(**days)
    layout["halls"][0]["moisture"] = held
    wet = as_scenario(layout).with_(**days)
    used = []
    for scenario in (dry, wet):
        run = twin.simulate(twin.build(scenario)).summary
        year = twin.climate(scenario, climate, load_frac=None)
        pue = mean(year.hours.facility_w, first) / year.hours.power_w["it"][0]
        assert pue == pytest.approx(run["pue"], rel=2e-3)
        used.append((pue, run["pue"]))
    of_year, of_run = (wet - dry for dry, wet in zip(*used, strict=True))
    assert of_year / more > 1.0
    assert of_year == pytest.approx(of_run, rel=0.01 if "dehumidifier" in held else 0.03)


def test_the_hottest_hours_of_dry_coolers_are_those_of_a_run() -> None:
    """Outdoor air passes the set-point of 41.8 °C in Phoenix: fans turn at full speed then. A year
    had them stand still in just these hours, in water colder than the air.
    """
    layout = small_layout(4, 0)
    days = {"start": "2026-07-14T00:00:00-07:00", "site__climate": "phoenix"}
    scenario = as_scenario(layout).with_(**days)
    run = twin.simulate(twin.build(scenario)).summary
    year = twin.climate(scenario, "phoenix", load_frac=None)
    pue = mean(year.hours.facility_w, 194 * 24) / year.hours.power_w["it"][0]
    assert pue == pytest.approx(run["pue"], rel=4e-3)
    fans_w = year.hours.power_w["dry_coolers"]
    hot = year.air.dry_bulb_degc > 41.8
    assert fans_w[hot].min() > 25e3 > fans_w[~hot].mean()


def test_dampers_shut_for_water_that_evaporates() -> None:
    """Outdoor air carries the heat in April; what evaporates carries some, so less is let in."""
    layout = small_layout(0, 4)
    layout["cooling"]["plant"] = [layout["cooling"]["plant"].pop()]
    handlers = {"supply_temperature": "20 °C", "economiser": {}}
    layout["cooling"]["air"][0] |= handlers
    held = {"humidifier": 50, "humidifier_type": "ultrasonic", "dew_point_low": "5 °C"}
    layout["halls"][0]["moisture"] = held
    days = {"start": "2026-04-10T00:00:00-07:00", "site__climate": "denver"}
    scenario = as_scenario(layout).with_(**days)
    run = twin.simulate(twin.build(scenario)).summary
    year = twin.climate(scenario, "denver", load_frac=None)
    it_w = year.hours.power_w["it"][0]
    wue = mean(year.hours.water_kg_s["humidifiers"], 99 * 24) * 3.6e6 / it_w
    assert wue == pytest.approx(run["wue_l_per_kwh"], rel=0.1)
    assert mean(year.hours.facility_w, 99 * 24) / it_w == pytest.approx(run["pue"], rel=0.02)


def test_the_highest_power_of_cosines_is_that_of_the_design_day() -> None:
    """27.4 °C, wet bulb 17.9, at 14 h of the published day of Stockholm, as of a year that is all
    that air; the hottest hour of its cosines is 19.9 °C and draws 0.9 % less.
    """
    scenario = as_scenario(small_layout(2, 3))
    found = twin.climate(scenario, "stockholm")
    peak = found.peaks()
    said = [peak[f"design_{key}"] for key in ("day", "day_hour", "dry_bulb_degc", "wet_bulb_degc")]
    assert said[:2] == ["cooling_0.4", 14]
    assert said[2:] == pytest.approx([27.4, 17.9])
    air = {"dry_bulb_degc": np.full(8760, 27.4), "wet_bulb_degc": np.full(8760, 17.9)}
    always = twin.climate(scenario, replace(found.air, **air, design=None)).peaks()
    assert peak["design_power_w"] == pytest.approx(always["power_w"], rel=1e-6)
    assert peak["power_w"] == pytest.approx(0.991 * peak["design_power_w"], rel=1e-3)
    assert not any(key.startswith("design") for key in always)


def test_the_common_pipe_of_a_year_mixes_at_the_pump_speed_of_the_hour() -> None:
    """Dampers leave the chiller's pumps at 20 % in most hours, and at full speed where air is warm:
    132.6 kW then, 1.5 L/s of a house of 33.07 kW/K, so water stands at 16 °C + Q (3 K / 433.6 kW +
    1 / P - 1 / H). The year had H at its mean speed, and water 6 K too cold in just these hours.
    """
    layout = small_layout(2, 3)
    pumps = {"pump_power": "10 kW", "variable_pumps": "20 %", "primary_flow": "1.5 L/s"}
    layout["cooling"]["plant"][1] |= pumps
    economiser = {"dew_point_low": "-20 °C", "humidity_high": 0.9}
    layout["cooling"]["air"][0] |= {"supply_temperature": "20 °C", "economiser": economiser}
    facility = twin.build(as_scenario(layout))
    year = year_of("chicago")
    work = plants(facility, facility.racks.rated_w, year)
    chilled = [plant.id for plant in facility.cooling.plants].index("chilled")
    water = work.water_degc[:, chilled]
    house_w_k = 33.068e3
    by_hand = 16 + 132.584e3 * (3 / 433.6e3 + 1 / (0.0015 * 4.1467e6) - 1 / house_w_k)
    assert by_hand == pytest.approx(34.22, abs=0.005)
    assert water.max() == pytest.approx(by_hand, abs=0.01)


def test_pumps_of_a_common_pipe_settle_at_the_heat_of_the_house() -> None:
    """26.27 kW from the hall ask for a fifth of the pumps' speed (a fifth of 132.58 kW, and 80 W of
    theirs), so its water stands at 16 °C + Q (3 K / 433.6 kW + 1 / P - 1 / H) = 16.434 °C. By what
    chillers took, which falls where faster pumps mix more, speed went from 20 to 30 % and back at
    every look, water from 16.81 to 16.61 °C.
    """
    layout = small_layout(2, 3)
    pumps = {"pump_power": "10 kW", "variable_pumps": "20 %", "primary_flow": "1.5 L/s"}
    layout["cooling"]["plant"][1] |= pumps
    layout["cooling"]["air"][0] |= {"supply_temperature": "20 °C", "economiser": {}}
    compare(layout, "2026-07-14", 194 * 24)
    run = twin.simulate(twin.build(as_scenario(layout, "2026-07-14")))
    chilled = run.frame("loops").query("loop == 'chilled'").set_index("time_s").loc[18e3:54e3]
    assert set(chilled.flow_frac) == {0.2}
    heat_w = 26267.9 + 10e3 * 0.2**3
    by_hand = 16 + heat_w * (3 / 433.6e3 + 1 / (0.0015 * 4.1467e6) - 1 / (0.2 * 33.068e3))
    assert by_hand == pytest.approx(16.434, abs=5e-4)
    assert chilled.temperature_degc.to_numpy() == pytest.approx(by_hand, abs=1e-3)
    assert chilled.heat_w.to_numpy() == pytest.approx(heat_w, rel=1e-4)


def as_scenario(layout: dict[str, Any], start: str = "2026-04-10") -> twin.Scenario:
    return twin.Scenario.model_validate({
        "version": 1, "name": "days", "layout": layout, "horizon": f"{HOURS} h",
        "site": {"climate": "chicago", "grid": "ireland"}, "start": f"{start}T00:00:00-06:00",
    })  # fmt: skip


def compare(layout: dict[str, Any], start: str, first: int) -> ClimateYear:
    """Hold idle days of a run against those of the year, which is returned."""
    scenario = as_scenario(layout, start)
    run = twin.simulate(twin.build(scenario)).summary
    year = twin.climate(scenario, "chicago", load_frac=None)
    it_w = year.hours.power_w["it"][0]
    assert mean(year.hours.facility_w, first) / it_w == pytest.approx(run["pue"], rel=2e-3)
    wue = mean(year.hours.water_kg_s["plants"], first) * 3.6e6 / it_w
    assert wue == pytest.approx(run["wue_l_per_kwh"], rel=0.02)
    return year


def mean(hourly: np.ndarray, first: int) -> float:
    """Of the hours that begin with the first, values at their ends joined by straight lines."""
    values = hourly[first - 1 : first + HOURS]
    return float((values[:-1] + values[1:]).mean() / 2)
