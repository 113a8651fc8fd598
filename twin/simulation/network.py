"""The scale-out network: which switches carry traffic."""

from __future__ import annotations

import numpy as np

from twin.arrays import Index, Mask
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World


class Network(Discipline):
    """The network discipline of one run."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.network
        self.component = world.facility.switch_component
        self.switch, self.feed = self._feeds()
        self.stated = np.bincount(self.switch, minlength=self.own.switch_ok.size) > 0
        self._version = (-1, -1)

    def _feeds(self) -> tuple[Index, Index]:
        """(feed,) switch and power node of every feed that a layout gives its switches."""
        facility = self.world.facility
        switch = {name: i for i, name in enumerate(facility.fabric.switches)}
        node = {name: i for i, name in enumerate(facility.power.id)}
        pairs = [
            (switch[b], node[a])
            for a, b, system, _ in facility.edges
            if system == "power" and b in switch and a in node
        ]
        table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def settle(self) -> bool:
        """Find out which switches carry traffic; nobody else's state hangs on it at once."""
        state = self.world.state
        version = (state.faults.version, state.supply.version)
        if version != self._version:
            self._version = version
            up = self._up()
            if not np.array_equal(up, self.own.switch_ok):
                self.own.switch_ok = up
                self.own.version += 1
        return False

    def _up(self) -> Mask:
        """(switch,) in order, and fed where its feeds are stated."""
        state = self.world.state
        live = state.supply.live[self.feed]
        fed = np.bincount(self.switch, weights=live, minlength=self.stated.size) > 0
        return state.faults.component_ok[self.component] & (fed | ~self.stated)
