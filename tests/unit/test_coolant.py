"""Do the laws of streams, exchangers, pumps and fans hold?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from twin.physics import coolant

UNITS = st.floats(0.01, 8.0)
RATIO = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("fluid", "want"), [("water", 4.1467e6), ("pg25", 4.0079e6), ("air", 1191.1)]
)
def test_stream_of_a_cubic_metre_a_second(fluid: str, want: float) -> None:
    assert coolant.stream_w_k(1.0, fluid) == pytest.approx(want, rel=1e-4)
    assert coolant.stream_w_k(np.array([0.0, 2.0]), fluid).tolist() == pytest.approx(
        [0, 2 * want], rel=1e-4
    )


def test_unknown_fluid() -> None:
    with pytest.raises(KeyError):
        coolant.stream_w_k(1.0, "mercury")


def test_effectiveness_by_hand() -> None:
    """Balanced: NTU/(1+NTU). One side evaporates: 1 - exp(-NTU). NTU 2, ratio 1/2: (1 - 1/e)/(1 -
    1/(2e)).
    """
    assert coolant.effectiveness(3.0, 1.0) == pytest.approx(0.75)
    assert coolant.effectiveness(2.0, 0.0) == pytest.approx(1 - np.exp(-2))
    assert coolant.effectiveness(2.0, 0.5) == pytest.approx(0.774600, rel=1e-5)


def test_effectiveness_is_continuous_at_balance() -> None:
    near = coolant.effectiveness(2.0, np.array([1 - 1e-6, 1 - 1e-8, 1.0]))
    assert near == pytest.approx([2 / 3] * 3, abs=1e-6)


@given(UNITS, RATIO)
def test_effectiveness_lies_between_nothing_and_the_evaporator(units: float, ratio: float) -> None:
    value = float(coolant.effectiveness(units, ratio))
    assert 0 < value <= 1 - np.exp(-units) + 1e-12
    assert value <= float(coolant.effectiveness(units * 1.1, ratio)) + 1e-12


@given(st.floats(0.01, 5.0), RATIO)
def test_transfer_units_undo_effectiveness(units: float, ratio: float) -> None:
    back = coolant.transfer_units(float(coolant.effectiveness(units, ratio)), ratio)
    assert back == pytest.approx(units, rel=1e-5)


def test_rated_effectiveness_gives_the_rated_approach() -> None:
    """600 kW at 4 K of approach: with that effectiveness the exchanger passes exactly its
    rating.
    """
    hot = 35e3
    cold = 37e3
    value = coolant.rated_effectiveness(600e3, 4.0, hot, cold)
    assert pytest.approx(value * 35e3 * (4.0 + 600e3 / hot)) == 600e3
    assert coolant.supply_conductance_w_k(value, hot, cold) == pytest.approx(600e3 / 4.0)


def test_an_exchanger_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="larger flows"):
        coolant.rated_effectiveness(600e3, 0.0, 50e3, 30e3)


@pytest.mark.parametrize("capacity_w", [0.0, 153e3, 160e3])
def test_no_heat_and_a_little_too_much_are_refused_too(capacity_w: float) -> None:
    """Streams of 50 and 30 kW/K whose supplies may differ by 2 K: no more than 150 kW pass."""
    with pytest.raises(ValueError, match="larger flows"):
        coolant.rated_effectiveness(capacity_w, 2.0, 50e3, 30e3)


def test_a_small_exchanger_between_large_streams_is_one() -> None:
    """A fiftieth of what the smaller stream could take."""
    value = coolant.rated_effectiveness(10e3, 10.0, 50e3, 60e3)
    assert value == pytest.approx(10e3 / (50e3 * 10.2))


@given(st.floats(0.05, 0.95), st.floats(1e3, 1e5), st.floats(1e3, 1e5), st.floats(1.0, 30.0))
def test_supply_conductance_carries_what_the_exchanger_carries(
    eff: float, hot: float, cold: float, gap: float
) -> None:
    """From Q = eps Cmin (hot inlet - cold inlet) with the hot inlet Q/C above the hot supply."""
    q = float(coolant.supply_conductance_w_k(eff, hot, cold)) * gap
    assert q == pytest.approx(eff * min(hot, cold) * (gap + q / hot), rel=1e-9)


def test_a_standing_stream_carries_nothing() -> None:
    still = coolant.supply_conductance_w_k(
        0.5, np.array([0.0, 1e3, 0.0]), np.array([1e3, 0.0, 0.0])
    )
    assert still.tolist() == [0.0, 0.0, 0.0]


def test_pumps_in_parallel() -> None:
    """Two of which one gives 0.6, three of which two carry all the flow less 0.25, one alone."""
    two = coolant.pump_flow_frac(np.array([0, 1, 2]), np.full(3, 2), np.full(3, 0.6))
    assert two.tolist() == pytest.approx([0, 0.6, 1])
    three = coolant.pump_flow_frac(np.array([0, 1, 2, 3]), np.full(4, 3), np.full(4, 0.5))
    assert three.tolist() == pytest.approx([0, 0.5, 0.75, 1])
    one = coolant.pump_flow_frac(np.array([0, 1]), np.ones(2), np.ones(2))
    assert one.tolist() == [0, 1]


@given(st.integers(1, 12), st.floats(0.0, 1.0))
def test_one_pump_more_never_means_less_flow(installed: int, alone: float) -> None:
    running = np.arange(installed + 1)
    flow = coolant.pump_flow_frac(
        running, np.full(installed + 1, installed), np.full(installed + 1, alone)
    )
    assert (np.diff(flow) >= -1e-12).all()
    assert (flow[0], flow[-1]) == (0.0, 1.0)


def test_fan_speed_gives_the_conductance_back_and_is_clipped() -> None:
    duty = np.array([0.0, 0.3, 1.0])
    assert coolant.fan_speed_frac(duty, 1.24) ** 1.24 == pytest.approx(duty)
    assert coolant.fan_speed_frac(np.array([-1.0, 2.0]), 1.24).tolist() == [0.0, 1.0]


def crossed_frac(units: float, ratio: float) -> float:
    """Effectiveness of cross flow, both streams unmixed (Incropera, table 11.4)."""
    return float(1 - np.exp(units**0.22 / ratio * (np.exp(-ratio * units**0.78) - 1)))


def test_half_the_air_passes_less_than_half_of_the_heat() -> None:
    """A cooler of 1 MW at 8 K, water falling by 8 K and air rising by 11, in cross flow, with the
    0.6 of its UA that EnergyPlus' fluid coolers keep at half their air: 42 % for a kelvin of water
    left, where the film alone says 62 %.
    """
    water, air = 1e6 / 8, 1e6 / 11
    units = brentq(lambda n: crossed_frac(n, air / water) - 1e6 / (air * 16), 0.1, 20.0)
    frac = crossed_frac(units * 0.6 * 2, air / 2 / water)
    passed_w = frac * air / 2 * 16
    leaving_k = 16 - passed_w / water
    half = passed_w / leaving_k / (1e6 / 8)
    assert half == pytest.approx(0.42, abs=0.01)
    assert 0.5 ** coolant.cooler_exponent(1e6, 8.0, water) == pytest.approx(half, rel=0.03)


@pytest.mark.parametrize(("speed", "within"), [(0.9, 0.01), (0.7, 0.02), (0.4, 0.025), (0.3, 0.07)])
def test_the_power_of_the_speed_stands_for_the_exchanger(speed: float, within: float) -> None:
    """Counter flow at other speeds than the half that the exponent is of."""
    water, air = 125e3, 1e6 / 11
    transfer = coolant.rated_transfer_w_k(1e6, 8.0, water, air) * speed**0.7
    small = air * speed
    frac = coolant.effectiveness(transfer / small, small / water)
    passed = float(coolant.supply_conductance_w_k(frac, water, small)) / 125e3
    power = speed ** coolant.cooler_exponent(1e6, 8.0, water)
    assert power == pytest.approx(passed, rel=within)


@pytest.mark.parametrize("approach_k", [0.5, 2.0, 4.0, 8.0, 15.0, 30.0])
@pytest.mark.parametrize("range_k", [3.0, 8.0, 20.0])
def test_every_cooler_has_an_exponent(approach_k: float, range_k: float) -> None:
    """Close coolers lack air when it slows, wide ones film; the cube of fans stays above both."""
    found = coolant.cooler_exponent(1e6, approach_k, 1e6 / range_k)
    assert 0.7 < found <= 2.5


@pytest.mark.parametrize(("approach_k", "range_k"), [(4.0, 3.0), (8.0, 20.0), (2.0, 8.0)])
def test_the_exponent_is_that_of_half_speed_by_the_logarithmic_mean(
    approach_k: float, range_k: float
) -> None:
    """Air rises by 11 K, or by 0.7 of what the entering water lies above it: 4.9 K of the first."""
    water, air = 1 / range_k, 1 / min(11.0, 0.7 * (approach_k + range_k))

    def mean_k(heat: float, stream: float) -> float:
        ends = (approach_k + heat / water - heat / stream, approach_k)
        return float((ends[0] - ends[1]) / np.log(ends[0] / ends[1]))

    transfer = 0.5**0.7 / mean_k(1.0, air)
    most = min(0.999, (1 - 1e-9) * approach_k / max(2 / air - 1 / water, 1e-9))
    passed = brentq(lambda heat: transfer * mean_k(heat, air / 2) - heat, 1e-3, most)
    found = coolant.cooler_exponent(1e6, approach_k, 1e6 * water)
    assert found == pytest.approx(-np.log2(passed), rel=1e-6)


def test_coolers_close_to_the_air_have_the_steepest_exponent() -> None:
    assert coolant.cooler_exponent(1e6, 0.5, 1e6 / 20.0) == 2.5


def test_affinity_power_with_a_floor() -> None:
    """Half speed: a tenth always, an eighth of the rest. At rest: nothing."""
    assert coolant.affinity_power_w(1000.0, 0.5, 0.1) == pytest.approx(100 + 900 / 8)
    assert coolant.affinity_power_w(1000.0, np.array([0.0, 1.0]), 0.1).tolist() == pytest.approx(
        [0, 1000]
    )


def test_a_kilowatt_hour_evaporates_a_litre_and_a_half() -> None:
    """1.47 kg of evaporation for each kWh, a quarter more at five cycles of concentration."""
    assert coolant.evaporation_kg_s(3.6e6, cycles=1e12) == pytest.approx(1.469, rel=1e-3)
    assert coolant.evaporation_kg_s(3.6e6) == pytest.approx(1.469 * 1.25, rel=1e-3)


def test_handlers_turn_as_fast_as_racks_want_air_within_their_limits() -> None:
    wanted = np.array([0.0, 2.0, 3.0, 5.0, 10.0, 14.0])
    speed = coolant.handler_speed_frac(wanted, 10.0)
    np.testing.assert_allclose(speed, [0.3, 0.3, 0.3, 0.5, 1.0, 1.0])
    assert coolant.handler_speed_frac(5.0, 0.0) == 1.0


def test_pads_evaporate_what_the_air_loses() -> None:
    """1 MW warms its air by 11 K; air cooled by 5.5 K at 80 % speed has given 0.4 MW to water."""
    assert coolant.pad_water_kg_s(1e6, 0.8, 5.5, cycles=1e12) * 2.45e6 == pytest.approx(0.4e6)
    assert coolant.pad_water_kg_s(1e6, 0.8, 5.5) * 2.45e6 == pytest.approx(0.5e6)
    assert coolant.pad_water_kg_s(1e6, 0.8, -3.0) == 0.0


def test_control_is_proportional_and_never_flatter_than_the_coil() -> None:
    assert coolant.control_slope_w_k(3, 0.0, 2.0) == 0.0
    assert coolant.control_slope_w_k(3, 1e6, 2.0) == 1.5e6
    assert coolant.control_slope_w_k(3, 1e6, 2.0, conductance_w_k=2e5) == 1.5e6
    assert coolant.control_slope_w_k(3, 1e6, 2.0, conductance_w_k=5e5) == 1.5 * 3 * 5e5


def test_from_the_return_as_much_passes_as_between_the_supplies() -> None:
    """Water at 45 °C comes back and leaves at 40: by either difference to cold water at 30."""
    hot_w_k = np.array([10e3, 10e3])
    between = np.array([5e3, 0.0])
    from_return = coolant.return_conductance_w_k(between, hot_w_k)
    passed_w = between[0] * (40.0 - 30.0)
    assert passed_w == hot_w_k[0] * (45.0 - 40.0)
    assert from_return[0] * (45.0 - 30.0) == pytest.approx(passed_w)
    assert from_return[1] == 0.0
    assert coolant.return_conductance_w_k(np.array([5e3]), np.zeros(1)).tolist() == [0.0]


def test_a_cold_plate_resists_by_its_film_and_its_metal() -> None:
    """0.6 of it stays, 0.4 thins with flow^0.6; not below a tenth, and not at all at rest."""
    flow = np.array([1.0, 2.0, 0.5, 0.1, 0.05, 0.0])
    films = [1.0, 2.0**-0.6, 0.5**-0.6, 0.1**-0.6, 0.1**-0.6, 1.0]
    expected = [0.6 + 0.4 * film for film in films]
    np.testing.assert_allclose(coolant.plate_resistance_frac(flow), expected)


def test_two_films_in_series_thin_each_with_its_own_stream() -> None:
    hot = np.array([1.0, 0.5, 0.5, 1.0, 0.0, 1.0, 0.0])
    cold = np.array([1.0, 0.5, 1.0, 0.5, 1.0, 0.0, 0.0])
    found = coolant.exchanger_w_k(80e3, hot, cold) / 80e3
    uneven = 1 / (0.5 * 0.5**-0.8 + 0.5)
    np.testing.assert_allclose(found, [1.0, 0.5**0.8, uneven, uneven, 0.0, 0.0, 0.0])


def test_an_exchanger_at_its_rated_streams_gives_its_rated_approach() -> None:
    """1 MW at 4 K between the supplies, by whichever side has less water."""
    for hot_w_k, cold_w_k in ((100e3, 120e3), (120e3, 100e3), (100e3, 100e3)):
        transfer = coolant.rated_transfer_w_k(1e6, 4.0, hot_w_k, cold_w_k)
        streams = (np.array([hot_w_k, 0.0, hot_w_k]), np.array([cold_w_k, cold_w_k, 0.0]))
        rated = (np.full(3, hot_w_k), np.full(3, cold_w_k))
        found = coolant.exchange_w_k(np.full(3, transfer), *streams, *rated)
        np.testing.assert_allclose(found * 4.0, [1e6, 0.0, 0.0])


def test_at_other_streams_it_passes_what_its_thinner_films_and_their_balance_allow() -> None:
    """Half of the hot stream: the outlets of a counter-flow exchanger by its own equations."""
    half = coolant.exchange_w_k(
        np.array([400e3]), np.array([50e3]), np.array([120e3]), np.array([100e3]), np.array([120e3])
    )
    transfer = 400e3 / (0.5 * 0.5**-0.8 + 0.5)
    passed_w = float(half[0]) * 10.0
    supply, cold_in = 40.0, 30.0
    back = supply + passed_w / 50e3
    cold_out = cold_in + passed_w / 120e3
    ends_k = (back - cold_out, supply - cold_in)
    mean_k = (ends_k[0] - ends_k[1]) / np.log(ends_k[0] / ends_k[1])
    assert passed_w == pytest.approx(transfer * mean_k)


def test_an_endless_exchanger_brings_the_supplies_together_to_a_thousandth() -> None:
    endless = coolant.supply_conductance_w_k(np.array([1.0, 1.0]), 50e3, np.array([60e3, 40e3]))
    np.testing.assert_allclose(endless, [1000 * 50e3, 40e3 / (1 - 0.8)])
