"""A fault tree answered: modules first, each by the order that fits, bounds where none does."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce

from twin.physics.reliability.cut_sets import CutSets
from twin.physics.reliability.diagram import BeyondMemory, Diagram, deep_recursion
from twin.physics.reliability.fault_tree.graph import AND, AT_LEAST, OR, TRUE, XOR, TreeGraph
from twin.physics.reliability.fault_tree.intervals import Interval, gate_interval, negated
from twin.physics.reliability.fault_tree.modules import modules
from twin.physics.reliability.fault_tree.order import inside, orders

NODES_MAX = 1_500_000
"""Nodes of one diagram, about 0.5 GB."""

ORDERS_LISTED = 6
"""Cut sets are counted by order up to this one; the total counts every order."""

NON_COHERENT = (
    "the tree has a negation or an exclusive-or: it has prime implicants, which hold events that "
    "must not happen, and no minimal cut sets"
)
BEYOND = "the diagram of the tree is larger than the memory allowed"

_DEPTH = 250_000


@dataclass(frozen=True)
class TreeAnswer:
    """Probability between `low` and `high` (equal where exact), and how many minimal cut sets."""

    low: float
    high: float
    cut_sets_count: int | None
    by_order: dict[int, int] | None
    why_no_count: str


@dataclass
class _Part:
    """What is known of one module."""

    interval: Interval
    sets: CutSets | None = None
    family: int = 0
    levels: list[int] = field(default_factory=list)


def solve(graph: TreeGraph, top: int, nodes_max: int = NODES_MAX) -> TreeAnswer:
    """Probability and number of minimal cut sets of literal `top`."""
    with deep_recursion(_DEPTH):
        coherent = graph.is_coherent(top) or abs(top) == TRUE
        parts = _parts(graph, abs(top), coherent, nodes_max)
        interval = parts[abs(top)].interval
        if top < 0:
            interval = negated(interval)
        if not coherent:
            return TreeAnswer(*interval, None, None, NON_COHERENT)
        if any(p.sets is None for n, p in parts.items() if graph.inputs[n]):
            return TreeAnswer(*interval, None, None, BEYOND)
        return TreeAnswer(*interval, *_counts(graph, parts, top), "")


def _parts(graph: TreeGraph, top: int, coherent: bool, nodes_max: int) -> dict[int, _Part]:
    """Every basic event and every module, inner ones first."""
    parts: dict[int, _Part] = {}
    for node in graph.below(top):
        if not graph.inputs[node]:
            p = graph.probability[node]
            parts[node] = _Part((p, p))
    for module in modules(graph, top):
        parts[module] = _module(graph, module, parts, coherent, nodes_max)
    return parts


def _module(
    graph: TreeGraph, module: int, parts: dict[int, _Part], coherent: bool, nodes_max: int
) -> _Part:
    leaves = set(parts)
    inner = [parts[n] for n in inside(graph, module, leaves) if n in parts]
    if not coherent and any(map(_is_wide, inner)):
        return _Part(_bounds(graph, module, parts, {}, coherent))
    limit = min(20_000, nodes_max)
    while True:
        for levels in orders(graph, module, leaves):
            try:
                return _exact(graph, module, parts, levels, coherent, limit)
            except BeyondMemory:
                continue
        if limit >= nodes_max:
            return _bounded(graph, module, parts, coherent, nodes_max)
        limit = min(limit * 6, nodes_max)


def _is_wide(part: _Part) -> bool:
    return part.interval[0] != part.interval[1]


def _exact(
    graph: TreeGraph,
    module: int,
    parts: dict[int, _Part],
    levels: list[int],
    coherent: bool,
    limit: int,
) -> _Part:
    diagram = Diagram(limit)
    root = _build(graph, module, set(parts), levels, diagram)[module]
    low = diagram.probability(root, [parts[n].interval[0] for n in levels])
    high = low
    if any(_is_wide(parts[n]) for n in levels):
        high = diagram.probability(root, [parts[n].interval[1] for n in levels])
    part = _Part((low, high), levels=levels)
    if coherent:
        _add_sets(part, diagram, root, max(limit, NODES_MAX if limit > 100_000 else 10 * limit))
    return part


def _add_sets(part: _Part, diagram: Diagram, root: int, limit: int) -> None:
    sets = CutSets(diagram, limit)
    try:
        part.family = sets.minimal(root)
    except BeyondMemory:
        return
    sets.forget_work()
    part.sets = sets


def _build(
    graph: TreeGraph,
    module: int,
    leaves: set[int],
    levels: list[int],
    diagram: Diagram,
    made: dict[int, int] | None = None,
) -> dict[int, int]:
    """Diagram node of every gate of a module; `made` keeps those that were done before a stop."""
    made = {} if made is None else made
    level_of = {n: i for i, n in enumerate(levels)}
    for node in inside(graph, module, leaves):
        if node in level_of:
            made[node] = diagram.node(level_of[node], 0, 1)
        else:
            made[node] = _gate(graph, node, made, diagram)
    return made


def _gate(graph: TreeGraph, node: int, made: dict[int, int], diagram: Diagram) -> int:
    inputs = [made[abs(i)] if i > 0 else diagram.differ(made[-i], 1) for i in graph.inputs[node]]
    inputs.sort(key=lambda n: -diagram.level[n])
    if graph.kind[node] == AT_LEAST:
        return diagram.at_least(graph.least[node], inputs)
    join = {AND: diagram.both, OR: diagram.either, XOR: diagram.differ}[graph.kind[node]]
    return reduce(join, inputs)


def _bounded(
    graph: TreeGraph, module: int, parts: dict[int, _Part], coherent: bool, nodes_max: int
) -> _Part:
    """Exact for the gates that fit the memory, bounds for those above them."""
    levels = next(orders(graph, module, set(parts)))
    diagram = Diagram(nodes_max)
    made: dict[int, int] = {}
    with suppress(BeyondMemory):
        _build(graph, module, set(parts), levels, diagram, made)
    low = [parts[n].interval[0] for n in levels]
    high = [parts[n].interval[1] for n in levels]
    lows = diagram.probabilities(low)
    highs = diagram.probabilities(high)
    known = {n: (lows[at], highs[at]) for n, at in made.items()}
    return _Part(_bounds(graph, module, parts, known, coherent))


def _bounds(
    graph: TreeGraph,
    module: int,
    parts: dict[int, _Part],
    known: dict[int, Interval],
    coherent: bool,
) -> Interval:
    known = known | {n: part.interval for n, part in parts.items()}
    for node in inside(graph, module, set(parts)):
        if node not in known:
            inputs = [known[i] if i > 0 else negated(known[-i]) for i in graph.inputs[node]]
            known[node] = gate_interval(graph.kind[node], graph.least[node], inputs, coherent)
    return known[module]


def _counts(graph: TreeGraph, parts: dict[int, _Part], top: int) -> tuple[int, dict[int, int]]:
    """All minimal cut sets, and those of each low order."""
    if abs(top) == TRUE:
        return (1, {0: 1}) if top > 0 else (0, {})
    total = _weigh(graph, parts, 1, -1)[top]
    width = total.bit_length() + 1
    lowest = _lowest_order(graph, parts, top)
    mask = (1 << width * (lowest + ORDERS_LISTED)) - 1
    packed = _weigh(graph, parts, 1 << width, mask)[top]
    field_mask = (1 << width) - 1
    by_order = {i: packed >> width * i & field_mask for i in range(lowest + ORDERS_LISTED)}
    return total, {order: count for order, count in by_order.items() if count}


def _weigh(graph: TreeGraph, parts: dict[int, _Part], event: int, mask: int) -> dict[int, int]:
    weight: dict[int, int] = {}
    for node, part in parts.items():
        if part.sets is None:
            weight[node] = event
        else:
            by_level = [weight[n] for n in part.levels]
            weight[node] = part.sets.count(part.family, by_level, mask)
    return weight


def _lowest_order(graph: TreeGraph, parts: dict[int, _Part], top: int) -> int:
    lowest: dict[int, int] = {}
    for node, part in parts.items():
        if part.sets is None:
            lowest[node] = 1
        else:
            lowest[node] = part.sets.lowest(part.family, [lowest[n] for n in part.levels])
    return lowest[top]
