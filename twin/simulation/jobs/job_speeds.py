"""Speeds of running jobs, by clocks, their steps, and the file system that they share."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.simulation.jobs.contention import Contention
from twin.simulation.jobs.job_checkpoints import JobCheckpoints
from twin.simulation.jobs.learning import Learning
from twin.simulation.jobs.phase import CHECKPOINTING, RUNNING
from twin.simulation.kernel.world import World


class JobSpeeds:
    """Part of the job discipline, whose block it writes."""

    def __init__(self, world: World, learning: Learning, checkpoints: JobCheckpoints) -> None:
        self.world = world
        self.own = world.state.jobs
        self.learning = learning
        self.checkpoints = checkpoints
        count = self.own.work_s.size
        self.contention = Contention(world, learning)
        self.full_share = learning.clock_share(np.arange(count), np.ones(count))
        """(job,) rate at full clocks."""
        self._versions: tuple[int, ...] = ()
        self._turn = 0
        self._racks: tuple[int, Index, Index] = (-1, np.zeros(0, np.int64), np.zeros(0, np.int64))

    @property
    def turn(self) -> int:
        """Another one whenever speeds have been set."""
        return self._turn

    def set(self) -> None:
        """Speed of every running job, after clocks, phases, nodes or switches changed."""
        versions = (self.own.version, self.world.state.throttling.version)
        if versions != self._versions and self.own.running:
            running = np.array(self.own.running, dtype=np.int64)
            self._turn += 1
            self.contention.set(running)
            self._set_speeds(running)
            self._share_storage(running)
        self._versions = versions

    def _set_speeds(self, running: Index) -> None:
        own = self.own
        clock_frac = self.world.state.throttling.clock_frac
        if (clock_frac == 1.0).all():
            slowest = np.ones(running.size)
            speed = self.full_share.take(running)
        else:
            racks, starts = self._racks_of(running)
            slowest = np.minimum.reduceat(clock_frac[racks], starts)
            speed = self.learning.clock_share(running, slowest)
        if self.learning.paced.size:
            self._enter_steps(running, slowest, speed)
        own.speed[running] = np.where(own.phase.take(running) == RUNNING, speed, 0.0)

    def _enter_steps(self, running: Index, slowest: Array, speed: Array) -> None:
        """Jobs with steps go at the pace of these.

        slowest, speed   (running,) clock of its slowest rack; what is entered
        """
        fabric_frac = self.own.fabric_frac
        for i in np.flatnonzero(self.learning.has_steps[running]).tolist():
            j = int(running[i])
            clock_frac = float(slowest[i])
            speed[i] = self.learning.progress_per_s(j, clock_frac, float(fabric_frac[j]))

    def _racks_of(self, running: Index) -> tuple[Index, Index]:
        """Racks of all running jobs, one job after another, and where each begins."""
        if self._racks[0] != self.own.version:
            rack_of_node = self.learning.placement.rack_of_node
            racks = [rack_of_node[self.own.held[j]] for j in running.tolist()]
            starts = np.cumsum([0, *(r.size for r in racks[:-1])])
            self._racks = (self.own.version, np.concatenate(racks), starts)
        return self._racks[1:]

    def _share_storage(self, running: Index) -> None:
        """Gangs that write a checkpoint at once share the file system alike."""
        own = self.own
        own.wait_rate[running] = 1.0
        writes = own.phase.take(running) == CHECKPOINTING
        if not writes.any():
            return
        writing = running[writes & ~self.checkpoints.aside[running]].tolist()
        if len(writing) > 1:
            for j in writing:
                alone_s = self.checkpoints.write_s(j)
                own.wait_rate[j] = alone_s / self.checkpoints.write_s(j, len(writing))
