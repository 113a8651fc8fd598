"""Closed forms of redundancy that the engines must reproduce.

Values and tolerances: tests/data/power/validation_cases.csv. Cases with one repair crew or common
causes need dependent repair and are outside an engine of independent components.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.sources import table
from twin.analysis.redundancy import consequence
from twin.physics.reliability.bdd import Exact, exact, failure_diagram
from twin.physics.reliability.gates import Gates, Node, Rule, compile_gates
from twin.physics.reliability.monte_carlo import direct


def value(case: str, claim_start: str) -> float:
    found = [
        r
        for r in table("power/validation_cases.csv")
        if r["case"] == case and r["claim"].startswith(claim_start)
    ]
    assert len(found) == 1
    return float(found[0]["value"])


def k_of_n(k: int, n: int, unavailability: float, mttr_h: float = 8.0) -> Gates:
    mtbf_h = mttr_h * (1 - unavailability) / unavailability
    parts = [Node(f"part_{i}", Rule.SOURCE, mtbf_h=mtbf_h, mttr_h=mttr_h) for i in range(n)]
    return compile_gates(
        [*parts, Node("load", Rule.KOFN, tuple(part.name for part in parts), k=k, racks=1)]
    )


def solve(gates: Gates) -> Exact:
    return exact(gates, failure_diagram(gates))


def test_three_of_four_ups_without_cancellation() -> None:
    found = solve(k_of_n(3, 4, 9.599078488e-05)).unavailability
    assert found == pytest.approx(value("kofn", "3-of-4"), rel=1e-7)


@pytest.mark.parametrize(
    ("k", "n", "q"), [(1, 2, 1e-9), (5, 6, 1e-3), (20, 24, 0.05), (97, 100, 1e-6)]
)
def test_k_of_n_is_the_binomial_tail_at_any_size(k: int, n: int, q: float) -> None:
    tail = math.fsum(math.comb(n, j) * q**j * (1 - q) ** (n - j) for j in range(n - k + 1, n + 1))
    assert solve(k_of_n(k, n, q)).unavailability == pytest.approx(tail, rel=1e-9)


def test_pair_with_a_crew_each() -> None:
    """U = (rho / (1 + rho))^2 and f = 2 mu U, with lambda = 1 / 20,000 h and MTTR 8 h."""
    parts = [Node(name, Rule.SOURCE, mtbf_h=20_000.0, mttr_h=8.0) for name in "ab"]
    found = solve(compile_gates([*parts, Node("load", Rule.OR, ("a", "b"), racks=1)]))
    assert found.unavailability == pytest.approx(
        value("ctmc_pair_two_crews", "unavailability"), rel=1e-9
    )
    assert found.frequency_per_year == pytest.approx(
        value("ctmc_pair_two_crews", "failure frequency"), rel=1e-9
    )
    assert found.mean_down_h == pytest.approx(4.0, rel=1e-12)


def test_eight_of_ten_generators_start() -> None:
    found = solve(k_of_n(8, 10, 1 - 0.995 * (1 - 0.0094))).unavailability
    assert found == pytest.approx(value("generators", "10 generators, 8 needed: P(fewer"), rel=1e-5)
    assert 1 - found == pytest.approx(
        value("generators", "10 generators, 8 needed, A=0.995"), abs=1e-8
    )


@pytest.mark.parametrize(
    ("case", "failures_per_year", "mttr_h"),
    [("ats_inherent", 0.03502, 7.89), ("switchboard_inherent", 0.004327, 16.0)],
)
def test_inherent_availability(case: str, failures_per_year: float, mttr_h: float) -> None:
    part = Node("part", Rule.SOURCE, mtbf_h=8760.0 / failures_per_year, mttr_h=mttr_h, racks=1)
    assert 1 - solve(compile_gates([part])).unavailability == pytest.approx(
        value(case, ""), abs=1e-6
    )


def test_a_120_kw_rack_survives_four_of_eight_shelves_and_not_five() -> None:
    """Six 5.5 kW supplies a shelf, eight shelves: 132 kW are left after four, 99 kW after five."""
    shelf_w = value("gb200", "shelf")
    shelves = [
        Node(f"shelf_{n}", Rule.SOURCE, capacity_w=shelf_w, mtbf_h=1e5, mttr_h=8.0)
        for n in range(8)
    ]
    rack = Node(
        "rack", Rule.CAP, tuple(s.name for s in shelves), demand_w=120e3, load_w=120e3, racks=1
    )
    gates = compile_gates([*shelves, rack])
    survived = int(value("gb200", "rack at 120 kW"))
    lost = [shelf.name for shelf in shelves]
    assert consequence(gates, lost[:survived])["loads_count"] == 0
    assert consequence(gates, lost[: survived + 1])["loads_count"] == 1


def test_relative_error_of_a_simulation_falls_with_the_root_of_its_events() -> None:
    """Half-width 1.96 / sqrt(n) of a frequency; outages of exponential length at most double the
    variance.
    """
    half_width = value("mc_ci", "relative 95 %")
    gates = k_of_n(1, 1, 0.1)
    found = direct(gates, np.random.default_rng(2), 400)
    assert found.events == 400
    assert 1.96 * found.standard_error / found.unavailability == pytest.approx(half_width, rel=0.01)
