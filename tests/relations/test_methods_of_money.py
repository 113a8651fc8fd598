"""Claim: every method of a study takes the economic figures of its runs, as plain studies do, and
says so where nothing moves them or arms do not differ.
"""

from __future__ import annotations

import pytest
from conftest import small, small_layout, training
from scipy.stats import uniform

import twin
from twin.analysis.economics.named import figures

SCENARIO = small(
    small_layout(2, 0),
    horizon="10 min",
    workload=[training("train", 36, token_price="0.06 USD/Mtok")],
)
WACC = {"distribution": "uniform", "low": 0.05, "high": 0.15}
RATE = "economics.prices.wacc"


def annual_usd(wacc: float) -> float:
    asked = SCENARIO.with_(economics={"prices": {"wacc": wacc}})
    return float(figures(twin.simulate(twin.build(asked)))["annual_usd"])


def test_a_tornado_of_money_is_that_of_single_runs() -> None:
    vary = {"rate": {"path": RATE} | WACC, "years": {"path": "economics.years", "values": [8, 12]}}
    found = twin.sensitivity(SCENARIO, vary, ["annual_usd", "pue"], index="tornado")
    bars = found.indices[found.indices.outcome == "annual_usd"].set_index("parameter")
    low, high = (float(uniform(0.05, 0.1).ppf(share)) for share in (0.05, 0.95))
    span = annual_usd(high) - annual_usd(low)
    assert bars.loc["rate", "span"] == pytest.approx(span, rel=1e-9)
    assert bars.loc["years", "span"] == pytest.approx(0.0, abs=1e-6)
    money, power = found.verdict()
    assert money.startswith("annual_usd: rate matters most")
    assert power == "pue: nothing that varies here moves it."


def test_the_best_of_money_is_found() -> None:
    vary = {"rate": {"path": RATE} | WACC}
    best = twin.optimise(SCENARIO, vary, {"annual_usd": "minimise"}, trials=4, seed=3)
    cheapest = best.trials.sort_values("rate").iloc[0]
    assert best.trials.annual_usd.min() == cheapest.annual_usd
    assert cheapest.annual_usd == pytest.approx(annual_usd(cheapest.rate), rel=1e-9)


def test_arms_that_differ_in_nothing_do_not_differ() -> None:
    arms = {"now": {}, "dearer": {RATE: 0.12}}
    asked = {"most": 5, "least": 5, "looks": 1}
    found = twin.compare_designs(SCENARIO, arms, "annual_usd", others=["pue"], **asked)
    assert found.verdict()[0].startswith("dearer is worse than now: annual_usd differs by")
    same = twin.compare_designs(SCENARIO, arms, "pue", **asked)
    assert same.verdict() == ["dearer and now do not differ in pue in 5 pairs of runs."]
