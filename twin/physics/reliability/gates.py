"""The dependency graph of a facility, checked and compiled to arrays in topological order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOURS_PER_YEAR = 8760.0
_SUM_TOLERANCE_FRAC = 1e-7
"""A CAP gate is met when its inputs reach its demand to this share: ratings are decimal texts."""


class Rule(IntEnum):
    """When a node is up, its own component being up."""

    SOURCE = 0
    """Always: it has no inputs."""
    AND = 1
    """Every input up; each input carries the node's whole demand."""
    OR = 2
    """Any input up; the live inputs share the demand equally."""
    KOFN = 3
    """At least k inputs up; the live inputs share the demand equally."""
    CAP = 4
    """Capacities of the up inputs reach the gate's demand; they share it by capacity."""
    TRANSFER = 5
    """Any input up; the first live one, in the order listed, carries all (static view of a
    switch)."""


@dataclass(frozen=True)
class Node:
    """One node as its author states it.

    `mtbf_h` and `mttr_h` (hours, mean up time and mean time to repair) are both NaN where the node
    has no failure of its own. A node with `load_w` > 0 or `racks` > 0 is a load. `demand_w` is what
    the inputs of a CAP gate must reach; elsewhere it is the node's own draw from inputs of another
    `system`, such as a chiller's from its bus.
    """

    name: str
    rule: Rule
    inputs: tuple[str, ...] = ()
    k: int = 0
    capacity_w: float = math.inf
    demand_w: float = 0.0
    mtbf_h: float = math.nan
    mttr_h: float = math.nan
    load_w: float = 0.0
    racks: int = 0
    gpus: int = 0
    system: str = ""


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
        return (1.0,) * count, float(count - math.ceil(1.0 / share[0] - _SUM_TOLERANCE_FRAC))
    return tuple(share.tolist()), float(share.sum()) - 1.0 + _SUM_TOLERANCE_FRAC


def compile_gates(nodes: Sequence[Node]) -> Gates:
    """Check a graph and compile it.

    Raises ValueError with every problem on a line of its own: duplicate or unknown names, rings,
    k out of range, negative or NaN values, demands that the inputs cannot meet, no load.
    """
    problems = [problem for node in nodes for problem in _value_problems(node)]
    problems += _name_problems(nodes)
    by_name = {node.name: node for node in nodes}
    problems += [problem for node in nodes for problem in _input_problems(node, by_name)]
    ordered, ring = _topological(by_name)
    if ring:
        problems.append(f"ring without a switch: {' -> '.join(ring)}")
    if problems:
        raise ValueError("\n".join(problems))
    return _arrays(ordered)


def _name_problems(nodes: Sequence[Node]) -> Iterator[str]:
    seen: set[str] = set()
    for node in nodes:
        if node.name in seen:
            yield f"{node.name}: duplicate id"
        seen.add(node.name)
    if not any(node.load_w > 0 or node.racks > 0 for node in nodes):
        yield "no node has load_w or racks: there is nothing to serve"


def _value_problems(node: Node) -> Iterator[str]:
    for field in ("capacity_w", "demand_w", "load_w", "racks", "gpus"):
        value = getattr(node, field)
        if not value >= 0 or (math.isinf(value) and field != "capacity_w"):
            yield f"{node.name}.{field}: found {value}; allowed: a number from 0"
    if math.isnan(node.mtbf_h) and math.isnan(node.mttr_h):
        return
    for field in ("mtbf_h", "mttr_h"):
        value = getattr(node, field)
        if not (value > 0 and math.isfinite(value)):
            yield f"{node.name}.{field}: found {value}; allowed: above 0 and finite, or both NaN"


def _input_problems(node: Node, by_name: dict[str, Node]) -> Iterator[str]:
    for name in dict.fromkeys(node.inputs):
        if name not in by_name:
            yield f"{node.name}.inputs: unknown input {name!r}"
    if len(set(node.inputs)) < len(node.inputs):
        yield f"{node.name}.inputs: an input is listed twice"
    if (node.rule is Rule.SOURCE) == bool(node.inputs):
        yield (
            f"{node.name}.inputs: found {len(node.inputs)}; allowed: none for SOURCE, "
            f"some for {node.rule.name}"
        )
    elif node.rule is Rule.KOFN and not 1 <= node.k <= len(node.inputs):
        yield f"{node.name}.k: found {node.k}; allowed: 1 to {len(node.inputs)}"
    elif node.rule is Rule.CAP:
        total_w = sum(by_name[name].capacity_w for name in node.inputs if name in by_name)
        if node.demand_w > total_w * (1 + _SUM_TOLERANCE_FRAC):
            yield f"{node.name}.demand_w: found {node.demand_w:g}; its inputs reach {total_w:g} W"


def _topological(by_name: dict[str, Node]) -> tuple[list[Node], list[str]]:
    """Nodes with inputs first, and one ring if there is any."""
    waiting = {name: sum(i in by_name for i in set(node.inputs)) for name, node in by_name.items()}
    consumers: dict[str, list[str]] = {name: [] for name in by_name}
    for name, node in by_name.items():
        for given in set(node.inputs) & by_name.keys():
            consumers[given].append(name)
    ordered = [name for name, count in waiting.items() if count == 0]
    for name in ordered:
        for consumer in consumers[name]:
            waiting[consumer] -= 1
            if waiting[consumer] == 0:
                ordered.append(consumer)
    left = by_name.keys() - set(ordered)
    return [by_name[name] for name in ordered], _ring(by_name, left)


def _ring(by_name: dict[str, Node], left: set[str]) -> list[str]:
    """A ring among nodes that all wait for one another, walked against the feed, told along it."""
    if not left:
        return []
    path = [min(left)]
    while True:
        following = next(name for name in by_name[path[-1]].inputs if name in left)
        if following in path:
            return [following, *reversed(path[path.index(following) :])]
        path.append(following)


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
    )


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _floats(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)
