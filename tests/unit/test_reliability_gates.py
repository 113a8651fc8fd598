"""The checks and the compiled form of the dependency graph."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from twin.physics.reliability.gates import Node, Rule, compile_gates


def feed(name: str = "feed", **more: float) -> Node:
    return Node(name, Rule.SOURCE, mtbf_h=1000.0, mttr_h=10.0, **more)


def test_inputs_stand_before_the_nodes_they_feed_whatever_the_listing() -> None:
    gates = compile_gates(
        [
            Node("rack", Rule.OR, ("b", "a"), racks=1),
            Node("a", Rule.AND, ("feed",)),
            Node("b", Rule.AND, ("a",)),
            feed(),
        ]
    )
    for node in range(len(gates.names)):
        assert np.all(gates.inputs_of(node) < node)
    assert [gates.names[node] for node in gates.inputs_of(gates.index["rack"])] == ["b", "a"]
    assert gates.components.tolist() == [gates.index["feed"]]
    assert gates.unavailability[gates.index["feed"]] == pytest.approx(10 / 1010)


def test_every_problem_is_told_at_once() -> None:
    nodes = [
        feed("twice"),
        feed("twice"),
        Node("k", Rule.KOFN, ("twice",), k=2),
        Node("unknown", Rule.AND, ("nobody",)),
        Node("dangling", Rule.AND),
        Node("negative", Rule.AND, ("twice",), capacity_w=-1.0),
        Node("nan", Rule.AND, ("twice",), demand_w=math.nan),
        Node("half", Rule.AND, ("twice",), mtbf_h=100.0),
        Node("small", Rule.CAP, ("cell",), demand_w=2e6),
        Node("cell", Rule.AND, ("twice",), capacity_w=1e6),
        Node("same", Rule.OR, ("twice", "twice")),
    ]
    with pytest.raises(ValueError, match="twice: duplicate id") as caught:
        compile_gates(nodes)
    text = str(caught.value)
    for part in (
        "k.k: found 2; allowed: 1 to 1",
        "unknown.inputs: unknown input 'nobody'",
        "dangling.inputs: found 0",
        "negative.capacity_w: found -1.0",
        "nan.demand_w: found nan",
        "half.mttr_h: found nan",
        "small.demand_w: found 2e+06; its inputs reach 1e+06 W",
        "same.inputs: an input is listed twice",
        "there is nothing to serve",
    ):
        assert part in text


def test_a_ring_is_named_along_the_feed_and_without_its_followers() -> None:
    with pytest.raises(ValueError) as caught:
        compile_gates(
            [
                Node("b", Rule.AND, ("a",)),
                Node("c", Rule.AND, ("b",)),
                Node("a", Rule.AND, ("c",)),
                Node("after", Rule.AND, ("c",), racks=1),
            ]
        )
    told = str(caught.value).removeprefix("ring without a switch: ").split(" -> ")
    assert told[0] == told[-1]
    assert set(pairwise(told)) == {("a", "b"), ("b", "c"), ("c", "a")}


@pytest.mark.parametrize(
    ("capacities_w", "demand_w", "weights", "slack"),
    [
        ((1e6, 1e6, 1e6, 1e6), 3e6, (1, 1, 1, 1), 1),
        ((1e6, 1e6, 1e6, 1e6), 2.5e6, (1, 1, 1, 1), 1),
        ((0.1, 0.1, 0.1), 0.3, (1, 1, 1), 0),
        ((math.inf, math.inf), 5.0, (1, 1), 1),
        ((5.0, 5.0), 0.0, (1, 1), 2),
    ],
)
def test_equal_ratings_become_a_count(
    capacities_w: tuple[float, ...], demand_w: float, weights: tuple[float, ...], slack: float
) -> None:
    cells = [Node(f"cell_{n}", Rule.SOURCE, capacity_w=c) for n, c in enumerate(capacities_w)]
    bus = Node("bus", Rule.CAP, tuple(cell.name for cell in cells), demand_w=demand_w, racks=1)
    gates = compile_gates([*cells, bus])
    assert gates.thresholds[gates.index["bus"]] == (weights, slack)
