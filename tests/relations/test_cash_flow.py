"""Claim: the cash flow of a planner's file is, line by line and to the cent, a sheet worked here in
decimal numbers from stated prices, and worth, rates of return and paybacks are made of its rows:
numpy-financial 1.0.0, where it is installed, finds the same in them.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import lived, small, small_layout, training
from hypothesis import given, settings
from hypothesis import strategies as st

import twin
from twin.analysis.economics.frames import cost_tables
from twin.analysis.economics.named import figures
from twin.results import Frames
from twin.results.tables import CASH_FLOW

CENT = 0.005
"""Half of one: sums of dollars in float64 are far closer."""
PRICES = {
    "wacc": 0.1, "cost_of_equity": 0.13, "life_it": 4, "life_facility": 12,
    "residual_it_36_months": 0.3, "maintenance_it": 0.05, "maintenance_facility": 0.03,
    "insurance_and_tax": 0.01, "staff": 150_000, "fte_24x7": 10, "it_fte_per_1000_gpus": 4,
}  # fmt: skip
TAX = {"rate": 0.25, "depreciation": "macrs", "bonus": 0.4}
LOAN = {"share": 0.6, "rate": 0.06, "years": 3, "repaid": "linear"}
WRITTEN_OFF = {
    "it": [20.00, 32.00, 19.20, 11.52, 11.52, 5.76],
    "plant": [5.00, 9.50, 8.55, 7.70, 6.93, 6.23, 5.90, 5.90],
    "building": [2.461, *[2.564] * 9],
}
"""Per cent by year, IRS publication 946: tables A-1 of 5 and 15 years, A-7a of January."""
LINES = (
    "revenue_usd", "energy_usd", "demand_charge_usd", "grid_income_usd", "water_usd", "staff_usd",
    "maintenance_usd", "insurance_usd", "bought_usd", "sold_usd", "tax_usd",
)  # fmt: skip
GRID = {"price": "0.09 USD/kWh", "carbon": "300 g/kWh", "demand_charge": "12 USD/kW/month"}
STILL = {"dry_bulb": "25 °C", "wet_bulb": "18 °C"}


def asked(**economics: Any) -> twin.Result:
    economics = {"years": 6, "prices": PRICES} | economics
    work = [training("train", 72, token_price="0.06 USD/Mtok")]
    site = {"grid": GRID, "water_price": "2 USD/m^3", "climate": STILL}
    return lived(
        small(small_layout(4, 0), horizon="1 h", workload=work, economics=economics, site=site)
    )


@cache
def lived_once() -> twin.Result:
    return asked()


def flow(result: twin.Result) -> pd.DataFrame:
    return result.frame("cash_flow").set_index("year")


Sheet = dict[str, list[Decimal]]


def sheet(result: twin.Result, adoption: list[str]) -> Sheet:
    """Six years by hand: racks sold and bought anew after four; 40 % written off at once."""
    costs = result.frame("costs")
    capex = {k: Decimal(v) for k, v in costs.groupby("group").capex_usd.sum().items()}
    bought = sum(capex[group] for group in ("it", "plant", "building", "land"))
    summary = result.summary
    run = {k: Decimal(summary[f"cost_{k}_usd"]) for k in ("energy", "demand", "fuel")}
    water = Decimal(summary["cost_usd"]) - sum(run.values())
    earned = 8760 * Decimal(summary["tokens_total"]) * Decimal("0.06") / 1_000_000
    gpus = 4 * 72
    fte = 10 + 4 * Decimal(gpus) / 1000
    told: Sheet = {name: [Decimal(0)] for name in CASH_FLOW.names if name != "year"}
    told["bought_usd"] = [-bought]
    told["loan_usd"] = [bought * Decimal("0.6")]
    age = dict.fromkeys(WRITTEN_OFF, 0)
    carried = owed_loss = Decimal(0)
    owed = told["loan_usd"][0]
    for year in range(1, 7):
        row = {
            "revenue_usd": earned * Decimal(adoption[min(year, len(adoption)) - 1]),
            "energy_usd": -8760 * (run["energy"] + run["fuel"]),
            "demand_charge_usd": -12 * 31 * 24 * run["demand"],
            "grid_income_usd": Decimal(0),
            "water_usd": -8760 * water,
            "staff_usd": -150_000 * fte,
            "maintenance_usd": -Decimal("0.05") * capex["it"] - Decimal("0.03") * capex["plant"],
            "insurance_usd": -Decimal("0.01") * (bought - capex["land"]),
        }
        gained = sum(row.values())
        off = gain = sold = anew = Decimal(0)
        for group, percents in WRITTEN_OFF.items():
            at_once = Decimal("0.4") if group != "building" else Decimal(0)
            part = Decimal(str(percents[age[group]])) / 100
            off += capex[group] * (at_once * (age[group] == 0) + (1 - at_once) * part)
            age[group] += 1
            if year == 6 or (group == "it" and age[group] == 4):
                left = 1 - Decimal(age[group]) / 12
                if group == "it":
                    left = Decimal("0.3") ** (Decimal(age[group]) / 3)
                past = sum(Decimal(str(one)) for one in percents[: age[group]]) / 100
                sold += capex[group] * left
                gain += capex[group] * (left - (1 - at_once) * (1 - past))
                anew += capex[group] if year < 6 else 0
                age[group] = 0
        sold += capex["land"] if year == 6 else 0
        interest = Decimal("0.06") * owed
        repaid = told["loan_usd"][0] / 3 if year <= 3 else Decimal(0)
        owed -= repaid
        taxable = gained - off + gain - carried
        owners = gained - interest - off + gain - owed_loss
        row |= {
            "bought_usd": -anew,
            "sold_usd": sold,
            "tax_usd": -Decimal("0.25") * max(taxable, Decimal(0)),
            "depreciation_usd": off,
            "sale_gain_usd": gain,
            "loss_carried_usd": carried,
            "taxable_usd": taxable,
            "loan_usd": -repaid,
            "interest_usd": -interest,
            "owners_taxable_usd": owners,
            "owners_tax_usd": -Decimal("0.25") * max(owners, Decimal(0)),
        }
        carried = max(-taxable, Decimal(0))
        owed_loss = max(-owners, Decimal(0))
        for name, usd in row.items():
            told[name].append(Decimal(usd))
    _summed(told)
    return told


def _summed(told: Sheet) -> None:
    """Sums of the lines, and what they are worth at the start."""
    own = ("loan_usd", "interest_usd", "owners_tax_usd")
    rates = {"": Decimal("1.1"), "owners_": Decimal("1.13")}
    told["net_usd"] = [sum(told[line][n] for line in LINES) for n in range(7)]
    told["owners_net_usd"] = [
        told["net_usd"][n] - told["tax_usd"][n] + sum(told[line][n] for line in own)
        for n in range(7)
    ]
    for who, growth in rates.items():
        net = told[f"{who}net_usd"]
        told[f"{who}discounted_usd"] = [usd / growth**n for n, usd in enumerate(net)]
        told[f"{who}cumulative_usd"] = [sum(net[: n + 1]) for n in range(7)]
    worth = told["discounted_usd"]
    told["cumulative_discounted_usd"] = [sum(worth[: n + 1]) for n in range(7)]


@pytest.mark.parametrize("adoption", [["1"], ["0.1", "0.4", "1"]])
def test_every_cell_is_that_of_a_sheet_to_the_cent(adoption: list[str]) -> None:
    """In the second a loss of the first years is carried on."""
    shares = [float(one) for one in adoption]
    result = asked(tax=TAX, loan=LOAN, adoption=shares)
    told = flow(result)
    by_hand = sheet(result, adoption)
    assert by_hand["taxable_usd"][1] < 0 or len(adoption) == 1
    for name in told.columns.drop("debt_cover"):
        expected = [float(one) for one in by_hand[name]]
        assert told[name].tolist() == pytest.approx(expected, abs=CENT), name
    able = told.revenue_usd + told.loc[:, "energy_usd":"insurance_usd"].sum(axis=1)
    bank = -(told.loan_usd + told.interest_usd)
    cover = (able + told.owners_tax_usd) / bank
    assert told.debt_cover[1:4].tolist() == pytest.approx(cover[1:4].tolist(), rel=1e-9)
    assert told.debt_cover[[0, 4, 5, 6]].isna().all()


def test_worth_rates_and_paybacks_are_made_of_its_rows() -> None:
    """Each figure, from the table alone."""
    result = asked(tax=TAX, loan=LOAN)
    told = flow(result)
    held = figures(result)
    assert held["npv_usd"] == pytest.approx(told.discounted_usd.sum(), abs=CENT)
    assert held["equity_npv_usd"] == pytest.approx(told.owners_discounted_usd.sum(), abs=CENT)
    years = np.arange(7)
    for rate, net in (("irr_frac", "net_usd"), ("equity_irr_frac", "owners_net_usd")):
        worth = (told[net] / (1 + held[rate]) ** years).sum()
        assert worth == pytest.approx(0, abs=1e-6 * told[net].abs().max())
    paybacks = {
        "payback_years": "cumulative_usd",
        "discounted_payback_years": "cumulative_discounted_usd",
        "equity_payback_years": "owners_cumulative_usd",
    }
    for figure, sums in paybacks.items():
        last = int(np.flatnonzero(told[sums] < 0)[-1])
        owed, after = told[sums][last], told[sums][last + 1]
        assert held[figure] == pytest.approx(last - owed / (after - owed), rel=1e-9)
    assert held["loan_usd"] == told.loan_usd[0]
    assert held["loan_interest_usd"] == pytest.approx(-told.interest_usd.sum())
    assert held["dscr_least"] == pytest.approx(told.debt_cover.min())


def test_what_comes_within_a_year_counts_at_its_middle() -> None:
    """Mid-year convention, from lines that it leaves as they are: earnings, running costs and tax
    half a year sooner, what is bought, sold and paid to a bank at the ends of years.
    """
    plain = flow(asked(tax=TAX, loan=LOAN))
    result = asked(tax=TAX, loan=LOAN, discounting="mid_year")
    told = flow(result)
    held = figures(result)
    worth = ["discounted_usd", "cumulative_discounted_usd", "owners_discounted_usd"]
    pd.testing.assert_frame_equal(plain.drop(columns=worth), told.drop(columns=worth))
    year = np.arange(7)
    ends = {
        "": told.bought_usd + told.sold_usd,
        "owners_": told.bought_usd + told.sold_usd + told.loan_usd + told.interest_usd,
    }
    for who, rate, figure in (("", 0.1, "npv_usd"), ("owners_", 0.13, "equity_npv_usd")):
        within = told[f"{who}net_usd"] - ends[who]
        assert within[0] == 0

        def at(rate: float, within: Any = within, at_ends: Any = ends[who]) -> Any:
            return within / (1 + rate) ** (year - 0.5) + at_ends / (1 + rate) ** year

        assert told[f"{who}discounted_usd"].tolist() == pytest.approx(at(rate).tolist(), abs=CENT)
        assert held[figure] == pytest.approx(at(rate).sum(), abs=CENT)
        irr = held["irr_frac" if not who else "equity_irr_frac"]
        assert at(irr).sum() == pytest.approx(0, abs=1e-6 * told.net_usd.abs().max())
    owed = told.cumulative_discounted_usd
    last = int(np.flatnonzero(owed < 0)[-1])
    late = last - owed[last] / (owed[last + 1] - owed[last])
    assert held["discounted_payback_years"] == pytest.approx(late, rel=1e-9)
    assert held["payback_years"] == figures(asked(tax=TAX, loan=LOAN))["payback_years"]
    assert held["npv_usd"] > plain.discounted_usd.sum()


def test_numpy_financial_finds_the_same_in_them() -> None:
    """npv, irr, ipmt and ppmt of another hand."""
    npf = pytest.importorskip("numpy_financial", reason="the extra `test` installs it")
    loan = LOAN | {"repaid": "annuity"}
    result = asked(tax=TAX, loan=loan)
    told = flow(result)
    held = figures(result)
    assert held["npv_usd"] == pytest.approx(npf.npv(0.1, told.net_usd), abs=CENT)
    assert held["equity_npv_usd"] == pytest.approx(npf.npv(0.13, told.owners_net_usd), abs=CENT)
    assert held["irr_frac"] == pytest.approx(npf.irr(told.net_usd), rel=1e-9)
    assert held["equity_irr_frac"] == pytest.approx(npf.irr(told.owners_net_usd), rel=1e-9)
    year = np.arange(1, 4)
    interest = npf.ipmt(0.06, year, 3, held["loan_usd"])
    repaid = npf.ppmt(0.06, year, 3, held["loan_usd"])
    assert told.interest_usd[1:4].tolist() == pytest.approx(list(interest), abs=CENT)
    assert told.loan_usd[1:4].tolist() == pytest.approx(list(repaid), abs=CENT)


@settings(max_examples=30, deadline=None)
@given(
    years=st.integers(1, 15),
    rate=st.floats(0, 0.6),
    bonus=st.floats(0, 1),
    share=st.none() | st.floats(0, 1),
    loan_years=st.integers(1, 12),
    adoption=st.lists(st.floats(0, 1), min_size=1, max_size=4),
    price_change=st.floats(-0.5, 0.3),
)
def test_the_table_adds_up_whatever_is_planned(
    years: int, rate: float, bonus: float, share: float | None, loan_years: int,
    adoption: list[float], price_change: float,
) -> None:  # fmt: skip
    """Lines to cash, cash to worth, the loan to nothing, tax to what is taxed."""
    planned: dict[str, Any] = {"years": years, "tax": {"rate": rate, "bonus": bonus}}
    planned |= {"adoption": adoption, "price_change_per_year": price_change}
    if share is not None:
        planned["loan"] = {"share": share, "rate": 0.05, "years": loan_years}
    run = lived_once()
    scenario = small(small_layout(4, 0), economics=planned)
    found = Frames(cost_tables(twin.build(scenario), run.summary, run.columns))
    told = found["cash_flow"]
    assert list(told.columns) == list(CASH_FLOW.names)
    scale = float(told[list(LINES)].abs().max(axis=None))
    assert len(told) == years + 1
    assert told[list(LINES)].sum(axis=1).tolist() == pytest.approx(
        told.net_usd.tolist(), abs=1e-12 * scale
    )
    assert (-told.tax_usd).tolist() == pytest.approx((rate * told.taxable_usd.clip(0)).tolist())
    figure = found["cost_figures"].set_index("name").value
    assert figure.npv_usd == pytest.approx(told.discounted_usd.sum(), abs=1e-10 * scale)
    if share is None:
        assert told.owners_net_usd.isna().all()
    else:
        assert told.loan_usd.sum() == pytest.approx(0, abs=1e-10 * scale)
        assert (told.interest_usd <= 0).all()
