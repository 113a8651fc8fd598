"""Transport on a frozen flow: shares, ages and travel times close; a duct is what one computes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.airflow_rooms import duct, rack_room
from twin.arrays import Array
from twin.physics.airflow.grid import Room
from twin.physics.airflow.potential import potential
from twin.physics.airflow.transport import matrix, matrix_and_delays, scalar


def flows(room: Room, into_room: bool) -> Array:
    return np.array([port.flow_m3_s for port in room.ports if port.into_room == into_room])


@pytest.mark.parametrize("n", [20, 33])
def test_shares_close_by_inlet_and_by_outlet(n: int) -> None:
    room = rack_room(n)
    w = matrix(room, potential(room))
    assert w.shape == (3, 3)
    assert np.abs(w.sum(axis=1) - 1).max() < 1e-8
    assert w.min() > -1e-9
    assert np.abs(flows(room, False) @ w - flows(room, True)).max() < 1e-8


def test_racks_that_draw_more_than_is_given_breathe_exhaust() -> None:
    given = matrix(room := rack_room(20, 1.4, 0.7), potential(room))
    short = matrix(room := rack_room(20, 0.2, 0.7), potential(room))
    assert given[1:, 0].mean() > short[1:, 0].mean()
    assert short[1:, 1:].sum() > 1.0


def test_a_duct_delays_by_its_volume_over_its_flow() -> None:
    room = duct()
    field = potential(room)
    held_s = 12 * 6 * 6 * 1e-3 / 0.36
    assert matrix_and_delays(room, field)[1][0, 0] == pytest.approx(held_s, rel=1e-6)
    age = scalar(room, field, np.zeros(1), room.volumes_m3() * ~room.solid)
    assert age[-1].mean() == pytest.approx(held_s, rel=1e-6)
    assert (np.diff(age[:, 3, 3]) > 0).all()


def test_flow_times_delay_is_the_volume_of_the_room() -> None:
    """Sum over paths of Q_i W_ik tau_ik: all air that is on its way."""
    room = rack_room(20)
    w, delay_s = matrix_and_delays(room, potential(room))
    held_m3 = (flows(room, False)[:, None] * w * np.nan_to_num(delay_s)).sum()
    assert held_m3 == pytest.approx((room.volumes_m3() * ~room.solid).sum(), rel=1e-6)


def test_heat_given_to_a_room_leaves_by_its_inlets() -> None:
    room = rack_room(20)
    field = potential(room)
    rng = np.random.default_rng(3)
    source = rng.random(room.shape) * ~room.solid * 1e-3
    values = np.array([18.0, 35.0, 40.0])
    held = scalar(room, field, values, source)
    out = 0.0
    for port in room.ports:
        if not port.into_room:
            out += port.flow_m3_s * held[tuple(port.room_cells().T)].mean()
    given = flows(room, True) @ values + source.sum()
    assert out == pytest.approx(given, rel=1e-9)
    assert np.isnan(held[room.solid]).all()


def test_values_stay_between_what_comes_in() -> None:
    room = rack_room(20)
    held = scalar(room, potential(room), np.array([18.0, 35.0, 40.0]))
    assert np.nanmin(held) > 18.0 - 1e-9
    assert np.nanmax(held) < 40.0 + 1e-9


def test_a_space_without_ports_has_no_value() -> None:
    room = duct()
    room.solid[3:6, 2:5, 2:5] = True
    room.solid[4, 3, 3] = False
    assert np.isnan(scalar(room, potential(room), np.array([20.0]))[4, 3, 3])
