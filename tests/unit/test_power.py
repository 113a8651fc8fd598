"""Do losses, trips, converters and batteries follow their formulas?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics import power


def loss(output_w: float, rating_w: float, a: float, b: float, c: float) -> float:
    return float(power.loss_w(*(np.array([v]) for v in (output_w, rating_w, a, b, c)))[0])


def trip(
    load: float, pickup: float = 1.05, constant_s: float = 240.0, at_once: float = 10.0
) -> float:
    return float(
        power.trip_rate_per_s(*(np.array([v]) for v in (load, pickup, constant_s, at_once)))[0]
    )


def test_loss_by_hand() -> None:
    """A 2.5 MW transformer at half load: 0.118 % idle and a quarter of 0.472 %: 0.236 % of its
    rating.
    """
    assert loss(1.25e6, 2.5e6, 0.00118, 0.0, 0.00472) == pytest.approx(5900.0)
    assert loss(0.0, 2.5e6, 0.00118, 0.0, 0.00472) == pytest.approx(2950.0)
    assert loss(1e6, 1e6, 0.0, 0.01, 0.0) == pytest.approx(10e3)


@given(st.floats(0, 1.2), st.floats(0, 0.05), st.floats(0, 0.05), st.floats(0, 0.05))
def test_loss_rises_with_load(share: float, a: float, b: float, c: float) -> None:
    assert 0 <= loss(share * 0.9e6, 1e6, a, b, c) <= loss(share * 1e6, 1e6, a, b, c) + 1e-9


def test_a_breaker_trips_by_its_inverse_time() -> None:
    """k/(x^2 - 1): 240 s over 3 at twice the rating; never below pick-up; at once above the
    band.
    """
    assert 1 / trip(2.0) == pytest.approx(80.0)
    assert trip(1.0) == 0.0
    assert trip(1.05) == 0.0
    assert 1 / trip(1.06) == pytest.approx(240 / (1.06**2 - 1))
    assert trip(10.0) == np.inf


def test_a_device_without_trip_never_trips() -> None:
    assert trip(50.0, pickup=np.inf, constant_s=1.0, at_once=np.inf) == 0.0


@given(st.floats(0, 12), st.floats(0, 12))
def test_more_load_never_trips_later(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert trip(low) <= trip(high)


def test_converter_by_hand() -> None:
    """A published node of 626.26 W behind a converter that loses 13 W and 2 %."""
    assert power.converter_input_w(626.26, 13.0, 0.98) == pytest.approx(652.306, abs=1e-3)
    assert power.converter_input_w(np.array([0.0, 100.0]), 0.0, 1.0).tolist() == [0.0, 100.0]


def test_battery_by_hand() -> None:
    """155.3 MJ at 96.6 % carry 500 kW for five minutes and half of it for ten; no load, no end."""
    assert power.battery_time_s(155_279_503, 500e3, 0.966) == pytest.approx(300.0, rel=1e-6)
    assert power.battery_time_s(155_279_503, 250e3, 0.966) == pytest.approx(600.0, rel=1e-6)
    assert power.battery_time_s(np.array([1e6, 0.0]), np.array([0.0, 10.0]), 1.0).tolist() == [
        np.inf,
        0.0,
    ]
