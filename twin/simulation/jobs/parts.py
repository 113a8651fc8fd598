"""Parts of nodes: how many GPUs of each of its nodes a job holds, on every kind of node."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.controls.queueing import Queueing
from twin.simulation.jobs.asked import felt
from twin.simulation.jobs.gpu_shares import legal
from twin.simulation.jobs.host_needs import host_needs, offered
from twin.simulation.jobs.placement import Placement
from twin.workload import Job

WHOLE = np.inf
"""What a job that takes its nodes whole needs of each."""


class Parts:
    """What jobs need of each node. Several GPUs come whole, the last of them rounded up; below one
    it is a share, which leaves the rest of that GPU to others.
    """

    def __init__(self, jobs: Sequence[Job], placement: Placement, asked: Queueing) -> None:
        self.jobs = jobs
        self.placement = placement
        self.gpus_of_kind = placement.gpus_of_kinds()
        self.offers = offered(placement.kinds, asked.node_resources)
        host = host_needs(jobs, self.offers)
        counted: Mask = np.asarray(np.isfinite(self.offers).all(axis=1))
        need = _needs(jobs, self.gpus_of_kind, counted)
        self.work, self.need = legal(need, asked.gpu_shares)
        """(job, kind) GPUs that a job works on, and GPUs, a share of the room of one, or `WHOLE`,
        that it needs."""
        self.any = bool(
            np.isfinite(self.need).any() or felt(placement.world.facility.scenario, jobs)
        )
        """Whether any job leaves a part of a node to others, or nodes have to be told apart because
        some are reserved."""
        alone = np.isinf(self.need)[:, :, None] & (host <= 1.0)
        resources = 2 if self.any and counted.any() else 0
        self.host: Array = np.where(alone & counted[:, None], 1.0, host)[:, :, :resources]
        """(job, kind, resource) shares of cores and memory, all of a whole node; no resource where
        none are counted."""
        kinds = self.gpus_of_kind.size
        nodes = np.array([job.nodes for job in jobs], dtype=float).reshape(-1, 1)
        rows = np.hstack([nodes, self.need, self.host.reshape(nodes.size, kinds * resources)])
        unlike, class_of_job = np.unique(rows, axis=0, return_inverse=True)
        self.class_of_job: Index = class_of_job.reshape(-1).astype(np.int64)
        """(job,) jobs of one class ask for the same."""
        self.class_nodes: Index = unlike[:, 0].astype(np.int64)
        self.class_need: Array = unlike[:, 1 : 1 + kinds]
        self.class_host: Array = unlike[:, 1 + kinds :].reshape(len(unlike), kinds, resources)
        self.fits: Mask = np.asarray((host <= 1.0 + 1e-9).all(axis=2))
        """(job, kind) whether a node has as many cores and as much memory."""

    def lacks(self, j: int, kinds: Mask) -> str:
        """What a job asks of a node and none of the kinds (kind,) that suit it otherwise has, in
        words; empty where one has all.
        """
        job = self.jobs[j]
        if not kinds.any() and np.isfinite(job.gpus):
            most_gpus = int(self.gpus_of_kind.max(initial=0))
            return f"{job.gpus / job.nodes:,.6g} GPUs of each node; at most {most_gpus:,}"
        if self.fits[j, kinds].any() or not kinds.any():
            return ""
        cores = np.nan_to_num(job.cores) / job.nodes
        memory_gb = np.nan_to_num(job.memory_bytes) / job.nodes / 1e9
        most = self.offers[kinds].max(axis=0)
        of_each = f"{cores:,.6g} cores and {memory_gb:,.6g} GB of a node"
        return f"{of_each}; at most {most[0]:,.6g} and {most[1] / 1e9:,.6g} GB"

    def host_of(self, j: int, nodes: Index) -> Array:
        """(resource,) what a job needs of each node of a kind, told by nodes of it."""
        return np.asarray(self.host[j, self.placement.kind_of_node[nodes[0]]])

    def of_job(self, j: int, nodes: Index) -> float:
        """What a job needs of each node of a kind, told by nodes of it."""
        return float(self.need[j, self.placement.kind_of_node[nodes[0]]])

    def work_of(self, j: int, nodes: Index) -> float:
        """GPUs that a job works on of each node of a kind, told by nodes of it; below a whole one
        it may need more room.
        """
        return float(self.work[j, self.placement.kind_of_node[nodes[0]]])

    def share_of_node(self, j: int, nodes: Index) -> Array:
        """(of nodes,) share of each that a job holds."""
        work = self.work_of(j, nodes)
        if np.isinf(work):
            return np.ones(nodes.size)
        of_gpus = work / np.maximum(self.placement.node_gpus[nodes], 1)
        of_host = float(self.host_of(j, nodes).max(initial=0.0)) if work == 0 else 0.0
        return np.asarray(np.maximum(of_gpus, of_host))

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
        share = np.where(np.isinf(self.need), 1.0, self.work / np.maximum(self.gpus_of_kind, 1))
        return np.asarray(share.max(axis=1, initial=0.0))

    def largest_host(self) -> Array:
        """(job,) the same of its CPUs: cores where they are counted, else as of GPUs."""
        if not self.host.shape[2]:
            return self.largest_share()
        return np.asarray(
            np.maximum(self.largest_share(), self.host[:, :, 0].max(axis=1, initial=0.0))
        )


def _needs(jobs: Sequence[Job], gpus_of_kind: Index, counted: Mask) -> Array:
    """(job, kind) of each of its nodes.

    counted   (kind,) where cores are counted: a job without GPUs then needs none
    """
    gpus = [np.inf if job.cpu_only else job.gpus for job in jobs]
    each = (gpus / np.array([job.nodes for job in jobs])).reshape(-1, 1)
    share = np.array([job.node_share for job in jobs]).reshape(-1, 1)
    alone = np.array([job.exclusive for job in jobs], dtype=bool).reshape(-1, 1)
    by_share = np.where(share < 1.0, np.maximum(share * gpus_of_kind, 1.0), np.inf)
    asked = np.minimum(each, by_share)
    need = np.where(asked < 1.0, asked, np.ceil(asked - 1e-9))
    need = np.where(alone | (need >= gpus_of_kind), WHOLE, need)
    by_cores = np.array([job.cpu_only and job.cores > 0 for job in jobs], dtype=bool)
    return np.where(by_cores.reshape(-1, 1) & ~alone & counted, 0.0, need)
