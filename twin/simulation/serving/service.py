"""Inference services as fluids: windows of arrivals, a pool of replicas, a queue with patience.

Within a window tokens arrive at a constant rate; they are served up to the pool's capacity, wait in
a queue that grows and drains in straight lines, and are given up when the wait would pass the
patience.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from twin.catalogue.rows import Gpu
from twin.seeds import stream
from twin.simulation.compute.racks import Compute
from twin.simulation.jobs.scheduler import Scheduler
from twin.simulation.kernel.clock import Stage
from twin.simulation.kernel.state import Array, Index, Mask, total_by
from twin.simulation.kernel.world import World
from twin.simulation.record.losses import Losses
from twin.simulation.step_times import ReplicaSpeed, profiled, refused
from twin.workload import Inference

_EMPTY = 1e-6
"""Tokens in a queue that count as none: rounding."""
CPU_ACTIVITY = 0.3
"""CPU activity of a serving node; assumed."""


class Service:
    """One service: its nodes, its pace, its queue."""

    def __init__(
        self, world: World, compute: Compute, losses: Losses, spec: Inference, free: Index
    ) -> None:
        self.spec = spec
        self.world = world
        self.compute = compute
        self.losses = losses
        facility = world.facility
        self.nodes = free[: spec.nodes]
        if self.nodes.size < spec.nodes:
            raise refused(
                facility.scenario,
                spec.name,
                [(f"{spec.nodes} nodes", f"at most {self.nodes.size}")],
            )
        self.rack = compute.rack_of_node[self.nodes]
        self.racks = np.unique(self.rack)
        on = profiled(facility.scenario, facility.racks.gpu_type[int(self.rack[0])])
        self._check(on.gpu, int(facility.racks.gpus_per_node[int(self.rack[0])]))
        self.pace = ReplicaSpeed(facility.scenario, spec, on)
        self.replicas_per_node = facility.racks.gpus_per_node[self.rack] / spec.tensor_parallel
        self.asked_tokens, self.requests = self._arrivals()
        self.window = 0
        self.arriving = self.served = self.dropping = 0.0
        self.waiting = 0.0
        self.capacity_by_rack = np.zeros(self.racks.size)
        self.totals = dict.fromkeys(("requests", "asked", "served", "dropped", "capacity"), 0.0)

    def _check(self, gpu: Gpu, gpus_per_node: int) -> None:
        if self.spec.tensor_parallel > max(gpus_per_node, gpu.scaleup_domain_gpus):
            raise refused(
                self.world.facility.scenario,
                self.spec.name,
                [
                    (
                        f"tensor_parallel {self.spec.tensor_parallel}",
                        f"at most {gpu.scaleup_domain_gpus}, the scale-up domain",
                    )
                ],
            )

    def _arrivals(self) -> tuple[Array, Array]:
        """Tokens asked and requests of every window: a daily sinusoid with over-dispersed counts.

        Each quantity draws from its own stream, so a longer horizon meets the same first windows.
        """
        scenario = self.world.facility.scenario
        requests = self.spec.requests
        count = int(np.ceil(scenario.horizon / self.spec.window))
        many, bursts, sizes = (
            stream(scenario.seed, "traffic", self.spec.name, part)
            for part in ("arrivals", "bursts", "sizes")
        )
        start = scenario.start.hour + scenario.start.minute / 60.0 + scenario.start.second / 3600.0
        hour = start + (np.arange(count) + 0.5) * self.spec.window / 3600.0
        shape = 1.0 + requests.diurnal_amplitude * np.cos(
            2 * np.pi * (hour - requests.peak_hour) / 24.0
        )
        mean = np.maximum(requests.rate * self.spec.window * shape, 0.0)
        spread = max(requests.burstiness - 1.0, 1e-9)
        arrived = many.poisson(bursts.gamma(mean / spread + 1e-12, spread)).astype(float)
        size = self.pace.output_tokens
        deviation = size * np.sqrt(np.expm1(self.pace.output_sigma**2) * arrived)
        return np.maximum(arrived * size + deviation * sizes.standard_normal(count), 0.0), arrived

    def settle(self) -> None:
        """Capacity of the live replicas, and what flows in and out of the queue."""
        state = self.world.state
        live = state.node_ok[self.nodes] & state.rack_on[self.rack]
        self.capacity_by_rack = self._replicas(live) * self.pace.capacity(
            state.clock_frac[self.racks]
        )
        capacity = self.capacity
        self.arriving = (
            self.asked_tokens[min(self.window, self.asked_tokens.size - 1)] / self.spec.window
        )
        room = self.spec.patience * capacity
        if self.waiting > room:
            self._give_up(self.waiting - room)
        queue = self.waiting > _EMPTY or self.arriving > capacity
        self.served = capacity if queue else self.arriving
        full = self.waiting >= room - _EMPTY and self.arriving > capacity
        self.dropping = self.arriving - capacity if full else 0.0

    @property
    def capacity(self) -> float:
        """Output tokens/s of the live replicas."""
        return float(self.capacity_by_rack.sum())

    @property
    def whole_by_rack(self) -> Array:
        """(rack of the service,) output tokens/s with every replica up at full clock."""
        return (
            self._replicas(np.ones(self.nodes.size, dtype=bool)) * self.pace.capacity_tokens_per_s
        )

    def _replicas(self, live: Mask) -> Array:
        """(rack of the service,) whole replicas on the nodes that are live."""
        share = total_by(self.rack, live * self.replicas_per_node, int(self.racks[-1]) + 1)[
            self.racks
        ]
        return np.floor(share + 1e-9)

    def _give_up(self, tokens: float) -> None:
        self.waiting -= tokens
        self.totals["dropped"] += tokens
        for key, share, _ in self.shortfall():
            self.losses.at_once(key, tokens * share)

    def shortfall(self) -> list[tuple[tuple[str, str, str], float, float]]:
        """(key, share of the missing capacity, GPUs missing) of every rack that serves less than it
        could.
        """
        missing = self.whole_by_rack - self.capacity_by_rack
        total = float(missing.sum())
        if total <= 0:
            return []
        gpus = missing / self.pace.capacity_tokens_per_s * self.spec.tensor_parallel
        return [
            (
                (self._cause(int(r)), self.world.facility.racks.id[r], self.spec.name),
                missing[i] / total,
                gpus[i],
            )
            for i, r in enumerate(self.racks)
            if missing[i] > 0
        ]

    def _cause(self, rack: int) -> str:
        state = self.world.state
        if not state.rack_on[rack]:
            return self.compute.why_off(rack)
        return "throttled" if state.clock_frac[rack] < 1.0 else "failed"

    def lose(self) -> None:
        """Tokens given up for want of capacity that a whole pool would have had."""
        short = float(self.whole_by_rack.sum()) - self.capacity
        lost = min(self.dropping, short)
        for key, share, gpus in self.shortfall():
            self.losses.rate(key, lost * share, gpus)

    def advance(self, dt_s: float) -> None:
        """Move the queue and the totals on."""
        self.waiting = max(self.waiting + (self.arriving - self.served - self.dropping) * dt_s, 0.0)
        whole = self.requests[min(self.window, self.requests.size - 1)] / self.spec.window
        for name, rate in (
            ("requests", whole),
            ("asked", self.arriving),
            ("served", self.served),
            ("dropped", self.dropping),
            ("capacity", self.capacity),
        ):
            self.totals[name] += rate * dt_s

    def next_s(self) -> float:
        """Seconds until the queue is empty or full."""
        slope = self.arriving - self.served - self.dropping
        if slope < 0:
            return self.waiting / -slope
        if slope > 0:
            return max(self.spec.patience * self.capacity - self.waiting, 0.0) / slope
        return np.inf

    @property
    def load_frac(self) -> float:
        """Served over capacity."""
        return self.served / self.capacity if self.capacity > 0 else 0.0


class Serving:
    """The traffic discipline of one run."""

    def __init__(self, world: World, compute: Compute, losses: Losses, jobs: Scheduler) -> None:
        self.world = world
        self.losses = losses
        self.services: list[Service] = []
        for k, spec in enumerate(
            w for w in world.facility.scenario.workload if isinstance(w, Inference)
        ):
            service = Service(world, compute, losses, spec, jobs.free())
            jobs.claim(service.nodes, -2 - k)
            self.services.append(service)
            world.clock.every(
                Stage.TRAFFIC, spec.window, world.end_s, partial(self._window, service)
            )

    def _window(self, service: Service, n: int) -> None:
        service.window = n
        self.world.stale = True

    def settle(self) -> None:
        """Set the flows of all services."""
        for service in self.services:
            service.settle()

    def activity(self, gpu: Array, cpu: Array) -> None:
        """Enter the activity of every service's nodes."""
        for service in self.services:
            gpu[service.nodes] = service.pace.activity(service.load_frac)
            cpu[service.nodes] = CPU_ACTIVITY if service.served > 0 else 0.0

    def lose(self) -> None:
        """Enter what each service is losing now."""
        for service in self.services:
            service.lose()

    def advance(self, dt_s: float) -> None:
        """Move all queues on."""
        for service in self.services:
            service.advance(dt_s)

    def next_s(self) -> float:
        """Seconds until a queue is empty or full."""
        return min((s.next_s() for s in self.services), default=np.inf)

    def tokens(self) -> float:
        """Output tokens served so far."""
        return sum(s.totals["served"] for s in self.services)
