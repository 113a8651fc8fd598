"""Leakage: power and temperature that agree, held by a regulator, beside a root found apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from twin.physics.leakage import extra_w, leakage_frac, settled_degc

COOLANT = np.array([30.0, 45.0, 20.0])
RESISTANCE = np.array([0.03, 0.05, 0.02])
CHIP_W = np.array([700.0, 1000.0, 300.0])
LEAKS_W = np.array([140.0, 250.0, 60.0])
AT = np.array([60.0, 60.0, 80.0])
NO_LIMIT = np.full(3, np.inf)


def test_near_80_degrees_a_kelvin_is_nine_tenths_of_a_per_cent() -> None:
    assert leakage_frac(81.0, 80.0) - 1.0 == pytest.approx(0.009, abs=0.0005)
    assert leakage_frac(np.array([60.0, 90.0]), 60.0)[0] == 1.0


def test_what_settles_is_where_power_and_temperature_agree() -> None:
    found = settled_degc(COOLANT, RESISTANCE, CHIP_W, LEAKS_W, AT, NO_LIMIT)
    for chip in range(3):

        def apart(degc: float, chip: int = chip) -> float:
            more_w = LEAKS_W[chip] * (float(leakage_frac(degc, AT[chip])) - 1.0)
            return COOLANT[chip] + RESISTANCE[chip] * (CHIP_W[chip] + more_w) - degc

        assert found[chip] == pytest.approx(brentq(apart, 0.0, 150.0), abs=1e-9)


def test_a_chip_at_its_figures_draws_them_a_cooler_one_less() -> None:
    assert extra_w(60.0, 140.0, 60.0, np.inf) == 0.0
    assert extra_w(40.0, 140.0, 60.0, np.inf) < 0.0 < extra_w(70.0, 140.0, 60.0, np.inf)
    assert extra_w(40.0, 140.0, 60.0, 5.0) == extra_w(40.0, 140.0, 60.0, np.inf)


def test_a_regulator_lets_no_more_than_its_room_and_takes_nothing_back() -> None:
    assert extra_w(90.0, 140.0, 60.0, 5.0) == 5.0
    assert extra_w(90.0, 140.0, 60.0, 0.0) == 0.0
    assert extra_w(90.0, 140.0, 60.0, -20.0) == 0.0
    held = settled_degc(COOLANT, RESISTANCE, CHIP_W, LEAKS_W, np.full(3, 20.0), np.zeros(3))
    np.testing.assert_allclose(held, COOLANT + RESISTANCE * CHIP_W, rtol=1e-14)
