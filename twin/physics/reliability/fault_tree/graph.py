"""A fault tree as a graph of gates, simplified while it is built.

A literal is a signed number: `+n` says node n, `-n` says not node n. Negation is pushed down to the
basic events by De Morgan, so that only basic events and exclusive-or gates carry a sign. A tree
without a sign and without exclusive-or is coherent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

EVENT, CONSTANT, AND, OR, AT_LEAST, XOR = range(6)

TRUE = 1
FALSE = -1


class TreeGraph:
    """Nodes of a fault tree; equal gates are one node. Node 1 is the constant true."""

    def __init__(self) -> None:
        self.kind: list[int] = [CONSTANT, CONSTANT]
        self.least: list[int] = [0, 0]
        self.inputs: list[tuple[int, ...]] = [(), ()]
        self.probability: list[float] = [1.0, 1.0]
        self._known: dict[tuple[int, int, tuple[int, ...]], int] = {}

    def event(self, probability: float) -> int:
        """A new basic event, independent of all others, and its literal."""
        return self._add(EVENT, 0, (), probability)

    def negation(self, literal: int) -> int:
        """Not `literal`."""
        done: dict[int, int] = {}
        stack = [literal]
        while stack:
            item = stack[-1]
            if self._is_signed(item):
                done[item] = -item
                stack.pop()
                continue
            waiting = [i for i in self.inputs[item] if i not in done]
            if waiting:
                stack.extend(waiting)
                continue
            done[item] = self._dual(item, [done[i] for i in self.inputs[item]])
            stack.pop()
        return done[literal]

    def _is_signed(self, literal: int) -> bool:
        return self.kind[abs(literal)] in (EVENT, CONSTANT, XOR)

    def _dual(self, node: int, negated: Sequence[int]) -> int:
        if self.kind[node] == AND:
            return self.any_of(negated)
        if self.kind[node] == OR:
            return self.all_of(negated)
        return self.at_least(len(negated) - self.least[node] + 1, negated)

    def all_of(self, literals: Iterable[int]) -> int:
        """True where all of `literals` are."""
        return self._gather(AND, literals, neutral=TRUE)

    def any_of(self, literals: Iterable[int]) -> int:
        """True where one or more of `literals` are."""
        return self._gather(OR, literals, neutral=FALSE)

    def at_least(self, least: int, literals: Iterable[int]) -> int:
        """True where `least` or more of `literals` are; an input named twice counts twice."""
        given = list(literals)
        least -= given.count(TRUE)
        kept = [i for i in given if abs(i) != TRUE]
        if least <= 0:
            return TRUE
        if least > len(kept):
            return FALSE
        if least == 1:
            return self.any_of(kept)
        if least == len(kept):
            return self.all_of(kept)
        return self._add(AT_LEAST, least, tuple(kept))

    def odd_of(self, literals: Iterable[int]) -> int:
        """True where an odd number of `literals` are: exclusive or."""
        sign = 1
        kept: dict[int, None] = {}
        for literal in literals:
            sign = self._toggle(kept, literal, sign)
        if not kept:
            return FALSE * sign
        if len(kept) == 1:
            only = next(iter(kept))
            return only if sign > 0 else self.negation(only)
        return sign * self._add(XOR, 0, tuple(kept))

    def _toggle(self, kept: dict[int, None], literal: int, sign: int) -> int:
        if literal == FALSE:
            return sign
        if literal == TRUE:
            return -sign
        if literal < 0:
            sign = -sign
        node = abs(literal)
        if node in kept:
            del kept[node]
        else:
            kept[node] = None
        return sign

    def _gather(self, kind: int, literals: Iterable[int], neutral: int) -> int:
        kept: dict[int, None] = {}
        for literal in literals:
            if literal == -neutral or -literal in kept:
                return -neutral
            if literal != neutral:
                kept[literal] = None
        if not kept:
            return neutral
        if len(kept) == 1:
            return next(iter(kept))
        return self._add(kind, 0, tuple(kept))

    def _add(self, kind: int, least: int, inputs: tuple[int, ...], probability: float = 0.0) -> int:
        key = (kind, least, tuple(sorted(inputs)))
        if kind != EVENT and key in self._known:
            return self._known[key]
        self.kind.append(kind)
        self.least.append(least)
        self.inputs.append(inputs)
        self.probability.append(probability)
        self._known[key] = len(self.kind) - 1
        return len(self.kind) - 1

    def below(self, literal: int) -> list[int]:
        """Every node that `literal` needs, inputs before what they feed."""
        order: list[int] = []
        seen: set[int] = set()
        stack = [(abs(literal), False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((abs(i), False) for i in reversed(self.inputs[node]))
        return order

    def is_coherent(self, literal: int) -> bool:
        """Whether no negation and no exclusive-or stands under `literal`."""
        nodes = self.below(literal)
        signed = any(i < 0 for n in nodes for i in self.inputs[n])
        return literal > 0 and not signed and all(self.kind[n] != XOR for n in nodes)
