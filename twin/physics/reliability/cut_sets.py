"""Minimal cut sets up to an order: the shortest ways to lose a load."""

from __future__ import annotations

from twin.physics.reliability.bdd import FailureDiagram, deep_recursion


class _Families:
    """Families of sets as a zero-suppressed diagram; 0 is no set, 1 is the empty set alone."""

    def __init__(self, diagram: FailureDiagram) -> None:
        self.level = diagram.bdd.level[:2]
        self.having = [0, 1]
        self.lacking = [0, 1]
        self._bdd = diagram.bdd
        self._unique: dict[tuple[int, int, int], int] = {}
        self._differences: dict[tuple[int, int], int] = {}
        self._minimal: dict[tuple[int, int], int] = {}

    def node(self, level: int, having: int, lacking: int) -> int:
        """Sets of `having` with the variable added, and sets of `lacking` as they are."""
        if having == 0:
            return lacking
        key = (level, having, lacking)
        found = self._unique.get(key)
        if found is None:
            found = self._unique[key] = len(self.level)
            self.level.append(level)
            self.having.append(having)
            self.lacking.append(lacking)
        return found

    def less(self, family: int, other: int) -> int:
        """The sets of a family that are not in the other; both hold minimal sets only."""
        if family == 0 or family == other:
            return 0
        if other == 0 or family == 1:
            return family
        found = self._differences.get((family, other))
        if found is None:
            found = self._differences[family, other] = self._less(family, other)
        return found

    def _less(self, family: int, other: int) -> int:
        level = self.level[family]
        other_level = self.level[other]
        if level > other_level:
            return self.less(family, self.lacking[other])
        having = self.having[family]
        lacking = self.lacking[family]
        if level < other_level:
            return self.node(level, having, self.less(lacking, other))
        return self.node(
            level, self.less(having, self.having[other]), self.less(lacking, self.lacking[other])
        )

    def minimal(self, node: int, order: int) -> int:
        """Minimal solutions of a monotone diagram, of at most `order` elements.

        minsol(x, high, low) = (x, minsol(high) without minsol(low), minsol(low)), Rauzy 1993. Here
        low implies high, so a minimal set of high that contains one of low is that set: "without"
        is a plain difference.
        """
        if node < 2 or order < 0:
            return node if order >= 0 else 0
        found = self._minimal.get((node, order))
        if found is None:
            lacking = self.minimal(self._bdd.low[node], order)
            having = self.less(self.minimal(self._bdd.high[node], order - 1), lacking)
            found = self._minimal[node, order] = self.node(self._bdd.level[node], having, lacking)
        return found

    def sets(self, top: int) -> list[tuple[int, ...]]:
        """Every set of a family, as levels."""
        found: list[tuple[int, ...]] = []
        stack: list[tuple[int, tuple[int, ...]]] = [(top, ())]
        while stack:
            node, chosen = stack.pop()
            if node == 1:
                found.append(chosen)
            elif node:
                stack.append((self.lacking[node], chosen))
                stack.append((self.having[node], (*chosen, self.level[node])))
        return found


def minimal_cut_sets(diagram: FailureDiagram, order: int) -> list[tuple[int, ...]]:
    """The minimal cut sets of at most `order` components, as sorted node numbers, shortest
    first.
    """
    families = _Families(diagram)
    with deep_recursion(3 * len(diagram.component)):
        top = families.minimal(diagram.top, order)
    component = diagram.component.tolist()
    named = (tuple(sorted(component[level] for level in chosen)) for chosen in families.sets(top))
    return sorted(named, key=lambda chosen: (len(chosen), chosen))


def counts_by_order(cut_sets: list[tuple[int, ...]], order: int) -> list[int]:
    """(order,): how many cut sets have 1, 2, … components."""
    sizes = [len(chosen) for chosen in cut_sets]
    return [sizes.count(size) for size in range(1, order + 1)]
