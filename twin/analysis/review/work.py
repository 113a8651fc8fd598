"""What a reviewer remarks about the work: jobs that can never start, pools that find no room."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.arrays import Index
from twin.facility.model import Facility
from twin.findings import Finding, FindingCode


def findings(facility: Facility) -> Iterator[Finding]:
    """Pools that find no room, then jobs of more nodes than there will ever be of one GPU type.

    Pools take nodes in order and keep them for the whole run; a gang never mixes types.
    """
    free = _types_of_nodes(facility)
    holders: list[str] = []
    for i, work in enumerate(facility.scenario.workload):
        for pool in work.pools():
            if pool.nodes > free.size:
                says = f"asks for {pool.nodes:,} nodes for good; {free.size:,} are free"
                at = ("workload", i, "nodes")
                yield Finding(FindingCode.POOL_FINDS_NO_ROOM, work.name, says, at)
            free = free[pool.nodes :]
            holders.append(work.name)
    most = max((int(n) for n in np.bincount(free)), default=0)
    yield from _too_large(facility, most, f" beside {', '.join(holders)}" if holders else "")


def _types_of_nodes(facility: Facility) -> Index:
    """GPU type of every node that has GPUs, as a number."""
    racks = facility.racks
    kinds = sorted(set(racks.gpu_type) - {""})
    of_rack = np.array([kinds.index(gpu) if gpu else -1 for gpu in racks.gpu_type], dtype=np.int64)
    of_node: Index = of_rack[racks.rack_of_node]
    return of_node[of_node >= 0]


def _too_large(facility: Facility, most: int, beside: str) -> Iterator[Finding]:
    scenario = facility.scenario
    for i, work in enumerate(scenario.workload):
        if work.pools() or work.most_nodes <= most:
            continue
        sizes = [job.nodes for job in work.jobs(scenario.seed)]
        large = sum(nodes > most for nodes in sizes)
        asks = f"{max(sizes, default=0):,} nodes and can hold at most {most:,}{beside}"
        if large and large == len(sizes):
            says = f"asks for {asks}; it will never start"
            yield Finding(FindingCode.NEVER_STARTS, work.name, says, ("workload", i, "nodes"))
        elif large:
            says = f"{large:,} of its {len(sizes):,} jobs are too large: asks for up to {asks}"
            at = ("workload", i, "nodes_max")
            yield Finding(FindingCode.SOME_NEVER_START, work.name, says, at)
