"""Enthalpy below 0 °C goes on falling: fresh air of -20 °C takes up all of its heat.

By hand after ASHRAE Fundamentals 2017, chapter 1: over ice at -20 °C the saturation pressure is
103.3 Pa, so 80 % are 0.000508 kg/kg; a hall of 22 °C and 40 % has 0.00655 kg/kg.
"""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.moist_air import STANDARD_PA, enthalpy_j_kg, ratio_at_humidity, saturated_ratio
from twin.physics.saturated_air import saturated_degc

HALL = (22.0, 0.40)
OUTSIDE = (-20.0, 0.80)


def enthalpy(degc: float, humidity: float) -> float:
    ratio = ratio_at_humidity(np.array([degc]), np.array([humidity]), np.array([STANDARD_PA]))
    return float(enthalpy_j_kg(np.array([degc]), ratio)[0])


def test_fresh_air_of_a_frosty_day_by_hand() -> None:
    by_hand = 1006 * -20 + 0.000508 * (2501e3 + 1860 * -20)
    assert enthalpy(*OUTSIDE) == pytest.approx(by_hand, abs=10.0)
    assert enthalpy(*HALL) - enthalpy(*OUTSIDE) == pytest.approx(57.7e3, rel=0.002)


@pytest.mark.parametrize("degc", [-30.0, -12.0, -1.0, 1.0, 12.0])
def test_saturated_air_comes_back_to_its_temperature(degc: float) -> None:
    inside = enthalpy_j_kg(np.array(degc), saturated_ratio(degc, STANDARD_PA))
    assert float(saturated_degc(float(inside), STANDARD_PA)) == pytest.approx(degc, abs=0.01)
