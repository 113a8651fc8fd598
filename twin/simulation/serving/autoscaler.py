"""Wakes nodes of a service as load asks, and lets others sleep.

Once a window: so many nodes as what arrived in the last window, and what waits, loads to the
target. More are ordered at once and are awake after their start; fewer stay when fewer would have
been enough for long enough. The rule is that of the horizontal autoscaler of Kubernetes
(kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, read 2026): wanted over present
as load over target, and down to the most that was wanted in the last five minutes. What a node
gives is what stands of it at its clock: a node that failed is made good by the next one.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from twin.arrays import Array, Mask
from twin.results.enums import EventKind
from twin.simulation.kernel.world import World
from twin.simulation.serving.fleet import Fleet
from twin.simulation.state.work import ServiceState
from twin.workload.serving_engine import Autoscaling


class Autoscaler:
    """The number of nodes of one fleet that are awake."""

    own: ServiceState

    def __init__(self, world: World, fleet: Fleet, own: ServiceState, first_per_s: float) -> None:
        self.world = world
        self.fleet = fleet
        self.own = own
        self.asked: Autoscaling | None = fleet.pool.autoscale
        self._awake = fleet.every_node
        own.ready_s = np.zeros(fleet.nodes.size)
        if self.asked is not None:
            whole = np.ones(fleet.nodes.size)
            first = self._wanted(first_per_s, whole, np.ones(fleet.racks.size))
            own.ready_s[first:] = np.inf

    @property
    def awake(self) -> Mask:
        """(node,) that take requests now; the same array as long as these are the same."""
        if self.asked is None:
            return self.fleet.every_node
        awake = self.own.ready_s <= self.world.now_s
        if not np.array_equal(awake, self._awake):
            self._awake = awake
        return self._awake

    @property
    def worked(self) -> int:
        """Nodes that have taken requests up to now; one that is awake from now on is none."""
        return int((self.own.ready_s < self.world.now_s).sum())

    @property
    def ordered(self) -> int:
        """Nodes that are awake or starting."""
        return int(np.isfinite(self.own.ready_s).sum())

    def _wanted(self, tokens_per_s: float, standing: Array, clock_frac: Array) -> int:
        """Nodes, the first ones, that this rate loads to the target.

        standing     (node,) share of its replicas that can serve
        clock_frac   (rack of the fleet,)
        """
        assert self.asked is not None
        fewest = self.asked.min_nodes
        least = tokens_per_s / self.asked.target_load * (1 - 1e-9)
        each = self.fleet.speed.capacity(clock_frac)

        def enough(many: int) -> bool:
            first = standing * (np.arange(standing.size) < many)
            given = float((self.fleet.replicas_by_rack(first) * each).sum())
            return given >= least and int((first > 0).sum()) >= fewest

        return bisect_left(range(standing.size), True, key=enough)

    def look(self, arrived_per_s: float, waiting: float, window_s: float) -> None:
        """Order what the last window asks for.

        arrived_per_s   output tokens/s that were asked for in it
        waiting         tokens in the queue, to be served within a window
        """
        if self.asked is None:
            return
        now = self.world.now_s
        clock_frac = self.fleet.clocks
        per_s = arrived_per_s + waiting / window_s
        wanted = self._wanted(per_s, self.fleet.standing, clock_frac)
        most = self._most_of_late(wanted)
        if wanted > self.ordered:
            self._order(wanted, now + self.asked.start_time)
        elif most < self.ordered:
            self._order(most, now)

    def _most_of_late(self, wanted: int) -> int:
        """Of nodes wanted now, and at any time since `scale_down_after` ago."""
        assert self.asked is not None
        now = self.world.now_s
        before = self.own.wanted if len(self.own.wanted) else [[0.0, self.ordered]]
        looks = np.vstack([before, [now, wanted]])
        since_s = now - self.asked.scale_down_after * (1 - 1e-9)
        held = max(int(np.searchsorted(looks[:, 0], since_s, side="right")) - 1, 0)
        self.own.wanted = looks[held:]
        return int(looks[held:, 1].max())

    def _order(self, wanted: int, ready_s: float) -> None:
        """Wake the next nodes, or let the last ones sleep."""
        before = self.ordered
        ready: Array = self.own.ready_s.copy()
        ready[before:wanted] = ready_s
        ready[wanted:] = np.inf
        self.own.ready_s = ready
        self.world.note(
            self.fleet.pool.name, EventKind.SCALED, f"{wanted} of {ready.size} nodes, from {before}"
        )

    def next_s(self) -> float:
        """Seconds until the next node is awake."""
        if self.asked is None:
            return np.inf
        starting = self.own.ready_s[np.isfinite(self.own.ready_s)] - self.world.now_s
        return float(starting[starting > 0].min(initial=np.inf))
