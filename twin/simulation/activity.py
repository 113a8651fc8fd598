"""How busy every node is: what its job or service asks of it."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.simulation.compute.racks import Compute
from twin.simulation.jobs.scheduler import Scheduler
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World
from twin.simulation.serving.serving import Serving

_IDLE = (0.0, 0.0, 1.0, 0.0)


class Activity(Discipline):
    """The activity of every node, and what it sums up to in every rack."""

    def __init__(self, world: World, compute: Compute, jobs: Scheduler, serving: Serving) -> None:
        self.world = world
        self.own = world.state.activity
        self.compute = compute
        self.jobs = jobs
        self.serving = serving
        self._asked: tuple[object, ...] = ()
        self._left: tuple[int, Array] = (-1, self.own.gpu_activity)
        """Version of faults and activity of GPUs as they were left."""

    def settle(self) -> bool:
        """Set GPU and CPU activity (node,) from jobs and services, and what else moves with them;
        nodes out of order are idle.
        """
        own = self.own
        state = self.world.state
        versions = state.jobs.version + state.serving.version + state.faults.version
        if versions == own.work_version:
            return False
        own.work_version = versions
        asked = (self.jobs.of_nodes.asked(), state.faults.version, state.serving.version)
        if asked == self._asked:
            return False
        of_jobs_known = asked[:2] == self._asked[:2]
        self._asked = asked
        gpu, cpu, gain, busiest = self._of_jobs(of_jobs_known)
        self.serving.enter_activity(gpu, cpu, gain, busiest)
        if not state.faults.node_ok.all():
            gpu *= state.faults.node_ok
            cpu *= state.faults.node_ok
            busiest *= state.faults.node_ok
        moved = gpu != own.gpu_activity
        moved |= busiest != own.gpu_busiest
        moved |= cpu != own.cpu_activity
        moved |= gain != own.gain_frac
        own.gpu_activity = gpu
        own.cpu_activity = cpu
        own.gain_frac = gain
        own.gpu_busiest = busiest
        self._left = (state.faults.version, gpu)
        own.version += bool(moved.any())
        self.compute.sum_activity(moved)
        return False

    def _of_jobs(self, known: bool) -> list[Array]:
        """(node,) GPU and CPU activity, share of the gain and busiest GPU by jobs: as they are but
        where nodes changed hands or what a job does; services enter all of their nodes.

        known   whether nothing of jobs has changed
        """
        own = self.own
        now = (own.gpu_activity, own.cpu_activity, own.gain_frac, own.gpu_busiest)
        if known:
            return [values.copy() for values in now]
        of_nodes = self.jobs.of_nodes
        moved = of_nodes.moved()
        faults_version, gpu = self._left
        stands = gpu is own.gpu_activity and faults_version == self.world.state.faults.version
        if not stands or of_nodes.sharing.parts.any:
            found = [np.full(gpu.size, idle) for idle in _IDLE]
            of_nodes.enter(*found)
            return found
        found = [values.copy() for values in now]
        for values, idle in zip(found, _IDLE, strict=True):
            values[moved] = idle
        of_nodes.enter_whole(moved, *found)
        return found
