"""A service whose requests are told apart: each arrives, waits, is read and answered on a replica.

The engine steps between events of the run; replicas die, live and change their clock with their
nodes. What flows at an instant is what was made over the last window.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.gpu_profiles import refused
from twin.physics.serving.columns import Asked, Fate
from twin.physics.serving.law import Engine
from twin.physics.serving.requests import RequestList
from twin.simulation.serving.arrivals import adapters_asked, single_requests
from twin.simulation.serving.latency import LATENCIES, of_requests
from twin.simulation.serving.lived_pools import AskedPool, SeenAt
from twin.simulation.serving.replica_engine import ReplicaEngine
from twin.simulation.serving.service import TOTALS, Service
from twin.simulation.state.work import ServiceState

REQUESTS_MAX = 5_000_000
"""Requests of one service that a run keeps; 0.7 GB."""


class RequestService(Service):
    """A service whose requests are told apart."""

    own: ServiceState

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        scenario = self.world.facility.scenario
        self.stated = single_requests(scenario, self.pool)
        if self.stated.count > REQUESTS_MAX:
            found = [(f"{self.stated.count:,} requests", f"at most {REQUESTS_MAX:,} one by one")]
            raise refused(scenario, self.pool.name, found, "detail: fluid, or a shorter horizon")
        self.output = self.stated.output_tokens.astype(float)
        self.asked_upto = np.concatenate([[0.0], np.cumsum(self.output)])
        self.engine = self._engines(self.stated)
        self.own.engine["tick"] = np.zeros(3)

    def _engines(self, stated: RequestList) -> ReplicaEngine:
        """The engine that makes tokens; others are kept aside."""
        allowed = self.speed.engine
        asked = stated.asked(allowed.prefix_cache, allowed.block_tokens)
        return ReplicaEngine(self.fleet, self.own, self._with_adapters(asked, allowed))

    def _with_adapters(self, asked: Asked, engine: Engine) -> Asked:
        """The requests, each with its adapter where some have to be loaded."""
        if engine.loading is None:
            return asked
        scenario = self.world.facility.scenario
        which = adapters_asked(scenario, self.pool, engine.loading.shares, asked.arrival_s.size)
        return asked._replace(adapter=which)

    def settle(self) -> None:
        """Bring the engine to the replicas and clocks of now."""
        self.look()
        self.own.dropping = 0.0
        self._follow()
        self.own.served = self._pace()
        if self._ended():
            self.own.engine["tick"] = np.array([self.world.now_s, self.engine.made, self._pace()])

    def _follow(self) -> None:
        self.engine.follow(self.autoscaler.awake)

    def _waiting(self) -> float:
        """Output tokens that have been asked for, and are neither made nor given up."""
        asked = self.own.totals[TOTALS.index("asked")]
        gone = self.own.totals[TOTALS.index("served")] + self.own.totals[TOTALS.index("dropped")]
        return float(asked - gone)

    def _asked_tokens_per_s(self) -> float:
        """As the window brings them: requests under way count as waiting here."""
        return self.own.arriving

    def _queued(self) -> float:
        waiting = self.engine.column("request_fate") == Fate.WAITING
        return float(self.output[waiting].sum())

    def _given_up(self) -> float:
        return float(self.output[lost(self.engine)].sum())

    def _arrived(self) -> int:
        return int(self.engine.column("replica_cursor")[0])

    def _served_tokens_per_s(self) -> float:
        """Also at the end of a run, after which nothing settles."""
        return self._pace()

    def _ended(self) -> bool:
        """Whether a window ends now, and nobody has taken note."""
        started_s = self.own.engine["tick"][0]
        return bool(self.world.now_s - started_s >= self.pool.window_s * (1 - 1e-9))

    def _pace(self) -> float:
        """Tokens/s made over the last window that has ended; what arrives, in the first."""
        own = self.own
        started_s, made, pace = own.engine["tick"]
        if self._ended():
            return float((self.engine.made - made) / (self.world.now_s - started_s))
        if started_s == 0.0:
            return min(own.arriving, self.capacity)
        return float(pace)

    def advance(self, span_s: float) -> None:
        """Live through a span, request by request; book what was given up in it."""
        own = self.own
        self._live(self.world.now_s + span_s)
        arrived = self._arrived()
        own.totals[:3] = (arrived, self.asked_upto[arrived], self.engine.made)
        own.totals[TOTALS.index("capacity")] += self.capacity * span_s
        own.waiting = self._waiting()
        given_up = self._given_up() - own.totals[TOTALS.index("dropped")]
        if given_up > 0:
            self._give_up(given_up)

    def _live(self, until_s: float) -> None:
        self.engine.advance(until_s)

    def next_s(self) -> float:
        """It need not act before the next window, or before a node is awake."""
        return self.autoscaler.next_s()

    def latencies(self, time_s: Array, seen: Array, seen_at: SeenAt = AskedPool.seen_at) -> Array:
        """(period, `LATENCIES`) of the requests whose first token came in each period; those
        between tokens of the answers that were completed in it.
        """
        first = self.engine.column("request_first_token_s")
        done_s = self.engine.column("request_done_s")
        ended = self.engine.column("request_fate") == Fate.DONE
        found = np.full((time_s.size - 1, len(LATENCIES)), np.nan)
        for k in range(time_s.size - 1):
            here = np.flatnonzero((first > time_s[k]) & (first <= time_s[k + 1]))
            done = np.flatnonzero(ended & (done_s > time_s[k]) & (done_s <= time_s[k + 1]))
            ttft = first[here] - self.stated.arrival_s[here]
            found[k] = of_requests(ttft, self._paced(done), self._kept(ttft, here))
        return found

    def _paced(self, requests: Index) -> Array:
        """(request,) between tokens after the first; NaN for answers of one token, and for those
        that have not ended.
        """
        after = self.output[requests] - 1
        first = self.engine.column("request_first_token_s")[requests]
        ended = (self.engine.column("request_fate")[requests] == Fate.DONE) & (after > 0)
        span = self.engine.column("request_done_s")[requests] - first
        return np.asarray(np.where(ended, span, np.nan) / np.maximum(after, 1))

    def _kept(self, ttft: Array, requests: Index) -> Mask:
        """(request,) whether what is promised was kept, as far as it is known."""
        promise = self.pool.promise
        paced = self._paced(requests)
        kept = ttft <= (np.inf if promise.ttft is None else promise.ttft)
        soon = paced <= (np.inf if promise.tpot is None else promise.tpot)
        return np.asarray(kept & (np.isnan(paced) | soon))


def lost(engine: ReplicaEngine) -> Mask:
    """(request,) whether it was given up or refused."""
    fate = engine.column("request_fate")
    return np.asarray((fate == Fate.GIVEN_UP) | (fate == Fate.REFUSED))
