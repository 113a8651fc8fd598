"""Does the chiller follow the EnergyPlus electric EIR model?

Worked values: York YT 1055 kW / 5.96 COP / vanes of the EnergyPlus 25.2 chiller data set, computed
by hand from the published coefficients (Engineering Reference, Chillers, EIR).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin import catalogue
from twin.catalogue.rows import Chiller
from twin.physics.chiller import (
    ChillerCurve,
    available_w,
    beyond_frac,
    beyond_k,
    outside,
    power_w,
    safely_outside,
)


def curve(name: str) -> ChillerCurve:
    row = catalogue.get(Chiller, name)
    return ChillerCurve(
        row.capacity_w,
        row.cop_reference,
        row.capft,
        row.eirft,
        row.eirplr,
        (row.x_min_degc, row.x_max_degc),
        (row.y_min_degc, row.y_max_degc),
        row.load_min_frac,
        row.unload_min_frac or row.load_min_frac,
        row.condenser == "water",
    )


YORK = curve("york_yt_1055")
FLAT = ChillerCurve(
    1e6, 5.0, (1, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0), (0, 1, 0), (4, 10), (10, 35), 0.2
)
"""Curves of one: part-load power in proportion to heat, at a COP of 5."""


@pytest.mark.parametrize(
    ("heat_w", "leaving", "entering", "available", "power"),
    [(1055e3, 6.67, 29.44, 1_065_876, 178_205), (500e3, 6.67, 29.44, 1_065_876, 87_341),
     (800e3, 8.0, 20.0, 1_252_889, 98_464)],
)  # fmt: skip
def test_worked_values_of_the_york(
    heat_w: float, leaving: float, entering: float, available: float, power: float
):
    assert available_w(YORK, leaving, entering) == pytest.approx(available, rel=1e-4)
    assert power_w(YORK, heat_w, leaving, entering) == pytest.approx(power, rel=1e-4)


def test_worked_ratios_of_the_york() -> None:
    assert 1055e3 / available_w(YORK, 6.67, 29.44) == pytest.approx(0.9898, abs=5e-5)
    assert 500e3 / available_w(YORK, 6.67, 29.44) == pytest.approx(0.4691, abs=5e-5)
    assert 1055e3 / power_w(YORK, 1055e3, 6.67, 29.44) == pytest.approx(5.920, abs=5e-4)
    assert 800e3 / power_w(YORK, 800e3, 8.0, 20.0) == pytest.approx(8.125, abs=5e-4)


def test_a_flat_machine_by_hand() -> None:
    """Half load at a COP of 5; below a fifth it cycles, which for this curve changes nothing; never
    above full.
    """
    assert power_w(FLAT, 500e3, 7, 30) == pytest.approx(100e3)
    assert power_w(FLAT, 50e3, 7, 30) == pytest.approx(10e3)
    assert power_w(FLAT, 5e6, 7, 30) == pytest.approx(200e3)


def test_below_least_load_power_falls_in_a_straight_line_to_nothing() -> None:
    least = YORK.load_min_frac * float(available_w(YORK, 7, 25))
    at_least = float(power_w(YORK, least, 7, 25))
    shares = np.array([0.0, 0.25, 0.5, 1.0])
    assert power_w(YORK, shares * least, 7, 25) == pytest.approx(shares * at_least, rel=1e-9)


def test_outside_the_limits_power_follows_the_lift_and_is_told() -> None:
    """(T_hot - T_cold) / T_cold with 30 K between both sides and 3 K under the water, by hand; what
    a machine with its condenser in water can carry stays that of the nearest point.
    """
    hot_w = power_w(YORK, 500e3, 12.89, 40.0)
    lift = (40.0 - 12.89 + 30) / (12.89 - 3 + 273.15) / ((35.0 - 8.89 + 30) / (8.89 - 3 + 273.15))
    assert hot_w == pytest.approx(lift * power_w(YORK, 500e3, 8.89, 35.0), rel=1e-12)
    assert available_w(YORK, 12.89, 40.0) == available_w(YORK, 8.89, 35.0)
    assert outside(YORK, 20.0, 25.0)
    assert outside(YORK, 6.0, 10.0)
    assert not outside(YORK, 6.0, 25.0)


@pytest.mark.parametrize("name", ["york_yt_1055", "trane_cgam130"])
@given(share=st.floats(0.0, 1.0), leaving=st.floats(0, 20), entering=st.floats(0, 50))
def test_power_is_finite_positive_and_rises_with_heat(
    name: str, share: float, leaving: float, entering: float
):
    machine = curve(name)
    full = float(available_w(machine, leaving, entering))
    low, high = (float(power_w(machine, full * s, leaving, entering)) for s in (share * 0.9, share))
    assert 0 <= low <= high * (1 + 1e-9)
    assert full > 0
    assert np.isfinite(high)


def test_warmer_condensers_cost_more() -> None:
    """At half load between 20 and 35 degC the York's power rises with the condenser's
    temperature.
    """
    power = power_w(YORK, 500e3, 7.0, np.linspace(20, 35, 16))
    assert (np.diff(power) > 0).all()


def test_a_machine_without_least_load_never_cycles() -> None:
    assert power_w(replace(FLAT, load_min_frac=0.0), 1e3, 7, 30) == pytest.approx(200.0)


def test_shapes_broadcast() -> None:
    assert power_w(YORK, np.array([1e5, 2e5, 3e5]), 7.0, 25.0).shape == (3,)


def test_an_unloader_ends_before_the_machine_cycles() -> None:
    """Trane CGAM130 at 6.67 and 28.3 °C: from 0.25 down it draws as at 0.25, and cycles below 0.15;
    a tenth of its capacity costs 19,050 W as in EnergyPlus 25.2.
    """
    trane = curve("trane_cgam130")
    full = float(available_w(trane, 6.67, 28.3))
    assert power_w(trane, 0.10 * full, 6.67, 28.3) == pytest.approx(19_050, rel=1e-3)
    at_quarter = float(power_w(trane, 0.25 * full, 6.67, 28.3))
    assert power_w(trane, 0.16 * full, 6.67, 28.3) == pytest.approx(at_quarter, rel=1e-12)
    assert power_w(trane, 0.075 * full, 6.67, 28.3) == pytest.approx(at_quarter / 2, rel=1e-9)


def test_how_far_outside_the_curves_it_works() -> None:
    beyond = beyond_k(YORK, np.array([3.44, 6.0, 9.89]), np.array([10.78, 20.0, 37.0]))
    np.testing.assert_allclose(beyond[0], [-1.0, 0.0, 1.0])
    np.testing.assert_allclose(beyond[1], [-2.0, 0.0, 2.0])


def test_condensers_are_held_in_cold_air_and_above_their_water() -> None:
    """Power falls no further below 4.44 °C outdoors, nor where the lift is less than that of any
    machine of the data set: 5.56 K below the leaving water.
    """
    carrier = curve("carrier_30rb390")
    held = (4.44 - 7 + 30) / (29.44 - 7 + 30)
    assert beyond_frac(carrier, 7.0, 4.0) == pytest.approx(held, rel=1e-12)
    assert beyond_frac(carrier, 7.0, -20.0) == beyond_frac(carrier, 7.0, 4.44) < 0.6
    assert beyond_frac(carrier, 7.0, 4.0) == beyond_frac(carrier, 7.0, 4.44)
    assert beyond_frac(carrier, 7.0, 5.0) > beyond_frac(carrier, 7.0, 4.44)
    assert beyond_frac(carrier, 15.56, 6.0) == beyond_frac(carrier, 15.56, 10.0)
    assert beyond_frac(carrier, 15.56, 10.1) > beyond_frac(carrier, 15.56, 10.0)
    trane = curve("trane_cgam130")
    assert beyond_frac(trane, 7.0, -10.0) == 1.0, "as its own curves end there"


def test_the_side_where_a_machine_may_carry_less_is_told_apart() -> None:
    assert safely_outside(YORK, 12.0, 10.0)
    assert not safely_outside(YORK, 12.0, 36.0)
    assert safely_outside(YORK, 4.44, 35.0), "at both ends"
    for edge in ((8.89, 35.0), (4.44, 12.78)):
        assert not outside(YORK, *edge)
    assert not safely_outside(YORK, 4.0, 20.0)


def test_steps_over_the_end_of_a_curve_are_as_small_as_they_are() -> None:
    for edge, at in ((8.89, 25.0), (4.44, 25.0)):
        either = power_w(YORK, 500e3, np.array([edge - 1e-6, edge + 1e-6]), at)
        assert either[0] == pytest.approx(either[1], rel=1e-6)
    over = power_w(YORK, 500e3, 7.0, np.array([35.0 - 1e-6, 35.0 + 1e-6]))
    assert over[0] == pytest.approx(over[1], rel=1e-6)


def test_a_machine_that_is_stated_for_less_lift_than_any_keeps_its_curves() -> None:
    near = replace(YORK, leaving_degc=(4.44, 15.0), entering_degc=(2.0, 35.0))
    assert beyond_frac(near, 15.0, 3.0) == 1.0


def test_capacity_in_hotter_air_by_hand() -> None:
    """Curves of one that end at 35 °C, water of 8 °C: 130 - 18 + 8 - 35 = 85 K are left of the
    refrigerant's effect, 80 at 40 °C, so 941 kW; full load draws what it does there.
    """
    assert float(available_w(FLAT, 8.0, 40.0)) == pytest.approx(1e6 * 80 / 85, rel=1e-12)
    assert float(available_w(replace(FLAT, water_cooled=True), 8.0, 40.0)) == 1e6
    assert available_w(FLAT, 8.0, np.array([20.0, 35.0, 40.0])) == pytest.approx(
        [1e6, 1e6, 1e6 * 80 / 85]
    )
    lift = (40 - 8 + 30) / (35 - 8 + 30)
    assert float(power_w(FLAT, 1e6, 8.0, 40.0)) == pytest.approx(1e6 * 80 / 85 / 5 * lift)
