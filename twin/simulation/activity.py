"""How busy every node is: what its job or service asks of it."""

from __future__ import annotations

import numpy as np

from twin.simulation.compute.racks import Compute
from twin.simulation.jobs.scheduler import Scheduler
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World
from twin.simulation.serving.serving import Serving


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
        asked = (self.jobs.of_nodes.asked(), state.serving.version, state.faults.version)
        if asked == self._asked:
            return False
        self._asked = asked
        gpu = np.zeros_like(own.gpu_activity)
        cpu = np.zeros_like(own.cpu_activity)
        gain = np.ones_like(own.gain_frac)
        busiest = np.zeros_like(gpu)
        self.serving.enter_activity(gpu, cpu, gain, busiest)
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
