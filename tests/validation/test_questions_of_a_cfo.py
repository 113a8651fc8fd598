"""Claim: what a finance director asks of a shipped design is answered as on paper.

Each answer is read where a planner reads it (tables of a run, `twin cost`, a study's first
sentence), and worked out here from quantities and prices alone, by none of the program's functions.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT

import twin
from twin.analysis.economics.named import figures
from twin.cli import main

FIRST = ROOT / "scenarios" / "first_factory.yaml"
GRID = {"price": "0.08 USD/kWh", "carbon": "350 g/kWh", "demand_charge": "15 USD/kW/month"}
KWH = 3.6e6


class Given(dict[str, Any]):
    """Changes that the cache can tell apart."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(repr(sorted(self.items())))


@cache
def ran(changes: Given) -> twin.Result:
    asked = {"horizon": "2 h", "faults": {}, "outputs__counterfactuals": "never"} | changes
    return twin.simulate(twin.build(twin.load(FIRST).with_(**asked)))


def by_block(result: twin.Result) -> pd.DataFrame:
    return result.frame("costs").set_index("block")


def test_capital_is_quantity_times_price_block_by_block() -> None:
    """Prices as `twin cost --prices` lists them."""
    told = by_block(ran(Given()))
    racks = 8 * 3.0e6
    bare = {
        "transformer transformer_2500": 2 * 2.5e6 * 0.048,
        "generator genset_2500": 2 * 2.5e6 * 0.48,
        "switchboard switchboard_4000": 4 * 4e6 * 0.05,
        "ups ups_500": 4 * 5e5 * 0.30,
        "rpp rpp_500": 4 * 5e5 * 0.06,
        "dry_cooler dry_cooler_1000": 3 * 1e6 * 0.15,
        "cdu cdu_600": 2 * 6e5 * 0.12,
        "crah crah_100": 4 * 1e5 * 0.60,
    }
    others = ("utility utility_feed", "chiller chiller_air_430")
    by_hand = {
        "racks gb200_nvl72": racks,
        "support racks support_rack": 8 * 100_000,
        "network": racks * 0.19 / 0.81,
        "storage superpod_better": 2000 * 250,
        **bare,
        "installation of power and cooling": sum(bare.values()) + told.capex_usd[[*others]].sum(),
        "building": told.quantity["building"] * 11.7 * 0.47,
        "land": told.quantity["land"] * 60.3,
    }
    for block, usd in by_hand.items():
        assert told.capex_usd[block] == pytest.approx(usd, rel=1e-3), block


def test_racks_lose_what_resale_after_three_years_says() -> None:
    """30 % is left after 36 months, the same share lost each year: of 24 million 13.4 % after five
    years, and after ten years of two generations again.
    """
    result = ran(Given())
    left = 0.3 ** (60 / 36)
    assert left == pytest.approx(0.1344, abs=1e-4)
    assert by_block(result).annual_usd["racks gb200_nvl72"] == pytest.approx(24e6 * (1 - left) / 5)
    it = by_block(result)[by_block(result).group == "it"].capex_usd.sum()
    flow = result.frame("cash_flow").set_index("year")
    assert flow.sold_usd[5] == pytest.approx(it * left)
    assert flow.bought_usd[5] == pytest.approx(-it)
    plant = by_block(result)[by_block(result).group.isin(["plant", "building"])].capex_usd.sum()
    land = by_block(result).capex_usd["land"]
    assert flow.sold_usd[10] == pytest.approx(it * left + plant * 0.5 + land)


def test_a_loan_calculator_has_the_same_year_of_capital() -> None:
    """Even payments at 8 %: racks over 5 years to 13.4 %, plant over 20 to nothing."""
    result = ran(Given())
    costs = by_block(result)
    groups = costs.groupby("group").capex_usd.sum()
    it, plant = groups["it"], groups["plant"] + groups["building"]
    left = it * 0.3 ** (5 / 3)
    pays = (it - left / 1.08**5) * 0.08 / (1 - 1.08**-5) + plant * 0.08 / (1 - 1.08**-20)
    pays += groups["land"] * 0.08
    assert figures(result)["annual_capital_usd"] == pytest.approx(pays, rel=1e-9)


def test_each_month_pays_its_own_peak() -> None:
    """Twelve hours of July and as many of August, of 31 days each, half the racks out in August."""
    lost = {"at": "12 h", "component": "cdu_1", "repair_after": "12 h"}
    result = ran(
        Given(
            site={"climate": "baltimore", "grid": GRID},
            start="2026-07-31T12:00:00-04:00",
            horizon="24 h",
            outputs__period="15 min",
            faults={"timeline": [lost]},
        )
    )
    power_w = result.frame("site").utility_power_w
    july, august = power_w[:48].max(), power_w[48:].max()
    assert august < 0.9 * july
    by_hand = (july + august) / 1e3 * 15 * 0.5 / 31
    assert result.summary["cost_demand_usd"] == pytest.approx(by_hand, rel=1e-9)
    paid = by_block(result).annual_usd["demand charge"]
    assert paid == pytest.approx(12 * 31 * by_hand, rel=1e-9)


@pytest.mark.parametrize(("start", "days"), [("2026-07-15", 31), ("2026-02-10", 28)])
def test_a_year_of_a_day_pays_twelve_months_of_demand(start: str, days: int) -> None:
    """A day of July, repeated, paid 11.77 months (365 over 31), one of February 13.04."""
    asked = {"climate": "baltimore", "grid": GRID}
    result = ran(Given(site=asked, start=f"{start}T00:00:00-05:00", horizon="24 h"))
    peak_kw = result.summary["peak_demand_w"] / 1e3
    assert result.summary["cost_demand_usd"] == pytest.approx(15 * peak_kw / days)
    assert by_block(result).annual_usd["demand charge"] == pytest.approx(12 * 15 * peak_kw)


def written(folder: Path, *changed: tuple[str, str]) -> Path:
    """The shipped scenario as a planner changes it, beside the files that it names."""
    text = FIRST.read_text(encoding="utf-8")
    for old, new in (("horizon: 24 h", "horizon: 2 h"), *changed):
        assert old in text
        text = text.replace(old, new)
    (folder / "scenarios").mkdir()
    (folder / "layouts").mkdir()
    layout = (ROOT / "layouts" / "gb200_su.yaml").read_text(encoding="utf-8")
    (folder / "layouts" / "gb200_su.yaml").write_text(layout, encoding="utf-8")
    path = folder / "scenarios" / "asked.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def costs(capsys: Any, *line: str) -> dict[str, Any]:
    assert main(["cost", *line, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_a_contract_pays_its_share_and_carbon_goes_by_the_hour(tmp_path: Path) -> None:
    """70 % at 55 USD a MWh by contract, the rest at 40 and 200 by the hour; 20 g of it, or 100 and
    500.
    """
    path = written(tmp_path, ("grid: virginia", "grid: {file: hours.csv}"))
    hours = "time_s,price_usd_per_kwh,carbon_g_per_kwh\n0,0.04,100\n3600,0.20,500\n"
    (path.parent / "hours.csv").write_text(hours, encoding="utf-8")
    contract = {"share": "70 %", "price": "0.055 USD/kWh", "carbon": "20 g/kWh"}
    asked = twin.load(path).with_(faults={}, economics={"power_contract": contract})
    result = twin.simulate(twin.build(asked))
    kwh = result.frame("carbon").energy_j.to_numpy() / KWH
    assert len(kwh) == 2
    assert kwh.sum() == pytest.approx(result.summary["energy_utility_j"] / KWH)
    grid_usd = kwh[0] * 0.04 + kwh[1] * 0.20
    assert result.summary["cost_energy_usd"] == pytest.approx(grid_usd)
    paid = 0.3 * grid_usd + 0.7 * kwh.sum() * 0.055
    assert by_block(result).annual_usd["energy"] == pytest.approx(8760 / 2 * paid)
    carbon = result.frame("carbon")
    assert carbon.location_kg.tolist() == pytest.approx([kwh[0] * 0.1, kwh[1] * 0.5])
    market = [0.7 * kwh[n] * 0.02 + 0.3 * kwh[n] * (0.1, 0.5)[n] for n in range(2)]
    assert carbon.market_kg.tolist() == pytest.approx(market)


def test_cloud_wins_below_the_use_that_a_division_gives(capsys: Any) -> None:
    """An owned GPU of 18,500 USD a year that is up for 99 % of it, beside 4.50 USD an hour and half
    a gigabyte out of the cloud at 5 cents.
    """
    assert main(["deploy", str(ROOT / "deployments" / "hospital.yaml"), "--json"]) == 0
    told = {row["name"]: row for row in json.loads(capsys.readouterr().out)["options"]}
    by_hand = 18_500 / 0.99 / 8760 / (4.50 + 0.5 * 0.05)
    found = told["own, burst to market"]["break_even_utilisation"]
    assert found == pytest.approx(by_hand, rel=1e-12)


def test_one_more_ups_is_its_price_and_what_failures_it_saves(capsys: Any) -> None:
    """Half a megawatt at 0.30 USD/W and as much to install, beside what more the feed is built for;
    nothing is saved, for three of the four carry the load already.
    """
    panels = "layout.power.rpp.fed_by={source: ups, pairing: spread}"
    short = ["--set", "horizon=10 min", "--set", "faults={}"]
    line = [str(FIRST), *short, "--change", "layout.power.ups.count=5", "--change", panels]
    told = costs(capsys, *line)
    figure = {name: row["value"] for name, row in told["figures"].items()}
    assert figure["capex_change_usd"] == pytest.approx(2 * 5e5 * 0.30, rel=0.01)
    upkeep = (0.03 + 0.01) * figure["capex_change_usd"]
    assert figure["operating_change_usd_per_year"] > upkeep
    assert figure["gpu_hours_saved_per_year"] == pytest.approx(0, abs=1.0)
    assert "does not pay" in told["verdict"]
    worth = sum(row["net_usd"] / 1.08 ** row["year"] for row in told["cash_flow"])
    assert figure["npv_usd"] == pytest.approx(worth)


def test_a_change_without_place_is_told_at_its_option(capsys: Any) -> None:
    line = [str(FIRST), "--set", "horizon=10 min", "--change", "layout.power.upss.count=5"]
    assert main(["cost", *line]) == 2
    assert capsys.readouterr().err.startswith("--change: layout.power.upss.count: found 'upss'")


def test_designs_that_discount_unlike_are_not_compared(capsys: Any) -> None:
    line = [str(FIRST), "--set", "horizon=10 min", "--change", "economics.discounting=mid_year"]
    assert main(["cost", *line]) == 2
    told = capsys.readouterr().err
    assert "economics.discounting: found end_of_year and mid_year" in told


def test_a_million_tokens_served_and_trained_share_the_year_by_gpu_hours() -> None:
    """36 nodes of 4 GPUs serve all the time and 108 train, of 144."""
    result = ran(Given())
    told = figures(result)
    for what, nodes, made in (("served", 36, "inference"), ("trained", 108, "training")):
        million = result.summary[f"tokens_{made}"] * 8760 / 2 / 1e6
        usd = told["annual_usd"] * nodes / 144 / million
        assert told[f"usd_per_mtok_{what}"] == pytest.approx(usd, rel=1e-3), what


def test_a_week_without_a_coolant_unit_costs_what_the_site_earns_in_it() -> None:
    """Of 144 nodes 72 stand, the job wants 108 and the service stood on the others: both earn
    nothing. In two runs, one without the fault, and by what is booked as lost.
    """
    lost = {"at": "12 h", "component": "cdu_1", "repair_after": "7 d"}
    week = {"horizon": "8 d", "outputs__period": "1 h"}
    without = ran(Given(week))
    result = ran(Given(week | {"faults": {"timeline": [lost]}}))
    usd_token = {"inference": 0.40e-6, "training": 0.10e-6}

    def earned(run: twin.Result) -> float:
        return sum(run.summary[f"tokens_{name}"] * usd for name, usd in usd_token.items())

    apart = earned(without) - earned(result)
    assert result.summary["usd_lost_by_fault"] == pytest.approx(apart, rel=0.01)
    assert apart == pytest.approx(7 / 8 * earned(without), rel=0.02)


def test_a_tornado_is_in_the_order_of_the_annuities(tmp_path: Path, capsys: Any) -> None:
    """Price, life and cost of capital of the racks: each end by the annuity, at 5 and 95 % of the
    range, the others in the middle.
    """
    ranges = {
        "gb200_nvl72": (2.4e6, 3.6e6),
        "wacc": (0.05, 0.14),
        "life_it": (3.0, 6.0),
        "staff": (90_000.0, 220_000.0),
    }
    vary = {f"economics.prices.{n}": {"low": a, "high": b} for n, (a, b) in ranges.items()}
    file = written(tmp_path, ("horizon: 2 h", "horizon: 10 min"))
    asked = {"name": "tornado", "scenario": file.name, "method": "sensitivity", "vary": vary}
    asked |= {"sensitivity": {"index": "tornado"}, "outcomes": ["annual_usd"]}
    (file.parent / "tornado.yaml").write_text(json.dumps(asked), encoding="utf-8")
    out = tmp_path / "out"
    assert main(["study", str(file.parent / "tornado.yaml"), "--out", str(out)]) == 0
    told = capsys.readouterr().err
    groups = by_block(ran(Given())).groupby("group").capex_usd.sum()
    bare = {name: groups[name] for name in ("plant", "building", "land")}

    def annual(gb200_nvl72: float, wacc: float, life_it: float, staff: float) -> float:
        racks = 8 * gb200_nvl72
        it = racks / 0.81 + 8 * 100_000 + 2000 * 250
        left = it * 0.3 ** (life_it / 3)
        fixed = bare["plant"] + bare["building"]
        growth = (1 + wacc) ** life_it
        year = (it * growth - left) * wacc / (growth - 1)
        year += fixed * wacc / (1 - (1 + wacc) ** -20) + bare["land"] * wacc
        return year + 0.05 * it + 0.01 * (it + fixed) + staff * (10 + 4 * 0.576)

    middle = {name: (a + b) / 2 for name, (a, b) in ranges.items()}
    spans = {}
    for name, (a, b) in ranges.items():
        ends = [annual(**middle | {name: a + share * (b - a)}) for share in (0.05, 0.95)]
        spans[name] = abs(ends[1] - ends[0])
    table = pd.read_csv(out / "table.csv")
    for n, name in enumerate(ranges):
        ends = table.annual_usd[1 + 2 * n : 3 + 2 * n]
        assert ends.max() - ends.min() == pytest.approx(spans[name], rel=1e-6), name
    order = [told.index(f"economics.prices.{name}") for name in sorted(spans, key=spans.get)]
    assert order == sorted(order, reverse=True)
    assert "from its 5 % to its 95 % value" in told
