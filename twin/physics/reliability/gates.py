"""The dependency graph of a facility, checked and compiled to arrays in topological order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from twin.physics.reliability.node import SUM_TOLERANCE_FRAC, Node, Rule
from twin.physics.reliability.node_checks import (
    input_problems,
    name_problems,
    topological,
    value_problems,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

HOURS_PER_YEAR = 8760.0

__all__ = ["HOURS_PER_YEAR", "Floats", "Gates", "Ints", "Node", "Rule", "compile_gates", "nodes_of"]


@dataclass(frozen=True, eq=False)
class Gates:
    """The compiled graph; every array has shape (node,) in topological order unless said
    otherwise.
    """

    names: tuple[str, ...]
    systems: tuple[str, ...]
    rule: Ints
    input_start: Ints
    """(node + 1,): the inputs of node i are `input_node[input_start[i]:input_start[i + 1]]`."""
    input_node: Ints
    """(edge,), each below the node it feeds."""
    k: Ints
    capacity_w: Floats
    demand_w: Floats
    unavailability: Floats
    """Steady-state MTTR / (MTBF + MTTR) of the own component, 0 where there is none."""
    mtbf_h: Floats
    mttr_h: Floats
    load_w: Floats
    racks: Ints
    gpus: Ints
    on_demand: Bools
    """Down as often as a call of it fails; begins no event by itself."""
    tops: tuple[int, ...] = ()
    """Nodes of which none may be down; the loads where none is named."""

    @cached_property
    def served(self) -> Ints:
        """(top,): nodes of which none may be down for the facility to count as up."""
        return np.array(self.tops, dtype=np.int64) if self.tops else self.loads

    @cached_property
    def components(self) -> Ints:
        """(component,): nodes that can fail by themselves."""
        return np.flatnonzero(np.isfinite(self.mtbf_h))

    @cached_property
    def loads(self) -> Ints:
        """(load,): nodes that must be served."""
        return np.flatnonzero((self.load_w > 0) | (self.racks > 0))

    @cached_property
    def index(self) -> dict[str, int]:
        """Node number of each name."""
        return {name: number for number, name in enumerate(self.names)}

    @cached_property
    def thresholds(self) -> tuple[tuple[tuple[float, ...], float], ...]:
        """For each node, weights of its inputs and slack: it loses its feed when failed weight >
        slack.
        """
        rules = self.rule.tolist()
        return tuple(
            self._threshold(node, rules[node], len(inputs))
            for node, inputs in enumerate(self.inputs)
        )

    @cached_property
    def inputs(self) -> tuple[tuple[int, ...], ...]:
        """For each node, the nodes that feed it, in the order listed."""
        given = self.input_node.tolist()
        start = self.input_start.tolist()
        return tuple(tuple(given[first:end]) for first, end in pairwise(start))

    @cached_property
    def consumers(self) -> tuple[tuple[int, ...], ...]:
        """For each node, the nodes that it feeds."""
        found: list[list[int]] = [[] for _ in self.names]
        for node, inputs in enumerate(self.inputs):
            for given in inputs:
                found[given].append(node)
        return tuple(map(tuple, found))

    @cached_property
    def fewest_lost(self) -> tuple[int, ...]:
        """For each node, how many of its inputs must be down, at the least, for it to lose its
        feed.
        """
        known: dict[tuple[tuple[float, ...], float], int] = {}
        for pair in self.thresholds:
            if pair not in known:
                known[pair] = fewest(*pair)
        return tuple(known[pair] for pair in self.thresholds)

    def inputs_of(self, node: int) -> Ints:
        """(input,): the nodes that feed a node, in the order listed."""
        return self.input_node[self.input_start[node] : self.input_start[node + 1]]

    def _threshold(self, node: int, rule: int, count: int) -> tuple[tuple[float, ...], float]:
        match rule:
            case Rule.SOURCE | Rule.AND:
                return (1.0,) * count, 0.0
            case Rule.OR | Rule.TRANSFER:
                return (1.0,) * count, count - 1.0
            case Rule.KOFN:
                return (1.0,) * count, float(count - self.k[node])
            case _:
                inputs = self.inputs_of(node)
                return _capacity_threshold(self.capacity_w[inputs], float(self.demand_w[node]))


def fewest(weights: Sequence[float], slack: float) -> int:
    """How many of some weights together pass the slack, at the least; one more where none do."""
    reached = accumulate(sorted(weights, reverse=True))
    return 1 + sum(total <= slack for total in reached)


def _capacity_threshold(capacity_w: Floats, demand_w: float) -> tuple[tuple[float, ...], float]:
    """Weights as shares of the demand; equal capacities become a count, so that k follows from
    ratings.
    """
    count = len(capacity_w)
    if demand_w <= 0:
        return (1.0,) * count, float(count)
    share = np.minimum(capacity_w, demand_w) / demand_w
    if share[0] > 0 and np.all(share == share[0]):
        return (1.0,) * count, float(count - math.ceil(1.0 / share[0] - SUM_TOLERANCE_FRAC))
    return tuple(share.tolist()), float(share.sum()) - 1.0 + SUM_TOLERANCE_FRAC


def compile_gates(nodes: Sequence[Node]) -> Gates:
    """Check a graph and compile it.

    Raises ValueError with every problem on a line of its own: duplicate or unknown names, rings,
    k out of range, negative or NaN values, demands that the inputs cannot meet, no load.
    """
    problems = [problem for node in nodes for problem in value_problems(node)]
    problems += name_problems(nodes)
    by_name = {node.name: node for node in nodes}
    problems += [problem for node in nodes for problem in input_problems(node, by_name)]
    ordered, ring = topological(by_name)
    if ring:
        problems.append(f"ring without a switch: {' -> '.join(ring)}")
    if problems:
        raise ValueError("\n".join(problems))
    return _arrays(ordered)


def _arrays(nodes: list[Node]) -> Gates:
    number = {node.name: place for place, node in enumerate(nodes)}
    mtbf_h = _floats([n.mtbf_h for n in nodes])
    mttr_h = _floats([n.mttr_h for n in nodes])
    return Gates(
        names=tuple(node.name for node in nodes),
        systems=tuple(node.system for node in nodes),
        rule=_ints([node.rule for node in nodes]),
        input_start=_ints(np.cumsum([0, *(len(node.inputs) for node in nodes)]).tolist()),
        input_node=_ints([number[name] for node in nodes for name in node.inputs]),
        k=_ints([node.k for node in nodes]),
        capacity_w=_floats([node.capacity_w for node in nodes]),
        demand_w=_floats([node.demand_w for node in nodes]),
        unavailability=np.nan_to_num(mttr_h / (mtbf_h + mttr_h), nan=0.0),
        mtbf_h=mtbf_h,
        mttr_h=mttr_h,
        load_w=_floats([node.load_w for node in nodes]),
        racks=_ints([node.racks for node in nodes]),
        gpus=_ints([node.gpus for node in nodes]),
        on_demand=np.array([node.on_demand for node in nodes], dtype=bool),
    )


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def nodes_of(gates: Gates) -> list[Node]:
    """The nodes that a graph was compiled from."""
    return [_node_of(gates, node) for node in range(len(gates.names))]


def _node_of(gates: Gates, node: int) -> Node:
    return Node(
        gates.names[node],
        Rule(int(gates.rule[node])),
        tuple(gates.names[given] for given in gates.inputs[node]),
        k=int(gates.k[node]),
        capacity_w=float(gates.capacity_w[node]),
        demand_w=float(gates.demand_w[node]),
        mtbf_h=float(gates.mtbf_h[node]),
        mttr_h=float(gates.mttr_h[node]),
        load_w=float(gates.load_w[node]),
        racks=int(gates.racks[node]),
        gpus=int(gates.gpus[node]),
        system=gates.systems[node],
        on_demand=bool(gates.on_demand[node]),
    )


def _floats(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)
