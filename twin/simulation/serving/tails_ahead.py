"""Tails of services, of which a copy of the command works out its part while the run goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from twin.beside import Shared
from twin.physics.serving.tails import SeenAtLoad, loads_between
from twin.simulation.serving.lived_pools import AskedPool
from twin.simulation.serving.service import Service


class TailsAhead:
    """What users of a run's services see at single loads, each worked out when it is asked, or
    before.
    """

    def __init__(self) -> None:
        self._asked: list[tuple[AskedPool, float]] = []
        self._shared: Shared[SeenAtLoad] | None = None
        self._found: dict[tuple[AskedPool, float], SeenAtLoad] = {}

    def begin(self, services: Sequence[Service]) -> None:
        """Let a copy of the command begin with the loads that they come to if nothing fails, where
        that can pay.
        """
        self._asked = [asked for service in services for asked in _likely(service)]
        if self._asked:
            self._shared = Shared(self._piece, len(self._asked))

    def seen_at(self, pool: AskedPool, load: float) -> SeenAtLoad:
        """What users see of a pool at one of the loads of `tails.LOADS`."""
        if self._shared is not None:
            found = self._shared.outcome()
            self._shared = None
            self._found = {self._asked[n]: seen for n, seen in found.items()}
        seen = self._found.get((pool, load))
        return pool.seen_at(load) if seen is None else seen

    def _piece(self, n: int) -> SeenAtLoad:
        pool, load = self._asked[n]
        return pool.seen_at(load)


def _likely(service: Service) -> Iterator[tuple[AskedPool, float]]:
    """Loads between which each of its fleets will be as it stands now, the highest first, for they
    take longest; none where nodes wake and sleep as load asks, or requests are told apart.
    """
    if service.own.engine or service.autoscaler.asked is not None:
        return
    asked = service.asked_tokens[service.asked_tokens > 0] / service.pool.window_s
    for fleet in service.fleets:
        capacity = service.capacity_of(fleet)
        if asked.size == 0 or capacity <= 0:
            continue
        load = np.minimum(asked / capacity, 1.0)
        pool = fleet.speed.lived_pool(fleet.clock_frac, fleet.replicas)
        for one in reversed(loads_between(float(load.min()), float(load.max()))):
            yield pool, float(one)
