"""Wakes nodes of a service as load asks, and lets others sleep.

Once a window: so many nodes as what arrived in the last window, and what waits, loads to the
target. More are ordered at once and are awake after their start; fewer stay when fewer would have
been enough for long enough. The rule is that of the horizontal autoscaler of Kubernetes
(kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, read 2026): wanted over present
as load over target, five minutes before it scales down.
"""

from __future__ import annotations

import math

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
            own.ready_s[self._wanted(first_per_s) :] = np.inf

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

    def _wanted(self, tokens_per_s: float) -> int:
        """Nodes that this rate loads to the target."""
        assert self.asked is not None
        fleet = self.fleet
        node = fleet.speed.capacity_tokens_per_s * fleet.replicas / fleet.nodes.size
        many = math.ceil(tokens_per_s / (self.asked.target_load * node) - 1e-9)
        return min(max(many, self.asked.min_nodes), fleet.nodes.size)

    def look(self, arrived_per_s: float, waiting: float, window_s: float) -> None:
        """Order what the last window asks for.

        arrived_per_s   output tokens/s that were asked for in it
        waiting         tokens in the queue, to be served within a window
        """
        if self.asked is None:
            return
        wanted = self._wanted(arrived_per_s + waiting / window_s)
        now = self.world.now_s
        if wanted >= self.ordered:
            self.own.roomy_s = np.inf
            self._order(wanted, now + self.asked.start_time)
            return
        self.own.roomy_s = min(self.own.roomy_s, now)
        if now - self.own.roomy_s >= self.asked.scale_down_after * (1 - 1e-9):
            self._order(wanted, now)

    def _order(self, wanted: int, ready_s: float) -> None:
        """Wake the next nodes, or let the last ones sleep."""
        before = self.ordered
        if wanted == before:
            return
        ready: Array = self.own.ready_s.copy()
        ready[before:wanted] = ready_s
        ready[wanted:] = np.inf
        self.own.ready_s = ready
        self.own.roomy_s = np.inf
        self.world.note(
            self.fleet.pool.name, EventKind.SCALED, f"{wanted} of {ready.size} nodes, from {before}"
        )

    def next_s(self) -> float:
        """Seconds until the next node is awake."""
        if self.asked is None:
            return np.inf
        starting = self.own.ready_s[np.isfinite(self.own.ready_s)] - self.world.now_s
        return float(starting[starting > 0].min(initial=np.inf))
