"""What a reviewer remarks about the work: jobs that can never start or fit, pools without room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from twin.analysis.review import waiting
from twin.arrays import Index
from twin.catalogue.rows import Gpu
from twin.facility.job_sizes import sized
from twin.facility.model import Facility
from twin.facility.training_fit import gang_misfits
from twin.findings import Finding, FindingCode
from twin.workload import Job, WorkloadKind


@dataclass(frozen=True)
class Larger:
    """Jobs of a workload that are too large ever to start."""

    jobs: tuple[Job, ...] = ()
    of: int = 0
    """All jobs of the workload."""
    nodes: int = 0
    """Of the largest."""
    room: int = 0
    """Nodes that it can hold at most."""


def findings(facility: Facility) -> Iterator[Finding]:
    """Pools that find no room, then jobs of more nodes than there will ever be of one GPU type.

    Pools take nodes in order and keep them for the whole run; a gang never mixes types.
    """
    free = _types_of_nodes(facility)
    holders: list[str] = []
    for i, work in enumerate(facility.scenario.workload):
        for pool in work.pools():
            if pool.all_nodes > free.size:
                says = f"asks for {pool.all_nodes:,} nodes for good; {free.size:,} are free"
                at = ("workload", i, "nodes")
                yield Finding(FindingCode.POOL_FINDS_NO_ROOM, work.name, says, at)
            free = free[pool.all_nodes :]
            holders.append(work.name)
    yield from _unread(facility)
    yield from _misfits(facility)
    yield from _too_many_gpus(facility)
    most = max((int(n) for n in np.bincount(free)), default=0)
    large = [_larger(facility, work, most) for work in facility.scenario.workload]
    yield from _too_large(facility, large, f" beside {', '.join(holders)}" if holders else "")
    yield from waiting.findings(facility, {job.name for found in large for job in found.jobs})


def _unread(facility: Facility) -> Iterator[Finding]:
    """What lists of jobs say and a run does not follow, such as who waits for whom."""
    for i, work in enumerate(facility.scenario.workload):
        for says in work.unread():
            yield Finding(FindingCode.CHANGES_NOTHING, work.name, says, ("workload", i, "file"))


def _misfits(facility: Facility) -> Iterator[Finding]:
    """Training jobs whose parallel layout fits no GPU type with nodes enough for the gang; every
    reason once.
    """
    scenario = facility.scenario
    for i, work in enumerate(scenario.workload):
        if not any(need.kind == "models" for need in work.needs()):
            continue  # jobs without a model bring their own time and have no steps
        jobs = [job for job in work.jobs(scenario.seed) if job.steps]
        for job in {(job.nodes, job.gpus, job.steps): job for job in jobs}.values():
            for says in _reasons(facility, job):
                at = ("workload", i)
                yield Finding(FindingCode.LAYOUT_DOES_NOT_FIT, work.name, says, at)


def _too_many_gpus(facility: Facility) -> Iterator[Finding]:
    """Planned jobs that ask for more GPUs of each node than any has."""
    racks = facility.racks
    largest = int(racks.gpus_per_node[racks.nodes > 0].max(initial=0))
    for i, work in enumerate(facility.scenario.workload):
        for job in work.jobs(facility.scenario.seed):
            if job.spreads or not np.isfinite(job.gpus) or job.gpus <= job.nodes * largest:
                continue
            asks = f"asks for {job.gpus / job.nodes:,.0f} GPUs of each node"
            says = f"{asks}, and no node has more than {largest:,}; it will never start"
            yield Finding(FindingCode.NEVER_STARTS, work.name, says, ("workload", i))


def _reasons(facility: Facility, job: Job) -> list[str]:
    """Why no GPU type suits a gang; none where one does, or where none has nodes enough."""
    found: list[str] = []
    for gpu, gpus in _gangs_of_each_type(facility, job.nodes):
        reasons = gang_misfits(facility.scenario, job, gpu, gpus)
        if not reasons:
            return []
        found += reasons
    return list(dict.fromkeys(found))


def _gangs_of_each_type(facility: Facility, nodes: int) -> Iterator[tuple[Gpu, int]]:
    """Every GPU type with so many nodes, and the GPUs of its first ones."""
    racks = facility.racks
    type_of_node = np.array(racks.gpu_type)[racks.rack_of_node]
    for name in sorted(set(racks.gpu_type) - {""}):
        first = np.flatnonzero(type_of_node == name)[:nodes]
        if first.size == nodes:
            gpus = racks.gpus_per_node[racks.rack_of_node[first]].sum()
            yield facility.scenario.catalogue.get(Gpu, name), int(gpus)


def _types_of_nodes(facility: Facility) -> Index:
    """GPU type of every node that has GPUs, as a number."""
    racks = facility.racks
    kinds = sorted(set(racks.gpu_type) - {""})
    of_rack = np.array([kinds.index(gpu) if gpu else -1 for gpu in racks.gpu_type], dtype=np.int64)
    of_node: Index = of_rack[racks.rack_of_node]
    return of_node[of_node >= 0]


def _larger(facility: Facility, work: WorkloadKind, most: int) -> Larger:
    """Jobs whose gangs find fewer nodes: of one GPU type, or for work of CPUs without any."""
    if work.pools() or not work.most_nodes:
        return Larger()
    racks = facility.racks
    plain = int(racks.nodes[racks.gpus_per_node == 0].sum())
    jobs = sized(work.jobs(facility.scenario.seed), racks)
    room = {False: most, True: max(most, plain)}
    found = tuple(job for job in jobs if job.nodes > room[job.cpu_only])
    if not found:
        return Larger()
    worst = max(found, key=lambda job: job.nodes)
    return Larger(found, len(jobs), worst.nodes, room[worst.cpu_only])


def _too_large(facility: Facility, large: Sequence[Larger], beside: str) -> Iterator[Finding]:
    """Work that can never start, whole or in part."""
    for i, (work, found) in enumerate(zip(facility.scenario.workload, large, strict=True)):
        if not found.jobs:
            continue
        asks = f"{found.nodes:,} nodes and can hold at most {found.room:,}{beside}"
        if len(found.jobs) == found.of:
            says = f"asks for {asks}; it will never start"
            yield Finding(FindingCode.NEVER_STARTS, work.name, says, ("workload", i, "nodes"))
        else:
            says = (
                f"{len(found.jobs):,} of its {found.of:,} jobs are too large: asks for up to {asks}"
            )
            at = ("workload", i, "nodes_max")
            yield Finding(FindingCode.SOME_NEVER_START, work.name, says, at)
