"""Does a cooling tower follow its correlation, hold its set-point, and evaporate what it should?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.moist_air import enthalpy_j_kg, ratio_of_wet_bulb, saturated_ratio
from twin.physics.saturated_air import saturated_degc
from twin.physics.tower import Tower, hold, leaving_degc, merkel_leaving_degc, water
from twin.physics.yorkcalc import liquid_to_gas_for, within_york, york_approach_k

TOWER = Tower(heat_w=1e6, water_w_k=1e6 / 5.56, approach_k=4.0, fan_w=10e3)


@pytest.mark.parametrize(
    ("wet_bulb", "range_k", "ratio", "approach"),
    [(25.55, 5.56, 1.0, 3.8445), (20, 5, 1.3, 6.3137), (10, 5, 1.0, 7.1682), (15, 8, 0.8, 6.5237),
     (25, 4, 1.5, 5.0053)],
)  # fmt: skip
def test_worked_values_of_yorkcalc(
    wet_bulb: float, range_k: float, ratio: float, approach: float
) -> None:
    """Values that several public implementations of the correlation agree on."""
    found = york_approach_k(wet_bulb, range_k, ratio)
    assert found == pytest.approx(approach, abs=1e-4)
    assert liquid_to_gas_for(found, wet_bulb, range_k) == pytest.approx(ratio, rel=1e-9)


def test_it_meets_its_design_by_both_laws() -> None:
    design = TOWER.wet_bulb_degc + TOWER.approach_k
    assert leaving_degc(TOWER, 1e6, TOWER.wet_bulb_degc) == pytest.approx(design, abs=1e-6)
    assert merkel_leaving_degc(TOWER, 1e6, TOWER.wet_bulb_degc, 1.0) == pytest.approx(
        design, abs=1e-3
    )


def test_outside_the_correlation_merkel_answers() -> None:
    """A range of 0.56 K at a tenth of the heat, and air more humid than the fit knows."""
    assert not within_york(20.0, 0.556, 1.07, 3.0)
    for heat, wet in ((1e5, 20.0), (1e6, 31.0)):
        merkel = merkel_leaving_degc(TOWER, heat, wet, 1.0)
        assert leaving_degc(TOWER, heat, wet) == pytest.approx(float(merkel), rel=1e-12)
        assert merkel > wet


@given(heat=st.floats(2e5, 1e6), wet=st.floats(-5, 29), set_point=st.floats(10, 35))
def test_fans_are_as_slow_as_hold_the_set_point(heat: float, wet: float, set_point: float) -> None:
    """Held where it can be; full fans where it cannot; and never colder than asked for unless the
    fans stand still.
    """
    held = hold(TOWER, heat, wet, set_point)
    full = float(leaving_degc(TOWER, heat, wet))
    if full > set_point:
        assert held.water_degc == pytest.approx(full, abs=1e-6)
    elif held.air_frac > 0:
        assert held.water_degc == pytest.approx(set_point, abs=1e-6)
    else:
        assert held.water_degc <= set_point
    assert 0 <= held.air_frac <= 1
    if held.air_frac >= TOWER.air_min_frac:
        again = leaving_degc(TOWER, heat, wet, held.air_frac)
        assert again == pytest.approx(float(held.water_degc), abs=0.75), "a seam of the two laws"
        assert held.fan_w == pytest.approx(10e3 * float(held.air_frac) ** 3, rel=1e-9)


def test_less_heat_and_drier_air_need_less_fan() -> None:
    wet = np.linspace(0.0, 15.0, 16)
    by_wet = hold(TOWER, 8e5, wet, 21.0).fan_w
    assert (np.diff(by_wet) >= -1e-9).all()
    by_heat = hold(TOWER, np.linspace(3e5, 1e6, 15), 12.0, 21.0).fan_w
    assert (np.diff(by_heat) >= -1e-9).all()


def test_an_idle_tower_stands_still() -> None:
    still = hold(TOWER, 0.0, 10.0, 21.0)
    assert still.fan_w == 0.0
    assert water(TOWER, 0.0, 12.0, 10.0).make_up == 0.0


@pytest.mark.parametrize(("dry", "wet", "low", "high"), [
    (-10.0, -11.0, 0.30, 0.50), (5.0, 4.0, 0.55, 0.70), (25.0, 18.0, 0.78, 0.95),
    (40.0, 20.0, 1.0, 1.5),
])  # fmt: skip
def test_the_latent_share_grows_with_warmth_and_dryness(
    dry: float, wet: float, low: float, high: float
) -> None:
    evaporated = water(TOWER, 1e6, dry, wet).evaporated
    assert low < evaporated * 2.45e6 / 1e6 < high


def test_energy_and_mass_of_the_air_close() -> None:
    """Air leaves saturated: Q = m (h_out - h_in), and water = m (w_out - w_in)."""
    inside = ratio_of_wet_bulb(20.0, 14.0, 101325.0)
    taken = water(TOWER, 9e5, 20.0, 14.0).evaporated
    out = saturated_degc(enthalpy_j_kg(20.0, inside) + 9e5 / TOWER.air_kg_s, 101325.0)
    assert inside + taken / TOWER.air_kg_s == pytest.approx(
        float(saturated_ratio(out, 101325.0)), rel=1e-9
    )


def test_blow_down_follows_the_cycles_and_drift_is_part_of_it() -> None:
    five = water(TOWER, 1e6, 25.0, 18.0)
    assert five.drift + five.blown_down == pytest.approx(float(five.evaporated) / 4, rel=1e-9)
    three = water(Tower(1e6, 1e6 / 5.56, 4.0, cycles=3.0), 1e6, 25.0, 18.0)
    assert three.make_up == pytest.approx(float(three.evaporated) * 1.5, rel=1e-9)


def test_thin_air_takes_more_water_and_carries_the_same_design() -> None:
    denver = Tower(1e6, 1e6 / 5.56, 4.0, fan_w=10e3, pressure_pa=83460.0)
    assert denver.air_kg_s == pytest.approx(TOWER.air_kg_s * 0.8237, rel=1e-3)
    assert hold(denver, 1e6, 25.0, 10.0).fan_w == pytest.approx(10e3 * 0.8237, rel=1e-3)


@given(st.floats(-40, 70), st.floats(6e4, 1.05e5))
def test_saturated_enthalpy_and_its_inverse(temperature: float, pressure: float) -> None:
    if temperature > 60 and pressure < 8e4:
        return
    enthalpy = enthalpy_j_kg(temperature, saturated_ratio(temperature, pressure))
    assert saturated_degc(enthalpy, pressure) == pytest.approx(temperature, abs=1e-3)


def test_shapes_broadcast() -> None:
    held = hold(TOWER, np.full((2, 1), 5e5), np.linspace(5, 25, 7), 20.0)
    assert held.water_degc.shape == (2, 7)
