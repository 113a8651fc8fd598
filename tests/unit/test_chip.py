from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.chip import (
    FLOOR_CLOCK_FRAC,
    FLOOR_VOLTAGE_FRAC,
    H100,
    ActivityLaw,
    activity,
    clock_for_power,
    power_w,
    voltage_frac,
)


def test_idle_and_full_power() -> None:
    assert power_w(75, 700, np.array([0.0, 1.0])).tolist() == [75.0, 700.0]


def test_voltage_rests_at_its_floor() -> None:
    assert voltage_frac([0.3, FLOOR_CLOCK_FRAC, 1.0]) == pytest.approx(
        [FLOOR_VOLTAGE_FRAC, FLOOR_VOLTAGE_FRAC, 1.0]
    )


@given(st.floats(0.05, 1.0), st.floats(80, 900))
def test_clock_for_power_undoes_power(load: float, cap_w: float) -> None:
    clock = clock_for_power(75, 700, load, cap_w)
    drawn_w = power_w(75, 700, load, clock)
    assert drawn_w <= cap_w + 1e-6
    assert clock == pytest.approx(1.0) or drawn_w == pytest.approx(cap_w, abs=1e-6)


def test_cap_below_idle_stops_the_clock() -> None:
    assert clock_for_power(75, 700, [0.5, 0.0], 50).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("law", [H100, ActivityLaw(0.0, 0.8290, 0.6034, 0.5, 0.75)])
def test_activity_is_a_share_that_scales_with_busy_time(law: ActivityLaw) -> None:
    assert activity(law, 0.0, 0.0, 0.0) == 0.0
    assert activity(law, 1.0, 1.0) <= 1.0
    assert activity(law, 0.05, 0.1, 0.5) == pytest.approx(0.5 * activity(law, 0.1, 0.2))
