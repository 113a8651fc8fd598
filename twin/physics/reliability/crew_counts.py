"""How likely the top event is when so many of each kind are down, whichever they are.

Of components that fail and are repaired alike, every choice of so many is as likely. So the
decision diagram is summed over the choices instead of listing them: at each of its nodes stands a
weight for every number down of each kind among the components below, cut off where no more are
followed. The way back gives the derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import comb, prod

import numpy as np

from twin.physics.reliability.bdd import FailureDiagram
from twin.physics.reliability.gates import Floats, Ints

Counts = tuple[int, ...]
CELLS_MAX = 20_000_000
"""Nodes of the diagram times numbers down: 160 MB."""


def counts_within(limits: Sequence[tuple[Counts, int]]) -> list[Counts]:
    """All numbers down of the kinds of several groups.

    limits  of each group, how many there are of each kind and how many are down at most together
    """
    groups = [list(_within(installed, most)) for installed, most in limits]
    return [tuple(n for part in parts for n in part) for parts in product(*groups)]


def _within(installed: Counts, most: int) -> list[Counts]:
    found: list[Counts] = [()]
    for number in installed:
        found = [
            (*counts, here)
            for counts in found
            for here in range(min(number, most - sum(counts)) + 1)
        ]
    return found


@dataclass(frozen=True, eq=False)
class CountedDiagram:
    """A diagram in which some components are told by their number down alone.

    kind       (level,) the kind of the component of each level; -1 of those that are independent
    failed     (level,) probability that an independent one is down
    installed  how many there are of each kind, the diagram's and others
    counts     numbers down that are followed: with each, all that are smaller
    """

    diagram: FailureDiagram
    kind: Ints
    failed: Floats
    installed: Counts
    counts: list[Counts]

    def __post_init__(self) -> None:
        nodes = len(self.diagram.bdd.low)
        if nodes * len(self.counts) > CELLS_MAX:
            raise OverflowError(
                f"{len(self.counts):,} numbers down in a diagram of {nodes:,} nodes"
            )

    @cached_property
    def value(self) -> Floats:
        """(node, count + 1): weight of each number down below a node; the last is 0."""
        bdd = self.diagram.bdd
        found = np.zeros((len(bdd.low), len(self.counts) + 1))
        found[1, 0] = 1.0
        for node in bdd.below(self.diagram.top):
            low, high = (
                self._grown(self._between(node, child), found[child])
                for child in self._children(node)
            )
            found[node] = self._joined(node, low, high)
        return found

    @cached_property
    def place(self) -> dict[Counts, int]:
        """Place of each number down."""
        return {counts: place for place, counts in enumerate(self.counts)}

    @cached_property
    def choices(self) -> Floats:
        """(count,): in how many ways so many can be down."""
        ways = [
            prod(comb(n, k) for n, k in zip(self.installed, counts, strict=True))
            for counts in self.counts
        ]
        return np.array(ways, dtype=np.float64)

    @cached_property
    def probability(self) -> Floats:
        """(count,): that the top event holds where so many are down."""
        top = self._grown(self._before(self.diagram.top), self.value[self.diagram.top])
        return np.asarray(np.minimum(top[:-1] / self.choices, 1.0))

    def rises(self, share: Floats) -> Floats:
        """(level,): rise of the top event's probability with each independent component down.

        share  (count,) how likely each number down is
        """
        bdd = self.diagram.bdd
        top = self.diagram.top
        path = np.zeros_like(self.value)
        weight = np.append(share / self.choices, 0.0)
        path[top] = self._grown(self._before(top), weight, back=True)
        found = np.zeros(self.kind.size)
        for node in reversed(bdd.below(top)):
            level = bdd.level[node]
            low, high = self._children(node)
            here = path[node]
            kind = int(self.kind[level])
            q = float(self.failed[level])
            down = self._moved(here, kind, 1, back=True) if kind >= 0 else q * here
            up = here if kind >= 0 else (1.0 - q) * here
            if kind < 0:
                rise = self._lifted(node, high) - self._lifted(node, low)
                found[level] += float(here @ rise)
            path[high] += self._grown(self._between(node, high), down, back=True)
            path[low] += self._grown(self._between(node, low), up, back=True)
        return found

    def _children(self, node: int) -> tuple[int, int]:
        return self.diagram.bdd.low[node], self.diagram.bdd.high[node]

    def _joined(self, node: int, low: Floats, high: Floats) -> Floats:
        level = self.diagram.bdd.level[node]
        kind = int(self.kind[level])
        if kind >= 0:
            return low + self._moved(high, kind, 1)
        q = float(self.failed[level])
        return np.asarray(q * high + (1.0 - q) * low)

    def _lifted(self, node: int, child: int) -> Floats:
        """A child's weights with those of the components that the way to it does not ask for."""
        return self._grown(self._between(node, child), self.value[child])

    @cached_property
    def _told_before(self) -> Ints:
        """(level + 1, kind): members on the levels before each."""
        marks = self.kind[:, None] == np.arange(len(self.installed))
        return np.vstack([np.zeros((1, len(self.installed)), np.int64), np.cumsum(marks, axis=0)])

    def _level(self, node: int) -> int:
        return int(self.diagram.bdd.level[node]) if node > 1 else self.kind.size

    def _between(self, node: int, child: int) -> list[int]:
        told = self._told_before
        skipped = told[self._level(child)] - told[self._level(node) + 1]
        return [int(n) for n in skipped] if child else [0] * skipped.size

    def _before(self, top: int) -> list[int]:
        """Members above the top node, and those that the diagram never asks for."""
        told = self._told_before
        apart = np.array(self.installed) - told[-1]
        return [int(n) for n in told[self._level(top)] + apart]

    def _grown(self, free: Sequence[int], weight: Floats, *, back: bool = False) -> Floats:
        """With so many more of each kind of which any may be down."""
        for kind, number in enumerate(free):
            if number:
                more = [
                    comb(number, t) * self._moved(weight, kind, t, back=back)
                    for t in range(1, min(number, len(self._steps[kind])) + 1)
                ]
                weight = weight + np.sum(more, axis=0)
        return weight

    def _moved(self, weight: Floats, kind: int, by: int, *, back: bool = False) -> Floats:
        """Weights where so many more of a kind are down; or, on the way back, so many fewer."""
        steps = self._steps[kind]
        if by > len(steps):
            return np.zeros_like(weight)
        return weight[steps[by - 1][1 if back else 0]]

    @cached_property
    def _steps(self) -> list[list[tuple[Ints, Ints]]]:
        """Of each kind and number of steps, the places of fewer and of more down; the last place
        where there are none.
        """
        return [self._of_kind(kind) for kind in range(len(self.installed))]

    def _of_kind(self, kind: int) -> list[tuple[Ints, Ints]]:
        most = max(counts[kind] for counts in self.counts)
        return [(self._places(kind, -by), self._places(kind, by)) for by in range(1, most + 1)]

    def _places(self, kind: int, by: int) -> Ints:
        none = len(self.counts)
        moved = [(*c[:kind], c[kind] + by, *c[kind + 1 :]) for c in self.counts]
        return np.array([*(self.place.get(counts, none) for counts in moved), none])
