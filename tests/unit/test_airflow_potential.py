"""Pressure equation and potential flow: few iterations on every grid, air conserved, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.airflow_rooms import block, duct, rack_room
from twin.arrays import Array
from twin.physics.airflow.grid import AirPort, UnbalancedFlow, open_room
from twin.physics.airflow.multigrid import Conductances, Poisson, padded
from twin.physics.airflow.potential import potential


def random_faces(n: int, closed_frac: float, seed: int = 0) -> Conductances:
    rng = np.random.default_rng(seed)
    held = []
    for axis in range(3):
        c = np.where(rng.random((n, n, n)) < closed_frac, 0.0, 1.0)
        c[(slice(None),) * axis + (0,)] = 0.0
        held.append(padded(c))
    return (held[0], held[1], held[2])


def random_sources(n: int, poisson: Poisson) -> Array:
    sources = padded(np.random.default_rng(1).standard_normal((n, n, n)))
    return poisson.balanced(sources * poisson.levels[0].active)


@pytest.mark.parametrize("n", [32, 64])
@pytest.mark.parametrize("closed_frac", [0.0, 0.1])
def test_twelve_iterations_do_on_every_grid(n: int, closed_frac: float) -> None:
    poisson = Poisson(random_faces(n, closed_frac), (np.ones(n), np.ones(n), np.ones(n)))
    sources = random_sources(n, poisson)
    x = np.zeros_like(sources)
    solved = poisson.solve(x, sources, 1e-6)
    assert solved.iterations <= 12
    assert solved.residual <= 1e-6
    assert np.abs(residual(poisson, x, sources)).max() < 1e-4


def residual(poisson: Poisson, x: Array, b: Array) -> Array:
    """What is left, worked out face by face in numpy."""
    left = b.copy()
    for axis, c in enumerate(poisson.levels[0].c):
        flow = c * (np.roll(x, 1, axis) - x)
        left += flow - np.roll(flow, -1, axis)
    return left


def test_one_cycle_is_symmetric() -> None:
    poisson = Poisson(random_faces(12, 0.15), (np.ones(12), np.ones(12), np.ones(12)))
    one = random_sources(12, poisson)
    other = one[::-1, :, ::-1] * poisson.levels[0].active
    there = float((poisson.cycle(one) * other).sum())
    back = float((poisson.cycle(other) * one).sum())
    assert there == pytest.approx(back, rel=1e-12)


def test_uneven_spacings_and_flat_rooms_converge() -> None:
    x_m = 0.05 * 1.03 ** np.arange(50)
    ports = (
        AirPort("in", 0, 1, block((0, 1), (0, 7), (0, 1)), 0.2, True),
        AirPort("out", 1, 1, block((40, 50), (37, 38), (0, 1)), 0.2, False),
    )
    field = potential(open_room(x_m, np.full(37, 0.08), np.ones(1), ports))
    assert field.converged
    assert field.iterations <= 25
    assert field.divergence < 1e-9


def test_air_in_a_duct_goes_straight() -> None:
    field = potential(duct())
    assert np.allclose(field.velocity_m_s[0], 1.0, atol=1e-8)
    assert np.allclose(field.velocity_m_s[1], 0.0, atol=1e-8)


def test_every_cell_of_a_room_of_racks_conserves_air() -> None:
    field = potential(rack_room())
    assert field.converged
    assert field.note == ""
    assert field.divergence < 1e-9


def test_a_loss_sends_air_elsewhere() -> None:
    free = duct(12, 2)
    free.loss[0][6, :, 0] = 20.0
    u = potential(free).velocity_m_s[0]
    assert (u[6, :, 0] < 0.5 * u[6, :, 1]).all()


def test_a_sealed_aisle_that_is_given_too_little_is_refused_by_name() -> None:
    room = duct()
    ports = (room.ports[0], replace(room.ports[1], name="rack_7_front", flow_m3_s=0.4))
    with pytest.raises(
        UnbalancedFlow, match=r"in, rack_7_front: enclosed space gets 0\.04"
    ) as caught:
        potential(replace(room, ports=ports))
    assert caught.value.ports == ("in", "rack_7_front")


def test_a_panel_across_the_duct_leaves_two_spaces_without_a_way() -> None:
    room = duct()
    room.closed[0][5] = True
    with pytest.raises(UnbalancedFlow, match=r"in: enclosed space gets 0\.36 m3/s more"):
        potential(room)


def test_a_thousandth_too_much_is_taken_evenly_by_the_inlets() -> None:
    room = duct()
    ports = (room.ports[0], replace(room.ports[1], flow_m3_s=0.3602))
    field = potential(replace(room, ports=ports))
    assert field.divergence < 1e-9
    assert np.allclose(field.velocity_m_s[0], 1.0, atol=1e-6)
