"""How busy every node is: what its job or service asks of it."""

from __future__ import annotations

import numpy as np

from twin.simulation.jobs.scheduler import Scheduler
from twin.simulation.kernel.world import World
from twin.simulation.serving.service import Serving


def settle(world: World, jobs: Scheduler, traffic: Serving) -> None:
    """Set GPU and CPU activity (node,) from jobs and services; nodes out of order are idle."""
    state = world.state
    gpu = np.zeros_like(state.gpu_activity)
    cpu = np.zeros_like(state.cpu_activity)
    jobs.activity(gpu, cpu)
    traffic.activity(gpu, cpu)
    state.gpu_activity = gpu * state.node_ok
    state.cpu_activity = cpu * state.node_ok
