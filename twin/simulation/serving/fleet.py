"""The replicas of one model on nodes of their own: which of them live, and how fast they are."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np

from twin.arrays import Array, Index, Mask, total_by
from twin.catalogue.rows import Gpu
from twin.errors import every_problem
from twin.facility.gpu_profiles import profiled, refused
from twin.physics.kernels import StageLink, crossings
from twin.results.enums import Cause
from twin.simulation.compute.power_caps import Allowed
from twin.simulation.compute.racks import Compute
from twin.simulation.kernel.world import World
from twin.simulation.serving.gpu_cut import cut_of
from twin.simulation.serving.latency import LATENCIES, at_load
from twin.simulation.serving.lived_pools import SeenAt
from twin.simulation.serving.reach import Reach
from twin.simulation.serving.replica import ReplicaSpeed
from twin.workload import Pool

LONE_B_S = 16e9
"""Between GPUs of servers without adapters, a second: half of PCIe 5.0 x16; assumed."""


class Fleet:
    """Replicas of one kind, spread over racks."""

    def __init__(self, world: World, compute: Compute, pool: Pool, free: Index) -> None:
        self.world = world
        self.compute = compute
        self.pool = pool
        racks = world.facility.racks
        self.nodes = self._first_nodes(free)
        self.rack = compute.rack_of_node[self.nodes]
        self.racks = np.unique(self.rack)
        first = int(self.rack[0])
        scenario = world.facility.scenario
        on = profiled(scenario, racks.gpu_type[first], world.facility.profiles)
        self.cut = cut_of(scenario, pool, on)
        self.gpus_per_node = int(racks.gpus_per_node[first])
        self._check(self.cut.on.gpu)
        self.link = self._link(self.cut.on.gpu)
        self.speed = ReplicaSpeed(scenario, pool, self.cut, self.link)
        self.replicas_per_node = (
            racks.gpus_per_node[self.rack] * self.cut.instances / pool.replica_gpus
        )
        if not self.replicas:
            raise refused(scenario, pool.name, [self._no_room()])
        self.gain_frac = racks.work_frac[self.rack]
        """(node,) share of its rack's gain that its work takes."""
        far = (self.link.crossings > 0 or self.spread) and pool.replica_gpus > self.gpus_per_node
        in_row = self.nodes_each if self.spread else 0
        self.reach = Reach(world, self.nodes, self.rack, in_row, self._pace_at, far)
        self._standing: tuple[tuple[int, ...], Array] = ((), np.zeros(0))
        self._clock: tuple[int, float] = (-1, 1.0)
        self._capacity: tuple[tuple[int, ...], Mask, Array] = ((), self.every_node, np.zeros(0))

    def _first_nodes(self, free: Index) -> Index:
        """The nodes that the pool holds; all of one GPU type would be better, the first ones are
        taken.
        """
        nodes = free[: self.pool.nodes]
        if nodes.size < self.pool.nodes:
            found = [(f"{self.pool.nodes} nodes", f"at most {nodes.size}")]
            raise refused(self.world.facility.scenario, self.pool.name, found)
        return nodes

    def _check(self, gpu: Gpu) -> None:
        pool = self.pool
        within = max(self.gpus_per_node, gpu.scaleup_domain_gpus)
        self.spread = pool.attention_ranks > within and pool.stage_gpus == pool.replica_gpus
        if pool.stage_gpus > within and not self.spread:
            found = f"a replica of {self.pool.stage_gpus} GPUs"
            allowed = f"at most {gpu.scaleup_domain_gpus}, the scale-up domain"
            cure = (
                "pipeline_parallel spreads its layers over stages in several domains, "
                "attention_data_parallel alone its experts"
            )
            raise refused(self.world.facility.scenario, self.pool.name, [(found, allowed)], cure)

    @property
    def line_b_s(self) -> float:
        """Bytes a second of a GPU's share of its node's adapters, one direction."""
        return self.world.facility.fabric.node_bandwidth_b_s / self.gpus_per_node or LONE_B_S

    def _link(self, gpu: Gpu) -> StageLink:
        """What stages of a replica hand over by: the scale-up network, or a node's adapters."""
        stages = (self.pool.stage_gpus, self.pool.pipeline)
        return StageLink(crossings(*stages, gpu.scaleup_domain_gpus), self.line_b_s)

    def _no_room(self) -> tuple[str, str]:
        """Why the pool has not one replica: one stands in one rack, unless its experts are spread
        over several.
        """
        if self.spread:
            found = f"{self.pool.nodes} nodes of {self.gpus_per_node} GPUs"
            return found, f"nodes for one replica of {self.pool.replica_gpus} GPUs"
        most = int(np.bincount(self.rack).max()) * self.gpus_per_node
        found = f"{self.pool.nodes} nodes, up to {most} GPUs of them in one rack"
        return found, f"nodes for one replica of {self.pool.replica_gpus} GPUs in a rack"

    @property
    def live(self) -> Mask:
        """(node,) in order and fed."""
        state = self.world.state
        live = np.asarray(state.faults.node_ok[self.nodes] & state.racks.rack_on[self.rack])
        return live & self.reach.joined() if self.reach.needed else live

    @property
    def standing(self) -> Array:
        """(node,) share of its replicas that can serve: live, and all their GPUs in order."""
        state = self.world.state
        versions = (state.faults.version, state.racks.version, state.network.version)
        if self._standing[0] != versions:
            self._standing = (versions, self._standing_now())
        return self._standing[1]

    def _standing_now(self) -> Array:
        faults = self.world.state.faults
        live = self.live.astype(float)
        if not faults.gpus_out:
            return live
        return live * self._whole_frac(faults.gpu_reasons[self.nodes, : self.gpus_per_node] > 0)

    def _whole_frac(self, failed: Mask) -> Array:
        """(node,) share of replicas without a GPU that failed; failed (node, GPU). A replica stands
        on neighbours; one that is as large as its node, or does not divide it, takes it whole.
        """
        each = self.pool.replica_gpus
        alike = bool((self.replicas_per_node == self.replicas_per_node[0]).all())
        if not alike or self.gpus_per_node % each:
            return np.asarray(1.0 - failed.any(axis=1))
        of_replica = failed.reshape(len(failed), -1, each).any(axis=2)
        return np.asarray(1.0 - of_replica.mean(axis=1))

    @property
    def gpus_each(self) -> float:
        """GPUs of a replica, or of one rank of attention; a part of one on an instance."""
        return self.pool.rank_gpus / self.cut.instances

    def replicas_by_rack(self, live: Mask | Array) -> Array:
        """(rack of the fleet,) whole replicas on these nodes, or shares of nodes; each rank of
        attention is one.
        """
        if self.spread:
            ranks = self._ranks_by_node(np.asarray(live, float))
            return total_by(self.rack, ranks, int(self.racks[-1]) + 1)[self.racks]
        share = total_by(self.rack, live * self.replicas_per_node, int(self.racks[-1]) + 1)
        return np.floor(share[self.racks] + 1e-9) * self.pool.attention_ranks

    def _ranks_by_node(self, live: Array) -> Array:
        """(node,) attention ranks of replicas that stand on as many nodes in a row, racks or not:
        one that misses a node or a GPU serves nothing.
        """
        each = self.nodes_each
        whole = live.size // each
        stands = live[: whole * each].reshape(whole, each).min(axis=1) > 1 - 1e-9
        ranks = np.zeros(live.size)
        ranks[: whole * each] = np.repeat(stands, each) * self.pool.attention_ranks / each
        return ranks

    @property
    def nodes_each(self) -> int:
        """That a replica stands on, whole ones."""
        return -(-self.pool.replica_gpus // self.gpus_per_node)

    @cached_property
    def every_node(self) -> Mask:
        """(node,) all of them."""
        return np.ones(self.nodes.size, dtype=bool)

    @cached_property
    def every_replica(self) -> Array:
        """(rack of the fleet,) replicas when all is well."""
        return self.replicas_by_rack(self.every_node)

    def whole_by_rack(self, awake: Mask) -> Array:
        """(rack of the fleet,) output tokens/s of nodes that are awake, when all is well."""
        every = awake is self.every_node
        replicas = self.every_replica if every else self.replicas_by_rack(awake)
        return replicas * self.speed.capacity_tokens_per_s

    @property
    def replicas(self) -> int:
        """Of the whole fleet."""
        return round(float(self.every_replica.sum()))

    def capacity_by_rack(self, awake: Mask) -> Array:
        """(rack of the fleet,) output tokens/s of what lives and is awake, at the clocks of now."""
        state = self.world.state
        versions = (
            state.faults.version,
            state.racks.version,
            state.network.version,
            state.throttling.version,
        )
        if self._capacity[0] != versions or self._capacity[1] is not awake:
            clock_frac = self.clocks
            paced = self.replicas_by_rack(self.standing * awake) * self.reach.pace_by_rack()
            self._capacity = (versions, awake, paced * self.speed.capacity(clock_frac))
        return self._capacity[2]

    @property
    def clocks(self) -> Array:
        """(rack of the fleet,) at which its replicas go."""
        return self.reach.slowest_by_rack(self.world.state.throttling.clock_frac)

    @property
    def clock_frac(self) -> float:
        """Mean clock of its replicas, by rack."""
        clocks = self.world.state.throttling
        if self._clock[0] != clocks.version:
            self._clock = (clocks.version, float(self.clocks.mean()))
        return self._clock[1]

    def clocks_under(self, allowed: Allowed, load_frac: float) -> Array:
        """(rack of the fleet,) share of the clock that its boards hold at a share of capacity, at
        which no more is done than is allowed.
        """
        most = allowed.power_frac[self.racks]
        clocks = {
            float(one): self.speed.clock_under(allowed.clock_frac, float(one), load_frac)
            for one in np.unique(most)
        }
        return np.array([clocks[one] for one in most.tolist()])

    def why_short(self, rack: int) -> Cause:
        """Why a rack serves less than it could."""
        state = self.world.state
        if not state.racks.rack_on[rack]:
            return self.compute.why_off(rack)
        whole = self.reach.pace_by_rack()[self.racks == rack] == 1.0
        if not whole.all() or self._cut_off(rack):
            return Cause.FABRIC
        clocks = state.throttling
        rack = self.reach.slowest_beside(rack, clocks.clock_frac)
        if 0 < clocks.notch[rack] <= clocks.ordered_notch[rack]:
            return Cause.CAPPED
        return Cause.THROTTLED if clocks.clock_frac[rack] < 1.0 else Cause.FAILED

    def _cut_off(self, rack: int) -> bool:
        """Whether one of its nodes has no way to the others of its replica."""
        return self.reach.needed and not self.reach.joined()[self.rack == rack].all()

    @property
    def pace_frac(self) -> float:
        """Mean pace of its racks over that by a whole network."""
        return float(self.reach.pace_by_rack().mean())

    def latencies(
        self, load_frac: Array, clock_frac: Array, pace_frac: Array, seen_at: SeenAt
    ) -> Array:
        """(period, `LATENCIES`) of users without a backlog; NaN where it idles."""
        found = np.full((load_frac.size, len(LATENCIES)), np.nan)
        of = np.stack([clock_frac, pace_frac], axis=1)
        for clock, pace in np.unique(of, axis=0).tolist():
            rows = (of == (clock, pace)).all(axis=1) & (load_frac > 0)
            if rows.any():
                asked = (float(load_frac[rows].min()), float(load_frac[rows].max()))
                curve = self.speed.latencies(clock, self.replicas, *asked, seen_at, pace)
                found[rows] = at_load(curve, load_frac[rows], pace)
        return found

    def _pace_at(self, share: float) -> float:
        """Capacity of a replica by lines that are a share as wide, over its own."""
        link = StageLink(self.link.crossings, self.link.line_b_s * share)
        slowed = ReplicaSpeed(self.world.facility.scenario, self.pool, self.cut, link)
        return min(slowed.capacity_tokens_per_s / self.speed.capacity_tokens_per_s, 1.0)


def fleets_of(
    world: World, compute: Compute, pool: Pool, free: Index
) -> tuple[Fleet, Fleet | None]:
    """The replicas of a pool, and those that read prompts for it; InputError with the problems of
    both.
    """
    made: list[Fleet] = []

    def make(one: Pool, nodes: Index) -> None:
        made.append(Fleet(world, compute, one, nodes))

    asked = [partial(make, pool, free)]
    if pool.prefill is not None and free.size >= pool.nodes:
        asked.append(partial(make, pool.prefill, free[pool.nodes :]))
    every_problem(*asked)
    return made[0], made[1] if len(made) > 1 else None
