"""Checkpoints of jobs: written in line or aside, how often, and what they keep."""

from __future__ import annotations

import numpy as np

from twin.physics.training import daly_interval_s
from twin.simulation.kernel.world import World
from twin.workload import Job

HOUR_S = 3600.0
HOST_COPY_B_S = 25e9
"""From one GPU into its host's memory: a PCIe 4.0 x16 port at 80 % of its rate; assumed."""
_DONE_S = 1e-7
"""Time left that counts as none: rounding."""


class JobCheckpoints:
    """Part of the job discipline, whose block it writes."""

    def __init__(self, world: World, jobs: tuple[Job, ...]) -> None:
        self.world = world
        self.own = world.state.jobs
        self.jobs = jobs
        self.storage = world.facility.storage
        self.aside = np.array([job.asynchronous for job in jobs], dtype=bool)

    def write_s(self, j: int, writers: int = 1) -> float:
        """How long a job writes a checkpoint."""
        size = float(self.own.checkpoint_bytes[j])
        return self.storage.checkpoint_s(size, self.jobs[j].nodes, writers)

    def stop_s(self, j: int) -> float:
        """How long a checkpoint stops a job: written in line, or copied aside once the one before
        is whole.
        """
        if not self.jobs[j].asynchronous:
            return self.write_s(j)
        before_s = self.own.write_ends_s[j] - self.world.now_s
        return self._copy_s(j) + (max(float(before_s), 0.0) if np.isfinite(before_s) else 0.0)

    def _copy_s(self, j: int) -> float:
        gpus = max(int(self.own.learned_gpus[j]), 1)
        return float(self.own.checkpoint_bytes[j]) / (gpus * HOST_COPY_B_S)

    def interval_s(self, j: int) -> float:
        """Work between checkpoints: as stated, or Daly's by the failures of the gang's nodes at the
        rates of this run.
        """
        job = self.jobs[j]
        rack = int(self.own.learned_rack[j])
        if not job.optimal_interval or rack < 0 or not self.own.checkpoint_bytes[j]:
            return job.interval_s
        alone_h = float(self.world.facility.racks.node_mtbf_h[rack])
        between_s = alone_h * HOUR_S / (job.nodes * self._times_as_often)
        if not np.isfinite(between_s):
            return job.interval_s
        write_s = self.write_s(j)
        stop_s = self._copy_s(j) if job.asynchronous else write_s
        best_s = float(daly_interval_s(stop_s, between_s))
        return max(best_s, write_s) if job.asynchronous else best_s

    @property
    def _times_as_often(self) -> float:
        """How many times as often as the catalogue says nodes fail in this run."""
        rates = self.world.facility.scenario.faults.rates
        return rates.scale if rates is not None and rates.nodes else 1.0

    def keep(self, j: int) -> None:
        """A checkpoint has been taken: it keeps what is done, at once or when it is written."""
        own = self.own
        own.checkpoints[j] += 1
        if self.jobs[j].asynchronous and not own.leaving[j]:
            own.written_s[j] = own.done_s[j]
            own.write_ends_s[j] = self.world.now_s + self.write_s(j)
        else:
            own.kept_s[j] = own.done_s[j]

    def keep_written(self, j: int) -> None:
        """What was written aside is kept once it is whole."""
        own = self.own
        if own.write_ends_s[j] <= self.world.now_s + _DONE_S:
            own.kept_s[j] = max(own.kept_s[j], own.written_s[j])
            own.write_ends_s[j] = np.inf
