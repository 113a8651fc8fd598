"""Of two trip curves in series, where the upper one opens first: beside where they cross."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.selectivity import POINTS, TripCurve, first_conflict

LOWER = TripCurve(rating_w=100e3, pickup_frac=1.1, constant_s=500.0, instantaneous_frac=10.0)
ABOVE = TripCurve(rating_w=250e3, pickup_frac=1.1, constant_s=500.0, instantaneous_frac=10.0)


def test_a_larger_one_of_the_same_curve_is_selective() -> None:
    assert first_conflict(LOWER, ABOVE) is None


def test_a_quick_one_above_opens_first_from_where_the_curves_cross() -> None:
    """k_l / ((P / R_l)^2 - 1) = k_u / ((P / R_u)^2 - 1) solved for P; the next tried load is at
    most one of 400 steps above it.
    """
    quick = TripCurve(250e3, 1.1, 20.0, 10.0)
    crossing_w = np.sqrt((500 - 20) / (500 / 250e3**2 - 20 / 100e3**2))
    found = first_conflict(LOWER, quick)
    assert found is not None
    load_w, lower_s, upper_s = found
    step = (10.0 / 1.1) ** (1 / (POINTS - 1))
    assert crossing_w < load_w <= crossing_w * step
    assert lower_s == pytest.approx(500 / ((load_w / 100e3) ** 2 - 1))
    assert upper_s == pytest.approx(20 / ((load_w / 250e3) ** 2 - 1))
    assert upper_s < lower_s


def test_an_instantaneous_band_above_that_begins_early_opens_first_from_there() -> None:
    early = TripCurve(250e3, 1.1, 5000.0, 2.0)
    found = first_conflict(LOWER, early)
    assert found is not None
    load_w, lower_s, upper_s = found
    assert 500e3 <= load_w < 500e3 * 1.006
    assert upper_s == 0.0
    assert lower_s == pytest.approx(500 / ((load_w / 100e3) ** 2 - 1))


def test_one_above_that_is_always_quicker_opens_first_from_the_pick_up_on() -> None:
    found = first_conflict(LOWER, TripCurve(100e3, 1.05, 100.0, 10.0))
    assert found is not None
    assert found[0] == pytest.approx(110e3, rel=1e-6)
    assert found[0] > 110e3


def test_alike_ones_are_not_told() -> None:
    assert first_conflict(LOWER, LOWER) is None
    slightly = TripCurve(100e3, 1.1, 500.0 * (1 - 1e-5), 10.0)
    assert first_conflict(LOWER, slightly) is not None


def test_below_the_pick_up_of_the_upper_one_nothing_is_wrong() -> None:
    """It would be quicker where it does not look yet: its curve begins at twice its rating."""
    quick = TripCurve(250e3, 2.0, 20.0, 10.0)
    found = first_conflict(LOWER, quick)
    assert found is not None
    assert 500e3 < found[0] < 500e3 * 1.006


@pytest.mark.parametrize(
    "lower",
    [
        TripCurve(100e3, 1.1, 500.0, np.inf),
        TripCurve(np.inf, 1.1, 500.0, 10.0),
        TripCurve(100e3, 5.0, 500.0, 5.0),
    ],
    ids=["never instantaneous", "no rating", "no band"],
)
def test_without_a_band_between_pick_up_and_instantaneous_nothing_is_told(lower: TripCurve) -> None:
    assert first_conflict(lower, TripCurve(250e3, 1.1, 1.0, 10.0)) is None
