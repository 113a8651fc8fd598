"""Is every number and clip of a cooling tower felt? Each law written out once more."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.moist_air import STANDARD_PA, enthalpy_j_kg, ratio_of_wet_bulb, saturated_ratio
from twin.physics.saturated_air import saturated_degc, saturated_j_kg
from twin.physics.tower import Tower, basin_heater_w, hold, leaving_degc, merkel_leaving_degc, water
from twin.physics.yorkcalc import liquid_to_gas_for, within_york, york_approach_k

STREAM_W_K = 1e6 / 5.56
TOWER = Tower(heat_w=1e6, water_w_k=STREAM_W_K, approach_k=4.0, fan_w=10e3)
HIGH_PA = 83_000.0


def test_what_nobody_states() -> None:
    """78 °F, 1.2 kg of water a kilogram of air, an eighth of the range and a fifth of the air with
    fans off and at their least, 0.005 % of drift, five cycles.
    """
    assert TOWER.wet_bulb_degc == 25.55
    assert TOWER.air_kg_s == pytest.approx(STREAM_W_K / 4182.0 / 1.2, rel=1e-12)
    stated = (TOWER.free_frac, TOWER.air_min_frac, TOWER.drift_frac, TOWER.cycles)
    assert stated == (0.125, 0.2, 5e-5, 5.0)


def test_transfer_is_that_of_the_design_point_at_sea_level_wherever_it_stands() -> None:
    """NTU from Q = e min(C) (T_in - wet bulb), saturated air from h_in + Q/m."""
    high = Tower(heat_w=1e6, water_w_k=STREAM_W_K, approach_k=4.0, pressure_pa=HIGH_PA)
    assert high.transfer_kg_s == pytest.approx(TOWER.transfer_kg_s, rel=1e-12)
    assert high.air_kg_s == pytest.approx(TOWER.air_kg_s * HIGH_PA / STANDARD_PA, rel=1e-12)
    h_in = float(saturated_j_kg(25.55, STANDARD_PA))
    out = float(saturated_degc(h_in + 1e6 / TOWER.air_kg_s, STANDARD_PA))
    air = 1e6 / (out - 25.55)
    ratio = min(air, STREAM_W_K) / max(air, STREAM_W_K)
    effect = 1e6 / (min(air, STREAM_W_K) * (4.0 + 5.56))
    units = np.log((1 - ratio * effect) / (1 - effect)) / (1 - ratio)
    slope = air / TOWER.air_kg_s
    assert TOWER.transfer_kg_s * slope == pytest.approx(units * min(air, STREAM_W_K), rel=1e-9)


@pytest.mark.parametrize(("air_frac", "water_frac"), [(0.5, 1.0), (1.0, 0.6), (0.4, 0.8)])
def test_merkel_at_other_streams(air_frac: float, water_frac: float) -> None:
    """Transfer goes with the 0.6th power of air and the 0.4th of water."""
    heat, wet = 3e5, 8.0
    air_kg_s = TOWER.air_kg_s * air_frac
    stream = STREAM_W_K * water_frac
    out = float(saturated_degc(float(saturated_j_kg(wet, STANDARD_PA)) + heat / air_kg_s,
                               STANDARD_PA))  # fmt: skip
    slope = heat / air_kg_s / (out - wet)
    air = air_kg_s * slope
    transfer = TOWER.transfer_kg_s * air_frac**0.6 * water_frac**0.4 * slope
    ratio = min(air, stream) / max(air, stream)
    e = np.exp(-transfer / min(air, stream) * (1 - ratio))
    effect = (1 - e) / (1 - ratio * e)
    entering = wet + heat / (effect * min(air, stream))
    found = merkel_leaving_degc(TOWER, heat, wet, air_frac, water_frac)
    assert found == pytest.approx(entering - heat / stream, abs=1e-6)


def test_less_water_has_a_wider_range_and_more_air() -> None:
    """Four fifths of the water, nine tenths of the air: range Q / (0.8 C), ratio L/G 0.8 / 0.9."""
    found = leaving_degc(TOWER, 8e5, 18.0, 0.9, 0.8)
    ratio = TOWER.liquid_to_gas * 0.8 / 0.9
    approach = float(york_approach_k(18.0, 8e5 / (0.8 * STREAM_W_K), ratio))
    assert within_york(18.0, 5.56, ratio, approach, 0.8)
    assert found == pytest.approx(18.0 + approach, rel=1e-12)


@pytest.mark.parametrize(
    "outside",
    [
        {"wet_bulb_degc": 29.5}, {"wet_bulb_degc": -34.5}, {"range_k": 1.1}, {"range_k": 22.3},
        {"approach_k": 1.1}, {"approach_k": 40.1}, {"water_frac": 0.74}, {"water_frac": 1.26},
        {"ratio": 8.1},
    ],
)  # fmt: skip
def test_the_correlation_ends_where_it_was_fitted(outside: dict[str, float]) -> None:
    """EnergyPlus Engineering Reference: its limits, and a hair inside each of them."""
    inside = {"wet_bulb_degc": 20.0, "range_k": 5.0, "ratio": 1.0, "approach_k": 4.0}
    inside |= {"water_frac": 1.0}
    assert within_york(**inside)
    assert not within_york(**inside | outside)
    edge = {"wet_bulb_degc": 29.44, "range_k": 22.22, "ratio": 8.0, "approach_k": 40.0}
    assert within_york(**edge | {"water_frac": 1.25})
    low = {"wet_bulb_degc": -34.4, "range_k": 1.112, "ratio": 0.1, "approach_k": 1.112}
    assert within_york(**low | {"water_frac": 0.75})


def test_no_air_is_too_much_for_an_approach_that_none_gives() -> None:
    """Water at its wet bulb wants endless air, so the ratio ends at 0.001; above the parabola's top
    it is that of the top.
    """
    assert liquid_to_gas_for(-30.0, 20.0, 5.0) == 1e-3
    top = float(liquid_to_gas_for(1e4, 20.0, 5.0))
    near = york_approach_k(20.0, 5.0, np.array([top - 0.01, top, top + 0.01]))
    assert near[1] > max(near[0], near[2])


def still_degc(heat: float, wet: float, water_frac: float = 1.0) -> float:
    """Fans off: an eighth of the range that full fans give from the same entering water."""
    stream = STREAM_W_K * water_frac
    full = float(leaving_degc(TOWER, 8.0 * heat, wet, 1.0, water_frac))
    return full + 7.0 * heat / stream


@pytest.mark.parametrize("water_frac", [1.0, 0.8])
def test_fans_cycle_between_their_least_speed_and_none(water_frac: float) -> None:
    """Halfway between the water of both: half of the time at a fifth of the air, so 0.1 of the air
    and 0.004 of the power.
    """
    heat, wet = 1.2e5, 15.0
    slow = float(leaving_degc(TOWER, heat, wet, 0.2, water_frac))
    still = still_degc(heat, wet, water_frac)
    assert still > slow + 1.0
    held = hold(TOWER, heat, wet, (slow + still) / 2, water_frac)
    assert held.water_degc == pytest.approx((slow + still) / 2, rel=1e-12)
    assert held.air_frac == pytest.approx(0.1, rel=1e-9)
    assert held.fan_w == pytest.approx(10e3 * 0.5 * 0.008, rel=1e-9)
    near = hold(TOWER, heat, wet, slow + 0.02 * (still - slow), water_frac)
    assert near.fan_w == pytest.approx(10e3 * 0.98 * 0.008, rel=1e-6)
    above = hold(TOWER, heat, wet, still + 3.0, water_frac)
    assert above.water_degc == pytest.approx(still, rel=1e-12)
    assert (above.air_frac, above.fan_w) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("heat", "wet", "wanted", "water_frac"),
    [
        (8e5, 15.0, 24.0, 1.0),
        (8e5, 15.0, 24.0, 0.8),
        (9e5, 30.0, 36.0, 1.0),
        (8e5, 12.0, 25.0, 0.6),
    ],
)
def test_a_fan_turns_as_fast_as_gives_the_water_wanted(
    heat: float, wet: float, wanted: float, water_frac: float
) -> None:
    """Inside the correlation and outside of it, where air is found by bisection."""
    held = hold(TOWER, heat, wet, wanted, water_frac)
    assert 0.2 < held.air_frac < 1.0
    found = leaving_degc(TOWER, heat, wet, float(held.air_frac), water_frac)
    assert found == pytest.approx(wanted, abs=1e-4)
    assert held.fan_w == pytest.approx(10e3 * float(held.air_frac) ** 3, rel=1e-9)


def test_without_heat_water_is_no_colder_than_the_wet_bulb() -> None:
    for wanted, degc in ((20.0, 24.0), (28.0, 28.0)):
        held = hold(TOWER, 0.0, 24.0, wanted)
        assert (held.water_degc, held.air_frac, held.fan_w) == (degc, 0.0, 0.0)


@pytest.mark.parametrize(
    ("pressure", "air_frac"), [(STANDARD_PA, 0.7), (HIGH_PA, 0.7), (HIGH_PA, 0)]
)
def test_evaporation_at_a_height_and_with_fans_off(pressure: float, air_frac: float) -> None:
    """Saturated at h_in + Q/m at the pressure of the site; an eighth of the air moves by itself."""
    tower = Tower(heat_w=1e6, water_w_k=STREAM_W_K, approach_k=4.0, pressure_pa=pressure, cycles=3)
    heat = 1.5e5
    inside = float(ratio_of_wet_bulb(np.array(25.0), np.array(15.0), np.array(pressure)))
    air_kg_s = STREAM_W_K / 4182.0 / 1.2 * pressure / STANDARD_PA * max(air_frac, 0.125)
    out = saturated_degc(float(enthalpy_j_kg(25.0, inside)) + heat / air_kg_s, pressure)
    evaporated = air_kg_s * (float(saturated_ratio(out, pressure)) - inside)
    found = water(tower, heat, 25.0, 15.0, air_frac, 0.8)
    drift = 5e-5 * 0.8 * STREAM_W_K / 4182.0
    assert found.evaporated == pytest.approx(evaporated, rel=1e-9)
    assert found.drift == pytest.approx(drift, rel=1e-12)
    assert found.blown_down == pytest.approx(evaporated / 2.0 - drift, rel=1e-9)
    assert found.make_up == pytest.approx(1.5 * evaporated, rel=1e-9)


def test_drift_that_is_more_than_the_cycles_ask_for_blows_nothing_down() -> None:
    many = Tower(heat_w=1e6, water_w_k=STREAM_W_K, approach_k=4.0, cycles=5000.0)
    found = water(many, 1e5, 25.0, 15.0, 0.5)
    assert found.blown_down == 0.0
    assert found.make_up == pytest.approx(float(found.evaporated + found.drift), rel=1e-12)
    idle = water(TOWER, 0.0, 25.0, 15.0, 0.0)
    assert (idle.evaporated, idle.drift, idle.make_up) == (0.0, 0.0, 0.0)


def test_a_basin_is_heated_below_two_degrees_alone() -> None:
    heated = Tower(heat_w=1e6, water_w_k=STREAM_W_K, approach_k=4.0, basin_w_k=400.0)
    found = basin_heater_w(heated, np.array([-40.0, 1.0, 2.0, 5.0]))
    assert found == pytest.approx([16_800.0, 400.0, 0.0, 0.0])
