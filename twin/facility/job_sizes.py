"""Sizes of jobs on the nodes that stand here: a list that counts GPUs may come from a machine with
larger nodes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from twin.facility.model.racks import Racks
from twin.workload import Job


def sized(jobs: Iterable[Job], racks: Racks) -> tuple[Job, ...]:
    """Jobs in their order; one of a list that asks for more GPUs on a node than any has takes
    more nodes, where its size is no plan.
    """
    largest = int(racks.gpus_per_node[racks.nodes > 0].max(initial=0))
    return tuple(_sized(job, largest) for job in jobs)


def _sized(job: Job, largest: int) -> Job:
    stated = job.steps is not None or not (job.spreads and np.isfinite(job.gpus))
    if stated or not largest or job.gpus <= job.nodes * largest:
        return job
    return replace(job, nodes=int(np.ceil(job.gpus / largest)))
