"""Sweeps over a radial network, against the nodal equations and against themselves."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.radial import rows
from twin.physics.radial import RadialNetwork, radial_network, solve


def random_tree(size: int, seed: int) -> tuple[RadialNetwork, np.ndarray, np.ndarray, np.ndarray]:
    """A tree whose lowest voltage is about 0.93; network, loads, parents and impedances."""
    draw = np.random.default_rng(seed)
    parent = np.array([0, *(int(draw.integers(max(0, n - 12), n)) for n in range(1, size))])
    load = draw.uniform(0.0, 1e4, size) * (1.0 + 0.2j)
    load[0] = 0.0
    z = (draw.uniform(0.2, 1.0, size) + 1j * draw.uniform(0.2, 2.0, size)) * 1e-3 / load.real.sum()
    z[0] = 0.0
    held = np.arange(size) == 0
    edges = (parent[1:], np.arange(1, size), np.ones(size - 1))
    zero = np.zeros(size)
    network = radial_network(edges, z, held, np.full(size, np.inf), (zero, zero, zero))
    return network, load, parent, z


@pytest.mark.parametrize("seed", range(5))
def test_voltages_obey_the_nodal_equations(seed: int) -> None:
    """At every node, what comes in over its branch is what it draws and what it passes on."""
    network, load, parent, z = random_tree(60, seed)
    voltage = solve(network, load).voltage
    assert 0.5 < abs(voltage).min() < 1.0
    branch = (voltage[parent[1:]] - voltage[1:]) / z[1:]
    passed = np.zeros(60, dtype=complex)
    np.add.at(passed, parent[1:], branch)
    drawn = np.conj(load / voltage)
    assert np.allclose(branch, drawn[1:] + passed[1:], rtol=1e-6)


def test_losses_are_what_goes_in_less_what_is_drawn() -> None:
    network, load, _, _ = random_tree(200, 1)
    found = solve(network, load, tolerance=1e-12)
    assert found.loss_w.sum() == pytest.approx(found.through_va[0].real - load.real.sum(), rel=1e-8)


@pytest.mark.parametrize("tolerance", [1e-4, 1e-6, 1e-9])
@pytest.mark.parametrize("signs", [(1, 1), (1, -1)], ids=["drawn", "drawn and given"])
@pytest.mark.parametrize("heavy", [0.05, 1.0, 2.0])
def test_no_voltage_is_off_by_more_than_the_tolerance(
    tolerance: float, signs: tuple[int, int], heavy: float
) -> None:
    """Judged by how moves shrink: held to what 60 sweeps more would find, cold and warm."""
    for seed in range(8):
        network, load, _, _ = random_tree(150, seed)
        load = load * heavy * np.random.default_rng(seed).choice(signs, load.size)
        exact = solve(network, load, 1e-14).voltage
        cold = solve(network, load, tolerance)
        warm = solve(network, load, tolerance, solve(network, 0.97 * load).voltage)
        assert abs(cold.voltage - exact).max() < tolerance
        assert abs(warm.voltage - exact).max() < tolerance


def test_what_nodes_give_is_what_is_drawn_below_them_and_lost() -> None:
    """Power closes at every node, far closer than the voltages are asked to."""
    network, load, parent, _ = random_tree(200, 4)
    found = solve(network, load, 1e-6)
    lost = found.current_va * np.conj(found.current_va)
    sent = found.through_va + lost * network.impedance_per_va[network.ways.forest.place]
    passed = load.copy()
    np.add.at(passed, parent[1:], sent[1:])
    assert np.allclose(found.through_va, passed, atol=1e-5 * abs(load).sum())


def test_a_converter_holds_its_voltage_and_draws_its_loss() -> None:
    """Source, line, UPS that loses 2 % idle and 4 % at full load, line, load at half."""
    edges = (np.array([0, 1, 2]), np.array([1, 2, 3]), np.ones(3))
    z = np.array([0, 1e-8, 0, 1e-8], dtype=complex)
    held = np.array([True, False, True, False])
    idle = np.array([0, 0, 0.02, 0])
    square = np.array([0, 0, 0.04, 0])
    network = radial_network(
        edges, z, held, np.array([np.inf, 1e6, 1e6, 1e6]), (idle, np.zeros(4), square)
    )
    found = solve(network, np.array([0, 0, 0, 5e5], dtype=complex), 1e-12)
    given = found.through_va[2].real
    assert given == pytest.approx(5e5 + 1e-8 * abs(found.current_va[3]) ** 2)
    assert found.voltage[2] == 1.0
    lost = 1e6 * (0.02 + 0.04 * (given / 1e6) ** 2)
    assert found.loss_w[2] == pytest.approx(lost, rel=1e-9)
    assert found.through_va[1].real == pytest.approx(given + lost, rel=1e-9)


def test_a_network_that_cannot_carry_its_load_is_told() -> None:
    network, load, _, _ = random_tree(30, 3)
    with pytest.raises(ArithmeticError, match="cannot carry its load"):
        solve(network, load * 1e5)


def test_a_wide_tree_has_the_voltages_of_power_grid_model() -> None:
    """The tree of the benchmark, which holds them to 1e-6 before it times anything beside it."""
    pytest.importorskip("power_grid_model", reason="power-grid-model is not installed")
    asked = [str(row[0]) for row in rows(600, 24)]
    assert sum(row.startswith("power-grid-model") for row in asked) == 2
