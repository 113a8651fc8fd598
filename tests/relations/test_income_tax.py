"""Claim: worth, rate of return and payback after tax are what a year-by-year sheet gives: from a
planner's file to the figures, written here apart, one year after the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import lived, small, small_layout, training
from scipy.optimize import brentq

import twin
from twin.analysis.economics.named import figures

LEFT = 0.3
"""Of racks after 36 months."""
FIXED = {"wacc": 0.1, "life_it": 4, "life_facility": 12, "residual_it_36_months": LEFT}


def asked(rate: float, years: int, mtok_usd: float, **tax: Any) -> twin.Result:
    economics = {"years": years, "prices": FIXED, "tax": {"rate": rate} | tax}
    work = [training("train", 72, token_price=f"{mtok_usd} USD/Mtok")]
    return lived(small(small_layout(4, 0), horizon="1 h", workload=work, economics=economics))


def sheet(result: twin.Result, rate: float, years: int, lives: dict[str, float]) -> list[float]:
    """Flows by hand."""
    told = figures(result)
    rows = result.frame("costs").groupby("group").capex_usd.sum()
    life = {"it": 4, "plant": 12, "building": 12}
    flows = [-float(told["capex_usd"])]
    age = dict.fromkeys(lives, 0)
    carried = 0.0
    for year in range(1, years + 1):
        before_tax = told["annual_revenue_usd"] - told["annual_operating_usd"]
        flow, taxable = before_tax, before_tax
        for group, off in lives.items():
            paid = float(rows.get(group, 0.0))
            age[group] += 1
            taxable -= paid / off if age[group] <= off else 0.0
            left = LEFT ** (age[group] / 3) if group == "it" else max(1 - age[group] / 12, 0.0)
            book = paid * max(1 - age[group] / off, 0.0)
            if year == years or age[group] == life[group]:
                flow += paid * left - (0.0 if year == years else paid)
                taxable += paid * left - book
                age[group] = 0
        flow += float(rows.get("land", 0.0)) if year == years else 0.0
        taxable -= carried
        carried = max(-taxable, 0.0)
        flows.append(flow - rate * max(taxable, 0.0))
    return flows


def worth(rate: float, flows: list[float]) -> float:
    return sum(flow / (1 + rate) ** year for year, flow in enumerate(flows))


LIVES = {"it": 5.0, "plant": 15.0, "building": 39.0}


@pytest.mark.parametrize(("rate", "years"), [(0.0, 10), (0.25, 10), (0.4, 7), (0.25, 30)])
def test_worth_and_rate_after_tax_are_those_of_a_sheet(rate: float, years: int) -> None:
    result = asked(rate, years, 0.06)
    flows = sheet(result, rate, years, LIVES)
    told = figures(result)
    assert told["npv_usd"] == pytest.approx(worth(0.1, flows), rel=1e-9)
    by_hand = brentq(lambda r: worth(r, flows), 1e-6, 10)
    assert told["irr_frac"] == pytest.approx(by_hand, rel=1e-6)
    sums = np.cumsum(flows)
    last = int(np.flatnonzero(sums < 0)[-1])
    paid_back = last - sums[last] / (sums[last + 1] - sums[last])
    assert told["payback_years"] == pytest.approx(paid_back, rel=1e-9)


def test_who_loses_money_pays_no_tax_and_is_not_paid() -> None:
    taxed, free = (figures(asked(rate, 10, 0.01)) for rate in (0.25, 0.0))
    assert taxed["npv_usd"] == free["npv_usd"] < 0


def test_the_years_of_the_tax_office_are_stated() -> None:
    result = asked(0.3, 8, 0.06, it_years=3, plant_years=10, building_years=20)
    flows = sheet(result, 0.3, 8, {"it": 3.0, "plant": 10.0, "building": 20.0})
    assert figures(result)["npv_usd"] == pytest.approx(worth(0.1, flows), rel=1e-9)
    row = result.frame("cost_figures").set_index("name").loc["npv_usd"]
    assert "after 30.0 % of tax" in " ".join(map(str, row.tolist()))
