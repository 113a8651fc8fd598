"""Simulated availability against the exact value: fixed seeds, four standard errors, never retried."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.physics.reliability.bdd import exact, failure_diagram
from twin.physics.reliability.gates import Gates, Node, Rule, compile_gates
from twin.physics.reliability.monte_carlo import biased, direct


def k_of_n(k: int, n: int, mtbf_h: float, mttr_h: float) -> Gates:
    parts = [Node(f"part_{i}", Rule.SOURCE, mtbf_h=mtbf_h * (1 + i / n), mttr_h=mttr_h) for i in range(n)]
    return compile_gates([*parts, Node("load", Rule.KOFN, tuple(part.name for part in parts), k=k, racks=1)])


@pytest.mark.parametrize(("k", "n", "mtbf_h"), [(1, 1, 100.0), (2, 3, 200.0), (5, 6, 1000.0)])
def test_plain_simulation_covers_the_exact_value(k: int, n: int, mtbf_h: float) -> None:
    gates = k_of_n(k, n, mtbf_h, 20.0)
    solved = exact(gates, failure_diagram(gates))
    found = direct(gates, np.random.default_rng(7), 20_000)
    assert found.events > 400
    assert abs(found.unavailability - solved.unavailability) < 4 * found.standard_error
    assert found.frequency_per_year == pytest.approx(solved.frequency_per_year, rel=4 / math.sqrt(found.events))
    assert found.low < found.unavailability < found.high


@pytest.mark.parametrize(("k", "n", "mtbf_h"), [(1, 1, 1e5), (2, 3, 1e5), (1, 3, 1e5), (3, 6, 1e4)])
def test_biased_simulation_covers_values_that_plain_simulation_never_sees(k: int, n: int, mtbf_h: float) -> None:
    gates = k_of_n(k, n, mtbf_h, 10.0)
    solved = exact(gates, failure_diagram(gates))
    found = biased(gates, np.random.default_rng(11), 40_000)
    assert (
        abs(found.unavailability / solved.unavailability - 1) < 4 * found.standard_error / found.unavailability + 1e-12
    )
    assert found.standard_error < 0.05 * found.unavailability
    assert found.frequency_per_year == pytest.approx(solved.frequency_per_year, rel=0.15)
    assert abs(found.likelihood - 1) < 4 * found.likelihood_standard_error + 1e-12


def test_a_component_that_cannot_matter_is_simulated_too() -> None:
    """The spare's failures lengthen cycles and change nothing else; equal bias keeps the ratio honest."""
    nodes = [Node(f"s{i}", Rule.SOURCE, mtbf_h=1e4, mttr_h=10.0) for i in range(3)]
    gates = compile_gates([*nodes, Node("load", Rule.OR, ("s0", "s1"), racks=1)])
    found = biased(gates, np.random.default_rng(3), 40_000)
    assert abs(found.unavailability - (10 / 10010) ** 2) < 4 * found.standard_error


def test_no_failure_seen_is_a_bound_and_not_zero() -> None:
    gates = k_of_n(1, 4, 1e6, 10.0)
    found = direct(gates, np.random.default_rng(1), 100)
    assert found.events == 0
    assert found.unavailability == found.low == 0.0
    assert found.high == pytest.approx(3.0 / found.simulated_h * 10.0)
    assert math.isnan(found.standard_error)


def test_same_seed_same_answer() -> None:
    gates = k_of_n(2, 3, 1000.0, 10.0)
    one, two = (biased(gates, np.random.default_rng(5), 2_000) for _ in range(2))
    assert one == two


def test_nothing_to_simulate_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed"):
        direct(k_of_n(1, 1, 10.0, 1.0), np.random.default_rng(1), 1)
    perfect = compile_gates([Node("source", Rule.SOURCE), Node("load", Rule.AND, ("source",), racks=1)])
    with pytest.raises(ValueError, match="0 components"):
        biased(perfect, np.random.default_rng(1), 100)
