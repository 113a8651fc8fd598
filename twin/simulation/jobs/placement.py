"""Placement: which nodes are free, in which order they are given, and how many there can ever be.

Gangs are of one kind of node: a synchronous step would wait for the slower one. Kinds are ordered
by what they are, the fastest GPU first, so that the order of rows in a layout decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Index, Mask
from twin.catalogue.rows import Gpu
from twin.facility.training_fit import gang_misfits
from twin.scenario.schema import Scenario
from twin.simulation.compute.racks import Compute
from twin.simulation.cooling.flows import Flows
from twin.simulation.jobs.nearness import Nearness
from twin.simulation.kernel.world import World
from twin.simulation.state.work import FREE, SHARED
from twin.workload import Job


class Placement:
    """Looks at nodes; who gets them is the scheduler's."""

    def __init__(self, world: World, compute: Compute, flows: Flows) -> None:
        racks = world.facility.racks
        self.world = world
        self.flows = flows
        self.racks = racks
        self.rack_of_node = compute.rack_of_node
        self.node_gpus = racks.gpus_per_node[self.rack_of_node]
        self.has_gpus = self.node_gpus > 0
        self.kinds = _kinds(world.facility.scenario, racks.gpu_type, racks.nodes)
        kind_of_rack = [self.kinds.index(g) if g in self.kinds else -1 for g in racks.gpu_type]
        self.kind_of_node = np.array(kind_of_rack, dtype=np.int64)[self.rack_of_node]
        self.has_kind = self.kind_of_node >= 0
        self.of_kinds = [self.kind_of_node == kind for kind in range(len(self.kinds))]
        self.gpu_types = tuple(kind for kind in self.kinds if kind)
        self.rule = world.facility.scenario.controls.placement
        self.nearness = Nearness(world.facility.fabric, self.rack_of_node)
        self.rank = np.empty(self.rack_of_node.size, dtype=np.int64)
        """(node,) place in the order of placement."""
        self.rank[self._ordered(np.arange(self.rank.size))] = np.arange(self.rank.size)
        self._for_jobs: Index | None = None
        self._free: tuple[tuple[int, ...], list[Index]] = ((), [])

    def ready(self) -> Mask:
        """(node,) it would take work now, if it has room."""
        state = self.world.state
        ready = state.faults.node_ok.copy()
        if state.faults.gpus_out or state.faults.draining:
            ready &= state.faults.node_drains == 0
        accepts = state.racks.rack_on & self.flows.served()
        if not accepts.all():
            ready &= accepts[self.rack_of_node]
        return np.asarray(ready)

    def in_order(self) -> Mask:
        """(node,) nobody holds it, all of it is in order, and it would take work now."""
        free = (self.world.state.jobs.work_of_node == FREE) & self.ready()
        faults = self.world.state.faults
        if faults.gpus_out:
            free &= ~faults.gpu_reasons.any(axis=1)
        return np.asarray(free)

    def gpus_of_kinds(self) -> Index:
        """(kind,) GPUs of its largest node."""
        most = np.zeros(len(self.kinds), dtype=np.int64)
        np.maximum.at(most, self.kind_of_node[self.has_kind], self.node_gpus[self.has_kind])
        return most

    def free(self) -> Index:
        """Free nodes with GPUs in the order of placement."""
        return self._ordered(np.flatnonzero(self.in_order() & self.has_gpus))

    def free_of_kinds(self) -> Index:
        """(kind,) free nodes of each."""
        return np.array([nodes.size for nodes in self._free_nodes()], dtype=np.int64)

    def _free_nodes(self) -> list[Index]:
        """(kind)(node,) free ones of each; looked for anew where one may have come or gone."""
        state = self.world.state
        others = (state.faults.version, state.racks.version, state.flows.version)
        versions = (state.jobs.hands, *others)
        if versions != self._free[0]:
            free = self.in_order()
            self._free = (versions, [np.flatnonzero(free & kind) for kind in self.of_kinds])
        return self._free[1]

    def _ordered(self, free: Index) -> Index:
        """Free nodes, rack by rack, or dealt over the racks."""
        if self.rule != "spread":
            return free
        rank = free - self.racks.first_node[self.rack_of_node[free]]
        return np.asarray(free[np.lexsort((free, rank))])

    def of_kind(self, kind: int, nodes: int, may: Mask | None = None) -> Index | None:
        """Free nodes of a kind for a gang, of those (node,) that it may have; None where there are
        too few.
        """
        free = self._free_nodes()[kind]
        free = free if may is None else free[may[free]]
        if free.size < nodes:
            return None
        if self.rule == "near":
            return self.nearness.closest(free, nodes)
        return self._ordered(free)[:nodes].copy()

    def kinds_of(self, gangs: Sequence[Index]) -> Index:
        """(gang,) the kind of its nodes."""
        first = np.array([held[0] for held in gangs], dtype=np.int64)
        return self.kind_of_node[first]

    def unheld(self) -> Index:
        """Nodes with GPUs that nobody holds, in order or not."""
        owner = self.world.state.jobs.work_of_node
        return np.flatnonzero((owner == FREE) & (self.node_gpus > 0))

    def of_one_type(self, nodes_there: Index, nodes: int) -> Index | None:
        """The first of some nodes that are enough and all of one kind."""
        for kind in range(len(self.kinds)):
            alike = nodes_there[self.kind_of_node[nodes_there] == kind]
            if alike.size >= nodes:
                return np.asarray(alike[:nodes])
        return None

    def most_nodes(self, suits: Mask) -> int:
        """Nodes of one suitable kind that no service holds: no gang can ever be larger.

        suits   (kind,)
        """
        if self._for_jobs is None:
            self._for_jobs = self._beside_services()
        return int(self._for_jobs[suits].max(initial=0))

    def _beside_services(self) -> Index:
        """(kind,) nodes that no service holds; services take theirs once, before a job comes."""
        unheld = (self.world.state.jobs.work_of_node >= SHARED) & (self.kind_of_node >= 0)
        return np.bincount(self.kind_of_node[unheld], minlength=len(self.kinds))

    def suits(self, jobs: Sequence[Job]) -> Mask:
        """(job, kind) where each can run: jobs with GPUs where there are any, training where its
        layout fits; jobs without anywhere.
        """
        with_gpus = np.array([bool(kind) for kind in self.kinds], dtype=bool)
        found = np.tile(with_gpus, (len(jobs), 1))
        gpus = np.where(with_gpus, self.gpus_of_kinds(), np.inf)
        for j, job in enumerate(jobs):
            if np.isfinite(job.gpus):
                found[j] &= job.gpus / job.nodes <= gpus
            if job.cpu_only:
                found[j] = self._kinds_without_gpus(job.nodes)
            elif job.steps is not None and len(self.gpu_types) > 1:
                found[j] &= self._fits(job) | ~with_gpus
        return found

    def _kinds_without_gpus(self, nodes: int) -> Mask:
        """(kind,) nodes without GPUs, where there are enough of them; else any."""
        plain = np.array([not kind for kind in self.kinds], dtype=bool)
        there = int(np.count_nonzero((self.kind_of_node >= 0) & (self.node_gpus == 0)))
        return plain if there >= nodes else ~plain

    def _fits(self, job: Job) -> Mask:
        """(kind,) whether a training job's layout fits; kinds with too few nodes count as fitting,
        for the number of nodes keeps it from them.
        """
        scenario = self.world.facility.scenario
        fits = np.ones(len(self.kinds), dtype=bool)
        for kind, gpu in enumerate(self.kinds):
            first = np.flatnonzero(self.kind_of_node == kind)[: job.nodes]
            if gpu and first.size == job.nodes and job.steps is not None:
                gpus = int(self.node_gpus[first].sum())
                row = scenario.catalogue.get(Gpu, gpu)
                fits[kind] = not gang_misfits(scenario, job, row, gpus)
        return fits

    def first_of_each_type(self, nodes: int) -> list[Index]:
        """The first nodes of every GPU type that has enough of them, by name."""
        kinds = sorted(range(len(self.gpu_types)), key=lambda k: self.kinds[k])
        found = [np.flatnonzero(self.kind_of_node == k)[:nodes] for k in kinds]
        return [of_type for of_type in found if of_type.size == nodes]


def _kinds(scenario: Scenario, gpu_of_rack: Sequence[str], nodes: Index) -> tuple[str, ...]:
    """GPU types that have nodes, the fastest first, then by name; last "" for nodes without."""
    here = {gpu for gpu, count in zip(gpu_of_rack, nodes.tolist(), strict=True) if count}
    gpus = [scenario.catalogue.get(Gpu, name) for name in here if name]
    ordered = sorted(gpus, key=lambda gpu: (-gpu.bf16_flop_s, gpu.name))
    return (*(gpu.name for gpu in ordered), *(("",) if "" in here else ()))
