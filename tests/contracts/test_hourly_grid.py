"""Price and carbon by the hour, and the demand charge, through the front door.

The first numbers are those of a case that was worked out by hand: energy by the hour at its own
price, not the mean of the prices.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import failing, small_layout, training

import twin
from twin import InputError, Result

J_PER_KWH = 3.6e6
HOURLY = (
    "time_s,price_usd_per_kwh,carbon_g_per_kwh\n"
    "0,0.30,800\n3600,0.20,700\n7200,0.06,300\n10800,0.04,200\n"
)
PRICE = np.array([0.30, 0.20, 0.06, 0.04])
CARBON = np.array([0.8, 0.7, 0.3, 0.2])


def asked(grid: object, **changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "name": "probe",
        "layout": small_layout(),
        "site": {
            "climate": {"dry_bulb": "20 °C", "wet_bulb": "15 °C"},
            "grid": grid,
            "water_price": 0,
        },
        "start": "2026-07-15T00:00:00+00:00",
        "horizon": "4 h",
        "workload": [training(nodes=60, submit="2 h")],
        "outputs": {"period": "15 min"},
        **changes,
    }


def ran(folder: Path, grid: object, csv: str = "", **changes: Any) -> Result:
    folder.mkdir(exist_ok=True)
    (folder / "grid.csv").write_text(csv or HOURLY, encoding="utf-8")
    path = folder / "probe.yaml"
    path.write_text(yaml.safe_dump(asked(grid, **changes), allow_unicode=True))
    return twin.run(path)


def bought_kwh(result: Result, quarter_hours: int = 4) -> np.ndarray:
    """Energy from the utility by the hour, from the site table."""
    power = result.frame("site")["utility_power_w"].to_numpy()
    return power.reshape(-1, quarter_hours).mean(axis=1) / 1e3


def test_each_hour_pays_its_own_price(tmp_path: Path) -> None:
    result = ran(tmp_path, {"file": "grid.csv"})
    kwh = bought_kwh(result)
    assert kwh[3] > 2 * kwh[0]
    assert result.summary["cost_usd"] == pytest.approx(float(kwh @ PRICE), rel=1e-9)
    assert result.summary["carbon_kg"] == pytest.approx(float(kwh @ CARBON), rel=1e-9)
    plain = ran(tmp_path, {"price": "0.15 USD/kWh", "carbon": "500 g/kWh"})
    assert plain.summary["cost_usd"] == pytest.approx(float(kwh.sum() * 0.15), rel=1e-9)
    assert plain.summary["cost_usd"] > 1.3 * result.summary["cost_usd"]


def test_a_file_of_one_price_is_that_price(tmp_path: Path) -> None:
    steady = "time_s,price_usd_per_kwh,carbon_g_per_kwh\n" + "".join(
        f"{h * 3600},0.15,500\n" for h in range(4)
    )
    by_file = ran(tmp_path, {"file": "grid.csv"}, steady).summary
    by_number = ran(tmp_path, {"price": "0.15 USD/kWh", "carbon": "500 g/kWh"}).summary
    assert by_file["cost_usd"] == pytest.approx(by_number["cost_usd"], rel=1e-12)
    assert by_file["carbon_kg"] == pytest.approx(by_number["carbon_kg"], rel=1e-12)


def test_a_price_that_steps_adds_no_instant_and_changes_no_table(tmp_path: Path) -> None:
    minutes = "time_s,price_usd_per_kwh,carbon_g_per_kwh\n" + "".join(
        f"{m * 60},{0.1 + m % 7 / 100},{300 + m % 11}\n" for m in range(240)
    )
    one = ran(tmp_path, {"file": "grid.csv"}, minutes)
    other = ran(tmp_path, {"price": "0.15 USD/kWh", "carbon": "500 g/kWh"})
    assert one.summary["events"] == other.summary["events"]
    for name in ("site", "racks", "power", "jobs", "events"):
        assert one.frame(name).equals(other.frame(name)), name


def test_times_may_be_dates_and_prices_negative(tmp_path: Path) -> None:
    text = (
        "time,price_usd_per_kwh,carbon_g_per_kwh\n"
        "2026-07-15T01:00:00+01:00,-0.1,800\n2026-07-15T01:00:00,0.2,700\n"
        "2026-07-15T02:00:00,0.06,300\n2026-07-15T03:00:00,0.04,200\n"
    )
    result = ran(tmp_path, {"file": "grid.csv"}, text)
    price = np.array([-0.1, 0.2, 0.06, 0.04])
    assert result.summary["cost_usd"] == pytest.approx(float(bought_kwh(result) @ price), rel=1e-9)


def test_demand_is_the_highest_quarter_hour_and_pays_the_months_part(tmp_path: Path) -> None:
    grid = {"file": "grid.csv", "demand_charge": "15 USD/kW/month"}
    result = ran(tmp_path, grid)
    highest_w = result.frame("site")["utility_power_w"].max()
    assert result.summary["peak_demand_w"] == pytest.approx(highest_w, rel=1e-9)
    share = 4 / (31 * 24)
    assert result.summary["cost_demand_usd"] == pytest.approx(
        highest_w / 1e3 * 15 * share, rel=1e-9
    )
    without = ran(tmp_path, {"file": "grid.csv"})
    assert without.summary["cost_demand_usd"] == 0.0
    assert result.summary["cost_usd"] - without.summary["cost_usd"] == pytest.approx(
        result.summary["cost_demand_usd"], rel=1e-9
    )


def test_each_month_pays_its_own_peak(tmp_path: Path) -> None:
    grid = {"price": "0.1 USD/kWh", "carbon": 0, "demand_charge": "10 USD/kW/month"}
    result = ran(tmp_path, grid, start="2026-06-30T22:00:00+00:00")
    power = result.frame("site")["utility_power_w"].to_numpy()
    june, july = power[:8].max() / 1e3, power[8:].max() / 1e3
    assert july > 1.5 * june
    expected = 10 * (june * 2 / (30 * 24) + july * 2 / (31 * 24))
    assert result.summary["cost_demand_usd"] == pytest.approx(expected, rel=1e-9)


def test_the_peak_is_seen_whatever_the_tables_period(tmp_path: Path) -> None:
    grid = {"price": "0.1 USD/kWh", "carbon": 0, "demand_interval": "30 min"}
    fine = ran(tmp_path, grid, outputs={"period": "5 min"}).summary["peak_demand_w"]
    coarse = ran(tmp_path, grid, outputs={"period": "4 h"}).summary["peak_demand_w"]
    assert fine == pytest.approx(coarse, rel=1e-12)


def test_an_outage_buys_nothing_and_the_generator_sets_no_demand(tmp_path: Path) -> None:
    dark = ran(tmp_path, {"file": "grid.csv"}, faults=failing((7200, "utility", 7200)))
    kwh = bought_kwh(dark)
    assert kwh[2:].max() < 1e-9
    energy = float(kwh @ PRICE)
    litres = dark.summary["fuel_m3"] * 1000
    assert 0.2 < litres / (dark.summary["energy_generator_j"] / J_PER_KWH) < 0.6
    assert dark.summary["cost_energy_usd"] == pytest.approx(energy, rel=1e-6)
    assert dark.summary["cost_fuel_usd"] == pytest.approx(litres * 1.0, rel=1e-9)
    assert dark.summary["cost_usd"] == pytest.approx(energy + litres * 1.0, rel=1e-6)
    lit = ran(tmp_path, {"file": "grid.csv"})
    assert dark.summary["peak_demand_w"] < lit.summary["peak_demand_w"]


REFUSED = {
    "short": ("time_s,price_usd_per_kwh,carbon_g_per_kwh\n0,0.3,800\n3600,0.2,700\n",
              "3 h lie past the last row"),
    "late": ("time_s,price_usd_per_kwh,carbon_g_per_kwh\n1800,0.3,800\n9000,0.2,700\n16200,1,1\n",
             "no price for the first 0.5 h"),
    "missing code": (HOURLY.replace("0.06", "-999"), "missing value"),
    "empty cell": (HOURLY.replace("0.06", ""), "found nothing under price_usd_per_kwh"),
    "not a number": (HOURLY.replace("0.06", "NaN"), "found NaN under price_usd_per_kwh"),
    "absurd": (HOURLY.replace("0.06", "6000"), "grid.csv:4:1: found 6000 under price_usd_per_kwh"),
    "backwards": (HOURLY.replace("7200", "3600"), "times that rise"),
    "no carbon": (HOURLY.replace("carbon_g_per_kwh", "carbon_kg"), "a column carbon_g_per_kwh"),
    "empty": ("", "no rows"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_grid_files_that_cannot_be_used_are_refused(tmp_path: Path, case: str) -> None:
    csv, said = REFUSED[case]
    csv = csv or HOURLY.partition("\n")[0] + "\n"
    with pytest.raises(InputError) as caught:
        ran(tmp_path, {"file": "grid.csv"}, csv)
    assert said in str(caught.value)


def test_a_demand_charge_without_its_units_is_refused(tmp_path: Path) -> None:
    grid = {"price": "0.1 USD/kWh", "carbon": 0, "demand_charge": "12 USD/kW"}
    with pytest.raises(InputError, match="cannot be expressed in USD/W/month"):
        ran(tmp_path, grid)


def test_all_files_are_told_at_once(tmp_path: Path) -> None:
    """A slip in the scenario, one in the layout, one in the weather, one in the grid, a profile."""
    (tmp_path / "w.csv").write_text("time_s,dry_bulb_degc,wet_bulb_degc\n0,99.9,15\n")
    (tmp_path / "p.json").write_text("{}")
    layout = small_layout()
    layout["cooling"]["plant"][0]["volume"] = "1e9 m^3"
    (tmp_path / "layout.yaml").write_text(yaml.safe_dump(layout, allow_unicode=True))
    changes = {
        "layout": "layout.yaml",
        "seed": -1,
        "profiles": {"B200-SXM-180GB": "p.json"},
        "site": {"climate": {"file": "w.csv"}, "grid": {"file": "grid.csv"}},
    }
    with pytest.raises(InputError) as caught:
        ran(tmp_path, "", HOURLY.replace("0.06", "cheap"), **changes)
    named = {Path(problem.file).name for problem in caught.value.problems}
    assert named == {"probe.yaml", "layout.yaml", "w.csv", "grid.csv", "p.json"}


def test_what_the_build_finds_joins_the_files(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("time_s,dry_bulb_degc,wet_bulb_degc\n0,99.9,15\n")
    layout = small_layout()
    layout["power"][0]["type"] = "utility_fed"
    site = {"climate": {"file": "w.csv"}, "grid": {"file": "grid.csv"}}
    with pytest.raises(InputError) as caught:
        ran(tmp_path, "", HOURLY.replace("0.06", "cheap"), layout=layout, site=site)
    said = str(caught.value)
    assert "utility_fed" in said
    assert "w.csv:2" in said
    assert "grid.csv:4" in said


def test_files_are_witnesses_of_the_numbers_a_run_stood_on(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("time_s,dry_bulb_degc,wet_bulb_degc\n0,20,15\n14400,31,19\n")
    site = {"climate": {"file": "w.csv"}, "grid": {"file": "grid.csv"}}
    held = ran(tmp_path, "", site=site).frame("witnesses").set_index("parameter")
    assert held.loc["price_usd_per_kwh", "value"] == "0.04 to 0.3"
    assert held.loc["dry_bulb_degc", "value"] == "20 to 31"
    assert "grid.csv" in held.loc["carbon_kg_per_kwh", "source"]


def test_a_results_own_scenario_pays_the_same_prices_again(tmp_path: Path) -> None:
    site = {"climate": {"dry_bulb": "20 °C", "wet_bulb": "15 °C"}, "grid": {"file": "grid.csv"}}
    first = ran(tmp_path / "a", "", site=site)
    first.save(tmp_path / "out")
    (tmp_path / "a" / "grid.csv").unlink()
    again = twin.run(tmp_path / "out" / "scenario.yaml")
    assert again.summary["cost_usd"] == first.summary["cost_usd"]
    assert again.scenario_yaml == first.scenario_yaml
