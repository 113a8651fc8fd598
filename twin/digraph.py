"""A small directed graph by names: who feeds whom, in the order in which it was told.

It stands here because reports ask for nothing else of a graph library, whose import alone takes a
seventh of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from typing import Any


class Digraph:
    """Nodes with what is known of them, and edges likewise; all in the order of their coming."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self._out: dict[str, dict[str, dict[str, Any]]] = {}
        self._in: dict[str, dict[str, dict[str, Any]]] = {}

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[str]:
        return iter(self.nodes)

    def __contains__(self, name: str) -> bool:
        return name in self.nodes

    def add_node(self, name: str, **known: Any) -> None:
        """A node, or more that is known of it."""
        self.nodes.setdefault(name, {}).update(known)
        self._out.setdefault(name, {})
        self._in.setdefault(name, {})

    def add_edge(self, source: str, target: str, **known: Any) -> None:
        """An edge, with its nodes where they are new, or more that is known of it."""
        self.add_node(source)
        self.add_node(target)
        held = self._out[source].setdefault(target, {})
        held.update(known)
        self._in[target][source] = held

    def add_edges(self, edges: Iterable[tuple[str, str]]) -> None:
        """Edges of which nothing more is known."""
        for source, target in edges:
            self.add_edge(source, target)

    @property
    def edges(self) -> list[tuple[str, str]]:
        """Source and target of every edge, source by source."""
        return [(source, target) for source, fed in self._out.items() for target in fed]

    def edge(self, source: str, target: str) -> dict[str, Any]:
        """What is known of an edge. KeyError where there is none."""
        return self._out[source][target]

    def successors(self, name: str) -> list[str]:
        """Nodes that an edge leads to from here."""
        return list(self._out[name])

    def predecessors(self, name: str) -> list[str]:
        """Nodes from which an edge leads here."""
        return list(self._in[name])

    def total_in(self, name: str, key: str) -> float:
        """Sum of a number over the edges that lead here."""
        return float(sum(known[key] for known in self._in[name].values()))

    def total_out(self, name: str, key: str) -> float:
        """Sum of a number over the edges that lead away."""
        return float(sum(known[key] for known in self._out[name].values()))

    def ancestors(self, name: str) -> set[str]:
        """All from which edges lead here, over others too; a node is its own only in a ring, and is
        left out.
        """
        found: set[str] = set()
        left = [name]
        while left:
            new = self._in[left.pop()].keys() - found
            found |= new
            left.extend(new)
        return found - {name}

    def generations(self) -> list[list[str]]:
        """Nodes by the longest path that leads to them. CycleError where there is a ring."""
        order: TopologicalSorter[str] = TopologicalSorter()
        for name in self.nodes:
            order.add(name)
        for source, target in self.edges:
            order.add(target, source)
        order.prepare()
        found: list[list[str]] = []
        while order.is_active():
            found.append(list(order.get_ready()))
            order.done(*found[-1])
        return found

    def sorted(self) -> list[str]:
        """Every node behind all that lead to it. CycleError where there is a ring."""
        return [name for names in self.generations() for name in names]

    def open_rings(self) -> None:
        """Take out, one after the other, the edge that a walk along edges first finds to close a
        ring.
        """
        while (closing := self._closing()) is not None:
            source, target = closing
            del self._out[source][target], self._in[target][source]

    def _closing(self) -> tuple[str, str] | None:
        """The first edge, depth first, that leads back to a node on the way; None without rings."""
        done: set[str] = set()
        for start in self.nodes:
            way = [(start, iter(self._out[start]))] if start not in done else []
            on_way = {start}
            while way:
                name, fed = way[-1]
                target = next((one for one in fed if one not in done), None)
                if target is None:
                    done.add(name)
                    on_way.discard(name)
                    way.pop()
                elif target in on_way:
                    return name, target
                else:
                    on_way.add(target)
                    way.append((target, iter(self._out[target])))
        return None
