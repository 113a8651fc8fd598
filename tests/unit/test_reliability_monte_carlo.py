"""Simulated availability against the exact value: fixed seeds, four standard errors, never
retried.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from twin.physics.reliability import monte_carlo
from twin.physics.reliability.bdd import exact, failure_diagram
from twin.physics.reliability.cycles import simulate
from twin.physics.reliability.gates import HOURS_PER_YEAR, Gates, Node, Rule, compile_gates
from twin.physics.reliability.monte_carlo import biased, direct, sampled, weighted_interval
from twin.physics.reliability.years import simulate_years


def k_of_n(k: int, n: int, mtbf_h: float, mttr_h: float) -> Gates:
    parts = [
        Node(f"part_{i}", Rule.SOURCE, mtbf_h=mtbf_h * (1 + i / n), mttr_h=mttr_h) for i in range(n)
    ]
    return compile_gates(
        [*parts, Node("load", Rule.KOFN, tuple(part.name for part in parts), k=k, racks=1)]
    )


@pytest.mark.parametrize(("k", "n", "mtbf_h"), [(1, 1, 100.0), (2, 3, 200.0), (5, 6, 1000.0)])
def test_plain_simulation_covers_the_exact_value(k: int, n: int, mtbf_h: float) -> None:
    gates = k_of_n(k, n, mtbf_h, 20.0)
    solved = exact(gates, failure_diagram(gates))
    found = direct(gates, np.random.default_rng(7), 20_000)
    assert found.events > 400
    assert abs(found.unavailability - solved.unavailability) < 4 * found.standard_error
    assert found.frequency_per_year == pytest.approx(
        solved.frequency_per_year, rel=4 / math.sqrt(found.events)
    )
    assert found.low < found.unavailability < found.high


@pytest.mark.parametrize(("k", "n", "mtbf_h"), [(1, 1, 1e5), (2, 3, 1e5), (1, 3, 1e5), (3, 6, 1e4)])
def test_biased_simulation_covers_values_that_plain_simulation_never_sees(
    k: int, n: int, mtbf_h: float
) -> None:
    gates = k_of_n(k, n, mtbf_h, 10.0)
    solved = exact(gates, failure_diagram(gates))
    found = biased(gates, np.random.default_rng(11), 40_000)
    assert (
        abs(found.unavailability / solved.unavailability - 1)
        < 4 * found.standard_error / found.unavailability + 1e-12
    )
    assert found.standard_error < 0.05 * found.unavailability
    assert found.frequency_per_year == pytest.approx(solved.frequency_per_year, rel=0.15)
    assert abs(found.likelihood - 1) < 4 * found.likelihood_standard_error + 1e-12


def test_a_component_that_cannot_matter_is_simulated_too() -> None:
    """The spare's failures lengthen cycles and change nothing else; equal bias keeps the ratio
    honest.
    """
    nodes = [Node(f"s{i}", Rule.SOURCE, mtbf_h=1e4, mttr_h=10.0) for i in range(3)]
    gates = compile_gates([*nodes, Node("load", Rule.OR, ("s0", "s1"), racks=1)])
    found = biased(gates, np.random.default_rng(3), 40_000)
    assert abs(found.unavailability - (10 / 10010) ** 2) < 4 * found.standard_error


def test_no_failure_seen_is_a_bound_and_not_zero() -> None:
    gates = k_of_n(1, 4, 1e6, 10.0)
    found = direct(gates, np.random.default_rng(1), 100)
    assert found.events == 0
    assert found.unavailability == found.low == 0.0
    assert found.high == pytest.approx(-math.log(0.05) / found.simulated_h * 10.0)
    assert found.high < found.wide[1]
    assert math.isnan(found.standard_error)


def test_same_seed_same_answer() -> None:
    gates = k_of_n(2, 3, 1000.0, 10.0)
    one, two = (biased(gates, np.random.default_rng(5), 2_000) for _ in range(2))
    assert one == two


def test_more_cycles_than_walk_at_once_all_end() -> None:
    gates = k_of_n(1, 2, 100.0, 10.0)
    found = simulate(gates, np.random.default_rng(1), 150_000, biased=False)
    assert found.likelihood.min() == found.likelihood.max() == 1.0
    assert found.time_h.min() > 0
    assert float(found.down_h.sum() / found.time_h.sum()) == pytest.approx(
        exact(gates, failure_diagram(gates)).unavailability, rel=0.02
    )


def test_interval_of_equal_weights_is_the_exact_poisson_interval() -> None:
    """Garwood 1936: chi-square quantiles with 2 n and 2 n + 2 degrees of freedom, halved."""
    low, high = weighted_interval(30.0, 90.0, 3.0, 0.05)
    assert low == pytest.approx(3 * chi2.ppf(0.025, 20) / 2)
    assert high == pytest.approx(3 * chi2.ppf(0.975, 22) / 2)


def test_a_system_that_fails_often_is_simulated_plainly_until_the_failures_suffice() -> None:
    found = sampled(k_of_n(2, 3, 1000.0, 20.0), np.random.default_rng(1))
    assert found is not None
    assert found.method == "direct"
    assert 700 < found.events < 20_000


def test_a_small_system_that_hardly_ever_fails_is_biased() -> None:
    gates = k_of_n(1, 3, 1e5, 10.0)
    found = sampled(gates, np.random.default_rng(1))
    assert found is not None
    assert found.method == "balanced failure biasing"
    assert found.sound
    assert found.low < exact(gates, failure_diagram(gates)).unavailability < found.high


def test_a_large_system_is_never_biased() -> None:
    """Seventy pairs: the interval is wide, for few failures are seen, and it holds the exact
    value.
    """
    parts = [Node(f"part_{i}", Rule.SOURCE, mtbf_h=2e5, mttr_h=10.0) for i in range(140)]
    pairs = [
        Node(f"pair_{i}", Rule.OR, (f"part_{2 * i}", f"part_{2 * i + 1}"), racks=1)
        for i in range(70)
    ]
    gates = compile_gates([*parts, *pairs])
    found = sampled(gates, np.random.default_rng(2))
    assert found is not None
    assert found.method == "direct"
    assert found.high > 1.15 * found.low
    assert found.low < exact(gates, failure_diagram(gates)).unavailability < found.high


@pytest.mark.parametrize(
    "change", [{"likelihood": 0.9}, {"effective_events": 50.0}, {"largest_share": 0.2}]
)
def test_a_biased_estimate_is_not_believed_against_its_own_signs(change: dict[str, float]) -> None:
    found = biased(k_of_n(1, 3, 1e5, 10.0), np.random.default_rng(1), 20_000)
    assert found.sound
    assert not replace(found, **change).sound  # type: ignore[arg-type]


def test_a_biased_estimate_that_is_not_believed_gives_way_to_plain_cycles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(monte_carlo.Estimate, "sound", False)
    found = sampled(k_of_n(1, 3, 1e5, 10.0), np.random.default_rng(1))
    assert found is not None
    assert found.method == "direct"
    assert found.low == 0.0 < found.high


def test_a_system_that_is_never_whole_is_simulated_by_facility_years() -> None:
    gates = k_of_n(1, 40, 100.0, 20.0)
    found = sampled(gates, np.random.default_rng(3))
    assert found is not None
    assert found.method == "facility-years"
    assert found.low <= exact(gates, failure_diagram(gates)).unavailability <= found.high


@pytest.mark.parametrize("years", [5.0, 3000.0])
def test_facility_years_cover_unavailability_and_frequency(years: float) -> None:
    """Many short stretches and one long one, both from the steady state on."""
    gates = k_of_n(3, 5, mtbf_h=900.0, mttr_h=60.0)
    truth = exact(gates, failure_diagram(gates))
    total = 30_000.0
    seen = [
        simulate_years(gates, np.random.default_rng([7, n]), years)
        for n in range(int(total / years))
    ]
    down_h = sum(float(one.down_h.sum()) for one in seen)
    failures = sum(float(one.failures.sum()) for one in seen)
    assert down_h / (total * HOURS_PER_YEAR) == pytest.approx(truth.unavailability, rel=0.05)
    expected = truth.frequency_per_year * total
    assert failures == pytest.approx(expected, abs=4 * expected**0.5)


def test_nothing_to_simulate_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed"):
        direct(k_of_n(1, 1, 10.0, 1.0), np.random.default_rng(1), 1)
    perfect = compile_gates(
        [Node("source", Rule.SOURCE), Node("load", Rule.AND, ("source",), racks=1)]
    )
    with pytest.raises(ValueError, match="0 components"):
        biased(perfect, np.random.default_rng(1), 100)
