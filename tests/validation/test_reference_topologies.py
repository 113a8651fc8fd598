"""Six reference topologies of data-centre power, N to 2N+1.

Expected values: tests/data/power/topologies/expected.csv, by brute-force enumeration and the
closed forms written there; component values after IEEE 3006.8 populations as that page states them.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import kstest

from tests.topologies import NAMES, expected, rows
from twin.analysis.redundancy import consequence, judged
from twin.physics import flow
from twin.physics.reliability.bdd import counts_by_order, exact, failure_diagram, minimal_cut_sets
from twin.physics.reliability.contingency import double_failures, single_failures
from twin.physics.reliability.gates import Gates, Node, Rule, compile_gates
from twin.physics.reliability.monte_carlo import biased


def number(text: str, absent: float) -> float:
    return float(text) if text else absent


def topology(name: str) -> Gates:
    edges = sorted(rows(f"{name}_edges.csv"), key=lambda edge: int(edge["priority"]))
    nodes = [node(row, edges) for row in rows(f"{name}_nodes.csv")]
    return compile_gates(with_reserve_limit(nodes) if name.startswith("t3") else nodes)


def node(row: dict[str, str], edges: list[dict[str, str]]) -> Node:
    demand_w = number(row["demand_w"], 0.0)
    return Node(
        row["node_id"],
        Rule[row["input_gate"]],
        tuple(edge["from_node"] for edge in edges if edge["to_node"] == row["node_id"]),
        capacity_w=number(row["capacity_w"], math.inf),
        demand_w=demand_w,
        mtbf_h=number(row["mtbf_h"], math.nan),
        mttr_h=number(row["mttr_h"], math.nan),
        load_w=demand_w if row["group"] == "load" else 0.0,
        racks=1 if row["group"] == "load" else 0,
    )


def with_reserve_limit(nodes: list[Node]) -> list[Node]:
    """The catcher's reserve carries one block: all loads need 3 MW of the four 1 MW blocks."""
    blocks = tuple(n.name for n in nodes if n.name.startswith("UPS_"))
    pool = Node("POOL", Rule.CAP, blocks, demand_w=3e6, load_w=1e-3)
    return [*nodes, pool]


def carried(name: str, *lost: str) -> list[tuple[str, float]]:
    """Load over capacity of every node by lossless load flow, some nodes lost."""
    nodes = rows(f"{name}_nodes.csv")
    ids = [row["node_id"] for row in nodes]
    edges = sorted(rows(f"{name}_edges.csv"), key=lambda edge: int(edge["priority"]))
    supply = np.array([ids.index(edge["from_node"]) for edge in edges])
    taker = np.array([ids.index(edge["to_node"]) for edge in edges])
    height = np.zeros(len(ids), dtype=int)
    for _ in ids:
        np.maximum.at(height, supply, height[taker] + 1)
    levels = [np.flatnonzero(height == h) for h in range(height.max() + 1)]
    first = np.array([row["input_gate"] == "TRANSFER" for row in nodes])
    wires = flow.wiring(supply, taker, first, levels)
    able = np.array([name not in lost for name in ids])
    source = ~np.isin(np.arange(len(ids)), taker)
    live = flow.live(wires, able, source, np.zeros_like(able))
    load = np.array([number(row["demand_w"], 0.0) * (row["group"] == "load") for row in nodes])
    free = np.full(len(ids), np.inf)
    none = np.zeros(len(ids))
    output, _ = flow.upward(wires, load, flow.shares(wires, live), live, free, (none, none, none))
    rating = np.array([number(row["capacity_w"], np.inf) for row in nodes])
    return list(zip(ids, (output / rating).tolist(), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_unavailability_frequency_and_cut_sets(name: str) -> None:
    gates = topology(name)
    wanted = expected(name)
    diagram = failure_diagram(gates)
    solved = exact(gates, diagram)
    assert gates.components.size == int(wanted["random_components_count"])
    assert solved.unavailability == pytest.approx(
        float(wanted["unavailability_all_loads"]), rel=1e-9
    )
    assert solved.frequency_per_year == pytest.approx(
        float(wanted["failure_frequency_per_yr"]), rel=1e-9
    )
    assert solved.mean_down_h == pytest.approx(float(wanted["mean_down_duration_h"]), abs=5e-7)
    counts = counts_by_order(minimal_cut_sets(diagram, 3), 3)
    assert counts == [int(wanted[f"mcs_order{order}_count"]) for order in (1, 2, 3)]


@pytest.mark.parametrize("name", NAMES)
def test_contingencies_find_the_cut_sets_of_orders_one_and_two(name: str) -> None:
    gates = topology(name)
    wanted = expected(name)
    singles = single_failures(gates)
    assert len(singles.lost) == int(wanted["mcs_order1_count"])
    assert len(double_failures(gates, singles).lost) == int(wanted["mcs_order2_count"])


@pytest.mark.parametrize("name", NAMES)
def test_verdicts_with_counter_examples_and_interval(name: str) -> None:
    wanted = expected(name)
    found = judged(topology(name), rng=np.random.default_rng(20), order=3)
    for verdict in (found.concurrently_maintainable, found.fault_tolerant):
        assert verdict["verdict"] == (wanted["concurrently_maintainable"] == "yes")
        assert (verdict["counter_example"] is None) == verdict["verdict"]
    singles = {cut[0] for cut in found.cut_sets if len(cut) == 1}
    assert {point["component"] for point in found.single_points_of_failure} == singles
    assert found.availability_exact["downtime_min_per_year"] == pytest.approx(
        float(wanted["downtime_min_per_yr"]), abs=5e-10
    )
    estimate = found.availability_monte_carlo["unavailability"]
    standard_error = (found.interval[1] - found.interval[0]) / (2 * 1.96)
    assert abs(estimate - found.availability_exact["unavailability"]) < 4 * standard_error
    assert standard_error < 0.05 * estimate


def test_single_points_of_the_catcher_are_its_switches() -> None:
    found = judged(topology("t3_block_redundant_catcher"), rng=np.random.default_rng(1))
    points = {point["component"]: point["loads"] for point in found.single_points_of_failure}
    assert points == {f"STS_{n}": [f"LOAD_{n}"] for n in (1, 2, 3)}
    share = sum(
        row["share_of_unavailability"]
        for row in found.importance
        if row["component"].startswith("STS")
    )
    assert share > 0.99


def test_two_lost_blocks_drop_one_load_and_push_two_blocks_to_1_25() -> None:
    """What is dropped by the graph; what is carried by load flow over the same edges."""
    found = consequence(topology("t2_distributed_4_to_make_3"), ["UPS_A", "UPS_B"])
    assert found["loads"] == ["LOAD_AB"]
    over = {
        name: frac
        for name, frac in carried("t2_distributed_4_to_make_3", "UPS_A", "UPS_B")
        if frac > 1
    }
    assert over == pytest.approx(
        {f"{kind}_{block}": 1.25 for kind in ("TX", "SWB", "UPS") for block in "CD"}
    )


def test_the_switches_of_the_catcher_cost_a_factor_over_distributed_redundancy() -> None:
    """Same blocks, one transfer switch a load: 1,300 times the unavailability."""
    catcher, distributed = (
        exact(gates, failure_diagram(gates)).unavailability
        for gates in (
            topology("t3_block_redundant_catcher"),
            topology("t2_distributed_4_to_make_3"),
        )
    )
    assert catcher / distributed == pytest.approx(1300, rel=0.01)


def test_biased_estimate_of_2n_is_within_two_percent() -> None:
    gates = topology("t4_2n")
    found = biased(gates, np.random.default_rng(4), 400_000)
    unavailability = exact(gates, failure_diagram(gates)).unavailability
    assert found.unavailability == pytest.approx(unavailability, rel=0.02)
    assert abs(found.likelihood - 1) < 4 * found.likelihood_standard_error


def test_standardised_errors_over_fifty_seeds_are_normal() -> None:
    """(estimate - exact) / standard error ~ N(0, 1): Kolmogorov-Smirnov p > 0.001."""
    gates = topology("t2_distributed_4_to_make_3")
    unavailability = exact(gates, failure_diagram(gates)).unavailability
    estimates = [biased(gates, np.random.default_rng(seed), 20_000) for seed in range(50)]
    scores = [(e.unavailability - unavailability) / e.standard_error for e in estimates]
    assert kstest(scores, "norm").pvalue > 0.001
