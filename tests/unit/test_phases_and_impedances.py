"""Single phases, impedances and what stands in parallel, beside phasors and circuits by hand."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics import impedance, phases


def test_single_phase_loads_go_to_the_phases_in_turn() -> None:
    load_va = np.array([10.0, 20.0, 30.0, 40.0 + 5.0j])
    np.testing.assert_allclose(phases.dealt(load_va), [50.0 + 5.0j, 20.0, 30.0])


def test_imbalance_is_the_largest_distance_from_the_mean_on_either_side() -> None:
    assert phases.imbalance_frac(np.array([110.0, 100.0, 90.0])) == pytest.approx(0.1)
    assert phases.imbalance_frac(np.array([40.0, 100.0, 100.0])) == pytest.approx(0.5)
    assert phases.imbalance_frac(np.array([150.0, 75.0, 75.0])) == pytest.approx(0.5)
    assert phases.imbalance_frac(np.zeros(3)) == 0.0


def test_the_neutral_carries_the_sum_of_three_phasors() -> None:
    turn = np.exp(-2j * np.pi * np.arange(3) / 3)
    for load_va in np.random.default_rng(1).uniform(0, 100, (50, 3)):
        assert phases.neutral_va(load_va) == pytest.approx(abs(load_va @ turn))
    assert phases.neutral_va(np.array([7.0, 7.0, 7.0])) == 0.0
    assert phases.neutral_va(np.array([0.0, 9.0, 0.0])) == 9.0


def test_a_transformer_by_its_short_circuit_test() -> None:
    """At its short-circuit voltage the rated current flows, and copper loses the stated loss."""
    rating_va = 2.5e6
    z = impedance.transformer_per_va(0.06, 0.009, rating_va)
    volts = 480.0
    ohms = z * volts**2
    current_a = rating_va / (np.sqrt(3) * volts)
    assert np.sqrt(3) * current_a * abs(ohms) == pytest.approx(0.06 * volts)
    assert 3 * current_a**2 * ohms.real == pytest.approx(0.009 * rating_va)
    assert ohms.imag > 0


def test_more_loss_than_impedance_is_all_resistance() -> None:
    assert impedance.transformer_per_va(0.02, 0.05, 1e6) == pytest.approx(0.02e-6 + 0j)


def test_a_cable_in_ohms() -> None:
    """100 m of 0.1 + 0.08j milliohm a metre at 400 V."""
    volts = 400.0
    ohms = impedance.conductor_per_va(1e-4, 0.8e-4, 100.0, volts) * volts**2
    assert ohms == pytest.approx(0.01 + 0.008j)
    rating_va = 200e3
    current_a = rating_va / (np.sqrt(3) * volts)
    lost_frac = impedance.conductor_loss_frac(1e-4, 100.0, volts, rating_va)
    assert lost_frac * rating_va == pytest.approx(3 * current_a**2 * 0.01)


def test_what_stands_in_parallel_shares_as_a_circuit_does() -> None:
    """Every branch drops the same voltage."""
    branches = [0.02 + 0.05j, 0.01 + 0.06j, 0.08 + 0.01j]
    shares = np.array(impedance.shares_by_admittance(branches))
    drops = shares * np.array(branches)
    np.testing.assert_allclose(drops, drops[0])
    assert shares[np.argmin(np.abs(branches))] == 1.0
    assert np.abs(shares).max() == 1.0


@pytest.mark.parametrize(
    "branches",
    [[0.02 + 0.05j, None], [0.02 + 0.05j, 0j], [0.03j, 0.03j * (1 + 1e-10)], [None, None]],
    ids=["one unknown", "one without", "alike", "none known"],
)
def test_what_is_not_known_or_alike_shares_evenly(branches: list[complex | None]) -> None:
    assert impedance.shares_by_admittance(branches) == [1.0, 1.0]


def test_a_small_difference_counts() -> None:
    stiff, soft = impedance.shares_by_admittance([0.03j, 0.03j * (1 + 1e-6)])
    assert stiff == 1.0
    assert soft == pytest.approx(1 / (1 + 1e-6), abs=1e-12)
    assert soft != 1.0
