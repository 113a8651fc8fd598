"""Failures of one component, and of two, that take each node down.

A node's answer follows from those of its inputs, by the algebra of cut sets cut off at order two:
where supplies are redundant, few single failures reach far and few pairs do, so sets of them stay
small however many components there are. Every contingency is answered, and none is tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

from twin.physics.reliability.gates import Gates

T = TypeVar("T")

Pair = tuple[int, int]
"""Two components by node number, the lower first."""


@dataclass(eq=False, slots=True)
class Losers:
    """Minimal failures of up to two components that take something down."""

    ones: frozenset[int]
    twos: frozenset[Pair]
    """None holds one of `ones`."""


_NONE: frozenset[int] = frozenset()
_NO_PAIRS: frozenset[Pair] = frozenset()
_NEVER = Losers(_NONE, _NO_PAIRS)


def losers_of_nodes(gates: Gates) -> list[Losers]:
    """(node,): what takes each node down; nodes with the same inputs and rule share an answer."""
    fails = set(gates.components.tolist())
    known: dict[tuple[object, ...], Losers] = {}
    found: list[Losers] = []
    for node, (inputs, (weights, slack)) in enumerate(
        zip(gates.inputs, gates.thresholds, strict=True)
    ):
        key = (inputs, weights, slack)
        fed = known.get(key)
        if fed is None:
            parts = [found[place] for place in inputs]
            fed = known[key] = _fed(parts, weights, slack)
        found.append(Losers(fed.ones | {node}, fed.twos) if node in fails else fed)
    return found


def single_losers(gates: Gates) -> list[frozenset[int]]:
    """(node,): components whose failure alone takes each node down."""
    fails = set(gates.components.tolist())
    known: dict[tuple[object, ...], frozenset[int]] = {}
    found: list[frozenset[int]] = []
    for node, (inputs, (weights, slack)) in enumerate(
        zip(gates.inputs, gates.thresholds, strict=True)
    ):
        key = (inputs, weights, slack)
        fed = known.get(key)
        if fed is None:
            fed = known[key] = _ones([found[place] for place in inputs], weights, slack)
        found.append(fed | {node} if node in fails else fed)
    return found


def _ones(parts: list[frozenset[int]], weights: tuple[float, ...], slack: float) -> frozenset[int]:
    """Components that by themselves take down more weight of inputs than the slack."""
    if not weights or slack >= sum(weights):
        return _NONE
    if slack < min(weights):
        return _NONE.union(*parts)
    if slack >= sum(weights) - min(weights):
        return parts[0].intersection(*parts[1:])
    return frozenset(one for one, lost in _weight_of(parts, weights).items() if lost > slack)


def _weight_of(parts: Iterable[Iterable[T]], weights: tuple[float, ...]) -> dict[T, float]:
    """Weight of the inputs that each loser takes down."""
    total: dict[T, float] = {}
    for part, weight in zip(parts, weights, strict=True):
        for one in part:
            total[one] = total.get(one, 0.0) + weight
    return total


def _fed(parts: list[Losers], weights: tuple[float, ...], slack: float) -> Losers:
    if not weights or slack >= sum(weights):
        return _NEVER
    if slack < min(weights):
        return _any(parts)
    if slack >= sum(weights) - min(weights):
        return reduce(_both, parts)
    return _some(parts, weights, slack)


def _any(parts: list[Losers]) -> Losers:
    """What takes any of them down."""
    if len(parts) == 1:
        return parts[0]
    ones = _NONE.union(*(part.ones for part in parts))
    twos = _NO_PAIRS.union(*(part.twos for part in parts))
    if ones:
        twos = frozenset(pair for pair in twos if pair[0] not in ones and pair[1] not in ones)
    return Losers(ones, twos)


def _both(a: Losers, b: Losers) -> Losers:
    """What takes both down."""
    if a is _NEVER or b is _NEVER:
        return _NEVER
    ones = a.ones & b.ones
    only_b = b.ones - ones
    twos = {_pair(one, other) for one in a.ones - ones for other in only_b}
    twos.update(t for t in a.twos if t in b.twos or t[0] in b.ones or t[1] in b.ones)
    twos.update(t for t in b.twos if t[0] in a.ones or t[1] in a.ones)
    return Losers(ones, frozenset(twos)) if ones or twos else _NEVER


def _some(parts: list[Losers], weights: tuple[float, ...], slack: float) -> Losers:
    """What takes down more weight than the slack, by weights of singles and pairs.

    A pair takes down no more than its two components and what falls to it as a pair.
    """
    alone = _weight_of((part.ones for part in parts), weights)
    as_pair = _weight_of((part.twos for part in parts), weights)
    ones = frozenset(one for one, lost in alone.items() if lost > slack)
    candidates = {
        pair
        for pair, lost in as_pair.items()
        if alone.get(pair[0], 0.0) + alone.get(pair[1], 0.0) + lost > slack
    }
    candidates.update(_heavy_pairs(alone, slack))
    twos = frozenset(
        pair
        for pair in candidates
        if pair[0] not in ones
        and pair[1] not in ones
        and _lost_weight(pair, parts, weights) > slack
    )
    return Losers(ones, twos) if ones or twos else _NEVER


def _heavy_pairs(alone: dict[int, float], slack: float) -> Iterator[Pair]:
    """Pairs of singles whose weights together pass the slack."""
    ranked = sorted(alone, key=lambda one: -alone[one])
    for place, one in enumerate(ranked):
        for other in ranked[place + 1 :]:
            if alone[one] + alone[other] <= slack:
                break
            yield _pair(one, other)


def _lost_weight(pair: Pair, parts: list[Losers], weights: tuple[float, ...]) -> float:
    a, b = pair
    return sum(
        weight
        for part, weight in zip(parts, weights, strict=True)
        if a in part.ones or b in part.ones or pair in part.twos
    )


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
