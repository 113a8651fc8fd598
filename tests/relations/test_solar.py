"""Solar arrays at boards, from a layout's group to energy, money and balance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import failing, small, small_layout

import twin

pytest.importorskip("pvlib", reason="solar arrays need the extra `solar`")
J_PER_KWH = 3.6e6
PHOENIX = {"latitude_deg": 33.45, "longitude_deg": -112.0}
START = "2026-06-21T00:00:00-07:00"
MODULES = {"dc_rating": "500 kW", "tilt_deg": 20.0}


def layout(rating: str = "400 kW", bess: str = "", **solar: Any) -> dict[str, Any]:
    out = small_layout()
    roof = {"name": "roof", "type": "pv_1000", "rating": rating, "fed_by": "board"}
    out["power"].append(roof | {"solar": MODULES | solar})
    if bess:
        out["power"].append({"name": "bess", "type": bess, "fed_by": "board"})
    return out


def scenario(built: dict[str, Any], horizon: str = "24 h", **changes: Any) -> twin.Scenario:
    site = {
        "climate": {"dry_bulb": "30 °C", "wet_bulb": "20 °C"},
        "grid": {"price": "0.10 USD/kWh", "carbon": "400 g/kWh"},
        "sky": PHOENIX | {"clearness": 0.8},
        **changes.pop("site", {}),
    }
    asked = {"start": START, "horizon": horizon, "outputs": {"period": "15 min"}, "site": site}
    return small(built, **asked | changes)


def day(built: dict[str, Any], horizon: str = "24 h", **changes: Any) -> twin.Result:
    return twin.simulate(twin.build(scenario(built, horizon, **changes)))


def test_a_day_is_that_of_pvwatts() -> None:
    """The same chain, put together from pvlib by hand at the middle of every quarter of an hour."""
    from pvlib import clearsky, iam, inverter, irradiance, location, pvsystem, temperature

    at = pd.date_range("2026-06-21 00:07:30", periods=96, freq="15min", tz="Etc/GMT+7")
    sun = location.Location(33.45, -112.0, altitude=0).get_solarposition(at, temperature=30.0)
    ghi = 0.8 * clearsky.haurwitz(sun["apparent_zenith"])["ghi"]
    split = irradiance.erbs(ghi, sun["apparent_zenith"], at)
    plane = irradiance.get_total_irradiance(
        20, 180, sun["apparent_zenith"], sun["azimuth"], split["dni"], ghi, split["dhi"],
        dni_extra=irradiance.get_extra_radiation(at), albedo=0.2, model="haydavies",
    )  # fmt: skip
    beam = plane["poa_direct"] * iam.physical(
        irradiance.aoi(20, 180, sun["apparent_zenith"], sun["azimuth"])
    )
    cell = temperature.faiman(plane["poa_global"], 30.0, 1.0)
    dc = 0.86 * pvsystem.pvwatts_dc(beam.fillna(0) + plane["poa_diffuse"], cell, 500e3, -0.0047)
    expected = inverter.pvwatts(dc, 400e3 / 0.96, 0.96).fillna(0.0)
    run = day(layout(), site={"export": {}})
    found = run.frame("site").solar_power_w.to_numpy()
    assert found == pytest.approx(expected.to_numpy(), rel=1e-7, abs=1e-6)
    assert 250e3 < found.max() <= 400e3
    assert run.summary["energy_solar_j"] == pytest.approx(expected.sum() * 900.0)


def test_balance_money_and_what_leaves() -> None:
    """Sold at 4 cents: the bill is what was bought less what was sold, meter by meter."""
    export = {"export": {"price": "0.04 USD/kWh"}}
    run = day(layout(rating="2 MW", dc_rating="2.4 MW"), site=export)
    site = run.frame("site")
    summary = run.summary
    assert abs(summary["energy_balance_residual_frac"]) < 1e-12
    assert (site.export_power_w > 0).any()
    assert summary["energy_export_j"] == pytest.approx(site.export_power_w.sum() * 900.0)
    sold = summary["energy_export_j"] / J_PER_KWH * 0.04
    bought = summary["energy_utility_j"] / J_PER_KWH * 0.10
    assert summary["income_export_usd"] == pytest.approx(sold)
    assert summary["cost_usd"] == pytest.approx(bought - sold + summary["cost_demand_usd"])
    used = summary["energy_it_j"] + summary["energy_cooling_j"] + summary["energy_loss_j"]
    assert summary["energy_facility_j"] == pytest.approx(used)
    alone = day(small_layout()).summary
    assert summary["energy_it_j"] == pytest.approx(alone["energy_it_j"])
    assert summary["carbon_kg"] < 0.7 * alone["carbon_kg"]


@pytest.mark.parametrize("limit", [None, "50 kW"])
def test_no_more_leaves_than_may(limit: str | None) -> None:
    export = {} if limit is None else {"export": {"limit": limit}}
    run = day(layout(rating="2 MW", dc_rating="2.4 MW"), site=export)
    most = 0.0 if limit is None else 50e3
    found = run.frame("site").export_power_w
    assert found.max() <= most * (1 + 1e-9) + 1e-6
    assert found.max() == pytest.approx(most, abs=1e-6)
    assert run.summary["solar_held_back_j"] > 0
    assert abs(run.summary["energy_balance_residual_frac"]) < 1e-12


def test_a_store_keeps_noon_for_the_evening() -> None:
    rule = {"kind": "peak_shave", "bess": "bess", "limit": "1 W", "recharge_below": "1 W"}
    big = {"rating": "2 MW", "dc_rating": "2.4 MW"}
    stored = day(layout(bess="bess_1000_4h", **big), controls={"storage": [rule]})
    wasted = day(layout(**big))
    assert stored.summary["bess_given_j"] > 0
    assert stored.summary["energy_solar_j"] > 1.2 * wasted.summary["energy_solar_j"]
    assert stored.summary["energy_utility_j"] < 0.8 * wasted.summary["energy_utility_j"]
    assert abs(stored.summary["energy_balance_residual_frac"]) < 1e-12


def test_arrays_follow_the_grid() -> None:
    """Without the utility at noon: nothing while the generator runs; with a store that forms the
    grid, no more than its board draws.
    """
    out = {"faults": failing((12 * 3600.0, "utility", 3600.0))}
    run = day(layout(), **out).frame("site").set_index("time_s")
    assert run.solar_power_w.loc[12.25 * 3600.0 : 12.75 * 3600.0].max() < 100e3
    assert run.generator_power_w.loc[12.5 * 3600.0] > 0
    assert run.solar_power_w.loc[12.5 * 3600.0] == 0.0
    island = layout(bess="bess_1000_2h", rating="2 MW", dc_rating="2.4 MW")
    island["power"] = [g for g in island["power"] if g["name"] != "genset"]
    next(g for g in island["power"] if g["name"] == "board")["fed_by"] = ["utility"]
    alone = day(island, **out)
    site = alone.frame("site").set_index("time_s")
    assert site.it_power_w.loc[12.5 * 3600.0] > 0
    assert site.solar_power_w.loc[12.5 * 3600.0] > 0
    assert site.export_power_w.max() < 1e-6
    assert abs(alone.summary["energy_balance_residual_frac"]) < 1e-12


def test_a_measured_series_in_place_of_the_sky(tmp_path: Path) -> None:
    file = tmp_path / "roof.csv"
    file.write_text("time_s,power_w\n0,0\n3600,120000\n7200,900000\n10800,0\n")
    run = day(layout(file=str(file)), horizon="4 h", site={"export": {}})
    assert run.summary["energy_solar_j"] == pytest.approx(3600 * (120e3 + 400e3))


def test_stopped_and_stored_at_noon(tmp_path: Path) -> None:
    built = twin.build(
        small(
            layout(rating="2 MW", dc_rating="2.4 MW"),
            start=START,
            horizon="16 h",
            site={"climate": {"dry_bulb": "30 °C", "wet_bulb": "20 °C"}, "grid": "virginia"}
            | {"sky": PHOENIX},
        )
    )
    whole = twin.simulate(built)
    run = twin.start(built)
    run.until("11:52")
    run.save(tmp_path / "noon")
    again = twin.resume(tmp_path / "noon").until().result()
    for table in ("site", "power", "events"):
        pd.testing.assert_frame_equal(again.frame(table), whole.frame(table))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"fed_by": "panel_1"}, "a UPS passes nothing back"),
        ({"fed_by": ["board", "panel_1"]}, "the one board"),
        ({"solar": None}, "dc_rating"),
        ({"type": "switchboard_4000"}, "solar arrays alone"),
    ],
)
def test_what_cannot_be(change: dict[str, Any], said: str) -> None:
    built = layout()
    built["power"][-1] |= change
    with pytest.raises(twin.InputError, match=said):
        twin.build(small(built))


def test_feeding_from_an_array_is_refused() -> None:
    built = layout()
    panel = next(g for g in built["power"] if g["name"] == "panel")
    panel["fed_by"] = ["ups", "roof"]
    with pytest.raises(twin.InputError, match="roof"):
        twin.build(small(built))


def test_daylight_of_a_weather_file(tmp_path: Path) -> None:
    """Hour 13 of an EPW file holds from 12:00 to 13:00, and its sun stands at half past twelve."""
    head = "LOCATION,Desert,AZ,USA,TMY3,1,33.45,-112.0,-7.0,337.0\n" + "X\n" * 6
    head += "DATA PERIODS,1,1,Data,Sunday, 6/21, 6/21\n"
    rows = []
    for hour in range(1, 25):
        ghi, dni, dhi = (800, 850, 100) if hour == 13 else (0, 0, 0)
        row = ["2026", "6", "21", str(hour), "60", "?", "35", "5", "16", "97000"]
        row += ["0", "0", "400", str(ghi), str(dni), str(dhi), *["0"] * 5, "3.0", *["0"] * 13]
        rows.append(",".join(row))
    file = tmp_path / "desert.epw"
    file.write_text(head + "\n".join(rows) + "\n")
    run = day(layout(), site={"climate": {"file": str(file)}, "export": {}})
    power = run.frame("site").set_index("time_s").solar_power_w
    lit = power[power > 0]
    assert list(lit.index) == [12.25 * 3600, 12.5 * 3600, 12.75 * 3600, 13.0 * 3600]
    assert np.ptp(lit.to_numpy()) < 1e-6
    level = 0.86 * 0.96 * 500e3 * 0.9
    assert 0.7 * level < lit.iloc[0] < level


def test_what_leaves_trips_what_cannot_carry_it() -> None:
    """Two megawatts of sun behind a transformer of 800 kW: its breaker sees current either way."""
    built = layout(rating="2 MW", dc_rating="2.4 MW")
    built["power"].append(
        {"name": "tx", "type": "transformer_2500", "rating": "800 kW", "fed_by": "utility"}
    )
    board = next(group for group in built["power"] if group["name"] == "board")
    board["fed_by"] = ["tx", "genset"]
    board["rating"] = "800 kW"
    run = day(built, site={"export": {}})
    events = run.frame("events")
    assert "tripped" in set(events[events.component.isin(["tx", "board"])].what)
    assert abs(run.summary["energy_balance_residual_frac"]) < 1e-12
