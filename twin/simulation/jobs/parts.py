"""Parts of nodes: how many GPUs of each of its nodes a job holds, on every kind of node."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array, Index
from twin.simulation.jobs.placement import Placement
from twin.workload import Job

WHOLE = np.inf
"""What a job that takes its nodes whole needs of each."""


class Parts:
    """What jobs need of each node. Several GPUs come whole, the last of them rounded up; below one
    it is a share, which leaves the rest of that GPU to others.
    """

    def __init__(self, jobs: Sequence[Job], placement: Placement) -> None:
        self.placement = placement
        self.gpus_of_kind = placement.gpus_of_kinds()
        self.need = _needs(jobs, self.gpus_of_kind)
        """(job, kind) GPUs, a share of one, or `WHOLE`."""
        self.any = bool(np.isfinite(self.need).any())
        """Whether any job leaves a part of a node to others."""
        nodes = np.array([job.nodes for job in jobs], dtype=float).reshape(-1, 1)
        rows = np.hstack([nodes, self.need])
        unlike, class_of_job = np.unique(rows, axis=0, return_inverse=True)
        self.class_of_job: Index = class_of_job.reshape(-1).astype(np.int64)
        """(job,) jobs of one class ask for the same."""
        self.class_nodes: Index = unlike[:, 0].astype(np.int64)
        self.class_need: Array = unlike[:, 1:]

    def of_job(self, j: int, nodes: Index) -> float:
        """What a job needs of each node of a kind, told by nodes of it."""
        return float(self.need[j, self.placement.kind_of_node[nodes[0]]])

    def share_of_node(self, j: int, nodes: Index) -> Array:
        """(of nodes,) share of each that a job holds."""
        need = self.of_job(j, nodes)
        if np.isinf(need):
            return np.ones(nodes.size)
        return np.asarray(need / self.placement.node_gpus[nodes])

    def node_shares(self, jobs: Sequence[int], held: Sequence[Index]) -> Array:
        """(of jobs,) share of each of its nodes that a job holds or held; 1 before it ran.

        held   (job)(node,) of all jobs
        """
        if not self.any:
            return np.ones(len(jobs))
        shares = [self.share_of_node(j, held[j]) if held[j].size else np.ones(1) for j in jobs]
        return np.array([share[0] for share in shares])

    def largest_share(self) -> Array:
        """(job,) the most that it could hold of a node of any kind."""
        share = np.where(np.isinf(self.need), 1.0, self.need / np.maximum(self.gpus_of_kind, 1))
        return np.asarray(share.max(axis=1, initial=0.0))


def _needs(jobs: Sequence[Job], gpus_of_kind: Index) -> Array:
    """(job, kind) of each of its nodes."""
    gpus = [np.inf if job.cpu_only else job.gpus for job in jobs]
    each = (gpus / np.array([job.nodes for job in jobs])).reshape(-1, 1)
    share = np.array([job.node_share for job in jobs]).reshape(-1, 1)
    alone = np.array([job.exclusive for job in jobs], dtype=bool).reshape(-1, 1)
    by_share = np.where(share < 1.0, np.maximum(share * gpus_of_kind, 1.0), np.inf)
    asked = np.minimum(each, by_share)
    need = np.where(asked < 1.0, asked, np.ceil(asked - 1e-9))
    return np.where(alone | (need >= gpus_of_kind), WHOLE, need)
