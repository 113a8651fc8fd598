"""One inference service as a fluid: windows of arrivals, a pool of replicas, a queue with patience.

Within a window tokens arrive at a constant rate; they are served up to the pool's capacity, wait in
a queue that grows and drains in straight lines, and are given up when the wait would pass the
patience.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask, total_by
from twin.catalogue.rows import Gpu
from twin.facility.gpu_profiles import profiled, refused
from twin.results.enums import Cause
from twin.simulation.compute.racks import Compute
from twin.simulation.kernel.world import World
from twin.simulation.record.losses import Losses
from twin.simulation.serving.arrivals import arrivals
from twin.simulation.serving.latency import LATENCIES, at_load
from twin.simulation.serving.replica import ReplicaSpeed
from twin.simulation.state.record import Key
from twin.simulation.state.work import ServiceState
from twin.workload import Pool

TOTALS = ("requests", "asked", "served", "dropped", "capacity", "energy_j")
"""What a service adds up; all but the first and the last in output tokens."""
_EMPTY = 1e-6
"""Tokens in a queue that count as none: rounding."""
_TOUCH_S = 1e-8
"""A queue that is full or empty within this time is so now: instants are not told apart below the
rounding of a year in seconds."""


class Service:
    """One service: its nodes, its replicas, its queue."""

    def __init__(
        self, world: World, compute: Compute, losses: Losses, pool: Pool, free: Index
    ) -> None:
        self.pool = pool
        self.world = world
        self.compute = compute
        self.losses = losses
        racks = world.facility.racks
        self.nodes = self._own_nodes(free)
        self.rack = compute.rack_of_node[self.nodes]
        self.racks = np.unique(self.rack)
        first = int(self.rack[0])
        facility = world.facility
        on = profiled(facility.scenario, racks.gpu_type[first], facility.profiles)
        self._check(on.gpu, int(racks.gpus_per_node[first]))
        self.speed = ReplicaSpeed(world.facility.scenario, pool, on)
        self.replicas_per_node = racks.gpus_per_node[self.rack] / pool.tensor_parallel
        whole = self._replicas(np.ones(self.nodes.size, dtype=bool))
        self.whole_by_rack = whole * self.speed.capacity_tokens_per_s
        self.asked_tokens, self.requests = arrivals(
            world.facility.scenario, pool, self.speed.output_tokens, self.speed.output_sigma
        )
        self.own = ServiceState(np.zeros(self.racks.size), np.zeros(len(TOTALS)))

    def _own_nodes(self, free: Index) -> Index:
        """The nodes that the pool holds; all of one GPU type would be better, the first ones are
        taken.
        """
        nodes = free[: self.pool.nodes]
        if nodes.size < self.pool.nodes:
            found = [(f"{self.pool.nodes} nodes", f"at most {nodes.size}")]
            raise refused(self.world.facility.scenario, self.pool.name, found)
        return nodes

    def _check(self, gpu: Gpu, gpus_per_node: int) -> None:
        if self.pool.tensor_parallel > max(gpus_per_node, gpu.scaleup_domain_gpus):
            found = f"tensor_parallel {self.pool.tensor_parallel}"
            allowed = f"at most {gpu.scaleup_domain_gpus}, the scale-up domain"
            raise refused(self.world.facility.scenario, self.pool.name, [(found, allowed)])

    def settle(self) -> None:
        """Capacity of the live replicas, and what flows in and out of the queue."""
        self.look()
        own = self.own
        capacity = self.capacity
        room = self.pool.patience_s * capacity
        if own.waiting > room:
            self._give_up(own.waiting - room)
        queue = own.waiting > _EMPTY + capacity * _TOUCH_S or own.arriving > capacity
        own.served = capacity if queue else own.arriving
        nearly = room - _EMPTY - (own.arriving - capacity) * _TOUCH_S
        full = own.waiting >= nearly and own.arriving > capacity
        own.dropping = own.arriving - capacity if full else 0.0

    def look(self) -> None:
        """Capacity of the live replicas, and what arrives in this window."""
        own = self.own
        state = self.world.state
        live = state.faults.node_ok[self.nodes] & state.racks.rack_on[self.rack]
        clock_frac = state.throttling.clock_frac[self.racks]
        own.capacity_by_rack = self._replicas(live) * self.speed.capacity(clock_frac)
        window = min(own.window, self.asked_tokens.size - 1)
        own.arriving = float(self.asked_tokens[window] / self.pool.window_s)

    @property
    def capacity(self) -> float:
        """Output tokens/s of the live replicas."""
        return float(self.own.capacity_by_rack.sum())

    def _replicas(self, live: Mask) -> Array:
        """(rack of the service,) whole replicas on the nodes that are live."""
        share = total_by(self.rack, live * self.replicas_per_node, int(self.racks[-1]) + 1)
        return np.floor(share[self.racks] + 1e-9)

    def _give_up(self, tokens: float) -> None:
        self.own.waiting -= tokens
        self.own.totals[TOTALS.index("dropped")] += tokens
        short = self.shortfall()
        for key, share, _ in short:
            self.losses.at_once(key, tokens * share)
        if not short:
            self.losses.usual_at_once((Cause.OVER_CAPACITY, "", self.pool.name), tokens)

    def shortfall(self) -> list[tuple[Key, float, float]]:
        """(key, share of the missing capacity, GPUs missing) of every rack that serves less than it
        could.
        """
        missing = self.whole_by_rack - self.own.capacity_by_rack
        total = float(missing.sum())
        if total <= 0:
            return []
        gpus = missing / self.speed.capacity_tokens_per_s * self.pool.tensor_parallel
        names = self.world.facility.racks.id
        return [
            ((self._cause(int(r)), names[r], self.pool.name), missing[i] / total, gpus[i])
            for i, r in enumerate(self.racks)
            if missing[i] > 0
        ]

    def _cause(self, rack: int) -> Cause:
        state = self.world.state
        if not state.racks.rack_on[rack]:
            return self.compute.why_off(rack)
        throttled = state.throttling.clock_frac[rack] < 1.0
        return Cause.THROTTLED if throttled else Cause.FAILED

    def lose(self) -> None:
        """Tokens given up for want of capacity that a whole pool would have had."""
        short = float(self.whole_by_rack.sum()) - self.capacity
        lost = min(self.own.dropping, short)
        for key, share, gpus in self.shortfall():
            self.losses.rate(key, lost * share, gpus)
        if self.own.dropping > lost:
            more = self.own.dropping - lost
            self.losses.usual_rate(Cause.OVER_CAPACITY, self.pool.name, more)

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
        self.own.totals[TOTALS.index("energy_j")] += energy_j

    def next_s(self) -> float:
        """Seconds until the queue is empty or full."""
        own = self.own
        slope = own.arriving - own.served - own.dropping
        if slope < 0:
            return own.waiting / -slope
        if slope > 0:
            return max(self.pool.patience_s * self.capacity - own.waiting, 0.0) / slope
        return np.inf

    @property
    def load_frac(self) -> float:
        """Served over capacity."""
        capacity = self.capacity
        return self.own.served / capacity if capacity > 0 else 0.0

    @property
    def clock_frac(self) -> float:
        """Mean clock of its racks."""
        return float(self.world.state.throttling.clock_frac[self.racks].mean())

    @property
    def backlog_s(self) -> float:
        """How long the queue would take at full capacity; at most the patience."""
        capacity = self.capacity
        if capacity <= 0:
            return self.pool.patience_s if self.own.waiting > 0 else 0.0
        return min(self.own.waiting / capacity, self.pool.patience_s)

    @property
    def replicas(self) -> int:
        """Replicas of the whole pool."""
        return round(float(self.whole_by_rack.sum()) / self.speed.capacity_tokens_per_s)

    def latencies(
        self, time_s: Array, load_frac: Array, clock_frac: Array, backlog_s: Array
    ) -> Array:
        """(period, `LATENCIES`) of what users saw, from the tails of one replica at the load, clock
        and backlog at the end of each period; `time_s` are the ends of periods, the start first.
        """
        found = np.full((time_s.size - 1, len(LATENCIES)), np.nan)
        for clock in np.unique(clock_frac):
            rows = (clock_frac == clock) & (load_frac > 0)
            if rows.any():
                highest = float(load_frac[rows].max())
                curve = self.speed.latencies(float(clock), self.replicas, highest)
                found[rows] = at_load(curve, load_frac[rows], backlog_s[rows], self.pool)
        return found

    def total(self, name: str) -> float:
        """One of the totals so far."""
        return float(self.own.totals[TOTALS.index(name)])
