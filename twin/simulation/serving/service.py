"""One inference service as a fluid: windows of arrivals, a pool of replicas, a queue with patience.

Within a window tokens arrive at a constant rate; they are served up to the pool's capacity, wait in
a queue that grows and drains in straight lines, and are given up when the wait would pass the
patience, or, while nobody serves, once it has.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.results.enums import Cause
from twin.simulation.compute.power_caps import Allowed
from twin.simulation.compute.racks import Compute
from twin.simulation.kernel.world import World
from twin.simulation.record.losses import Losses
from twin.simulation.serving.arrivals import arrivals
from twin.simulation.serving.autoscaler import Autoscaler
from twin.simulation.serving.fleet import Fleet, fleets_of
from twin.simulation.serving.handover import Handover
from twin.simulation.serving.latency import in_turn, with_backlog
from twin.simulation.serving.lived_pools import AskedPool, SeenAt
from twin.simulation.serving.patience import Unanswered, unanswered
from twin.simulation.serving.stage_capacity import ServiceStages, StageCapacity
from twin.simulation.serving.unserved import Shortfall, Unserved
from twin.simulation.state.work import ServiceState
from twin.workload import Pool

TOTALS = ("requests", "asked", "served", "dropped", "capacity", "energy_j")
"""What a service adds up; all but the first and the last in output tokens."""
SERVED = TOTALS.index("served")
ENERGY = TOTALS.index("energy_j")
SEEN = ("load", "clock", "backlog_s", "pace", "reading_load", "reading_clock", "reading_pace")
"""What latencies hang on at a moment; the last three of replicas that read prompts."""
_EMPTY = 1e-6
"""Tokens in a queue that count as none: rounding."""
_TOUCH_S = 1e-8
"""A queue that is full or empty within this time is so now: instants are not told apart below the
rounding of a year in seconds."""


class Service:
    """One service: its replicas, and the queue before them."""

    def __init__(
        self, world: World, compute: Compute, losses: Losses, pool: Pool, free: Index
    ) -> None:
        self.pool = pool
        self.world = world
        self.unserved = Unserved(losses, pool.name)
        self.fleet, self.readers = fleets_of(world, compute, pool, free)
        if self.readers is not None:
            self.handover = Handover(world, self.readers, self.fleet)
        self.speed = self.fleet.speed
        asked = self.speed.asked
        self.asked_tokens, self.requests = arrivals(
            world.facility.scenario, pool, asked.output_tokens, asked.output_log_sigma
        )
        self.nodes = np.concatenate([fleet.nodes for fleet in self.fleets])
        """All that it holds."""
        self.own = ServiceState(
            np.zeros(self.fleet.racks.size),
            np.zeros(len(TOTALS)),
            reading_by_rack=np.zeros(self.readers.racks.size if self.readers else 0),
            sending_by_rack=np.zeros(self.readers.racks.size if self.readers else 0),
        )
        first_per_s = float(self.asked_tokens[0]) / pool.window_s
        self.autoscaler = Autoscaler(world, self.fleet, self.own, first_per_s)
        self._given: ServiceStages | None = None

    @property
    def fleets(self) -> tuple[Fleet, ...]:
        """Those that make tokens, then those that read prompts where these are others."""
        return (self.fleet,) if self.readers is None else (self.fleet, self.readers)

    def activities(self) -> list[tuple[Fleet, float]]:
        """GPU activity of each fleet's nodes that are awake, at its own load."""
        return [
            (fleet, fleet.speed.activity(self.load_of(fleet)) * fleet.pace_frac)
            for fleet in self.fleets
        ]

    def awake_of(self, fleet: Fleet) -> Mask:
        """(node,) of a fleet that take requests now."""
        return self.autoscaler.awake if fleet is self.fleet else fleet.every_node

    def load_of(self, fleet: Fleet) -> float:
        """Served over what a fleet could serve."""
        capacity = self.capacity_of(fleet)
        return min(self._served_tokens_per_s() / capacity, 1.0) if capacity > 0 else 0.0

    def capacity_of(self, fleet: Fleet) -> float:
        """Output tokens/s that a fleet could serve now."""
        return self._stages().each[0 if fleet is self.fleet else 1].now

    def _served_tokens_per_s(self) -> float:
        return self.own.served

    def clocks_under(self, allowed: Allowed) -> list[tuple[Fleet, Array]]:
        """Each fleet, and (rack of the fleet,) the share of the clock that its boards hold at what
        it is asked, at which no more is done than is allowed. Nothing here hangs on the clocks of
        now.
        """
        rooms = []
        for fleet in self.fleets:
            replicas = fleet.replicas_by_rack(fleet.standing * self.awake_of(fleet))
            clocks = fleet.clocks_under(allowed, 1.0)
            paced = replicas * fleet.reach.pace_by_rack()
            rooms.append(float((paced * fleet.speed.capacity(clocks)).sum()))
        flow = min(self._asked_tokens_per_s(), *rooms)
        loads = [flow / room if room > 0 else 1.0 for room in rooms]
        return [
            (fleet, fleet.clocks_under(allowed, load))
            for fleet, load in zip(self.fleets, loads, strict=True)
        ]

    def _asked_tokens_per_s(self) -> float:
        """What replicas are asked now: without bound while a queue waits."""
        return np.inf if self.own.waiting > _EMPTY else self.own.arriving

    def settle(self) -> None:
        """Capacity of the live replicas, and what flows in and out of the queue."""
        self.look()
        own = self.own
        capacity = self.capacity
        if capacity <= 0:
            self._wait()
            return
        room = self.pool.patience_s * capacity
        if own.waiting > room:
            self._give_up(own.waiting - room)
        queue = own.waiting > _EMPTY + capacity * _TOUCH_S or own.arriving > capacity
        if not queue:  # what rounding left of one is served with it
            own.totals[SERVED] += own.waiting
            own.waiting = 0.0
        own.served = capacity if queue else own.arriving
        nearly = room - _EMPTY - (own.arriving - capacity) * _TOUCH_S
        full = own.waiting >= nearly and own.arriving > capacity
        own.dropping = own.arriving - capacity if full else 0.0

    def _wait(self) -> None:
        """Nobody serves: all wait who asked within the patience."""
        own = self.own
        there = self._unanswered()
        own.served = 0.0
        if own.waiting > there.tokens + _EMPTY:
            self._give_up(own.waiting - there.tokens)
        full = own.waiting >= there.tokens - _EMPTY - there.leaving_per_s * _TOUCH_S
        own.dropping = there.leaving_per_s if full else 0.0

    def _unanswered(self) -> Unanswered:
        pool = self.pool
        return unanswered(self.asked_tokens, pool.window_s, self.world.now_s, pool.patience_s)

    def look(self) -> None:
        """Capacity of the live replicas, and what arrives in this window."""
        own = self.own
        own.capacity_by_rack = self.fleet.capacity_by_rack(self.autoscaler.awake)
        if self.readers is not None:
            own.reading_by_rack = self.readers.capacity_by_rack(self.readers.every_node)
            own.sending_by_rack = self.handover.capacity_by_rack(self.readers.live)
        window = min(own.window, self.asked_tokens.size - 1)
        own.arriving = float(self.asked_tokens[window] / self.pool.window_s)

    def _stages(self) -> ServiceStages:
        """What each stage gives now, and when all is well; summed anew where that has changed."""
        own = self.own
        awake = self.autoscaler.awake
        of = (own.capacity_by_rack, own.reading_by_rack, own.sending_by_rack, awake)
        if self._given is None or not self._given.are_of(*of):
            self._given = ServiceStages(of, self._each_stage(awake))
        return self._given

    def _each_stage(self, awake: Mask) -> list[StageCapacity]:
        own = self.own
        whole = self.fleet.whole_by_rack(awake)
        stages = [StageCapacity(self.fleet, whole, own.capacity_by_rack)]
        if self.readers is not None:
            whole = self.readers.whole_by_rack(self.readers.every_node)
            stages.append(StageCapacity(self.readers, whole, own.reading_by_rack))
            sends = self.handover.whole_by_rack
            stages.append(StageCapacity(self.readers, sends, own.sending_by_rack, Cause.FABRIC))
        return stages

    @property
    def capacity(self) -> float:
        """Output tokens/s of the live replicas: of the stage that has least."""
        return self._stages().now

    @property
    def whole(self) -> float:
        """Output tokens/s of the nodes that are awake, when all is well."""
        return self._stages().whole

    def _give_up(self, tokens: float) -> None:
        self.own.waiting -= tokens
        self.own.totals[TOTALS.index("dropped")] += tokens
        self.unserved.at_once(tokens, self.shortfall())

    def shortfall(self) -> Shortfall:
        """(key, share of the missing capacity, GPUs missing) of every rack that serves less than it
        could, in the stage that has least.
        """
        return self._stages().least.shortfall(self.pool.name)

    def lose(self) -> None:
        """Tokens given up for want of capacity that a whole pool would have had."""
        self.unserved.rate(self.own.dropping, self.whole - self.capacity, self.shortfall())

    def advance(self, span_s: float) -> None:
        """Move the queue and the totals on."""
        own = self.own
        gained = (own.arriving - own.served - own.dropping) * span_s
        own.waiting = max(own.waiting + gained, 0.0)
        window = min(own.window, self.requests.size - 1)
        requests = self.requests[window] / self.pool.window_s
        rates = np.array([requests, own.arriving, own.served, own.dropping, self.capacity, 0.0])
        own.totals += rates * span_s

    def add_energy(self, energy_j: float) -> None:
        """Add what its nodes drew."""
        self.own.totals[ENERGY] += energy_j

    def begin_window(self, n: int) -> None:
        """Let a window begin, and order the nodes that the last one asks for."""
        own = self.own
        own.window = n
        last = min(n - 1, self.asked_tokens.size - 1)
        if n > 0:
            per_s = float(self.asked_tokens[last]) / self.pool.window_s
            self.autoscaler.look(per_s, self._queued(), self.pool.window_s)

    def _queued(self) -> float:
        """Output tokens of requests that nobody works on yet."""
        return self.own.waiting

    def next_s(self) -> float:
        """Seconds until the queue is empty or full, or a node awake."""
        own = self.own
        slope = own.arriving - own.served - own.dropping
        awake_s = self.autoscaler.next_s()
        if self.capacity <= 0:
            return min(self._unanswered().next_s(own.waiting, own.dropping), awake_s)
        if slope < 0:
            return min(own.waiting / -slope, awake_s)
        if slope > 0:
            room = max(self.pool.patience_s * self.capacity - own.waiting, 0.0)
            return min(room / slope, awake_s)
        return awake_s

    @property
    def load_frac(self) -> float:
        """Served over capacity."""
        capacity = self.capacity
        return self.own.served / capacity if capacity > 0 else 0.0

    @property
    def backlog_s(self) -> float:
        """How long the queue would take at full capacity; at most the patience."""
        capacity = self.capacity
        if capacity <= 0:
            return self.pool.patience_s if self.own.waiting > 0 else 0.0
        return min(self.own.waiting / capacity, self.pool.patience_s)

    def seen(self) -> Array:
        """(`SEEN`,) load and clock of each stage now, and the backlog: what latencies hang on."""
        readers = self.readers or self.fleet
        return np.array(
            [
                self.load_of(self.fleet), self.fleet.clock_frac, self.backlog_s,
                self.fleet.pace_frac, self.load_of(readers), readers.clock_frac, readers.pace_frac,
            ]
        )  # fmt: skip

    def time_per_token_s(self, seen: Array) -> float:
        """Time between a sequence's tokens at what was `seen`."""
        pace = float(seen[SEEN.index("pace")])
        return self.speed.time_per_token_s(float(seen[SEEN.index("load")])) / pace

    def latencies(self, time_s: Array, seen: Array, seen_at: SeenAt = AskedPool.seen_at) -> Array:
        """(period, `LATENCIES`) of what users saw, from the tails of one replica at the load, clock
        and backlog at the end of each period.

        time_s    ends of periods, the start first
        seen      (period, `SEEN`)
        seen_at   what is seen of a pool at one load
        """
        load, clock, backlog_s, pace, reading, reading_clock, reading_pace = seen.T
        makes = self.fleet.latencies(load, clock, pace, seen_at)
        if self.readers is None:
            return with_backlog(makes, backlog_s, self.pool)
        reads = self.readers.latencies(reading, reading_clock, reading_pace, seen_at)
        alone = self.readers.speed.latencies(1.0, self.readers.replicas, upto_load=0.0)
        sent_s = self.handover.mean_s(float(alone.ttft_s[0, 0]))
        return with_backlog(in_turn(reads, sent_s, makes), backlog_s, self.pool)

    def total(self, name: str) -> float:
        """One of the totals so far."""
        return float(self.own.totals[TOTALS.index(name)])
