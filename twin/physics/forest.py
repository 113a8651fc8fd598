"""Sums down a forest of nodes and along its ways, by running totals.

In depth-first order everything below a node stands in one stretch, so that what passes through it
is the difference of a running total at the stretch's two ends; and what lies along the way to a
node is the running total so far, less that of all that was left again before it. The cost does not
grow with the depth. Leaves take their supply's sum and add their own: only nodes with others below
them stand in the running totals. A difference of totals carries the rounding of the whole, 1e-16 of
it. Source of the order: Tarjan, SIAM J. Computing 1 (1972).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Complex, Index


@dataclass(frozen=True, eq=False)
class DepthFirstForest:
    """Nodes in this order: those with others below them and roots, depth first; then leaves."""

    order: Index
    """(node,) the caller's number of each node."""
    place: Index
    """(node,) of the caller: where it stands here."""
    end: Index
    """(inner,) one past the last inner node below each."""
    left: Index
    """(inner,) nodes that the depth-first walk has left for good when it comes to each."""
    leaving: Index
    """(inner,) nodes in the order in which the walk leaves them."""
    leaf_supply: Index
    """(leaf,) which inner node has it below; rising."""
    leafy: Index
    """Inner nodes that have leaves."""
    leaf_begin: Index
    """The first leaf of each of those."""

    def below(self, drawn: Complex) -> Complex:
        """What passes through each node of what is drawn at all, (node,)."""
        inner = self.end.size
        through = drawn.copy()
        if self.leafy.size:
            through[self.leafy] += np.add.reduceat(drawn[inner:], self.leaf_begin)
        total = _totals(through[:inner])
        np.subtract(total[self.end], total[:-1], out=through[:inner])
        return through

    def along(self, step: Complex) -> Complex:
        """The sum of each node's step and those of all above it, (node,)."""
        inner = self.end.size
        way = step.copy()
        left = _totals(step[self.leaving])[self.left]
        np.subtract(np.cumsum(step[:inner]), left, out=way[:inner])
        way[inner:] += way[self.leaf_supply]
        return way


def _totals(values: Complex) -> Complex:
    """Running totals, before the first and after each."""
    totals = np.empty(len(values) + 1, values.dtype)
    totals[0] = 0.0
    np.cumsum(values, out=totals[1:])
    return totals


def forest(supply: Index) -> DepthFirstForest:
    """The order of a forest; (node,) what each node hangs on, -1 for roots."""
    depth = _depth(supply)
    inner = supply < 0
    inner[supply[supply >= 0]] = True
    numbers = np.flatnonzero(inner)
    numbers = numbers[np.argsort(depth[numbers], kind="stable")]
    size, entry = _walk(supply, numbers.tolist())
    numbers = numbers[np.argsort(entry[numbers])]
    leaves = np.flatnonzero(~inner)
    leaves = leaves[np.argsort(entry[supply[leaves]], kind="stable")]
    order = np.concatenate([numbers, leaves])
    leaf_supply = entry[supply[leaves]]
    leafy, leaf_begin = np.unique(leaf_supply, return_index=True)
    left = np.arange(numbers.size) - depth[numbers]
    return DepthFirstForest(
        order,
        np.argsort(order),
        np.arange(numbers.size) + size[numbers],
        left,
        np.argsort(left + size[numbers]),
        leaf_supply,
        leafy,
        leaf_begin,
    )


def _depth(supply: Index) -> Index:
    """(node,) how many stand above each."""
    depth = np.where(supply >= 0, 1, 0)
    above = supply
    while (above >= 0).any():
        climbing = above >= 0
        depth = depth + np.where(climbing, depth[above], 0)
        above = np.where(climbing, above[above], -1)
    return depth


def _walk(supply: Index, numbers: list[int]) -> tuple[Index, Index]:
    """How many stand at and below each inner node, and when a depth-first walk comes to it."""
    above = supply.tolist()
    size = [1] * len(above)
    for node in reversed(numbers):
        if above[node] >= 0:
            size[above[node]] += size[node]
    entry = [0] * len(above)
    free = [0] * (len(above) + 1)
    for node in numbers:
        entry[node] = free[above[node]]
        free[above[node]] += size[node]
        free[node] = entry[node] + 1
    return np.array(size), np.array(entry)
