"""Laws of heat exchange, pumps, fans, chillers and moist air that hold for any numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from twin import catalogue
from twin.catalogue.rows import Chiller
from twin.physics import coolant, thermal, thermal_modes
from twin.physics.chiller import (
    ChillerCurve,
    available_w,
    beyond_frac,
    outside,
    power_w,
    safely_outside,
)
from twin.physics.psychrometrics import (
    humidity_ratio,
    saturation_pressure_pa,
    standard_pressure_pa,
    wet_bulb_degc,
)

FLOWS = st.floats(1e-5, 1.0)
STREAMS = st.floats(1e2, 1e7)
SHARE = st.floats(0.01, 0.99)
UNITS = st.floats(0.01, 12.0)
FLUIDS = st.sampled_from(["water", "pg25", "air"])


@given(FLOWS, FLOWS, FLUIDS)
def test_streams_add_up(one: float, other: float, fluid: str) -> None:
    together = coolant.stream_w_k(one + other, fluid)
    apart = coolant.stream_w_k(one, fluid) + coolant.stream_w_k(other, fluid)
    assert together == pytest.approx(apart, rel=1e-12)


@given(UNITS, UNITS, st.floats(0.0, 1.0))
def test_a_larger_exchanger_is_never_less_effective(one: float, more: float, ratio: float) -> None:
    small = coolant.effectiveness(one, ratio)
    large = coolant.effectiveness(one + more, ratio)
    assert large >= small - 1e-12
    assert 0.0 < large <= 1.0


@given(UNITS, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_balanced_stream_is_the_worst_for_an_exchanger(
    units: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert coolant.effectiveness(units, low) >= coolant.effectiveness(units, high) - 1e-12


@given(SHARE, STREAMS, STREAMS, st.floats(0.01, 100.0))
def test_a_plant_scaled_in_all_its_streams_passes_scaled_heat(
    share: float, hot: float, cold: float, scale: float
) -> None:
    assume(share * min(hot, cold) < 0.999 * hot)
    one = coolant.supply_conductance_w_k(share, hot, cold)
    many = coolant.supply_conductance_w_k(share, hot * scale, cold * scale)
    assert many == pytest.approx(scale * one, rel=1e-9)


@given(st.floats(1e4, 2e6), st.floats(2.0, 10.0), STREAMS, STREAMS)
def test_rated_effectiveness_is_the_inverse_of_the_heat_it_passes(
    capacity_w: float, approach_k: float, hot: float, cold: float
) -> None:
    try:
        share = coolant.rated_effectiveness(capacity_w, approach_k, hot, cold)
    except ValueError:
        assume(False)
    assume(share < 0.999)  # nearer to the perfect exchanger the inverse has no digits left
    passed = coolant.supply_conductance_w_k(share, hot, cold) * approach_k
    assert passed == pytest.approx(capacity_w, rel=1e-6)


@given(st.floats(0.1, 2.0), st.floats(0.1, 2.0))
def test_more_flow_never_warms_the_chip(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert coolant.plate_resistance_frac(high) <= coolant.plate_resistance_frac(low) + 1e-12
    assert coolant.plate_resistance_frac(1.0) == pytest.approx(1.0, rel=1e-12)


@given(st.floats(1e2, 1e6), st.floats(0.01, 1.5), st.floats(0.01, 1.5))
def test_an_exchanger_feels_both_of_its_streams_alike(
    rated: float, hot: float, cold: float
) -> None:
    one = coolant.exchanger_w_k(rated, hot, cold)
    other = coolant.exchanger_w_k(rated, cold, hot)
    assert one == pytest.approx(other, rel=1e-12)
    assert coolant.exchanger_w_k(rated, 1.0, 1.0) == pytest.approx(rated, rel=1e-12)
    assert coolant.exchanger_w_k(rated, 0.0, cold) == 0.0


@given(st.floats(1e-3, 1.0), st.floats(1e-3, 1.0), st.floats(0.0, 0.5), st.floats(1.0, 1e6))
def test_fans_and_pumps_draw_between_their_floor_and_their_rating(
    one: float, other: float, floor: float, rated: float
) -> None:
    low, high = sorted((one, other))
    slow = coolant.affinity_power_w(rated, low, floor)
    fast = coolant.affinity_power_w(rated, high, floor)
    assert floor * rated - 1e-9 <= slow <= fast + 1e-9 <= rated + 1e-6
    assert coolant.affinity_power_w(rated, 1.0, floor) == pytest.approx(rated, rel=1e-12)


@given(st.floats(0.0, 1.0))
def test_half_the_speed_is_an_eighth_of_the_power(speed: float) -> None:
    full = coolant.affinity_power_w(1.0, speed, 0.0)
    half = coolant.affinity_power_w(1.0, speed / 2, 0.0)
    assert half == pytest.approx(full / 8, rel=1e-9, abs=1e-15)


@given(st.floats(0.0, 1e8), st.floats(1.5, 10.0), st.floats(1.5, 10.0))
def test_water_is_in_proportion_to_heat_and_falls_with_the_cycles(
    heat: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert coolant.evaporation_kg_s(heat, high) <= coolant.evaporation_kg_s(heat, low) + 1e-12
    assert coolant.evaporation_kg_s(2 * heat, low) == pytest.approx(
        2 * float(coolant.evaporation_kg_s(heat, low)), rel=1e-12
    )


def curve(name: str) -> ChillerCurve:
    row = catalogue.get(Chiller, name)
    return ChillerCurve(
        row.capacity_w, row.cop_reference, row.capft, row.eirft, row.eirplr,
        (row.x_min_degc, row.x_max_degc), (row.y_min_degc, row.y_max_degc), row.load_min_frac,
        water_cooled=row.condenser == "water",
    )  # fmt: skip


CHILLERS = {
    name: curve(name)
    for name in ("trane_cgam130", "carrier_30xa450", "carrier_30rb390", "york_yt_1055")
}
NAMES = st.sampled_from(sorted(CHILLERS))


@given(NAMES, st.floats(-5, 25), st.floats(-20, 55))
def test_a_chiller_has_capacity_and_draws_power_in_any_weather(
    name: str, leaving: float, entering: float
) -> None:
    machine = CHILLERS[name]
    capacity = float(available_w(machine, leaving, entering))
    assert 0.3 * machine.capacity_w < capacity < 2.0 * machine.capacity_w
    power = float(power_w(machine, capacity, leaving, entering))
    assert 1.0 < capacity / power < 25.0, "a coefficient of performance that a machine may have"


@given(NAMES, st.floats(4, 12), st.floats(15, 45), st.floats(0.1, 10.0))
def test_a_chiller_twice_as_large_is_twice_the_chiller(
    name: str, leaving: float, entering: float, scale: float
) -> None:
    machine = CHILLERS[name]
    larger = replace(machine, capacity_w=machine.capacity_w * scale)
    heat = 0.7 * machine.capacity_w
    assert available_w(larger, leaving, entering) == pytest.approx(
        scale * available_w(machine, leaving, entering), rel=1e-12
    )
    assert power_w(larger, heat * scale, leaving, entering) == pytest.approx(
        scale * power_w(machine, heat, leaving, entering), rel=1e-9
    )


@given(NAMES, st.floats(-10, 30), st.floats(-30, 60), st.floats(0, 5))
def test_outside_its_limits_a_machine_follows_the_lift(
    name: str, leaving: float, entering: float, more_k: float
) -> None:
    """Never more for warmer water or cooler air, beyond the limits; as the curve says inside."""
    machine = CHILLERS[name]
    at_leaving = float(np.clip(leaving, *machine.leaving_degc))
    at_entering = float(np.clip(entering, *machine.entering_degc))
    carried = float(available_w(machine, leaving, entering))
    held = float(available_w(machine, at_leaving, at_entering))
    assert carried <= held
    assert carried == held or (entering > at_entering and not machine.water_cooled)
    assert outside(machine, leaving, entering) == ((leaving, entering) != (at_leaving, at_entering))
    by = float(beyond_frac(machine, leaving, entering))
    if not outside(machine, leaving, entering):
        assert by == 1.0
    if entering >= machine.entering_degc[1]:
        assert float(beyond_frac(machine, leaving, entering + more_k)) >= by
    if leaving >= machine.leaving_degc[1] and entering > leaving + more_k:
        assert float(beyond_frac(machine, leaving + more_k, entering)) <= by
    if safely_outside(machine, leaving, entering):
        assert leaving >= machine.leaving_degc[0]


@given(st.floats(-60, 60), st.floats(0.01, 5.0))
def test_saturation_rises_with_temperature(degc: float, more: float) -> None:
    assert saturation_pressure_pa(np.array(degc + more)) > saturation_pressure_pa(np.array(degc))


@given(st.floats(100, 5e3), st.floats(6e4, 1.1e5), st.floats(1.0, 1e4))
def test_thinner_air_holds_more_water_a_kilogram(
    vapour: float, pressure: float, more: float
) -> None:
    dense = humidity_ratio(np.array(vapour), np.array(pressure + more))
    thin = humidity_ratio(np.array(vapour), np.array(pressure))
    assert thin > dense


@given(st.floats(0.0, 4000.0), st.floats(1.0, 1000.0))
def test_air_thins_with_height(height: float, more: float) -> None:
    assert standard_pressure_pa(height + more) < standard_pressure_pa(height)


def wet_bulbs(dry: float, humidity: np.ndarray) -> np.ndarray:
    vapour = humidity * saturation_pressure_pa(np.array(dry))
    return wet_bulb_degc(np.full(len(humidity), dry), vapour, np.array(101_325.0))


@pytest.mark.parametrize("dry", [4.25, 6.0, 8.0, 9.0])
def test_the_wet_bulb_rises_with_humidity_also_through_freezing(dry: float) -> None:
    """PsychroLib falls by up to 0.55 K there (findings/wet_bulb_at_freezing.sh)."""
    humidity = np.linspace(0.005, 1.0, 400)
    found = wet_bulbs(dry, humidity)
    steps = np.diff(found)
    assert steps.min() > 0
    assert found[0] < 0 < found[-1], "it does pass through freezing"
    assert steps.max() < 1.0, "the step from ice to water is bounded"
    assert (steps > 5 * np.median(steps)).sum() == 1, "and there is one"


@pytest.mark.parametrize("dry", [-10.0, 20.0, 35.0])
def test_away_from_freezing_the_wet_bulb_is_smooth(dry: float) -> None:
    humidity = np.linspace(0.3, 1.0, 200)
    assert np.abs(np.diff(wet_bulbs(dry, humidity), 2)).max() < 1e-3


SEEDS = st.integers(0, 2**31)


def network(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Capacities and a closed, connected conductance network."""
    rng = np.random.default_rng(seed)
    capacity = 10 ** rng.uniform(3, 6, n)
    conductance = np.zeros((n, n))
    for node in range(1, n):
        other = int(rng.integers(0, node))
        conductance[node, other] = conductance[other, node] = 10 ** rng.uniform(1, 3)
    return capacity, np.diag(conductance.sum(axis=1)) - conductance


@given(SEEDS, st.integers(2, 8), st.floats(1.0, 1e5))
def test_a_closed_network_keeps_its_heat(seed: int, n: int, time_s: float) -> None:
    capacity, laplacian = network(seed, n)
    start = np.random.default_rng(seed + 1).uniform(10, 60, n)
    move = thermal.motion(thermal_modes.modes(capacity, laplacian), start, np.zeros(n))
    assert capacity @ move.temperature_degc(time_s) == pytest.approx(capacity @ start, rel=1e-9)


@given(SEEDS, st.integers(2, 8), st.floats(1.0, 1e5), st.floats(0.0, 1e5))
def test_heat_put_in_is_heat_stored(seed: int, n: int, time_s: float, heat: float) -> None:
    capacity, laplacian = network(seed, n)
    heats = np.zeros(n)
    heats[0] = heat
    start = np.full(n, 20.0)
    move = thermal.motion(thermal_modes.modes(capacity, laplacian), start, heats)
    stored = capacity @ (move.temperature_degc(time_s) - start)
    assert stored == pytest.approx(heat * time_s, rel=1e-8, abs=1e-3)


@given(SEEDS, st.integers(2, 8), st.floats(1.0, 1e5))
def test_without_heat_no_body_passes_the_hottest_or_the_coldest(
    seed: int, n: int, time_s: float
) -> None:
    capacity, laplacian = network(seed, n)
    start = np.random.default_rng(seed + 2).uniform(10, 60, n)
    move = thermal.motion(thermal_modes.modes(capacity, laplacian), start, np.zeros(n))
    now = move.temperature_degc(time_s)
    assert start.min() - 1e-6 <= now.min()
    assert now.max() <= start.max() + 1e-6


@given(SEEDS, st.integers(2, 8), st.floats(1.0, 1e4), st.floats(0.01, 0.99))
def test_two_spans_are_as_good_as_one(seed: int, n: int, time_s: float, cut: float) -> None:
    capacity, laplacian = network(seed, n)
    rng = np.random.default_rng(seed + 3)
    start, heats = rng.uniform(10, 60, n), rng.uniform(0, 1e4, n)
    modes = thermal_modes.modes(capacity, laplacian)
    whole = thermal.motion(modes, start, heats)
    middle = whole.temperature_degc(cut * time_s)
    later = thermal.motion(modes, middle, heats).temperature_degc((1 - cut) * time_s)
    assert later == pytest.approx(whole.temperature_degc(time_s), rel=1e-9, abs=1e-8)


@given(SEEDS, st.integers(2, 6), st.floats(1.0, 1e4), st.floats(0.1, 10.0))
def test_motion_is_linear_in_the_heat(seed: int, n: int, time_s: float, scale: float) -> None:
    capacity, laplacian = network(seed, n)
    heats = np.random.default_rng(seed + 4).uniform(0, 1e4, n)
    modes = thermal_modes.modes(capacity, laplacian)
    zero = np.zeros(n)
    one = thermal.motion(modes, zero, heats).temperature_degc(time_s)
    many = thermal.motion(modes, zero, scale * heats).temperature_degc(time_s)
    assert many == pytest.approx(scale * one, rel=1e-9, abs=1e-9)
