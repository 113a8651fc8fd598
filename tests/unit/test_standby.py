"""What standby sets burn, and when they fail."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.standby import DIESEL_M3_PER_J, consumption_m3_s, run_until_failure_h


def test_fuel_lies_on_two_lines_through_the_three_points_of_a_data_sheet() -> None:
    load = np.array([0.0, 0.25, 0.5, 0.52, 0.75, 1.0, 1.1])
    burnt = consumption_m3_s(load, np.array(2.0), np.array(10.0), np.array(20.0))
    np.testing.assert_allclose(burnt, [2.0, 6.0, 10.0, 10.4, 15.0, 20.0, 22.0])


def test_each_set_has_its_own_line() -> None:
    load = np.array([[0.25, 0.75], [1.0, 0.0]])
    idle = np.array([1.0, 4.0])
    half = np.array([3.0, 8.0])
    burnt = consumption_m3_s(load, idle, half, np.array([7.0, 10.0]))
    np.testing.assert_allclose(burnt, [[2.0, 9.0], [7.0, 4.0]])


def test_an_hour_fails_with_its_probability_and_later_ones_at_their_rate() -> None:
    """Draws at the middles of ten thousand equal shares stand for all draws."""
    share = (np.arange(10_000) + 0.5) / 10_000
    draws = -np.log1p(-share)
    hours = np.array([run_until_failure_h(float(draw), 0.06, 0.002) for draw in draws])
    assert np.mean(hours < 1.0) == pytest.approx(0.06, abs=1e-4)
    later = hours[hours >= 1.0] - 1.0
    assert later.mean() == pytest.approx(1 / 0.002, rel=2e-3)
    assert np.median(later) == pytest.approx(np.log(2) / 0.002, rel=1e-3)


def test_within_the_first_hour_the_rate_holds_still() -> None:
    """Half the hazard of the hour is used up at half of it."""
    hazard = -np.log(1 - 0.3)
    assert run_until_failure_h(hazard / 2, 0.3, 1.0) == pytest.approx(0.5)
    assert run_until_failure_h(hazard, 0.3, 1.0) == pytest.approx(1.0)
    assert run_until_failure_h(hazard + 0.5, 0.3, 0.25) == pytest.approx(3.0)


def test_a_set_without_rates_runs_for_ever_and_one_that_must_fail_fails_at_once() -> None:
    assert run_until_failure_h(5.0, 0.0, 0.0) == np.inf
    assert run_until_failure_h(0.3, 0.0, 0.1) == pytest.approx(4.0)
    assert run_until_failure_h(1.0, 1.0, 0.1) == pytest.approx(1 / 34.54, rel=1e-3)


def test_a_litre_of_a_set_that_states_nothing_makes_3_7_kilowatt_hours() -> None:
    assert pytest.approx(1 / 0.27) == 1e-3 / DIESEL_M3_PER_J / 3.6e6
