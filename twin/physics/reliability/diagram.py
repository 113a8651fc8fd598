"""Binary decision diagrams with a limit on their size.

Nodes are numbers; 0 is false and 1 is true; `level` orders the variables from the top. A diagram
that would pass its limit raises `BeyondMemory`, so that another order or bounds can be tried.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

NODES_MAX = 2_500_000
"""Nodes of a diagram unless told otherwise, some 0.8 GB."""
_SHIFT = 32
_BOTTOM = 1 << 40


class BeyondMemory(Exception):
    """A diagram would grow past the number of nodes it was given."""


@contextmanager
def deep_recursion(depth: int) -> Iterator[None]:
    """Room for recursions as deep as the variables are many: pure Python calls take no C stack."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, before + 4 * depth))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class Diagram:
    """Decision diagrams that share their nodes; children always stand before their parents."""

    def __init__(self, limit_count: int = NODES_MAX) -> None:
        self.limit_count = limit_count
        self.level: list[int] = [_BOTTOM, _BOTTOM]
        self.low: list[int] = [0, 1]
        self.high: list[int] = [0, 1]
        self._unique: dict[int, dict[int, int]] = {}
        self._both: dict[int, int] = {}
        self._either: dict[int, int] = {}
        self._differ: dict[int, int] = {}

    def node(self, level: int, low: int, high: int) -> int:
        """If the variable at `level` then `high` else `low`."""
        if low == high:
            return low
        table = self._unique.setdefault(level, {})
        key = low << _SHIFT | high
        found = table.get(key)
        if found is not None:
            return found
        made = len(self.level)
        if made > self.limit_count:
            raise BeyondMemory
        self.level.append(level)
        self.low.append(low)
        self.high.append(high)
        table[key] = made
        return made

    def both(self, a: int, b: int) -> int:
        """A and b."""
        if a == b or b == 1:
            return a
        if a == 1:
            return b
        if a == 0 or b == 0:
            return 0
        if a > b:
            return self.both(b, a)
        key = a << _SHIFT | b
        found = self._both.get(key)
        if found is not None:
            return found
        level_a = self.level[a]
        level_b = self.level[b]
        if level_a < level_b:
            low = self.both(self.low[a], b)
            made = self.node(level_a, low, self.both(self.high[a], b))
        elif level_b < level_a:
            low = self.both(a, self.low[b])
            made = self.node(level_b, low, self.both(a, self.high[b]))
        else:
            low = self.both(self.low[a], self.low[b])
            made = self.node(level_a, low, self.both(self.high[a], self.high[b]))
        self._both[key] = made
        return made

    def either(self, a: int, b: int) -> int:
        """A or b."""
        if a == b or b == 0:
            return a
        if a == 0:
            return b
        if a == 1 or b == 1:
            return 1
        if a > b:
            return self.either(b, a)
        key = a << _SHIFT | b
        found = self._either.get(key)
        if found is not None:
            return found
        level_a = self.level[a]
        level_b = self.level[b]
        if level_a < level_b:
            low = self.either(self.low[a], b)
            made = self.node(level_a, low, self.either(self.high[a], b))
        elif level_b < level_a:
            low = self.either(a, self.low[b])
            made = self.node(level_b, low, self.either(a, self.high[b]))
        else:
            low = self.either(self.low[a], self.low[b])
            made = self.node(level_a, low, self.either(self.high[a], self.high[b]))
        self._either[key] = made
        return made

    def differ(self, a: int, b: int) -> int:
        """Exactly one of a and b; with b = 1, not a."""
        if a == b:
            return 0
        if a > b:
            return self.differ(b, a)
        if a == 0:
            return b
        key = a << _SHIFT | b
        found = self._differ.get(key)
        if found is not None:
            return found
        level, a0, a1, b0, b1 = self._split(a, b)
        made = self.node(level, self.differ(a0, b0), self.differ(a1, b1))
        self._differ[key] = made
        return made

    def _split(self, a: int, b: int) -> tuple[int, int, int, int, int]:
        level_a = self.level[a]
        level_b = self.level[b]
        if level_a < level_b:
            return level_a, self.low[a], self.high[a], b, b
        if level_b < level_a:
            return level_b, a, a, self.low[b], self.high[b]
        return level_a, self.low[a], self.high[a], self.low[b], self.high[b]

    def at_least(self, least: int, parts: Sequence[int]) -> int:
        """At least `least` of `parts`, counted from the deepest up."""
        row = [1] + [0] * least
        for part in parts:
            for j in range(least, 0, -1):
                row[j] = self.either(row[j], self.both(row[j - 1], part))
        return row[least]

    def branch(self, choice: int, failed: int, working: int) -> int:
        """`failed` if choice else `working`, where working implies failed."""
        return self.either(self.both(choice, failed), working)

    def below(self, top: int) -> list[int]:
        """The inner nodes under a node, itself included, children first."""
        reached = bytearray(max(top, 1) + 1)
        reached[top] = 1
        found = []
        for node in range(top, 1, -1):
            if reached[node]:
                reached[self.low[node]] = 1
                reached[self.high[node]] = 1
                found.append(node)
        return found[::-1]

    def probability(self, root: int, by_level: Sequence[float]) -> float:
        """Probability of `root`, where level i is true with `by_level[i]`."""
        return self.probabilities(by_level)[root]

    def probabilities(self, by_level: Sequence[float]) -> list[float]:
        """Probability of every node: sums of positive terms, so that nothing cancels."""
        value = [0.0, 1.0]
        for level, low, high in zip(self.level[2:], self.low[2:], self.high[2:], strict=True):
            p = by_level[level]
            value.append((1.0 - p) * value[low] + p * value[high])
        return value
