"""What a reviewer remarks about the work: jobs that can never start, pools that find no room."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from twin.facility.model import Facility
from twin.findings import Finding, FindingCode
from twin.workload import Batch, Inference, Training


def findings(facility: Facility) -> Iterator[Finding]:
    """Pools that find no room, then jobs of more nodes than there will ever be of one GPU type."""
    left, pools, found = _left_by_pools(facility)
    yield from found
    most = max((int(n) for n in np.bincount(left[left >= 0])), default=0)
    beside = f" beside {', '.join(pools)}" if pools else ""
    for i, work in enumerate(facility.scenario.workload):
        if isinstance(work, Training) and work.nodes > most:
            yield Finding(
                FindingCode.NEVER_STARTS,
                work.name,
                f"asks for {work.nodes:,} nodes and can hold at most {most:,}{beside}; "
                "it will never start",
                ("workload", i, "nodes"),
            )
        if isinstance(work, Batch) and work.nodes_max > most:
            yield Finding(
                FindingCode.SOME_NEVER_START,
                work.name,
                f"draws jobs of up to {work.nodes_max:,} nodes and can hold at most "
                f"{most:,}{beside}; larger ones will never start",
                ("workload", i, "nodes_max"),
            )


def _left_by_pools(facility: Facility) -> tuple[NDArray[np.int64], list[str], list[Finding]]:
    """GPU type of every node that services leave to jobs, who they are, and who finds no room.

    Services take nodes in order and keep them for the whole run.
    """
    racks = facility.racks
    kinds = sorted(set(racks.gpu_type) - {""})
    of_rack = np.array([kinds.index(gpu) if gpu else -1 for gpu in racks.gpu_type], dtype=np.int64)
    free = of_rack[racks.rack_of_node]
    free = free[free >= 0]
    pools: list[str] = []
    found: list[Finding] = []
    for i, work in enumerate(facility.scenario.workload):
        if not isinstance(work, Inference):
            continue
        if work.nodes > free.size:
            says = f"asks for {work.nodes:,} nodes for good; {free.size:,} are free"
            at = ("workload", i, "nodes")
            found.append(Finding(FindingCode.POOL_FINDS_NO_ROOM, work.name, says, at))
        pools.append(work.name)
        free = free[work.nodes :]
    return free, pools, found
