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
        gpu, cpu, gain, busiest = self._begun(of_jobs_known)
        self.serving.enter_activity(gpu, cpu, gain, busiest)
        if not of_jobs_known:
            self.jobs.of_nodes.enter(gpu, cpu, gain, busiest)
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
        own.version += bool(moved.any())
        self.compute.sum_activity(moved)
        return False

    def _begun(self, of_jobs_known: bool) -> list[Array]:
        """(node,) GPU and CPU activity, share of the gain and busiest GPU: as they are where only
        services have changed, which enter all of their nodes; else of idle nodes.
        """
        own = self.own
        now = (own.gpu_activity, own.cpu_activity, own.gain_frac, own.gpu_busiest)
        if of_jobs_known:
            return [values.copy() for values in now]
        return [np.full(values.size, idle) for values, idle in zip(now, _IDLE, strict=True)]
