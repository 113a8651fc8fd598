"""How busy nodes are by the jobs that hold them."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.simulation.jobs.learning import Learning
from twin.simulation.jobs.phase import CUT_OFF, RUNNING
from twin.simulation.jobs.placement import Placement
from twin.simulation.kernel.world import World

WAITING_ACTIVITY = 0.05
"""GPU activity while a gang writes a checkpoint or restarts; assumed, near idle. A gang without a
network does nothing at all."""


class NodesOfJobs:
    """Part of the job discipline; tells who is how busy."""

    def __init__(self, world: World, placement: Placement, learning: Learning) -> None:
        self.own = world.state.jobs
        self.learning = learning
        self.work_frac = world.facility.racks.work_frac[placement.rack_of_node]

    def asked(self) -> tuple[bytes, ...]:
        """All that activities of nodes depend on: who holds which, and how busy each job is."""
        own = self.own
        running = np.array(own.running, dtype=np.int64)
        busy = (own.phase, own.gpu_activity, own.cpu_activity)
        return own.work_of_node.tobytes(), *(values[running].tobytes() for values in busy)

    def enter(self, gpu: Array, cpu: Array, gain: Array) -> None:
        """Enter activities of every gang's nodes, and shares of their racks' gain."""
        own = self.own
        held = np.flatnonzero(own.work_of_node >= 0)
        if not held.size:
            return
        owner = own.work_of_node.take(held)
        working = own.phase == RUNNING
        waiting = np.where(own.phase == CUT_OFF, 0.0, WAITING_ACTIVITY)
        gpu[held] = np.where(working, own.gpu_activity, waiting).take(owner)
        cpu[held] = np.where(working, own.cpu_activity, waiting).take(owner)
        share = self.work_frac.take(held)
        gain[held] = np.where(self.learning.has_steps.take(owner), share, 1.0)
