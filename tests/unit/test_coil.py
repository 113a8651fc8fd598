"""Does a coil with a set-point hold it where it can, and do its pieces meet without a jump?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.coil import HOLDS, OPEN, SHUT, TOUCH_K, ControlledCoils

CASE = ControlledCoils(np.array([3000.0]), np.array([5000.0]), np.array([1500.0]), np.array([20.0]))
"""Water at 10 degC, full open: T - 0.6 (T - 10) + 0.3."""


def behind(coils: ControlledCoils, piece: int, drawn: float, water: float) -> float:
    """Air behind the fan from the heat to the water, by a balance."""
    of_air, of_water, constant = (float(t[0]) for t in coils.terms(np.array([piece])))
    heat = of_air * drawn - of_water * water + constant
    return drawn + (float(coils.fan_w[0]) - heat) / float(coils.stream_w_k[0])


@pytest.mark.parametrize(
    ("drawn", "piece", "supply"), [(15.0, SHUT, 15.3), (25.0, HOLDS, 20.0), (40.0, OPEN, 22.3)]
)
def test_shut_throttling_and_open(drawn: float, piece: int, supply: float) -> None:
    found = CASE.piece(np.array([OPEN]), np.array([drawn]), np.array([10.0]))
    assert found[0] == piece
    assert behind(CASE, piece, drawn, 10.0) == pytest.approx(supply)


@settings(max_examples=200, deadline=None)
@given(
    st.floats(0.0, 0.99), st.floats(0.0, 2.0), st.floats(10, 40), st.floats(2, 35), st.floats(0, 70)
)
def test_supply_rises_with_the_air_drawn_in_and_never_jumps(
    cooled: float, fan_k: float, wanted: float, water: float, drawn: float
) -> None:
    stream = 5000.0
    coils = ControlledCoils(
        np.array([cooled * stream]),
        np.array([stream]),
        np.array([fan_k * stream]),
        np.array([wanted]),
    )
    supply = []
    for air in (drawn, drawn + 1e-4):
        piece = coils.piece(np.array([HOLDS]), np.array([air]), np.array([water]))
        supply.append(behind(coils, int(piece[0]), air, water))
    assert -1e-5 <= supply[1] - supply[0] <= 1e-4 + 1e-5


@settings(max_examples=200, deadline=None)
@given(
    st.floats(0.05, 0.95) | st.floats(1.05, 4.0) | st.just(0.0),
    st.floats(10, 40),
    st.floats(2, 50),
    st.floats(0, 70),
)
def test_a_piece_is_left_where_its_ends_say(
    cooled: float, wanted: float, water: float, drawn: float
) -> None:
    """Also of valves in front of exchangers that take more a kelvin than the valve opens by."""
    coils = ControlledCoils(
        np.array([cooled * 5000]), np.array([5000.0]), np.array([900.0]), np.array([wanted])
    )
    at = np.array([water])
    piece = coils.piece(np.array([OPEN]), np.array([drawn]), at)
    lower, upper = coils.ends_degc(piece, at)
    assert lower[0] - 1e-4 <= drawn <= upper[0] + 1e-4
    for beyond in (lower - 1e-3, upper + 1e-3):
        if np.isfinite(beyond[0]):
            assert coils.piece(piece, beyond, at)[0] != piece[0]


def test_without_a_set_point_or_a_stream_the_valve_stands_open() -> None:
    none = ControlledCoils(
        np.full(2, 3000.0), np.array([5000.0, 0.0]), np.zeros(2), np.array([np.nan, 20])
    )
    found = none.piece(np.array([OPEN, OPEN]), np.full(2, 5.0), np.full(2, 10.0))
    assert found.tolist() == [OPEN, OPEN]
    lower, upper = none.ends_degc(found, np.full(2, 10.0))
    assert np.isneginf(lower).all()
    assert np.isposinf(upper).all()


def test_a_valve_lets_as_much_pass_as_holds_the_set_point() -> None:
    """By a balance of the air: what the fan adds and the coil takes leave it at 20 °C."""
    drawn = np.array([25.0, 25.0, 25.0, 50.0, 15.0, 9.0])
    piece = np.array([HOLDS, OPEN, SHUT, HOLDS, HOLDS, HOLDS])
    coils = ControlledCoils(*(np.repeat(part, 6) for part in CASE))
    found = coils.opening_frac(piece, drawn, np.full(6, 10.0))
    throttled = (5000 * (25 - 20) + 1500) / (3000 * (25 - 10))
    np.testing.assert_allclose(found, [throttled, 1.0, 0.0, 1.0, 0.0, 0.0])
    supply = 25 + (1500 - throttled * 3000 * (25 - 10)) / 5000
    assert supply == pytest.approx(20.0)


def test_ends_of_a_piece_lie_a_touch_outside_so_that_it_is_not_left_for_rounding() -> None:
    """Open from 0.4 T + 6.3 = 20 °C on, shut below T + 0.3 = 20 °C; 4e-6 K past either it goes."""
    water = np.array([10.0])
    ends = [CASE.ends_degc(np.array([piece]), water) for piece in (OPEN, HOLDS, SHUT)]
    opens, shuts = 13.7 / 0.4, 19.7
    lower = [float(low[0]) for low, _ in ends]
    upper = [float(high[0]) for _, high in ends]
    assert lower == pytest.approx([opens - 4e-6 / 0.4, shuts - 4e-6, -np.inf], abs=1e-9)
    assert upper == pytest.approx([np.inf, opens, shuts], abs=1e-9)


@pytest.mark.parametrize("edge", ["opens", "shuts"])
def test_two_millionths_of_a_kelvin_inside_an_edge_a_coil_stays_what_it_was(edge: str) -> None:
    drawn = (13.7 - 2e-6) / 0.4 if edge == "opens" else 19.7 - 2e-6
    sides = (OPEN, HOLDS) if edge == "opens" else (SHUT, HOLDS)
    for before in sides:
        found = CASE.piece(np.array([before]), np.array([drawn]), np.array([10.0]))
        assert found[0] == before


def test_where_a_coil_leaves_its_piece_by_hand() -> None:
    """Air drawn in at which an open valve just gives the set-point: 0.4 of 30 °C, 0.6 of water of
    10 °C and 2 K of the fan make 20. A coil that passes more than its stream carries meets it from
    the other side, at 54 °C over water of 30.
    """
    few = ControlledCoils(*(np.array([x]) for x in (600.0, 1000.0, 2000.0, 20.0)))
    assert few.behind_degc(np.array([30.0]), np.array([10.0])) == pytest.approx(20.0)
    lower, upper = (x[0] for x in few.ends_degc(np.array([HOLDS]), np.array([10.0])))
    assert (lower, upper) == (pytest.approx(18 - 4 * TOUCH_K, abs=1e-9), pytest.approx(30.0))
    lower, upper = (x[0] for x in few.ends_degc(np.array([OPEN]), np.array([10.0])))
    assert (lower, upper) == (pytest.approx(30 - 10 * TOUCH_K, abs=1e-9), np.inf)
    many = few._replace(open_w_k=np.array([1500.0]))
    assert many.behind_degc(np.array([54.0]), np.array([30.0])) == pytest.approx(20.0)
    lower, upper = (x[0] for x in many.ends_degc(np.array([OPEN]), np.array([30.0])))
    assert lower == pytest.approx(30 - 4 * TOUCH_K, abs=1e-9)
    assert upper == pytest.approx(54 + 8 * TOUCH_K, abs=1e-9)
    assert many.ends_degc(np.array([HOLDS]), np.array([30.0]))[0][0] == pytest.approx(54.0)


def test_water_warmer_than_the_set_point_leaves_nothing_to_throttle() -> None:
    """Set to 20 °C with water of 25: the valve is shut below 25 °C of air, for its water would warm
    it, and open from there on, not from the 11.75 °C at which both laws meet; a valve that still
    throttles there passes nothing.
    """
    drawn = np.array([22.0, 24.9, 25.1])
    found = [int(CASE.piece(np.array([HOLDS]), np.array([t]), np.array([25.0]))[0]) for t in drawn]
    assert found == [SHUT, SHUT, OPEN]
    _, upper = CASE.ends_degc(np.array([HOLDS]), np.array([25.0]))
    assert upper == pytest.approx([25.0])
    assert CASE.opening_frac(np.array([HOLDS]), np.array([22.0]), np.array([25.0])) == [0.0]
