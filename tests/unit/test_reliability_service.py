"""What is left of a supply: shares by hand, and agreement with the gates on what is whole and what
is dead.
"""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.reliability.contingency import down_nodes
from twin.physics.reliability.gates import Gates, Node, Rule, compile_gates
from twin.physics.reliability.service import served_frac

PART = {"mtbf_h": 1e4, "mttr_h": 10.0}


def left(nodes: list[Node], *lost: str) -> float:
    gates = compile_gates(nodes)
    return float(served_frac(gates, [[gates.index[name] for name in lost]])[gates.index["load"], 0])


def pumped() -> list[Node]:
    """A unit with two pumps: one alone gives 55, both 100, of which 90 are wanted."""
    pumps = [Node(f"pump_{k}", Rule.AND, ("unit",), **PART) for k in (1, 2)]
    names = ("pump_1", "pump_2")
    steps = [
        Node("first", Rule.KOFN, names, k=1, capacity_w=55.0),
        Node("second", Rule.KOFN, names, k=2, capacity_w=45.0),
    ]
    return [
        Node("unit", Rule.SOURCE, **PART),
        *pumps,
        *steps,
        Node("flow", Rule.CAP, ("first", "second"), demand_w=90.0),
        Node("load", Rule.AND, ("flow",), racks=1),
    ]


def test_one_pump_of_two_leaves_part_of_the_flow_and_the_unit_leaves_none() -> None:
    assert left(pumped()) == 1.0
    assert left(pumped(), "pump_1") == pytest.approx(55 / 90)
    assert left(pumped(), "pump_2") == pytest.approx(55 / 90)
    assert left(pumped(), "pump_1", "pump_2") == left(pumped(), "unit") == 0.0


@pytest.mark.parametrize(
    ("rule", "extra", "share"),
    [
        (Rule.AND, {}, 0.0),
        (Rule.OR, {}, 1.0),
        (Rule.TRANSFER, {}, 1.0),
        (Rule.KOFN, {"k": 3}, 2 / 3),
        (Rule.KOFN, {"k": 2}, 1.0),
        (Rule.CAP, {"demand_w": 250.0}, 0.8),
        (Rule.CAP, {"demand_w": 200.0}, 1.0),
        (Rule.CAP, {"demand_w": 0.0}, 1.0),
    ],
)
def test_each_rule_with_one_of_three_inputs_lost(
    rule: Rule, extra: dict[str, float], share: float
) -> None:
    parts = [Node(name, Rule.SOURCE, capacity_w=100.0, **PART) for name in "abc"]
    assert left([*parts, Node("load", rule, tuple("abc"), racks=1, **extra)], "a") == pytest.approx(
        share
    )  # type: ignore[arg-type]


def test_nobody_has_more_than_the_best_of_its_inputs() -> None:
    """Two units of 100 for 100, both on a plant that keeps half: half, although their sizes add
    up.
    """
    coolers = [Node(f"cooler_{k}", Rule.SOURCE, capacity_w=50.0, **PART) for k in (1, 2)]
    units = [Node(f"unit_{k}", Rule.AND, ("plant",), capacity_w=100.0, **PART) for k in (1, 2)]
    nodes = [
        *coolers,
        Node("plant", Rule.CAP, ("cooler_1", "cooler_2"), demand_w=100.0),
        *units,
        Node("load", Rule.CAP, ("unit_1", "unit_2"), demand_w=100.0, racks=1),
    ]
    assert left(nodes, "cooler_1") == pytest.approx(0.5)


def graph(seed: int) -> Gates:
    rng = np.random.default_rng(seed)
    nodes = [Node(f"n{k}", Rule.SOURCE, capacity_w=100.0, **PART) for k in range(4)]
    for k in range(4, 14):
        inputs = tuple(rng.choice([n.name for n in nodes], size=3, replace=False).tolist())
        rule = Rule(int(rng.integers(1, 6)))
        nodes.append(
            Node(
                f"n{k}",
                rule,
                inputs,
                k=2,
                capacity_w=100.0,
                racks=int(k > 10),
                **PART,
                demand_w=210.0 if rule is Rule.CAP else 0.0,
            )
        )
    return compile_gates(nodes)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_up_is_whole_and_whatever_is_dead_is_down(seed: int) -> None:
    gates = graph(seed)
    cases = [
        [],
        *([int(a)] for a in gates.components),
        *([int(a), int(a) - 1] for a in gates.components[1:]),
    ]
    down = down_nodes(gates, cases)
    share = served_frac(gates, cases)
    assert (share[~down] == 1.0).all()
    assert down[share == 0.0].all()
    assert ((share >= 0) & (share <= 1)).all()
