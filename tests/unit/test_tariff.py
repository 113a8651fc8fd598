"""Stepped prices and the demand meter: sums over spans are exact however a run is cut."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.tariff import DemandMeter, Ratchet, Steps, demand_cost_usd, steady

PRICES = Steps(np.array([0.0, 3600.0, 7200.0]), np.array([3.0, 1.0, 2.0]))
times = st.lists(st.floats(0, 14_400), min_size=1, max_size=12)


def count(meter: DemandMeter, energy_j: np.ndarray, power_w: float, a: float, b: float) -> None:
    intervals, gained_j = meter.counted(power_w, a, b)
    energy_j[intervals] += gained_j


def test_a_value_holds_from_its_time_on() -> None:
    assert [PRICES.at(t) for t in (-5.0, 0.0, 3599.9, 3600.0, 9e9)] == [3.0, 3.0, 3.0, 1.0, 2.0]


def test_the_integral_by_hand() -> None:
    assert PRICES.integral(1800.0, 9000.0) == 1800 * 3.0 + 3600 * 1.0 + 1800 * 2.0
    assert PRICES.integral(-100.0, 0.0) == 300.0
    assert steady(5.0).integral(10.0, 12.0) == 10.0


@given(cuts=times)
def test_the_integral_does_not_depend_on_how_a_span_is_cut(cuts: list[float]) -> None:
    edges = sorted({0.0, *cuts, 14_400.0})
    parts = sum(PRICES.integral(a, b) for a, b in pairwise(edges))
    assert parts == pytest.approx(PRICES.integral(0.0, 14_400.0), rel=1e-12)


@given(cuts=times, offset=st.floats(0, 899))
def test_the_meter_does_not_depend_on_how_a_span_is_cut(cuts: list[float], offset: float) -> None:
    meter = DemandMeter(900.0, offset, 14_400.0)
    whole = np.zeros(meter.count)
    count(meter, whole, 2.0, 0.0, 14_400.0)
    parts = np.zeros(meter.count)
    edges = sorted({0.0, *cuts, 14_400.0})
    for a, b in pairwise(edges):
        count(meter, parts, 2.0, a, b)
    np.testing.assert_allclose(parts, whole, rtol=1e-9, atol=1e-9)
    assert whole.sum() == pytest.approx(28_800.0)
    np.testing.assert_allclose(meter.demand_w(whole, 14_400.0), 2.0)


def test_intervals_lie_on_the_clock() -> None:
    """A run that starts at 06:05 ends its first interval at 06:15."""
    meter = DemandMeter(900.0, 300.0, 1800.0)
    assert meter.edges_s.tolist() == [0.0, 600.0, 1500.0, 1800.0]
    energy = np.zeros(meter.count)
    count(meter, energy, 100.0, 0.0, 600.0)
    count(meter, energy, 400.0, 600.0, 1800.0)
    assert meter.demand_w(energy, 1800.0).tolist() == [100.0, 400.0, 400.0]
    assert meter.demand_w(energy, 900.0)[2] == 0.0


def test_a_short_surge_counts_by_its_share_of_the_interval() -> None:
    meter = DemandMeter(900.0, 0.0, 3600.0)
    energy = np.zeros(meter.count)
    count(meter, energy, 1000.0, 0.0, 3600.0)
    count(meter, energy, 9000.0, 1000.0, 1090.0)
    assert meter.demand_w(energy, 3600.0).tolist() == [1000.0, 1900.0, 1000.0, 1000.0]


def test_each_billing_period_pays_its_own_peak_for_its_share() -> None:
    demand_w = np.array([100.0, 300.0, 200.0])
    cost = demand_cost_usd(demand_w, np.array([0, 0, 1]), np.array([0.5, 1.0]), 0.01)
    assert cost == pytest.approx((300 * 0.5 + 200 * 1.0) * 0.01)


def test_a_ratchet_bills_a_share_of_the_highest_of_eleven_periods_before() -> None:
    """A peak of 1,000 in the first month is billed at 800 for eleven months and not in the twelfth;
    one of 900 before the start for ten months more, at 720, which is less.
    """
    peak_w = np.array([1000.0, *[500.0] * 12, 900.0])
    billed_w = Ratchet(0.8, 900.0).billed_w(peak_w)
    assert billed_w.tolist() == [1000.0, *[800.0] * 11, 500.0, 900.0]
    assert Ratchet(0.8, 2000.0).billed_w(peak_w).tolist()[:12] == [*[1600.0] * 11, 800.0]
    periods = np.arange(14)
    cost = demand_cost_usd(peak_w, periods, np.ones(14), 0.01, Ratchet(0.8, 900.0))
    assert cost == pytest.approx((1000 + 11 * 800 + 500 + 900) * 0.01)
    assert Ratchet().billed_w(peak_w) is peak_w
