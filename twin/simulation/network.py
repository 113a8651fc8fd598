"""The scale-out network: which switches carry traffic."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
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
        self._hold_up_end = ((-1, -1), np.inf)

    def _feeds(self) -> tuple[Index, Index]:
        """(feed,) switch and power node of every feed that a layout gives its switches."""
        facility = self.world.facility
        switch = {name: i for i, name in enumerate(facility.fabric.switches)}
        node = {name: i for i, name in enumerate(facility.power.id)}
        pairs = [
            (switch[b], node[a])
            for a, b, system, _ in facility.edges
            if b in switch and system == "power" and a in node
        ]
        table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def settle(self) -> bool:
        """Find out which switches carry traffic; nobody else's state hangs on it at once."""
        state = self.world.state
        version = (state.faults.version, state.supply.version)
        if version != self._version or self.world.now_s >= self._hold_up_ends_s():
            self._version = version
            up = self._up()
            if not np.array_equal(up, self.own.switch_ok):
                self.own.switch_ok = up
                self.own.version += 1
        return False

    def _up(self) -> Mask:
        """(switch,) in order, and fed where its feeds are stated."""
        state = self.world.state
        held = self.world.now_s < self._held_s()
        return state.faults.component_ok[self.component] & (self._fed() | held | ~self.stated)

    def _fed(self) -> Mask:
        """(switch,) with voltage on any of its stated feeds."""
        live = self.world.state.supply.good[self.feed]
        return np.bincount(self.switch, weights=live, minlength=self.stated.size) > 0

    def _held_s(self) -> Array:
        """(switch,) until when it holds up without good voltage on any of its feeds."""
        supply = self.world.state.supply
        held_s = np.full(self.stated.size, -np.inf)
        np.maximum.at(held_s, self.switch, (supply.lost_s + supply.ride_s)[self.feed])
        return held_s

    def _hold_up_ends_s(self) -> float:
        """When the next switch without voltage has held up for as long as it can."""
        version = (self.world.state.supply.version, self.own.version)
        if version != self._hold_up_end[0]:
            dark = self.own.switch_ok & self.stated & ~self._fed()
            self._hold_up_end = (version, float(self._held_s()[dark].min(initial=np.inf)))
        return self._hold_up_end[1]

    def next_s(self) -> float:
        """Seconds until the next switch can hold up no longer."""
        return self._hold_up_ends_s() - self.world.now_s
