"""One inference service request by request: the engine of `physics/serving` lived through between
the instants of a run, while clocks change and replicas come and go.

An iteration under way when an instant comes goes on to its end; a replica that is lost loses what
it held, and its requests begin anew on another. Nodes draw power as they worked in the window
before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.arrays import Array
from twin.facility.airflow.installed import need_numba
from twin.facility.gpu_profiles import refused
from twin.physics.serving.columns import TOTALS as ENGINE_TOTALS
from twin.physics.serving.columns import EngineState, Fate, PrefixCache, Replicas, RequestProgress
from twin.simulation.serving.arrivals import single_requests
from twin.simulation.serving.latency import LATENCIES, of_requests
from twin.simulation.serving.replica import CLOCKS
from twin.simulation.serving.service import TOTALS, Service
from twin.simulation.state.work import ServiceState

REQUESTS_MAX = 5_000_000
"""Requests of one service that a run keeps; 0.7 GB."""
_MADE = ENGINE_TOTALS.index("made")


class RequestService(Service):
    """A service whose requests are told apart."""

    own: ServiceState

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        need_numba(f"workload {self.pool.name}: detail: requests")
        from twin.physics.serving import engine, routing

        self.routing = routing
        scenario = self.world.facility.scenario
        stated = single_requests(scenario, self.pool, self.speed.lengths)
        if stated.count > REQUESTS_MAX:
            found = [(f"{stated.count:,} requests", f"at most {REQUESTS_MAX:,} one by one")]
            raise refused(scenario, self.pool.name, found, "detail: fluid, or a shorter horizon")
        options = self.speed.engine
        self.asked = stated.asked(options.prefix_cache)
        self.limits = options.limits()
        self.law = self.speed.law()
        self.way = int(routing.Routing[self.pool.engine.routing.upper()])
        self.output = np.concatenate([[0], np.cumsum(self.asked.output_tokens)]).astype(float)
        whole = np.round(self.whole_by_rack / self.speed.capacity_tokens_per_s).astype(int)
        self.rack_of_replica = np.repeat(np.arange(whole.size), whole)
        self.number = np.concatenate([np.arange(n) for n in whole])
        state = engine.fresh_state(self.asked, self.limits, self.rack_of_replica.size)
        self.own.engine = columns(state) | {"tick": np.zeros(3)}

    def settle(self) -> None:
        """Bring the engine to the replicas and clocks of now."""
        self.look()
        own = self.own
        own.dropping = 0.0
        self._follow()
        own.served = self._pace()

    def _waiting(self) -> float:
        """Output tokens that have been asked for, and are neither made nor given up."""
        asked = self.own.totals[TOTALS.index("asked")]
        gone = self.own.totals[TOTALS.index("served")] + self.own.totals[TOTALS.index("dropped")]
        return float(asked - gone)

    def _given_up(self) -> float:
        fate = self.own.engine["request_fate"]
        lost = (fate == Fate.GIVEN_UP) | (fate == Fate.REFUSED)
        return float(self.asked.output_tokens[lost].sum())

    def _follow(self) -> None:
        """Stop and start replicas, and set their clocks."""
        parts = self._parts()
        replicas = parts[1]
        now = self.world.now_s
        live = self._live_replicas()[self.rack_of_replica]
        wanted = self.number < live
        clock = self.world.state.throttling.clock_frac[self.racks][self.rack_of_replica]
        place = np.interp(clock, CLOCKS, np.arange(CLOCKS.size))
        level = np.minimum(place.astype(int), CLOCKS.size - 2)
        for r in np.flatnonzero(wanted != (replicas.in_service == 1)).tolist():
            if wanted[r]:
                self.routing.start_replica(replicas, r, now)
            else:
                self.routing.stop_replica(
                    self.asked, *parts, self.limits, self.way, r, now
                )  # fmt: skip
        other = (replicas.level != level) | (replicas.blend != place - level)
        for r in np.flatnonzero(other).tolist():
            blend = float(place[r] - level[r])
            self.routing.change_clock(replicas, self.limits, r, int(level[r]), blend, now)

    def _live_replicas(self) -> Array:
        """(rack of the service,) whole replicas in order now."""
        state = self.world.state
        live = state.faults.node_ok[self.nodes] & state.racks.rack_on[self.rack]
        return self._replicas(live)

    def _pace(self) -> float:
        """Tokens/s made over the last window that has ended; what arrives, in the first."""
        own = self.own
        started_s, made, pace = own.engine["tick"]
        now = self.world.now_s
        if now == 0.0:
            return min(own.arriving, self.capacity)
        if now - started_s >= self.pool.window_s * (1 - 1e-9):
            total = float(own.engine["replica_totals"][:, _MADE].sum())
            pace = (total - made) / (now - started_s)
            own.engine["tick"] = np.array([now, total, pace])
        elif started_s == 0.0:
            return min(own.arriving, self.capacity)
        return float(pace)

    def advance(self, span_s: float) -> None:
        """Live through a span, request by request; book what was given up in it."""
        own = self.own
        until = self.world.now_s + span_s
        parts = self._parts()
        self.routing.advance(
            self.asked, *parts, self.law, self.limits, self.way, until
        )  # fmt: skip
        arrived = int(own.engine["replica_cursor"][0])
        own.totals[:3] = (
            arrived,
            self.output[arrived],
            own.engine["replica_totals"][:, _MADE].sum(),
        )
        own.totals[TOTALS.index("capacity")] += self.capacity * span_s
        own.waiting = self._waiting()
        given_up = self._given_up() - own.totals[TOTALS.index("dropped")]
        if given_up > 0:
            self._give_up(given_up)

    def next_s(self) -> float:
        """It need not act before the next window."""
        return np.inf

    def _parts(self) -> tuple[RequestProgress, Replicas, PrefixCache]:
        """The engine's columns as it takes them."""
        held: Mapping[str, Any] = self.own.engine
        return (
            RequestProgress(*(held[f"request_{name}"] for name in RequestProgress._fields)),
            Replicas(*(held[f"replica_{name}"] for name in Replicas._fields)),
            PrefixCache(*(held[f"cache_{name}"] for name in PrefixCache._fields)),
        )

    def latencies(
        self, time_s: Array, load_frac: Array, clock_frac: Array, backlog_s: Array
    ) -> Array:
        """(period, `LATENCIES`) of the requests whose first token came in each period; those
        between tokens of the answers that were completed in it.
        """
        held = self.own.engine
        arrival = self.asked.arrival_s
        first = held["request_first_token_s"]
        ttft = first - arrival
        after = self.asked.output_tokens - 1
        ended = (held["request_fate"] == Fate.DONE) & (after > 0)
        paced = np.where(ended, held["request_done_s"] - first, np.nan) / np.maximum(after, 1)
        promise = self.pool.promise
        kept = ttft <= (np.inf if promise.ttft is None else promise.ttft)
        kept &= np.isnan(paced) | (paced <= (np.inf if promise.tpot is None else promise.tpot))
        found = np.full((time_s.size - 1, len(LATENCIES)), np.nan)
        for k in range(time_s.size - 1):
            here = (first > time_s[k]) & (first <= time_s[k + 1])
            done = (held["request_done_s"] > time_s[k]) & (held["request_done_s"] <= time_s[k + 1])
            found[k] = of_requests(ttft[here], paced[done & ended], kept[here])
        return found


def columns(state: EngineState) -> dict[str, Array]:
    """Every column of an engine by its part and its name: parts share some names."""
    columns_of: dict[str, dict[str, Array]] = {
        "request": state.progress._asdict(),
        "replica": state.replicas._asdict(),
        "cache": state.cache._asdict(),
    }
    return {
        f"{of}_{name}": array for of, part in columns_of.items() for name, array in part.items()
    }
