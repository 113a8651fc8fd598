"""Every gate is a threshold on failed weight; the same recursion serves bits and decision
diagrams.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.physics.reliability.gates import Gates, Ints, fewest

Words = NDArray[np.uint64]
Element = TypeVar("Element")

_COUNTED = 3
"""Rows down at once that are counted on the bits before weights are added up."""
_DIGITS = 9
"""Slacks are rounded so that sums of decimal ratings meet in the memo."""


def threshold(
    inputs: Sequence[Element],
    weights: Sequence[float],
    slack: float,
    *,
    zero: Element,
    one: Element,
    branch: Callable[[Element, Element, Element], Element],
) -> Element:
    """Failed weight > slack, in any Boolean algebra, by the triangle and never by combinations.

    T(i, s) = branch(input_i, T(i+1, s - weight_i), T(i+1, s)); T is one where s < 0 and zero where
    the weight left cannot pass s. `branch(x, a, b)` is "a if x failed else b" with b implying a.
    Source: A. Rauzy, Reliab. Eng. Syst. Saf. 40 (1993); k-of-n by its (k, n) triangle.
    """
    left = [*accumulate(reversed(weights), initial=0.0)][::-1]
    rows = _slacks(weights, slack, left)
    below: dict[float, Element] = {}

    def value(place: int, rest: float) -> Element:
        return one if rest < 0 else zero if left[place] <= rest else below[rest]

    for place in reversed(range(len(weights))):
        below = {
            rest: branch(
                inputs[place], value(place + 1, _less(rest, weights[place])), value(place + 1, rest)
            )
            for rest in rows[place]
        }
    return value(0, round(slack, _DIGITS))


def _less(slack: float, weight: float) -> float:
    return round(slack - weight, _DIGITS)


def _slacks(weights: Sequence[float], slack: float, left: Sequence[float]) -> list[set[float]]:
    """For each place, the slacks that are still undecided there."""
    rows = [{round(slack, _DIGITS)}]
    for place, weight in enumerate(weights):
        rows[place] = {rest for rest in rows[place] if 0 <= rest < left[place]}
        rows.append(rows[place] | {_less(rest, weight) for rest in rows[place]})
    return rows


def pack(gates: Gates, lane: Ints, node: Ints, lanes: int) -> Words:
    """(node, word): bit `lane` of a row is set where that node's component has failed in that
    state.

    lane, node  (pair,): the failed components of each state.
    """
    words: Words = np.zeros((len(gates.names), -(-lanes // 64)), dtype=np.uint64)
    np.bitwise_or.at(words, (node, lane >> 6), np.uint64(1) << (lane & 63).astype(np.uint64))
    return words


def unpack(words: Words, lane: Ints) -> NDArray[np.bool_]:
    """(..., lane): the bits of the lanes asked for, from (..., word)."""
    shifted = words[..., lane >> 6] >> (lane & 63).astype(np.uint64)
    return (shifted & np.uint64(1)).astype(np.bool_)


def propagate(gates: Gates, failed: Words) -> Words:
    """(node, word): which nodes are down in each of 64 states a word; `failed` is overwritten.

    failed  (node, word): own components that have failed, as `pack` makes them.
    A gate is asked only where inputs enough to fail it are down in some state: where failures are
    rare, that is seldom.
    """
    touched: list[bool] = np.any(failed, axis=1).tolist()
    count = [0] * len(touched)
    for node, needed in enumerate(gates.fewest_lost):
        if count[node] >= needed and _fails(gates, node, touched, failed):
            touched[node] = True
        if touched[node]:
            for consumer in gates.consumers[node]:
                count[consumer] += 1
    return failed


def _fails(gates: Gates, node: int, touched: list[bool], failed: Words) -> bool:
    """Whether a gate fails in any state; its row gets those in which it does."""
    weights, slack = gates.thresholds[node]
    inputs = gates.inputs[node]
    if slack < min(weights):
        for given in inputs:
            if touched[given]:
                failed[node] |= failed[given]
        return True
    active = [place for place, given in enumerate(inputs) if touched[given]]
    down = _passed(
        [failed[inputs[place]] for place in active], [weights[place] for place in active], slack
    )
    if down is None:
        return False
    failed[node] |= down
    return True


def _passed(rows: list[Words], weights: list[float], slack: float) -> Words | None:
    """(word,): states where the weight of the rows that are down passes the slack; None for
    none.
    """
    whole = sum(weights)
    if whole <= slack:
        return None
    if slack >= whole - min(weights):
        return _all_down(rows)
    where = np.flatnonzero(_at_least(rows, min(fewest(weights, slack), _COUNTED)))
    if not where.size:
        return None
    down: Words = np.zeros(rows[0].size, dtype=np.uint64)
    down[where] = _weighed(np.stack([row[where] for row in rows]), weights, slack)
    return down


def _all_down(rows: list[Words]) -> Words | None:
    down = rows[0]
    for row in rows[1:]:
        down = down & row
    return down if down.any() else None


def _at_least(rows: list[Words], count: int) -> Words:
    """(word,): states in which at least so many rows are down."""
    seen: list[Words] = [np.zeros_like(rows[0]) for _ in range(count)]
    for row in rows:
        for more in range(count - 1, 0, -1):
            seen[more] |= seen[more - 1] & row
        seen[0] |= row
    return seen[-1]


def _weighed(rows: Words, weights: list[float], slack: float) -> Words:
    """(word,): states whose weight passes the slack, added up state by state."""
    bits = np.unpackbits(np.ascontiguousarray(rows).view(np.uint8), axis=1, bitorder="little")
    passed = np.array(weights) @ bits > slack
    words: Words = np.packbits(passed, bitorder="little").view(np.uint64)
    return words


def any_load_down(gates: Gates, down: Words) -> Words:
    """(word,): the top event in each state."""
    top: Words = np.bitwise_or.reduce(down[gates.served], axis=0)
    return top
