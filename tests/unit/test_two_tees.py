"""Does a common pipe between two sets of pumps mix as its two tees say?"""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.decoupler import common_w_k, mixed_degc, resistance_k_w


def test_the_house_is_warmer_by_what_its_pumps_move_more() -> None:
    """60 kW out of 10 kW/K of water at 7 °C and back into 15: 6 K against 4, so 2 K, which is the
    third of its return that it gets again. Where the chillers' pumps move as much or more, nothing.
    """
    assert resistance_k_w(10e3, 15e3) * 60e3 == pytest.approx(2.0)
    house, chillers = mixed_degc(7.0, 13.0, 10e3, 15e3)
    assert float(house) == pytest.approx(9.0)
    assert (float(chillers) - 7.0) * 10e3 == pytest.approx(60e3)
    assert resistance_k_w([15e3, 20e3], 15e3).tolist() == [0.0, 0.0]


def test_where_pumps_stand_the_other_side_goes_round_by_itself() -> None:
    """No chiller's pump: the house gets its return again; no pump of the house: chillers get their
    own supply. Either at rest, nothing is warmer or colder than it was.
    """
    assert common_w_k(0.0, 15e3) == 15e3
    house, chillers = mixed_degc(7.0, 13.0, 0.0, 15e3)
    assert (float(house), float(chillers)) == (13.0, 13.0)
    house, chillers = mixed_degc(7.0, 13.0, 10e3, 0.0)
    assert (float(house), float(chillers)) == (7.0, 7.0)
    house, chillers = mixed_degc(7.0, 13.0, 0.0, 0.0)
    assert (float(house), float(chillers)) == (7.0, 13.0)
    assert resistance_k_w(10e3, 0.0) == 0.0


def test_arrays_broadcast() -> None:
    primary = np.array([[5e3], [20e3]])
    secondary = np.array([10e3, 15e3, 20e3])
    assert resistance_k_w(primary, secondary).shape == (2, 3)
    assert common_w_k(primary, secondary).tolist() == [[5e3, 10e3, 15e3], [-10e3, -5e3, 0.0]]
