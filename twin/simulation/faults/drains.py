"""Nodes and racks that are emptied before they are taken out on purpose."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Index
from twin.results.enums import EventKind
from twin.simulation.faults.words import seconds
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World
from twin.simulation.state.work import FREE


class Drains:
    """Part of the fault discipline, whose block it writes."""

    def __init__(
        self,
        world: World,
        place: Callable[[str], tuple[int, int]],
        take_out: Callable[[str, float], None],
    ) -> None:
        self.world = world
        self.own = world.state.faults
        self.place = place
        self.take_out = take_out
        world.clock.can("drain ends", self._time_is_up)

    def begin(self, name: str, most_s: float, out_s: float) -> None:
        """It takes no new job from now on; what waits says all, for a fork may have other
        drills.
        """
        self._count(name, +1)
        self.own.draining = [*self.own.draining, [name, out_s]]
        detail = f"takes no new job; taken out when it is empty, after {seconds(most_s)} at most"
        self.world.note(name, EventKind.DRAINS, detail)
        self.world.clock.wait(Stage.FAULTS, most_s, "drain ends", name, out_s)

    def settle(self) -> bool:
        """Take out who has run empty; True where somebody has."""
        if not self.own.draining:
            return False
        owner = self.world.state.jobs.work_of_node
        empty = [
            one for one in self.own.draining if (owner[self._nodes(str(one[0]))] == FREE).all()
        ]
        for name, out_s in empty:
            self._over(str(name), float(out_s))
        return bool(empty)

    def _time_is_up(self, name: str, out_s: float) -> None:
        if [name, out_s] in self.own.draining:
            self._over(name, out_s)

    def _over(self, name: str, out_s: float) -> None:
        left = list(self.own.draining)
        left.remove([name, out_s])
        self.own.draining = left
        self._count(name, -1)
        self.take_out(name, out_s)

    def _nodes(self, name: str) -> Index:
        """A node, or all of a rack."""
        node, _ = self.place(name)
        if node >= 0:
            return np.array([node])
        racks = self.world.facility.racks
        row = racks.id.index(name)
        return int(racks.first_node[row]) + np.arange(int(racks.nodes[row]))

    def _count(self, name: str, change: int) -> None:
        self.own.node_drains[self._nodes(name)] += change
        self.own.version += 1
        self.world.stale = True
