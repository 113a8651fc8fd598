"""Histories of components that queue for repair crews, drawn event by event.

Nothing is assumed of the queue but its rule: first come, first served, by so many crews of a class.
A cause strikes whoever sees to what it strikes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush

import numpy as np

from twin.physics.reliability.crew_groups import CrewGroup
from twin.physics.reliability.gates import Floats, Gates, Ints

_WARM_UP_REPAIRS = 30.0
"""Longest mean repairs that pass before a history counts: queues that start empty have filled."""


Spans = tuple[Floats, Floats, Ints]
"""Start and end in h, and node, of failures, (failure,)."""


def crewed_history(
    gates: Gates, rng: np.random.Generator, length_h: float, groups: Sequence[CrewGroup]
) -> Spans:
    """Every failure under way in a stretch of that length, in order of time; those under way at its
    start begin at 0.
    """
    warm_h = _WARM_UP_REPAIRS * float(np.nanmax(gates.mttr_h))
    start_h, end_h, node = _Queues(gates, rng, groups).spans(warm_h + length_h)
    kept = (end_h > warm_h) & (start_h < warm_h + length_h)
    start_h = np.maximum(start_h[kept] - warm_h, 0.0)
    order = np.argsort(start_h, kind="stable")
    return start_h[order], end_h[kept][order] - warm_h, node[kept][order]


class _Queues:
    """Components that fail, wait for a crew where they share some, and are repaired."""

    def __init__(self, gates: Gates, rng: np.random.Generator, groups: Sequence[CrewGroup]) -> None:
        self.rng = rng
        self.mtbf_h = gates.mtbf_h.tolist()
        self.mttr_h = gates.mttr_h.tolist()
        classes = [one for group in groups for one in group.classes]
        self.crew = {node: c for c, one in enumerate(classes) for node in one.members}
        """Class that sees to each that may wait."""
        self.free = [one.crews for one in classes]
        self.waiting: list[deque[tuple[float, int]]] = [deque() for _ in classes]
        self.events: list[tuple[float, int, float]] = []
        """When, what, and since when it has been down; below 0 where it fails then."""
        self.done: list[tuple[float, float, int]] = []
        self.due_h: dict[int, float] = {}
        """When each that stands fails next by itself."""
        self.struck = _struck(gates, groups)
        for node in gates.components.tolist():
            self._stands(0.0, node)

    def spans(self, length_h: float) -> Spans:
        """Every failure that begins before then, from a start with all up."""
        while self.events[0][0] < length_h:
            now_h, node, since_h = heappop(self.events)
            if since_h < 0:
                self._due(now_h, node)
            else:
                self.done.append((since_h, now_h, node))
                self._stands(now_h, node)
                self._leaves(now_h, self.crew.get(node))
        open_ones = [(since_h, end_h, node) for end_h, node, since_h in self.events if since_h >= 0]
        queued = [(since_h, np.inf, node) for queue in self.waiting for since_h, node in queue]
        start_h, end_h, who = zip(*self.done, *open_ones, *queued, strict=True)
        return np.array(start_h), np.array(end_h), np.array(who, dtype=np.int64)

    def _stands(self, now_h: float, node: int) -> None:
        self.due_h[node] = now_h + self.rng.exponential(self.mtbf_h[node])
        heappush(self.events, (self.due_h[node], node, -1.0))

    def _due(self, now_h: float, node: int) -> None:
        """A component fails, or a cause strikes all that stand; those struck before are not due."""
        if self.due_h.get(node) != now_h:
            return
        if node in self.struck:
            for one in self.struck[node]:
                if one in self.due_h:
                    self._fails(now_h, one)
            self._stands(now_h, node)
            return
        self._fails(now_h, node)

    def _fails(self, now_h: float, node: int) -> None:
        del self.due_h[node]
        crew = self.crew.get(node)
        if crew is not None and not self.free[crew]:
            self.waiting[crew].append((now_h, node))
            return
        if crew is not None:
            self.free[crew] -= 1
        self._repair(now_h, node, now_h)

    def _repair(self, now_h: float, node: int, since_h: float) -> None:
        end_h = now_h + self.rng.exponential(self.mttr_h[node])
        heappush(self.events, (end_h, node, since_h))

    def _leaves(self, now_h: float, crew: int | None) -> None:
        """The crew goes to whoever has waited longest."""
        if crew is None:
            return
        if self.waiting[crew]:
            since_h, node = self.waiting[crew].popleft()
            self._repair(now_h, node, since_h)
        else:
            self.free[crew] += 1


def _struck(gates: Gates, groups: Sequence[CrewGroup]) -> dict[int, list[int]]:
    """Whom each cause of a group strikes, in the order in which they queue."""
    return {
        cause: [node for node in group.members if node in gates.consumers[cause]]
        for group in groups
        for cause in group.causes
    }
