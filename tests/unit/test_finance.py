"""Finance against numpy-financial 1.0.0, closed forms and cases worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.analysis.economics.finance import (
    annuity,
    break_even_utilisation,
    npv,
    payback,
    rate_of_return,
    rates_of_return,
)


def test_annuity_is_that_of_numpy_financial() -> None:
    assert annuity(66_668_100, 0.05 / 12, 36) == pytest.approx(1_998_102.77, rel=1e-8)


def test_annuity_without_interest_and_with_a_residual() -> None:
    assert annuity(1200, 0.0, 12) == 100
    assert annuity(1200, 0.0, 12, 600) == 50
    pay = float(annuity(1000, 0.1, 3, 400))
    flows = [1000, -pay, -pay, -pay - 400]
    assert float(npv(0.1, flows)) == pytest.approx(0, abs=1e-9)


def test_npv_is_that_of_numpy_financial() -> None:
    flows = [-40_000, 5_000, 8_000, 12_000, 30_000]
    assert float(npv(0.08, flows)) == pytest.approx(3065.22267, rel=1e-8)


def test_rate_of_return_is_that_of_numpy_financial() -> None:
    found = rate_of_return([-100, 39, 59, 55, 20])
    assert found.value == pytest.approx(0.28094842, abs=1e-8)
    assert found.says == "one"


def test_rates_of_return_that_are_none_or_several() -> None:
    assert rate_of_return([-100, -1, -1]).says == "none"
    assert rate_of_return([-100, -1]).value is None
    two = rate_of_return([-1000, 2500, -1540])
    assert two.says == "several"
    assert two.rates == pytest.approx((0.1, 0.4))
    assert two.value is None
    assert rate_of_return([0, 0, 0]).rates == ()


def test_a_rate_of_return_on_the_grid_is_found_once() -> None:
    assert rate_of_return([-1, 2]).rates == pytest.approx((1.0,))
    assert rate_of_return([-100, 50, 50]).rates == pytest.approx((0.0,), abs=1e-12)


def test_many_rates_of_return_at_once() -> None:
    flows = np.array([[-100, 39, 59, 55, 20], [-100, 0, 0, 0, 0], [-100, 30, 30, 30, 30]], float)
    found = rates_of_return(flows)
    assert found[0] == pytest.approx(0.28094842, abs=1e-8)
    assert math.isnan(found[1])
    assert found[2] == pytest.approx(rate_of_return(flows[2]).value, abs=1e-9)


def test_payback_lies_between_years_by_a_straight_line() -> None:
    assert payback([-100, 40, 40, 40]) == pytest.approx(2.5)
    assert payback([-100, 110], 0.1) == pytest.approx(1.0)
    assert payback([-100, 40, 40, 40], 0.1) == np.inf
    discounted = [-100, 60 / 1.1, 60 / 1.21]
    left = 100 - discounted[1]
    assert payback([-100, 60, 60], 0.1) == pytest.approx(1 + left / discounted[2])


def test_payback_of_several_cases_and_of_nothing_owed() -> None:
    flows = np.array([[-100, 200, 0], [-100, 0, 0], [10, 0, 0], [-100, 150, -20]], float)
    assert payback(flows, np.zeros(4)).tolist() == [0.5, np.inf, 0, pytest.approx(100 / 150)]


def test_a_debt_that_comes_back_counts_until_it_is_paid_again() -> None:
    assert payback([-100, 150, -100, 100]) == pytest.approx(2.5)


def test_break_even_utilisation() -> None:
    assert break_even_utilisation(8760.0 * 8, 8, 2.0) == pytest.approx(0.5)
    assert break_even_utilisation(8760.0 * 8 * 3, 8, 2.0) > 1
