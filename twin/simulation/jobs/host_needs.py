"""Cores and host memory: what jobs need of a node's, in shares of it, on every kind of node."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array
from twin.controls.queueing import NO_GPU, NodeResources
from twin.workload import Job


def offered(kinds: Sequence[str], stated: Sequence[NodeResources]) -> Array:
    """(kind, 2) cores and bytes that a node of each kind offers; inf where nothing is stated.

    kinds   GPU types, "" for nodes without
    """
    by_gpu = {one.gpu: (float(one.cores), float(one.memory)) for one in stated}
    others = by_gpu.get(None, (np.inf, np.inf))
    rows = [by_gpu.get(kind or NO_GPU, others) for kind in kinds]
    return np.array(rows, dtype=float).reshape(len(kinds), 2)


def host_needs(jobs: Sequence[Job], offers: Array) -> Array:
    """(job, kind, 2) shares of a node's cores and memory that a job needs of each of its nodes;
    above 1 where it has not so much.

    offers   (kind, 2)
    """
    asked = np.array([(job.cores, job.memory_bytes) for job in jobs], dtype=float).reshape(-1, 2)
    each = np.nan_to_num(asked) / np.array([job.nodes for job in jobs]).reshape(-1, 1)
    return np.asarray(each[:, None, :] / offers)
