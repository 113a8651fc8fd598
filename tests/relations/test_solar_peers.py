"""Solar arrays beside pvlib's own chain, by hand, and in fifty small sites drawn at random."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import failing, small_layout
from test_solar import START, day, layout, scenario

import twin
from twin.physics.solar import SolarArray, Sun, ac_power_w, sun

pytest.importorskip("pvlib", reason="solar arrays need the extra `solar`")
ARRAY = SolarArray(
    dc_w=500e3,
    ac_w=400e3,
    tilt_deg=20.0,
    azimuth_deg=150.0,
    losses_frac=0.14,
    inverter_efficiency_frac=0.96,
    temperature_coefficient_k=-0.0047,
    albedo_frac=0.2,
)
SITES = 60
PERIOD_S = 300.0


def test_an_hour_by_hand() -> None:
    """Sun overhead, level modules: 900 W/m2 of beam and 100 W/m2 of sky are 1,000 W/m2; cells at
    25 + 1000 / (25 + 6.84) = 56.41 degC; PVWatts' inverter at the load that is left.
    """
    level = SolarArray(500e3, 480e3, 0.0, 180.0, 0.14, 0.96, -0.0047, 0.2)
    overhead = Sun(np.zeros(1), np.full(1, 180.0), np.full(1, 100.0))
    seen = (np.full(1, 1000.0), np.full(1, 900.0), np.full(1, 100.0))
    dc_w = 500e3 * (1 - 0.0047 * (1000 / 31.84)) * 0.86
    load_frac = dc_w / (480e3 / 0.96)
    efficiency_frac = 0.96 / 0.9637 * (-0.0162 * load_frac - 0.0059 / load_frac + 0.9858)
    found = ac_power_w(level, overhead, seen, np.full(1, 25.0), np.ones(1))
    assert found[0] == pytest.approx(dc_w * efficiency_frac, rel=1e-9)
    assert found[0] == pytest.approx(352.3e3, rel=0.002)


def test_a_year_of_model_chain() -> None:
    """8,760 hours of random skies, of which pvlib's ModelChain makes the same power."""
    from pvlib.location import Location
    from pvlib.modelchain import ModelChain
    from pvlib.pvsystem import Array, FixedMount, PVSystem

    rng = np.random.default_rng(5)
    at = pd.date_range("2026-01-01 00:30", periods=8760, freq="h", tz="Etc/GMT+7")
    weather = pd.DataFrame(
        {
            "ghi": rng.uniform(0, 1000, 8760),
            "dni": rng.uniform(0, 1000, 8760),
            "dhi": rng.uniform(0, 400, 8760),
            "temp_air": rng.uniform(-10, 45, 8760),
            "wind_speed": rng.uniform(0, 12, 8760),
        },
        index=at,
    )
    modules = Array(
        FixedMount(20, 150),
        albedo=0.2,
        module_parameters={"pdc0": 500e3, "gamma_pdc": -0.0047},
        temperature_model_parameters={"u0": 25.0, "u1": 6.84},
    )
    nothing = dict.fromkeys(
        ("shading", "snow", "mismatch", "wiring", "connections", "lid", "nameplate_rating"), 0.0
    )
    system = PVSystem(
        [modules],
        inverter_parameters={"pdc0": 400e3 / 0.96, "eta_inv_nom": 0.96},
        losses_parameters=nothing | {"age": 0.0, "availability": 0.0, "soiling": 14.0},
    )
    chain = ModelChain(
        system, Location(33.45, -112.0, altitude=0), transposition_model="haydavies",
        dc_model="pvwatts", ac_model="pvwatts", aoi_model="physical", spectral_model="no_loss",
        temperature_model="faiman", losses_model="pvwatts",
    )  # fmt: skip
    expected = chain.run_model(weather).results.ac.fillna(0.0).clip(lower=0.0).to_numpy()
    start = datetime.fromisoformat("2026-01-01T00:00:00-07:00")
    air = (weather.temp_air.to_numpy(), weather.wind_speed.to_numpy())
    stood = sun(start, 3600.0 * (np.arange(8760) + 0.5), 33.45, -112.0, air[0])
    light = tuple(weather[name].to_numpy() for name in ("ghi", "dni", "dhi"))
    found = ac_power_w(ARRAY, stood, light, *air)
    assert (expected > 100e3).sum() > 2000
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-3)


def site(rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any]]:
    """A roof of any size, perhaps a store, a generator, a limit of export, and a lost supply."""
    dc_w = rng.uniform(0.1, 3.0) * 1e6
    store = str(rng.choice(["", "bess_1000_2h", "bess_1000_2h_following"]))
    built = layout(
        rating=f"{dc_w / rng.uniform(0.9, 1.5):.0f} W",
        bess=store,
        dc_rating=f"{dc_w:.0f} W",
        tilt_deg=float(rng.uniform(0, 60)),
        azimuth_deg=float(rng.uniform(90, 270)),
    )
    if rng.random() < 0.5:
        built["power"] = [part for part in built["power"] if part["name"] != "genset"]
        next(p for p in built["power"] if p["name"] == "board")["fed_by"] = ["utility"]
    out: dict[str, Any] = {}
    if rng.random() < 0.7:
        limit = [{}, {"limit": f"{rng.uniform(10e3, 1e6):.0f} W"}][int(rng.integers(2))]
        out["site"] = {"export": {"price": "0.03 USD/kWh"} | limit}
    if store and rng.random() < 0.7:
        rule = {"kind": "peak_shave", "bess": "bess", "limit": "1 W", "recharge_below": "1 W"}
        out["controls"] = {"storage": [rule | {"start_charge": "50 %"}]}
    if rng.random() < 0.6:
        at_s = float(rng.uniform(300, 2700))
        lost = str(rng.choice(["utility", "utility", "roof", "board"]))
        out["faults"] = failing((at_s, lost, float(10 ** rng.uniform(-1, 3.5))))
    return built, out


@pytest.fixture(scope="module")
def sites() -> list[tuple[twin.Facility, twin.Result]]:
    rng = np.random.default_rng(20260621)
    start = datetime.fromisoformat(START)
    out = []
    for _ in range(SITES):
        built, changes = site(rng)
        at = (start + timedelta(hours=float(rng.uniform(6, 17)))).isoformat()
        asked = {"start": at, "outputs": {"period": f"{PERIOD_S} s"}}
        facility = twin.build(scenario(built, "1 h", **changes | asked))
        out.append((facility, twin.simulate(facility)))
    return out


def test_every_period_of_every_site_balances(
    sites: list[tuple[twin.Facility, twin.Result]],
) -> None:
    """What came in, less what left and what stores kept, is what was used and lost."""
    for facility, run in sites:
        table = run.frame("site")
        came_w = table.utility_power_w + table.generator_power_w + table.solar_power_w
        went_w = table.it_power_w + table.cooling_power_w + table.distribution_loss_w
        begun_j = facility.power.start_j().sum()
        held_j = np.diff(np.concatenate([[begun_j], table.battery_energy_j]))
        open_j = (came_w - table.export_power_w - went_w) * PERIOD_S - held_j
        assert np.abs(open_j).max() <= 1e-9 * max(begun_j, came_w.max() * PERIOD_S)
        assert abs(run.summary["energy_balance_residual_frac"]) < 1e-9
    said = [run.summary for _, run in sites]
    assert sum(one["energy_export_j"] > 0 for one in said) > 5
    assert sum(one["solar_held_back_j"] > 0 for one in said) > 5
    assert sum(one.get("bess_given_j", 0.0) > 0 for one in said) > 5
    assert sum(one["energy_generator_j"] > 0 for one in said) > 2


def test_what_daylight_offered_is_accounted_for(
    sites: list[tuple[twin.Facility, twin.Result]],
) -> None:
    """Given and held back never pass what the arrays could give; none gives below nothing."""
    for facility, run in sites:
        arrays = facility.power.solar
        held_s = np.diff(np.append(arrays.time_s, 3600.0))
        offered_j = float(held_s @ arrays.available_w.sum(axis=1))
        given_j = run.summary["energy_solar_j"]
        told_j = given_j + run.summary["solar_held_back_j"]
        assert 0 <= given_j <= offered_j * (1 + 1e-9) + 1e-6
        assert told_j <= offered_j * (1 + 1e-9) + 1e-6
        used_frac = run.summary["solar_self_consumption_frac"]
        if given_j > 0:
            assert used_frac == pytest.approx(1 - run.summary["energy_export_j"] / given_j)


def test_no_array_runs_without_a_grid_or_a_store_that_forms_one() -> None:
    """At noon without the utility: dark beside a store that follows the grid, lit beside one that
    forms it.
    """
    lost = {"faults": failing((3600.0, "utility", 3600.0)), "outputs": {"period": "5 min"}}
    noon = {"start": "2026-06-21T11:00:00-07:00"}
    for store, lives in (("bess_1000_2h_following", False), ("bess_1000_2h", True)):
        built = layout(bess=store)
        built["power"] = [part for part in built["power"] if part["name"] != "genset"]
        next(p for p in built["power"] if p["name"] == "board")["fed_by"] = ["utility"]
        run = (
            day(built, "3 h", site={"export": {}}, **lost | noon).frame("site").set_index("time_s")
        )
        assert (run.solar_power_w.loc[5400.0] > 50e3) == lives
        assert run.solar_power_w.loc[3600.0] > 250e3
        assert run.solar_power_w.loc[10800.0] > 250e3


def test_sunlight_costs_no_carbon() -> None:
    """Carbon is that of what the utility gave: what the roof gave has none."""
    run = day(layout()).summary
    alone = day(small_layout()).summary
    per_j = alone["carbon_kg"] / alone["energy_utility_j"]
    assert run["carbon_kg"] == pytest.approx(per_j * run["energy_utility_j"])
    assert run["energy_utility_j"] < 0.9 * alone["energy_utility_j"]
