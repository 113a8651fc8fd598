"""Do economisers take what outdoor air can, and no more?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from twin.physics.economiser import AirWindow, coil_w, outdoor_air_frac, water_side_share
from twin.physics.moist_air import ratio_at_humidity, ratio_of_wet_bulb

COIL = {"conductance_w_k": 125e3, "water_w_k": 125e3}
ROOM = AirWindow(supply_degc=22.0)
SEA = 101_325.0


def test_in_parallel_a_rated_cooler_takes_its_rating_at_its_approach() -> None:
    """1 MW, 8 K between the water it gives and the air."""
    assert coil_w(**COIL, supply_degc=18, heat_w=1e6, air_degc=10, in_series=False) == 1e6


def test_in_series_it_gives_the_same_where_it_takes_all_of_the_heat() -> None:
    """It warms its own return: what leaves it is the supply again."""
    assert coil_w(**COIL, supply_degc=18, heat_w=1e6, air_degc=10, in_series=True) == 1e6


def test_in_series_it_works_in_air_warmer_than_the_supply() -> None:
    taken = coil_w(**COIL, supply_degc=18, heat_w=1e6, air_degc=22, in_series=True)
    assert taken == pytest.approx(62.5e3 * (18 + 8 - 22))
    assert coil_w(**COIL, supply_degc=18, heat_w=1e6, air_degc=22, in_series=False) == 0.0


@given(st.floats(-20, 40), st.floats(0, 1e6), st.booleans())
def test_nothing_goes_into_warmer_air(air: float, heat: float, in_series: bool) -> None:
    taken = coil_w(**COIL, supply_degc=10, heat_w=heat, air_degc=air, in_series=in_series)
    back = 10 + heat / 125e3
    assert taken >= 0
    if air >= back:
        assert taken == 0


def test_the_water_side_share_by_hand() -> None:
    """Supply 10 and return 18 °C: all at 10, half at 14, none at 18 °C reachable."""
    share = water_side_share(18.0, 10.0, np.array([5.0, 10.0, 14.0, 18.0, 25.0]))
    np.testing.assert_allclose(share, [1.0, 1.0, 0.5, 0.0, 0.0])


def test_cold_air_is_mixed_with_return_to_the_set_point() -> None:
    share = outdoor_air_frac(ROOM, 10.0, 8.0, 34.0, SEA)
    assert share == pytest.approx(12 / 24)
    assert share * 10.0 + (1 - share) * 34.0 == pytest.approx(22.0)


def test_where_the_hall_is_colder_than_its_set_point_no_outdoor_air_is_mixed_in() -> None:
    """A return of 20 °C to a set-point of 22, 10 °C outdoors: every share of it would cool more."""
    assert outdoor_air_frac(ROOM, 10.0, 8.0, 20.0, SEA) == 0.0


def test_air_between_set_point_and_return_is_all() -> None:
    assert outdoor_air_frac(ROOM, 25.0, 16.0, 34.0, SEA) == 1.0


@pytest.mark.parametrize(
    ("dry", "wet"), [(36.0, 20.0), (24.0, 23.0), (-15.0, -15.5)], ids=["hot", "humid", "dry"]
)
def test_hot_humid_or_dry_air_keeps_the_dampers_shut(dry: float, wet: float) -> None:
    assert outdoor_air_frac(ROOM, dry, wet, 34.0, SEA) == 0.0


def wet_bulb(dry: float, dew_point: float) -> float:
    """Wet bulb of air whose dew point is known."""
    ratio = float(ratio_at_humidity(np.array(dew_point), np.ones(()), np.array(SEA)))
    apart = lambda wet: float(ratio_of_wet_bulb(dry, np.array(wet), SEA)) - ratio  # noqa: E731
    return brentq(apart, dew_point - 1.0, dry)


@pytest.mark.parametrize(
    ("supply", "dew_point", "opens"),
    [
        (26.0, 14.8, True), (26.0, 15.2, False),
        (22.0, 13.7, True), (22.0, 14.1, False),
        (22.0, -8.8, True), (22.0, -9.2, False),
    ],
)  # fmt: skip
def test_dampers_open_within_the_recommended_humidity(
    supply: float, dew_point: float, opens: bool
) -> None:
    """ASHRAE TC 9.9: dew points of -9 to 15 °C, and 60 % at most, which at 22 °C is a dew point of
    13.9 °C and at 26 °C one of 17.6 °C.
    """
    room = AirWindow(supply_degc=supply)
    for dry in (16.0, supply + 2.0):
        share = outdoor_air_frac(room, dry, wet_bulb(dry, dew_point), 36.0, SEA)
        assert (share > 0) == opens


def test_air_as_warm_as_the_return_is_left_out_and_as_warm_as_the_supply_is_all() -> None:
    assert outdoor_air_frac(ROOM, 34.0, 20.0, 34.0, SEA) == 0.0
    assert outdoor_air_frac(ROOM, 22.0, 15.0, 34.0, SEA) == 1.0
