"""Every gate is a threshold on failed weight; the same recursion serves bits and decision
diagrams.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.physics.reliability.gates import Gates, Ints

Words = NDArray[np.uint64]
Element = TypeVar("Element")

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
    """
    ones: Words = np.full(failed.shape[1], np.iinfo(np.uint64).max, dtype=np.uint64)
    zeros: Words = np.zeros_like(ones)

    def branch(choice: Words, lost: Words, kept: Words) -> Words:
        given = choice if lost is ones else choice & lost
        return given if kept is zeros else given | kept

    for node, (weights, slack) in enumerate(gates.thresholds):
        if not weights:
            continue
        inputs = gates.inputs_of(node)
        if 0 <= slack < min(weights):
            down: Words = np.bitwise_or.reduce(failed[inputs], axis=0)
        elif slack >= sum(weights) - min(weights):
            down = np.bitwise_and.reduce(failed[inputs], axis=0) if slack < sum(weights) else zeros
        else:
            down = threshold(
                [failed[place] for place in inputs],
                weights,
                slack,
                zero=zeros,
                one=ones,
                branch=branch,
            )
        failed[node] |= down
    return failed


def any_load_down(gates: Gates, down: Words) -> Words:
    """(word,): the top event in each state."""
    top: Words = np.bitwise_or.reduce(down[gates.loads], axis=0)
    return top
