"""The costs of a run, through the front door: a scenario file, its tables and figures.

What the numbers are held against: the run's own headline costs and carbon, sums of the table, and
published construction cost (Cushman & Wakefield 2025 and Turner & Townsend 2025-26: 9.3 to 15.2
USD a watt without IT and land).
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

import twin
from twin.analysis.economics.finance import annuity
from twin.analysis.economics.named import figures
from twin.analysis.economics.price_list import triangular

SHORT = {"horizon": "2 h", "outputs__counterfactuals": "never"}


class Given(dict[str, object]):
    """A mapping that the cache can tell apart."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))


@cache
def ran(name: str = "first_factory", **changes: object) -> twin.Result:
    scenario = twin.load(ROOT / "scenarios" / f"{name}.yaml").with_(**SHORT, **changes)
    return twin.simulate(twin.build(scenario))


def year(result: twin.Result, block: str) -> float:
    costs = result.frame("costs").set_index("block")
    return float(costs.at[block, "annual_usd"])


def test_running_costs_are_those_of_the_summary_over_a_year() -> None:
    result = ran()
    factor = 8760 / 2
    assert figures(result)["year_factor"] == pytest.approx(factor)
    assert year(result, "energy") == pytest.approx(result.summary["cost_energy_usd"] * factor)
    parts = ("energy", "generator fuel", "water")
    total = sum(year(result, part) for part in parts)
    demand = result.summary["cost_demand_usd"]
    assert total == pytest.approx((result.summary["cost_usd"] - demand) * factor)


def test_the_rows_add_up_to_the_figures() -> None:
    result = ran()
    costs = result.frame("costs")
    told = figures(result)
    assert costs["capex_usd"].sum() == pytest.approx(told["capex_usd"])
    assert costs["annual_usd"].sum() == pytest.approx(told["annual_usd"])
    capital = ("it", "plant", "building", "land", "financing")
    held = costs[costs["group"].isin(capital)]["annual_usd"].sum()
    assert held == pytest.approx(told["annual_capital_usd"])


def test_capital_is_repaid_by_the_annuity_of_each_life() -> None:
    """Depreciation and interest apart come to one even payment, worked here from the rows."""
    result = ran()
    costs = result.frame("costs")
    left = 0.3 ** (5 / 3)
    total = 0.0
    for row in costs[costs["capex_usd"].notna()].itertuples():
        if row.group == "land":
            total += 0.08 * row.capex_usd
            continue
        rest = row.capex_usd * left if row.group == "it" else 0.0
        total += float(annuity(row.capex_usd, 0.08, row.life_years, rest))
    assert figures(result)["annual_capital_usd"] == pytest.approx(total)


def test_a_gpu_hour_costs_a_year_over_its_hours() -> None:
    result = ran()
    told = figures(result)
    hours = result.summary["gpu_hours_busy"] * told["year_factor"]
    assert told["usd_per_gpu_h"] == pytest.approx(told["annual_usd"] / hours)


def test_served_and_trained_tokens_are_priced_apart_and_cover_the_year() -> None:
    result = ran()
    told = figures(result)
    served = result.summary["tokens_inference"] * told["year_factor"] / 1e6
    trained = result.summary["tokens_training"] * told["year_factor"] / 1e6
    paid = told["usd_per_mtok_served"] * served + told["usd_per_mtok_trained"] * trained
    assert paid == pytest.approx(told["annual_usd"])
    assert told["usd_per_mtok_served"] > 10 * told["usd_per_mtok_trained"]
    energy = told["usd_energy_per_mtok_served"] * served
    energy += told["usd_energy_per_mtok_trained"] * trained
    assert energy == pytest.approx(told["annual_energy_usd"])


def test_where_nothing_is_trained_there_is_no_cost_of_a_trained_token() -> None:
    idle = twin.load(ROOT / "layouts" / "gb200_su.yaml").with_(horizon="10 min")
    told = figures(twin.simulate(twin.build(idle)))
    assert "usd_per_mtok_trained" not in told
    assert "usd_per_gpu_h" not in told
    assert told["usd_per_gpu_h_installed"] > 0
    assert all(np.isfinite(value) for value in told.values())


@pytest.mark.parametrize("name", ["gb200_su", "superpod_b200", "campus_20mw", "edge_200kw"])
def test_construction_is_near_what_markets_pay(name: str) -> None:
    """Within a factor of two of the published 9.3 to 15.2 USD/W; a 200 kW site is dearer a watt."""
    idle = twin.load(ROOT / "layouts" / f"{name}.yaml").with_(horizon="10 min")
    told = figures(twin.simulate(twin.build(idle)))
    assert 9.3 / 2 < told["construction_usd_per_w"] < 15.2 * 2


def test_carbon_by_the_hour_is_that_of_the_summary() -> None:
    result = ran()
    carbon = result.frame("carbon")
    assert list(carbon["time_s"]) == [3600.0, 7200.0]
    total = carbon["location_kg"].sum() + carbon["fuel_kg"].sum()
    assert total == pytest.approx(result.summary["carbon_kg"], rel=1e-9)
    assert carbon["energy_j"].sum() == pytest.approx(result.summary["energy_utility_j"], rel=1e-9)


def test_carbon_follows_an_hourly_grid(tmp_path: Path) -> None:
    """Intensity that steps every hour: each hour its own, and their sum that of the summary."""
    rows = [f"{3600 * hour},0.08,{100 + 200 * hour}" for hour in range(4)]
    text = "\n".join(["time_s,price_usd_per_kwh,carbon_g_per_kwh", *rows, ""])
    for folder in ("scenarios", "layouts"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "scenarios" / "grid.csv").write_text(text, encoding="utf-8")
    path = tmp_path / "scenarios" / "first_factory.yaml"
    asked = {"site.grid": "{file: grid.csv}", "horizon": "3 h", "faults": "{}", "drills": "[]"}
    result = twin.simulate(twin.build(twin.load(path, asked)))
    carbon = result.frame("carbon")
    g_per_kwh = 1e3 * carbon["location_kg"] / (carbon["energy_j"] / 3.6e6)
    assert g_per_kwh.to_numpy() == pytest.approx([100, 300, 500])
    assert carbon["location_kg"].sum() == pytest.approx(result.summary["carbon_kg"], rel=1e-9)


@pytest.mark.parametrize(("asked", "fte"), [(None, 10), (0, 0), (4, 20)])
def test_people_on_duty_at_all_hours(asked: int | None, fte: float) -> None:
    costs = ran(economics__people_on_duty=asked).frame("costs").set_index("block")
    assert costs.at["staff on duty", "quantity"] == fte
    assert costs.at["staff on duty", "annual_usd"] == fte * 150_000


def test_contracts_change_the_market_and_not_the_location() -> None:
    contract = Given({"share": "50 %", "carbon": "20 g/kWh", "residual_carbon": "600 g/kWh"})
    plain = figures(ran())
    bought = figures(ran(economics__power_contract=contract))
    assert bought["annual_location_kg"] == pytest.approx(plain["annual_location_kg"])
    ratio = (0.5 * 20 + 0.5 * 600) / 322
    assert bought["annual_market_kg"] == pytest.approx(plain["annual_market_kg"] * ratio, rel=1e-6)


def test_a_price_of_the_scenario_stands_in_place_of_the_shipped_one() -> None:
    result = ran(economics__prices=Given({"wacc": 0.0, "gb200_nvl72": 2e6, "ups": 0.5}))
    costs = result.frame("costs").set_index("block")
    assert costs.at["racks gb200_nvl72", "capex_usd"] == 8 * 2e6
    assert costs.at["racks gb200_nvl72", "capex_low_usd"] == 8 * 2e6
    assert costs.at["ups ups_500", "capex_usd"] == pytest.approx(0.5 * 2e6)
    assert costs.at["financing", "annual_usd"] == pytest.approx(0, abs=1e-6)
    stated = result.frame("prices").set_index("name")
    assert stated.at["wacc", "source"] == "stated in the scenario"


def test_an_unknown_price_is_refused_with_the_nearest_name() -> None:
    scenario = twin.load(ROOT / "scenarios" / "first_factory.yaml")
    with pytest.raises(twin.InputError, match="wacc"):
        twin.build(scenario.with_(economics__prices={"wac": 0.07}))
    with pytest.raises(twin.InputError, match="construction_tokyo"):
        twin.build(scenario.with_(economics__construction="construction_tokio"))


def test_what_has_no_price_is_named_and_not_zero() -> None:
    idle = twin.load(ROOT / "layouts" / "frontier.yaml").with_(horizon="10 min")
    result = twin.simulate(twin.build(idle))
    costs = result.frame("costs").set_index("block")
    told = result.frame("cost_figures").set_index("name")
    missing = costs[costs["price"].str.startswith("no price")]
    assert missing["capex_usd"].isna().all()
    assert told.at["unpriced_blocks", "value"] == len(missing)


def test_existing_buildings_are_not_bought() -> None:
    result = ran(economics__building="existing")
    assert not set(result.frame("costs")["group"]) & {"building", "land"}
    assert figures(result)["capex_usd"] < figures(ran())["capex_usd"]


def test_adoption_and_cheaper_tokens_lower_the_worth() -> None:
    whole = figures(ran())
    slow = figures(ran(economics__adoption=("30 %", "60 %", "100 %")))
    cheap = figures(ran(economics__price_change_per_year=-0.1))
    for less in (slow, cheap):
        assert less["npv_usd"] < whole["npv_usd"]
        assert less["payback_years"] > whole["payback_years"]


def test_a_layout_that_earns_nothing_says_so_and_has_no_rate_of_return() -> None:
    """Its draws had rates of -95 to -59 % beside a planning value that had none."""
    bare = twin.cost(ROOT / "layouts" / "edge_200kw.yaml")
    assert any(one.startswith("nothing earns") for one in bare.warnings)
    rate = bare.figures["irr_frac"]
    assert np.isnan([rate["value"], rate["low"], rate["high"]]).all()
    assert rate["how"].startswith("none")
    work = twin.load(ROOT / "layouts" / "edge_200kw.yaml").with_(economics__usd_per_gpu_hour=4.0)
    paid = twin.cost(work)
    assert not any(one.startswith("nothing earns") for one in paid.warnings)


def test_intervals_hold_the_planning_value_and_come_from_the_triangle() -> None:
    frame = ran().frame("cost_figures").set_index("name")
    row = frame.loc["capex_usd"]
    assert row["low"] < row["value"] < row["high"]
    drawn = triangular((np.arange(100_000) + 0.5) / 100_000, 1.0, 2.0, 6.0)
    assert drawn.mean() == pytest.approx(3.0, rel=1e-4)
    assert drawn.var() == pytest.approx((1 + 4 + 36 - 2 - 6 - 12) / 18, rel=1e-3)


def test_compare_shows_cost_a_token() -> None:
    rows = {row.name for row in twin.compare(ran(), ran(economics__building="existing")).outputs}
    assert {"usd_per_mtok_served", "usd_per_mtok_trained", "usd_per_gpu_h", "capex_usd"} <= rows


@pytest.mark.parametrize(
    ("horizon", "told"), [("1 h", None), ("7 h", "the 1 stated"), ("1 d", "2")]
)
def test_only_faults_that_began_are_said_to_be_repeated(horizon: str, told: str | None) -> None:
    """A panel at 06:00 and a pump at 14:00."""
    changes = SHORT | {"horizon": horizon}
    found = twin.cost(twin.load(ROOT / "scenarios" / "first_factory.yaml").with_(**changes))
    repeated = [one for one in found.warnings if "stated faults, drills" in one]
    assert len(repeated) == (told is not None)
    assert told is None or told in repeated[0]


def test_a_price_that_is_missing_is_said_to_be_missing_once() -> None:
    found = twin.cost(twin.load(ROOT / "scenarios" / "first_factory.yaml").with_(**SHORT))
    (lacking,) = [one for one in found.warnings if "demand charge" in one]
    assert lacking == "demand charge: no price: a grid of the catalogue states no demand charge"


def test_what_is_sold_is_a_row_of_its_own_and_no_water() -> None:
    """A day of sun in an edge room: what leaves, at 2 ct. Water costs what it costs."""
    pytest.importorskip("pvlib", reason="solar arrays need the extra `solar`")
    priced = {"site__water_price": "2 USD/m^3", "outputs__counterfactuals": "never"}
    sunny = twin.load(ROOT / "scenarios" / "solar_day.yaml")
    result = twin.simulate(twin.build(sunny.with_(**priced)))
    sold = result.summary["income_export_usd"]
    left_kwh = float(result.frame("site").export_power_w.sum()) * result.meta["period_s"] / 3.6e6
    assert 200 < left_kwh < 400
    assert sold == pytest.approx(left_kwh * 0.02, rel=1e-6)
    assert year(result, "export") == pytest.approx(-365 * sold)
    water = float(result.frame("site").water_kg.sum()) / 1000 * 2
    assert year(result, "water") == pytest.approx(365 * water, abs=1e-6)
    rows = ("energy", "generator fuel", "demand charge", "water", "export")
    total = sum(year(result, row) for row in rows)
    more = (12 * 30 - 365) * result.summary["cost_demand_usd"]
    assert total == pytest.approx(365 * result.summary["cost_usd"] + more)


def test_what_a_demand_response_pays_is_earned() -> None:
    """Three hours below the baseline at 0.30 USD a kWh, every day."""
    asked = twin.load(ROOT / "scenarios" / "dr_phoenix.yaml")
    result = twin.simulate(twin.build(asked.with_(outputs__counterfactuals="never")))
    (event,) = result.rows("demand_response")
    paid = event["payment_usd"]
    assert paid == pytest.approx(event["reduction_w"] / 1000 * 3 * 0.3, rel=1e-6)
    times = figures(result)["year_factor"]
    assert year(result, "demand response") == pytest.approx(-times * paid)


def test_a_contract_costs_its_price_at_all_hours() -> None:
    """70 % at 5.5 ct; the rest, at the price of the grid."""
    contract = Given(share=0.7, price="0.055 USD/kWh")
    plain, bought = ran(), ran(economics__power_contract=contract)
    kwh = plain.summary["energy_utility_j"] / 3.6e6
    by_hand = 0.3 * plain.summary["cost_energy_usd"] + 0.7 * kwh * 0.055
    assert year(bought, "energy") == pytest.approx(4380 * by_hand)
