"""Serving: every pool of replicas that a scenario asks for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from twin.arrays import Array, Index, Mask, total_by
from twin.errors import InputError, every_problem
from twin.simulation.compute.power_caps import Allowed
from twin.simulation.compute.racks import Compute
from twin.simulation.compute.racks_ahead import NodeRows
from twin.simulation.jobs.scheduler import Scheduler
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.stretch import running_total
from twin.simulation.kernel.world import World
from twin.simulation.record.losses import Losses
from twin.simulation.serving.fleet import Fleet
from twin.simulation.serving.service import ENERGY, Service
from twin.simulation.serving.single_requests import RequestService
from twin.simulation.serving.split_requests import SplitRequests
from twin.simulation.serving.tails_ahead import TailsAhead
from twin.simulation.state.work import FIRST_POOL
from twin.workload import Pool

CPU_ACTIVITY = 0.3
"""CPU activity of a serving node; assumed."""


class Serving(Discipline):
    """The serving discipline of one run."""

    def __init__(self, world: World, compute: Compute, losses: Losses, jobs: Scheduler) -> None:
        self.world = world
        self.own = world.state.serving
        self.services: list[Service] = []
        self._tails = TailsAhead()
        self.jobs = jobs
        pools = [pool for work in world.facility.scenario.workload for pool in work.pools()]
        asked = [partial(self._make, k, pool, compute, losses) for k, pool in enumerate(pools)]
        every_problem(*asked)
        none = np.zeros(0, dtype=np.int64)
        self.nodes = np.concatenate([none, *(service.nodes for service in self.services)])
        """Of services, one after another."""
        world.clock.can("window begins", self._begin_window)

    def _make(self, k: int, pool: Pool, compute: Compute, losses: Losses) -> None:
        """The service of a pool; one that is refused keeps its nodes from those after it, of which
        each is judged as it would stand.
        """
        free = self.jobs.placement.free()
        try:
            service = _engine(pool)(self.world, compute, losses, pool, free)
        except InputError:
            held = pool.nodes + (pool.prefill.nodes if pool.prefill else 0)
            self.jobs.claim(free[:held], FIRST_POOL - k)
            raise
        self.jobs.claim(service.nodes, FIRST_POOL - k)
        self.services.append(service)
        self.own.services.append(service.own)

    def schedule(self) -> None:
        """Let every service's windows follow one another."""
        for k, service in enumerate(self.services):
            step_s = service.pool.window_s
            self.world.clock.repeat(Stage.TRAFFIC, step_s, self.world.end_s, "window begins", k)

    def _begin_window(self, k: int, n: int) -> None:
        self.services[k].begin_window(n)
        self.world.stale = True

    def settle(self) -> bool:
        """Set the flows of all services."""
        before = self._loads()
        for service in self.services:
            service.settle()
        if self._loads() != before:
            self.own.version += 1
        return False

    def _loads(self) -> list[float]:
        return [load for s in self.services for load in (s.load_frac, s.own.served)]

    def clocks_under(self, allowed: Allowed) -> Array:
        """(rack,) share of the clock that its boards hold, at which no more is done than is
        allowed; the ceiling itself where nothing runs.
        """
        shares = self.jobs.of_nodes.clocks_under(allowed)
        for service in self.services:
            for fleet, share in service.clocks_under(allowed):
                shares[fleet.racks] = np.minimum(shares[fleet.racks], share)
        return np.where(np.isfinite(shares), shares, allowed.clock_frac)

    def busier_at(self, clock_frac: Array) -> Array:
        """(rack,) what its GPUs draw at a share of the clock, over what their activity at the full
        clock would draw there.
        """
        node_frac = self.jobs.of_nodes.busier_at(clock_frac)
        rack = self.jobs.of_nodes.rack_of_node
        for service in self.services:
            for fleet in service.fleets:
                busier = fleet.speed.power.busier(clock_frac, service.load_of(fleet))
                node_frac[fleet.nodes] = busier[fleet.rack]
        drawn = self.world.state.activity.gpu_activity
        racks = clock_frac.size
        whole = total_by(rack, drawn, racks)
        share = total_by(rack, drawn * node_frac, racks) / np.where(whole > 0, whole, 1.0)
        return np.where(whole > 0, share, 1.0)

    def enter_activity(self, gpu: Array, cpu: Array, gain: Array, busiest: Array) -> None:
        """Enter the same into arrays of all nodes (node,)."""
        for values, found in zip((gpu, cpu, gain, busiest), self.activities(), strict=True):
            values[self.nodes] = found

    def activities(self) -> list[Array]:
        """(node of services,) GPU and CPU activity, share of its rack's gain, and activity of the
        busiest GPU, one service after another.
        """
        found = [
            self._of_fleet(fleet, activity, service.awake_of(fleet), service.own.served > 0)
            for service in self.services
            for fleet, activity in service.activities()
        ]
        if len(found) == 1:
            return found[0]
        none = [np.zeros(0)] * 4
        return [np.concatenate(each) for each in zip(none, *found, strict=True)]

    @staticmethod
    def _of_fleet(fleet: Fleet, activity: float, awake: Mask, serves: bool) -> list[Array]:
        busy = np.where(awake, activity, 0.0)
        cpu = awake * (CPU_ACTIVITY if serves else 0.0)
        return [busy * fleet.standing, cpu, fleet.gain_frac, busy]

    def live_ahead(self) -> None:
        """Let a copy of the command begin with the tails of its services, where that can pay."""
        self._tails.begin(self.services)

    def latencies(self, time_s: Array, seen: Sequence[Array]) -> list[Array]:
        """(period, `LATENCIES`) of each service; see `Service.latencies`."""
        seen_at = self._tails.seen_at
        pairs = zip(self.services, seen, strict=True)
        return [service.latencies(time_s, one, seen_at) for service, one in pairs]

    def hold(self) -> None:
        """Enter what each service is losing now."""
        for service in self.services:
            service.lose()

    def advance(self, span_s: float) -> None:
        """Move all queues on."""
        for service in self.services:
            service.advance(span_s)

    def add_energy(self, node_w: Array, span_s: float) -> None:
        """Add what each service's nodes drew over a span.

        node_w   (node,) power of all nodes
        """
        for service in self.services:
            service.add_energy(float(node_w[service.nodes].sum()) * span_s)

    def add_energies(self, rows: NodeRows, row: Index, span_s: Array) -> list[Array]:
        """The same over many spans (span,), in each of which one of the rows holds: (span,) energy
        of each service after every one.
        """
        found = []
        for service in self.services:
            drawn_w = rows.each(service.nodes).sum(axis=1)
            totals = service.own.totals
            found.append(running_total(totals[ENERGY], drawn_w.take(row) * span_s))
            totals[ENERGY] = found[-1][-1]
        return found

    def next_s(self) -> float:
        """Seconds until a queue is empty or full."""
        return min((s.next_s() for s in self.services), default=np.inf)

    def at_rest(self) -> bool:
        """Services are never at rest: every window brings other requests."""
        return not self.services

    def apart(self) -> bool:
        """Requests are fluids."""
        return not any(service.own.engine for service in self.services)

    def tokens(self) -> float:
        """Output tokens served so far."""
        return sum(s.total("served") for s in self.services)


def _engine(pool: Pool) -> type[Service]:
    """How a pool's requests are told."""
    if pool.detail != "requests":
        return Service
    return SplitRequests if pool.prefill else RequestService
