"""What a dependency graph is refused for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from twin.physics.reliability.node import SUM_TOLERANCE_FRAC, Node, Rule


def name_problems(nodes: Sequence[Node]) -> Iterator[str]:
    """Names that stand twice, and a graph without a load."""
    seen: set[str] = set()
    for node in nodes:
        if node.name in seen:
            yield f"{node.name}: duplicate id"
        seen.add(node.name)
    if not any(node.load_w > 0 or node.racks > 0 for node in nodes):
        yield "no node has load_w or racks: there is nothing to serve"


def value_problems(node: Node) -> Iterator[str]:
    """Numbers out of their range."""
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


def input_problems(node: Node, by_name: dict[str, Node]) -> Iterator[str]:
    """Inputs that are unknown, too few, or too small for the demand."""
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
        if node.demand_w > total_w * (1 + SUM_TOLERANCE_FRAC):
            yield f"{node.name}.demand_w: found {node.demand_w:g}; its inputs reach {total_w:g} W"


def topological(by_name: dict[str, Node]) -> tuple[list[Node], list[str]]:
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
