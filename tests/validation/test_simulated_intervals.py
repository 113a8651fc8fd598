"""The simulated interval holds the exact value as often as it says, whichever estimator was chosen.

Six reference topologies, five shipped layouts, twenty random small systems; fixed seeds, never
retried. Exact values come from the decision diagram, which is checked against enumeration
elsewhere.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom
from test_reference_topologies import NAMES, topology

import twin
from twin.facility.dependency import dependency
from twin.physics.reliability.bdd import exact, failure_diagram
from twin.physics.reliability.gates import Gates, Node, Rule, compile_gates
from twin.physics.reliability.monte_carlo import Estimate, sampled

LAYOUTS = ("edge_200kw", "gb200_su", "superpod_b200", "frontier", "campus_20mw")
FOLDER = Path(__file__).parents[2] / "layouts"


def random_system(seed: int) -> Gates:
    """Two to four sources, gates of any rule over them, one to three loads; rates over three
    decades.
    """
    rng = np.random.default_rng(seed)
    nodes = [_random_node(rng, f"s{k}", []) for k in range(int(rng.integers(2, 5)))]
    for level in range(int(rng.integers(1, 4))):
        earlier = list(nodes)
        nodes += [
            _random_node(rng, f"n{level}_{k}", earlier) for k in range(int(rng.integers(2, 6)))
        ]
    gates = [node.name for node in nodes if node.inputs]
    loads = [
        tuple(rng.choice(gates, size=2, replace=False).tolist())
        for _ in range(int(rng.integers(1, 4)))
    ]
    return compile_gates(
        [*nodes, *(Node(f"load_{k}", Rule.OR, pair, racks=1) for k, pair in enumerate(loads))]
    )


def _random_node(rng: np.random.Generator, name: str, earlier: list[Node]) -> Node:
    rule = Rule(int(rng.integers(2, 6))) if earlier else Rule.SOURCE
    count = int(rng.integers(1, 5)) if earlier else 0
    inputs = [earlier[k] for k in rng.permutation(len(earlier))[:count]]
    wanted_w = (
        rng.uniform(0.3, 0.8) * sum(node.capacity_w for node in inputs) if rule is Rule.CAP else 0.0
    )
    return Node(
        name,
        rule,
        tuple(node.name for node in inputs),
        k=1 + int(rng.integers(0, max(1, len(inputs)))),
        capacity_w=float(rng.integers(40, 120)),
        demand_w=float(wanted_w),
        mtbf_h=float(10 ** rng.uniform(2.5, 5.5)),
        mttr_h=float(10 ** rng.uniform(0, 2)),
    )


def judged(gates: Gates, seed: int) -> tuple[Estimate, float]:
    found = sampled(gates, np.random.default_rng(seed))
    assert found is not None
    return found, exact(gates, failure_diagram(gates)).unavailability


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_shipped_layout_is_covered_by_a_plain_simulation_with_a_hundred_failures(
    name: str,
) -> None:
    gates = dependency(twin.build(twin.load(FOLDER / f"{name}.yaml")))
    found, unavailability = judged(gates, 0)
    assert found.method in ("direct", "facility-years")
    assert found.events >= 100
    assert found.wide[0] <= unavailability <= found.wide[1]
    assert found.high < 1.5 * found.low


def test_intervals_miss_as_often_as_they_say() -> None:
    """Of 26 intervals of 95 %, no more miss than chance allows in one of a thousand tries; none of
    99.9 % does.
    """
    systems = [*map(topology, NAMES), *map(random_system, range(20))]
    judgements = [judged(gates, 1) for gates in systems]
    missed = sum(not found.low <= exactly <= found.high for found, exactly in judgements)
    assert missed <= binom.ppf(0.999, len(systems), 0.05)
    assert all(found.wide[0] <= exactly <= found.wide[1] for found, exactly in judgements)
    assert {found.method for found, _ in judgements} == {"direct", "balanced failure biasing"}
    assert all(found.likelihood_is_one for found, _ in judgements)
