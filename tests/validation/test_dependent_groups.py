"""Groups that share crews, causes and standby: closed forms, enumeration, decision diagram and
simulation beside the chain.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tests.sources import table
from twin.physics.reliability.bdd import exact, failure_diagram
from twin.physics.reliability.contingency import down_nodes
from twin.physics.reliability.gates import Gates, Node, Rule, compile_gates
from twin.physics.reliability.markov import SteadyState, alike, steady_state, unlike
from twin.physics.reliability.monte_carlo import direct

UNIT = {"mtbf_h": 20_000.0, "mttr_h": 8.0}


def value(case: str, claim: str) -> float:
    rows = [row for row in table("power/validation_cases.csv") if row["case"] == case]
    return float(
        next(row["value"] for row in rows if claim in row["claim"] or row["claim"] == "same")
    )


def pair(**shared: float) -> SteadyState:
    crews = int(shared.pop("crews", 2))
    return alike(2, 1, **UNIT, crews=crews, **shared)


@pytest.mark.parametrize(
    ("case", "found", "relative"),
    [
        ("ctmc_pair_one_crew", pair(crews=1), 1e-9),
        ("ctmc_pair_two_crews", pair(), 1e-9),
        ("ctmc_pair_one_crew_ccf", pair(crews=1, beta=0.02), 1e-8),
    ],
)
def test_pairs_are_their_closed_forms(case: str, found: SteadyState, relative: float) -> None:
    assert found.unavailability == pytest.approx(value(case, "unavailability"), rel=relative)
    assert found.frequency_per_year == pytest.approx(value(case, "frequency"), rel=relative)


def test_a_common_cause_of_two_in_a_hundred_costs_a_factor_of_26() -> None:
    ratio = pair(crews=1, beta=0.02).unavailability / pair(crews=1).unavailability
    assert ratio == pytest.approx(26.0, abs=0.05)


def test_cold_standby_is_the_machine_repair_model() -> None:
    """One of two, the other cold, one crew: shares 1, r, r^2 with r = MTTR / MTBF."""
    r = UNIT["mttr_h"] / UNIT["mtbf_h"]
    found = alike(2, 1, **UNIT, crews=1, standby_frac=0.0)
    assert found.unavailability == pytest.approx(r**2 / (1 + r + r**2), rel=1e-12)


@pytest.mark.parametrize(("needed", "installed"), [(1, 2), (3, 4), (8, 10), (40, 44)])
def test_a_crew_each_is_the_decision_diagram(needed: int, installed: int) -> None:
    parts = [Node(f"p{n}", Rule.SOURCE, **UNIT) for n in range(installed)]
    names = tuple(part.name for part in parts)
    gates = compile_gates([*parts, Node("load", Rule.KOFN, names, k=needed, racks=1)])
    wanted = exact(gates, failure_diagram(gates))
    found = alike(installed, needed, **UNIT)
    assert found.unavailability == pytest.approx(wanted.unavailability, rel=1e-9)
    assert found.frequency_per_year == pytest.approx(wanted.frequency_per_year, rel=1e-9)
    assert found.mean_down_h == pytest.approx(wanted.mean_down_h, rel=1e-9)


def test_members_by_name_are_members_by_number() -> None:
    for crews in (1, 2, 3):
        named = unlike(
            np.full(3, UNIT["mtbf_h"]),
            np.full(3, UNIT["mttr_h"]),
            lambda lost: len(lost) > 1,
            crews=crews,
            beta=0.03,
        )
        counted = alike(3, 2, **UNIT, crews=crews, beta=0.03)
        assert named.unavailability == pytest.approx(counted.unavailability, rel=1e-9)
        assert named.frequency_per_year == pytest.approx(counted.frequency_per_year, rel=1e-9)


def test_fewer_crews_never_help() -> None:
    found = [alike(6, 4, **UNIT, crews=crews).unavailability for crews in range(1, 7)]
    assert np.all(np.diff(found) <= 0)


def random_topology(seed: int) -> Gates:
    rng = np.random.default_rng([20, seed])
    size = int(rng.integers(3, 7))
    nodes = [
        Node(
            f"part_{n}",
            Rule.SOURCE,
            mtbf_h=float(rng.uniform(60, 400)),
            mttr_h=float(rng.uniform(4, 40)),
        )
        for n in range(size)
    ]
    for n in range(int(rng.integers(2, 5))):
        chosen = rng.choice(
            len(nodes), size=min(len(nodes), int(rng.integers(2, 5))), replace=False
        )
        names = tuple(nodes[c].name for c in sorted(chosen.tolist()))
        rule = (Rule.AND, Rule.OR, Rule.KOFN)[int(rng.integers(3))]
        k = int(rng.integers(1, len(names) + 1))
        nodes.append(Node(f"gate_{n}", rule, names, k=k))
    feeding = tuple(node.name for node in nodes[-2:])
    return compile_gates([*nodes, Node("load", Rule.AND, feeding, racks=1)])


@pytest.mark.parametrize("seed", range(30))
def test_diagram_chain_and_simulation_agree(seed: int) -> None:
    gates = random_topology(seed)
    parts = gates.components.tolist()
    cases = [c for size in range(len(parts) + 1) for c in combinations(range(len(parts)), size)]
    failing = down_nodes(gates, [[parts[i] for i in case] for case in cases])[gates.loads].any(
        axis=0
    )
    down = {frozenset(case): bool(is_down) for case, is_down in zip(cases, failing, strict=True)}
    chain = unlike(gates.mtbf_h[parts], gates.mttr_h[parts], down.__getitem__)
    diagram = exact(gates, failure_diagram(gates))
    assert chain.unavailability == pytest.approx(diagram.unavailability, rel=1e-9)
    assert chain.frequency_per_year == pytest.approx(diagram.frequency_per_year, rel=1e-9)
    seen = direct(gates, np.random.default_rng([21, seed]), 40_000)
    assert abs(seen.unavailability - diagram.unavailability) < 3.6 * seen.standard_error


def test_a_group_as_one_component_of_a_diagram() -> None:
    """A pair with one crew in series with a board: as two independent components in a row."""
    group = pair(crews=1, beta=0.02)
    mtbf_h, mttr_h = group.as_component
    nodes = [
        Node("pair", Rule.SOURCE, mtbf_h=mtbf_h, mttr_h=mttr_h),
        Node("board", Rule.SOURCE, mtbf_h=2.0e6, mttr_h=16.0),
        Node("load", Rule.AND, ("pair", "board"), racks=1),
    ]
    gates = compile_gates(nodes)
    q = 16.0 / (2.0e6 + 16.0)
    whole = group.unavailability + q - group.unavailability * q
    solved = exact(gates, failure_diagram(gates))
    assert solved.unavailability == pytest.approx(whole, rel=1e-12)
    frequency = group.frequency_per_year * (1 - q) + 8760 / (2.0e6 + 16.0) * (
        1 - group.unavailability
    )
    assert solved.frequency_per_year == pytest.approx(frequency, rel=1e-9)


def test_a_state_that_is_never_left_is_refused() -> None:
    with pytest.raises(ValueError, match="never left"):
        steady_state(0, lambda state: [(1, 1.0)] if state == 0 else [], lambda state: state == 1)


def test_generators_eight_of_ten_started_well() -> None:
    assert value("generators", "well maintained MTTF") == pytest.approx(
        -336.0 / np.log1p(-0.20), abs=0.01
    )


def test_pairs_of_eleven_thousand_components() -> None:
    assert value("nplus2_pairs", "number of N-2 pairs") == 11_103 * 11_102 // 2
