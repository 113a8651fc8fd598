"""Reservations: nodes that are to be empty for a while, as the scenario says from the beginning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Index
from twin.controls.queueing import Reservation
from twin.facility.model import Racks
from twin.members import is_member
from twin.quantities import counted
from twin.results.enums import EventKind
from twin.simulation.jobs.asked import felt
from twin.simulation.jobs.queueing.windows import WindowsView
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World
from twin.simulation.state.work import FIRST_POOL, FREE
from twin.workload import Job


class Reservations:
    """Part of the job discipline: which nodes a job may have, by when it would give them back."""

    def __init__(self, world: World, jobs: Sequence[Job]) -> None:
        self.world = world
        self.own = world.state.jobs
        self.asked = world.facility.scenario.controls.scheduler.reservations
        self.any = bool(felt(world.facility.scenario, jobs))
        self.limit_s = np.array([job.limit_s for job in jobs])
        self.nodes = [nodes_of(world.facility.racks, one) for one in self.asked]
        held = np.zeros((len(self.asked), world.facility.racks.node_count), dtype=bool)
        for row, nodes in zip(held, self.nodes, strict=True):
            row[nodes] = True
        self.held = held
        """(reservation, node)"""
        self.begin_s = np.array([float(one.at) for one in self.asked])
        self.end_s = self.begin_s + np.array([float(one.duration) for one in self.asked])
        world.clock.can("reservation begins", self._begins)
        world.clock.can("reservation ends", self._ends)

    def schedule(self) -> None:
        """Put all that is to come on the clock."""
        for k, one in enumerate(self.asked):
            self.world.clock.wait(Stage.JOBS, float(one.at), "reservation begins", k)

    def view(self) -> WindowsView | None:
        """What rules of the queue see of it; None where nothing is reserved."""
        if not self.any:
            return None
        return WindowsView(self.world.now_s, self.begin_s, self.end_s, self.held, self.limit_s)

    def _begins(self, k: int) -> None:
        one = self.asked[k]
        owner = self.own.work_of_node[self.nodes[k]]
        serving = np.count_nonzero(owner <= FIRST_POOL)
        at_work = np.count_nonzero(owner != FREE) - serving
        on = f"; {serving:,} serve on" if serving else ""
        nodes = counted(owner.size, "node")
        detail = f"{nodes} of {', '.join(one.of)}; {at_work:,} at work{on}"
        self.world.note(one.name, EventKind.RESERVED, detail)
        self.world.clock.wait(Stage.JOBS, float(one.duration), "reservation ends", k)
        self._changed()

    def _ends(self, k: int) -> None:
        self.world.note(self.asked[k].name, EventKind.RESERVATION_ENDS, "")
        self._changed()

    def _changed(self) -> None:
        self.own.version += 1
        self.world.stale = True


def nodes_of(racks: Racks, asked: Reservation) -> Index:
    """(node,) of the racks, rows of racks and nodes that a reservation names, each once."""
    found: list[Index] = []
    for name in asked.of:
        rack, _, node = name.partition("/")
        for row in [r for r, one in enumerate(racks.id) if is_member(one, rack)]:
            first = int(racks.first_node[row])
            every = first + np.arange(int(racks.nodes[row]))
            place = int(node.removeprefix("node_")) - 1 if node else 0
            found.append(every[place : place + 1] if node else every)
    return np.unique(np.concatenate(found))
