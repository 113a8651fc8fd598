"""Claim: worth to the project and to its owners, and the cover of the debt, are what a sheet by
hand gives from a planner's file: tables of IRS publication 946, bonus depreciation, and loans whose
payments numpy-financial 1.0.0 gave.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import ROOT, lived, small, small_layout, training
from scipy.optimize import brentq

import twin
from twin import InputError
from twin.analysis.economics.loans import cover, debt
from twin.analysis.economics.named import figures
from twin.analysis.economics.write_offs import HALF_YEAR_PERCENT, written_off_frac
from twin.scenario.schema.economics import Loan, Tax

LEFT = 0.3
"""Of racks after 36 months."""
FIXED = {
    "wacc": 0.1, "cost_of_equity": 0.13, "life_it": 4, "life_facility": 12,
    "residual_it_36_months": LEFT,
}  # fmt: skip
LIFE = {"it": 4, "plant": 12, "building": 12}
MACRS = {
    "it": [20.00, 32.00, 19.20, 11.52, 11.52, 5.76],
    "plant": [5, 9.5, 8.55, 7.7, 6.93, 6.23, 5.9, 5.9, 5.91, 5.9, 5.91, 5.9, 5.91, 5.9, 5.91, 2.95],
    "building": [2.461] + [2.564] * 38 + [0.107],
}
"""Per cent by year: 5 and 15 years by table A-1, 39 years from January by table A-7a."""
TAX = {"rate": 0.25, "depreciation": "macrs"}
LOAN = {"share": 0.6, "rate": 0.06, "years": 7}


def asked(years: int, **economics: Any) -> twin.Result:
    economics = {"years": years, "prices": FIXED} | economics
    work = [training("train", 72, token_price="0.06 USD/Mtok")]
    return lived(small(small_layout(4, 0), horizon="1 h", workload=work, economics=economics))


Sheet = dict[str, list[float]]


def sheet(result: twin.Result, years: int, bonus: float = 0.0, borrowed: bool = False) -> Sheet:
    """Flows of project or owners, and the cover of an annuity of 60 % over 7 years at 6 %."""
    told = figures(result)
    rows = result.frame("costs").groupby("group").capex_usd.sum()
    capex = float(told["capex_usd"])
    loan = 0.6 * capex if borrowed else 0.0
    payment = loan * 0.06 / (1 - 1.06**-7)
    flows = [loan - capex]
    covers: list[float] = []
    age = dict.fromkeys(LIFE, 0)
    carried = 0.0
    owed = loan
    for year in range(1, years + 1):
        gained = told["annual_revenue_usd"] - told["annual_operating_usd"]
        interest = 0.06 * owed
        bank = payment if year <= 7 else 0.0
        owed = owed * 1.06 - bank if year < 7 else 0.0
        flow = gained - bank
        taxable = gained - interest
        for group, percents in MACRS.items():
            paid = float(rows.get(group, 0.0))
            extra = bonus if group != "building" else 0.0
            age[group] += 1
            by_table = percents[age[group] - 1] if age[group] <= len(percents) else 0.0
            taxable -= paid * (extra * (age[group] == 1) + (1 - extra) * by_table / 100)
            if year == years or age[group] == LIFE[group]:
                left = LEFT ** (age[group] / 3) if group == "it" else 1 - age[group] / 12
                book = paid * (1 - extra) * (1 - sum(percents[: age[group]]) / 100)
                flow += paid * left - (0.0 if year == years else paid)
                taxable += paid * left - book
                age[group] = 0
        flow += float(rows.get("land", 0.0)) - owed if year == years else 0.0
        taxable -= carried
        carried = max(-taxable, 0.0)
        tax = 0.25 * max(taxable, 0.0)
        flows.append(flow - tax)
        covers += [(gained - tax) / bank] if bank else []
    return {"flows": flows, "covers": covers}


def worth(rate: float, flows: list[float]) -> float:
    return sum(flow / (1 + rate) ** year for year, flow in enumerate(flows))


@pytest.mark.parametrize(("years", "bonus"), [(10, 0.0), (7, 0.4), (10, 1.0), (30, 0.0)])
def test_worth_under_the_tables_of_the_tax_office_is_that_of_a_sheet(
    years: int, bonus: float
) -> None:
    result = asked(years, tax=TAX | {"bonus": bonus})
    flows = sheet(result, years, bonus)["flows"]
    told = figures(result)
    assert told["npv_usd"] == pytest.approx(worth(0.1, flows), rel=1e-9)
    by_hand = brentq(lambda r: worth(r, flows), 1e-6, 10)
    assert told["irr_frac"] == pytest.approx(by_hand, rel=1e-6)


@pytest.mark.parametrize(("years", "bonus"), [(10, 0.0), (5, 0.4)])
def test_what_owners_get_beside_a_loan_is_that_of_a_sheet(years: int, bonus: float) -> None:
    result = asked(years, tax=TAX | {"bonus": bonus}, loan=LOAN)
    held = sheet(result, years, bonus, borrowed=True)
    told = figures(result)
    assert told["loan_usd"] == pytest.approx(0.6 * told["capex_usd"])
    assert told["equity_usd"] == pytest.approx(0.4 * told["capex_usd"])
    assert told["equity_npv_usd"] == pytest.approx(worth(0.13, held["flows"]), rel=1e-9)
    by_hand = brentq(lambda r: worth(r, held["flows"]), 1e-6, 10)
    assert told["equity_irr_frac"] == pytest.approx(by_hand, rel=1e-6)
    assert told["dscr_least"] == pytest.approx(min(held["covers"]), rel=1e-9)
    assert told["npv_usd"] == pytest.approx(worth(0.1, sheet(result, years, bonus)["flows"]))


def test_a_loan_changes_no_figure_of_the_project() -> None:
    without = asked(10, tax=TAX).frame("cost_figures").set_index("name").value
    beside = asked(10, tax=TAX, loan=LOAN).frame("cost_figures").set_index("name").value
    assert beside.loc[without.index].equals(without)
    assert set(beside.index) - set(without.index) >= {"equity_npv_usd", "dscr_least"}


def test_a_loan_at_the_rate_of_return_changes_nothing_for_owners() -> None:
    """Modigliani and Miller: untaxed, money borrowed at what the project earns earns nothing."""
    rate = figures(asked(7))["irr_frac"]
    told = figures(asked(7, loan=LOAN | {"rate": rate}))
    assert told["equity_irr_frac"] == pytest.approx(rate, rel=1e-6)


ANNUITY = [
    (36_000.0, 71_481.01083540643), (31_711.139349875608, 75_769.87148553082),
    (27_164.947060743754, 80_316.06377466267), (22_345.983234264, 85_135.02760114243),
    (17_237.881578195436, 90_243.129257211), (11_823.293822762786, 95_657.71701264364),
    (6_083.830802004158, 101_397.18003340227),
]  # fmt: skip
"""`ipmt` and `ppmt` of numpy-financial 1.0.0: 600,000 USD at 6 % over 7 years."""


def test_interest_and_repayments_are_those_of_numpy_financial() -> None:
    held = debt(Loan(**LOAN), np.array([1e6]), 10)
    by_year = np.array(ANNUITY)
    assert held.interest[0, :7] == pytest.approx(by_year[:, 0], rel=1e-12)
    assert held.repaid[0, :7] == pytest.approx(by_year[:, 1], rel=1e-12)
    assert not held.service[0, 7:].any()
    assert held.settled == [0.0]


@pytest.mark.parametrize("repaid", ["annuity", "linear", "at_end"])
@pytest.mark.parametrize(("agreed", "years"), [(4, 10), (10, 4), (5, 5), (1, 1)])
def test_what_is_borrowed_is_paid_back_and_no_more(repaid: str, agreed: int, years: int) -> None:
    asked_for = Loan(share=0.5, rate=0.08, years=agreed, repaid=repaid)
    held = debt(asked_for, np.array([200.0, 400.0]), years)
    assert held.repaid.sum(axis=1) + held.settled == pytest.approx(held.borrowed)
    paid = held.service.copy()
    paid[:, -1] += held.settled
    discounted = paid / 1.08 ** np.arange(1, years + 1)
    assert discounted.sum(axis=1) == pytest.approx([100.0, 200.0])
    assert (held.settled > 0).all() == (agreed > years)


def test_cover_is_told_of_years_in_which_something_is_owed() -> None:
    held = debt(Loan(share=1.0, rate=0.1, years=2, repaid="linear"), np.array([100.0]), 3)
    assert cover(np.array([[120.0, 82.5, 7.0]]), held).tolist() == [[2.0, 1.5, np.inf]]


@pytest.mark.parametrize("years", sorted(HALF_YEAR_PERCENT))
def test_tables_are_the_declining_balance_under_the_half_year_convention(years: float) -> None:
    """Twice the even rate (one and a half times from 15 years on) of what is left, even payments
    where those are more; half a year at first and half a year at last.
    """
    speed = 2.0 if years <= 10 else 1.5
    book = 100.0
    remaining = years
    by_rule = []
    while remaining > 0:
        part = 0.5 if remaining == years else 1.0
        off = max(part * book * speed / years, part * book / max(remaining, 1.0))
        off = book if remaining < 1 else off
        by_rule.append(off)
        book -= off
        remaining -= part
    assert HALF_YEAR_PERCENT[years] == pytest.approx(by_rule, abs=0.0065)
    assert sum(HALF_YEAR_PERCENT[years]) == pytest.approx(100.0, abs=1e-9)


def test_a_building_opens_in_the_middle_of_its_month() -> None:
    age = np.array([0.0, 1.0, 2.0, 39.0, 40.0, 45.0])
    july = Tax(rate=0.25, depreciation="macrs", building_month=7)
    shares = np.array([0, 1.177, 1.177 + 2.564, 1.177 + 38 * 2.564, 100, 100]) / 100
    assert written_off_frac(july, 39.0, age) == pytest.approx(shares, rel=1e-12)
    assert written_off_frac(july, np.inf, age).tolist() == [0.0] * 6


def refused(**economics: Any) -> str:
    """What is said of a scenario file with these economics."""
    with pytest.raises(InputError) as found:
        twin.load(ROOT / "scenarios/first_factory.yaml").with_(economics=economics)
    return str(found.value)


def test_a_class_without_a_table_is_refused_before_the_run() -> None:
    assert "classes of macrs: 3, 5, 7, 10, 15, 20, 39" in refused(tax=TAX | {"plant_years": 12})


def test_a_loan_says_all_that_it_needs() -> None:
    said = refused(loan={"share": "60 %", "repaid": "anuity"})
    assert "Interest a year" in said
    assert "Until it is repaid" in said
    assert "did you mean 'annuity'?" in said


def test_nothing_borrowed_has_no_cover() -> None:
    told = asked(5, loan=LOAN | {"share": 0}).frame("cost_figures").set_index("name").value
    assert np.isnan(told["dscr_least"])
    assert told["loan_short_frac"] == 0
    assert told["equity_irr_frac"] == told["irr_frac"]
