"""Minimal cut sets of a coherent diagram, held as a zero-suppressed diagram: counted on it, or
listed up to an order.

After Rauzy (Reliability Engineering and System Safety 1993): the minimal sets with a variable are
those of its high branch that do not satisfy the low branch.
"""

from __future__ import annotations

from collections.abc import Sequence

from twin.physics.reliability.diagram import BeyondMemory, Diagram

_SHIFT = 32


class CutSets:
    """Families of sets over the levels of one diagram; 0 is no set, 1 the empty set alone."""

    def __init__(self, diagram: Diagram, limit_count: int) -> None:
        self.diagram = diagram
        self.limit_count = limit_count
        self.level: list[int] = [diagram.level[0], diagram.level[1]]
        self.without_it: list[int] = [0, 1]
        self.with_it: list[int] = [0, 1]
        self._unique: dict[tuple[int, int, int], int] = {}
        self._minimal: dict[int, int] = {0: 0, 1: 1}
        self._unsatisfying: dict[int, int] = {}
        self._short: dict[tuple[int, int], int] = {}

    def _node(self, level: int, without_it: int, with_it: int) -> int:
        if with_it == 0:
            return without_it
        key = (level, without_it, with_it)
        found = self._unique.get(key)
        if found is not None:
            return found
        made = len(self.level)
        if made > self.limit_count:
            raise BeyondMemory
        self.level.append(level)
        self.without_it.append(without_it)
        self.with_it.append(with_it)
        self._unique[key] = made
        return made

    def minimal(self, root: int) -> int:
        """The minimal cut sets of diagram node `root`."""
        found = self._minimal.get(root)
        if found is not None:
            return found
        low = self.diagram.low[root]
        without_it = self.minimal(low)
        with_it = self.unsatisfying(self.minimal(self.diagram.high[root]), low)
        made = self._node(self.diagram.level[root], without_it, with_it)
        self._minimal[root] = made
        return made

    def short(self, root: int, order: int) -> int:
        """The minimal cut sets of diagram node `root` of at most `order` elements."""
        if root < 2 or order < 0:
            return root if order >= 0 else 0
        found = self._short.get((root, order))
        if found is None:
            low = self.diagram.low[root]
            without_it = self.short(low, order)
            with_it = self.unsatisfying(self.short(self.diagram.high[root], order - 1), low)
            found = self._node(self.diagram.level[root], without_it, with_it)
            self._short[root, order] = found
        return found

    def listed(self, family: int) -> list[tuple[int, ...]]:
        """Every set of a family, as levels."""
        found: list[tuple[int, ...]] = []
        stack: list[tuple[int, tuple[int, ...]]] = [(family, ())]
        while stack:
            node, chosen = stack.pop()
            if node == 1:
                found.append(chosen)
            elif node:
                stack.append((self.without_it[node], chosen))
                stack.append((self.with_it[node], (*chosen, self.level[node])))
        return found

    def unsatisfying(self, family: int, root: int) -> int:
        """The sets of `family` that do not make diagram node `root` true."""
        if family == 0 or root == 1:
            return 0
        if root == 0:
            return family
        diagram = self.diagram
        level = self.level[family]
        while diagram.level[root] < level:
            root = diagram.low[root]
        if root <= 1:
            return 0 if root else family
        key = family << _SHIFT | root
        found = self._unsatisfying.get(key)
        if found is not None:
            return found
        same = diagram.level[root] == level
        without_it = self.unsatisfying(self.without_it[family], diagram.low[root] if same else root)
        with_it = self.unsatisfying(self.with_it[family], diagram.high[root] if same else root)
        made = self._node(level, without_it, with_it)
        self._unsatisfying[key] = made
        return made

    def count(self, family: int, by_level: Sequence[int], mask: int = -1) -> int:
        """Number of sets where level i stands for `by_level[i]` sets of its own.

        A polynomial in the order of the sets packed into one integer is counted the same way;
        `mask` then cuts it off at an order.
        """
        value = [0, 1]
        for node in range(2, family + 1):
            weight = by_level[self.level[node]]
            part = weight * value[self.with_it[node]]
            value.append((value[self.without_it[node]] + part) & mask)
        return value[family]

    def lowest(self, family: int, by_level: Sequence[int]) -> int:
        """Order of the smallest set, where level i stands for sets of order `by_level[i]`."""
        never = 1 << 40
        value = [never, 0]
        for node in range(2, family + 1):
            with_it = by_level[self.level[node]] + value[self.with_it[node]]
            value.append(min(value[self.without_it[node]], with_it))
        return value[family]

    def forget_work(self) -> None:
        """Keep the family alone, without the diagram and the tables it was made with."""
        self.diagram = Diagram(0)
        self._unique = {}
        self._minimal = {}
        self._unsatisfying = {}
        self._short = {}
