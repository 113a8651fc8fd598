"""What racks would draw: the number that a power cap on admission is held against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array, Index
from twin.simulation.jobs.parts import Parts
from twin.simulation.jobs.placement import Placement
from twin.simulation.kernel.world import World
from twin.simulation.state.work import SHARED
from twin.workload import Job


class PredictedPower:
    """Watts of jobs at full clock, by the same law as `compute.racks`; an upper bound, for clocks
    only fall.
    """

    def __init__(
        self,
        world: World,
        jobs: Sequence[Job],
        placement: Placement,
        parts: Parts,
        cap_w: float | None,
    ) -> None:
        racks = world.facility.racks
        self.world = world
        self.own = world.state.jobs
        self.cap_w = cap_w
        nodes = np.array([job.nodes for job in jobs], dtype=float)
        self.gpu_nodes = nodes * parts.largest_share()
        self.cpu_nodes = nodes * parts.largest_host()
        of_node = placement.rack_of_node
        gain = racks.gpu_gain[of_node]
        known = racks.work_frac[of_node]
        gpu_w = gain * racks.gpus_per_node[of_node] * racks.gpu_span_w[of_node]
        cpu_w = gain * racks.cpu_span_w[of_node]
        self.service_w = known * (gpu_w + cpu_w)
        steps = np.array([job.steps is not None for job in jobs], dtype=bool)
        self.gpu_w = np.where(steps, _most(known * gpu_w), _most(gpu_w))
        self.cpu_w = np.where(steps, _most(known * cpu_w), _most(cpu_w))
        """(job,) of the hungriest node: a job may get it."""
        self._watts = np.zeros(len(jobs))
        support_w = np.where(racks.nodes == 0, racks.rated_w - racks.idle_w, 0.0)
        self.base_w = float(racks.idle_w.sum() + support_w.sum())
        """Every rack idle, and support racks as with all nodes at work."""

    def of_jobs(self, jobs: Index) -> Array:
        """(job,) what some draw above idle while they work, nothing where no cap asks for it; of
        others what they drew when they were last asked for.
        """
        own = self.own
        if self.cap_w is not None:
            gpu_w = self.gpu_nodes[jobs] * self.gpu_w[jobs] * own.gpu_activity[jobs]
            cpu_w = self.cpu_nodes[jobs] * self.cpu_w[jobs] * own.cpu_activity[jobs]
            self._watts[jobs] = gpu_w + cpu_w
        return self._watts

    def headroom_w(self, watts: Array, running: Index) -> float:
        """What the cap leaves beside running jobs and services."""
        if self.cap_w is None:
            return np.inf
        return self.most_w() - float(watts[running].sum())

    def most_w(self) -> float:
        """What the cap leaves for jobs altogether."""
        if self.cap_w is None:
            return np.inf
        services = self.own.work_of_node < SHARED
        return self.cap_w - self.base_w - float(self.service_w[services].sum())


def _most(watts: Array) -> float:
    return float(watts.max(initial=0.0))
