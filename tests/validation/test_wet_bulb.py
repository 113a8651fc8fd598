"""Wet bulbs against the steam and psychrometric tables of the ASHRAE Handbook, Fundamentals.

Facts from Fundamentals 2017, chapter 1: table 3 (saturation pressure) and table 2 (humidity ratio
at saturation, 101.325 kPa), and from the definition itself: saturated air has its dry bulb for a
wet bulb.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.psychrometrics import (
    humidity_ratio,
    saturation_pressure_pa,
    standard_pressure_pa,
    wet_bulb_degc,
)

SEA_LEVEL_PA = 101_325.0


@pytest.mark.parametrize(
    ("degc", "kpa"),
    [(-20.0, 0.10326), (0.0, 0.61121), (20.0, 2.3389), (40.0, 7.3838), (60.0, 19.946)],
)
def test_saturation_pressure_is_that_of_the_table(degc: float, kpa: float) -> None:
    assert float(saturation_pressure_pa(np.array(degc))) == pytest.approx(kpa * 1e3, rel=5e-4)


@pytest.mark.parametrize(
    ("degc", "kg_kg"), [(0.0, 0.003790), (20.0, 0.014758), (30.0, 0.027329), (40.0, 0.049141)]
)
def test_saturated_humidity_is_that_of_the_table(degc: float, kg_kg: float) -> None:
    """The table's air is real, this one ideal: 0.5 % apart."""
    vapour = saturation_pressure_pa(np.array(degc))
    assert float(humidity_ratio(vapour, np.array(SEA_LEVEL_PA))) == pytest.approx(kg_kg, rel=6e-3)


def test_a_psychrometric_example() -> None:
    """Fundamentals 2017, chapter 1, example 1: 40 °C dry and 20 °C wet bulb hold 6.5 g/kg."""
    vapour = np.array(SEA_LEVEL_PA * 0.0065 / (0.621945 + 0.0065))
    wet = wet_bulb_degc(np.array(40.0), vapour, np.array(SEA_LEVEL_PA))
    assert float(wet) == pytest.approx(20.0, abs=0.1)


@given(dry=st.floats(-60, 55), humid=st.floats(0, 1), pressure=st.floats(60_000, 110_000))
def test_a_wet_bulb_lies_below_its_dry_bulb_and_rises_with_humidity(
    dry: float, humid: float, pressure: float
) -> None:
    full = saturation_pressure_pa(np.array(dry))
    at = np.array(pressure)
    wet = float(wet_bulb_degc(np.array(dry), humid * full, at))
    assert wet <= dry + 1e-9
    assert (
        wet <= float(wet_bulb_degc(np.array(dry), np.minimum(humid + 0.05, 1.0) * full, at)) + 1e-9
    )
    assert float(wet_bulb_degc(np.array(dry), full, at)) == pytest.approx(dry, abs=1e-9)


def test_standard_pressure() -> None:
    """Fundamentals 2017, chapter 1, table 1: 84.556 kPa at 1,500 m."""
    assert standard_pressure_pa(0.0) == SEA_LEVEL_PA
    assert standard_pressure_pa(1500.0) == pytest.approx(84_556.0, rel=1e-4)
