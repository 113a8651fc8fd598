"""Racks in air that is too warm: noted when it begins and ends, counted, and where it would shut
them down.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.quantities import counted
from twin.results.enums import EventKind
from twin.simulation.cooling.server_fans import ServerFans
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.stretch import Stretch, running_total
from twin.simulation.kernel.world import World

HOUR_S = 3600.0
SHUTDOWN_ABOVE_K = 15.0
"""Servers turn themselves off this far above their allowed inlet: power supplies and boards are air
cooled even where chips are not. A1 to A4 allowances end 5 to 15 K below usual shut-down points;
assumed."""
TOUCH_K = 1e-6
"""A limit counts as reached this close to it."""


class InletAir(Discipline):
    """Looks at the air that racks draw in, and has their fans follow it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.inlet
        self.racks = world.facility.racks
        air = world.facility.cooling.air
        self.zone_node = air.zone_node
        self.fans = ServerFans(world)
        self.limit_degc = self._limits_of_zones(air.zone_of_rack, air.zone_node.size)
        shutdown_degc = self.limit_degc + SHUTDOWN_ABOVE_K
        self.marks_degc = np.concatenate([self.limit_degc, shutdown_degc])

    def _limits_of_zones(self, zone: Index, zones: int) -> Array:
        """(limit, zone) the different limits of the racks in each; inf behind the last."""
        own = [np.unique(self.racks.inlet_max_degc[zone == z]) for z in range(zones)]
        out = np.full((max((limits.size for limits in own), default=0), zones), np.inf)
        for column, limits in zip(out.T, own, strict=True):
            column[: limits.size] = limits
        return out

    def settle(self) -> bool:
        """Fans follow; True where any turns otherwise."""
        return self.fans.settle()

    def inlet_air_degc(self) -> Array:
        """(rack,) air at the inlet."""
        return np.asarray(self.world.state.heat.temperature_degc[self.racks.air_node])

    def act(self) -> None:
        """Note racks that passed their limit, one line for all of a hall."""
        own = self.own
        above = self.inlet_air_degc() >= self.racks.inlet_max_degc - TOUCH_K
        if np.array_equal(above, own.above):
            return
        for h, hall in enumerate(self.world.facility.cooling.hall_id):
            here = self.racks.hall == h
            self._note(hall, EventKind.INLET_TOO_WARM, above & ~own.above & here)
            self._note(hall, EventKind.INLET_BACK_IN_RANGE, ~above & own.above & here)
        own.above = above

    def _note(self, hall: str, what: EventKind, racks: Mask) -> None:
        count = int(racks.sum())
        if count:
            self.world.note(hall, what, counted(count, "rack"))

    def advance(self, span_s: float) -> None:
        """Count rack hours above the limit."""
        self.own.rack_hours += float(self.own.above.sum()) * span_s / HOUR_S

    def apart(self) -> bool:
        """Fans have followed what is at work now."""
        return self.fans.followed()

    def foretell(self, stretch: Stretch) -> None:
        """An instant at which a rack's air passes its limit, or fans take as much as is at work, is
        lived through as an event.
        """
        inlet = stretch.temperature_degc[1:, self.racks.air_node]
        above = inlet >= self.racks.inlet_max_degc - TOUCH_K
        same = (above == self.own.above).all(axis=1)
        if not same.all():
            stretch.cut(int(np.argmin(same)))
        if stretch.works and self.fans.follow:
            busy = stretch.busy_nodes
            stretch.cut_sets((busy[1:] == busy[0]).all(axis=1))

    def live_through(self, stretch: Stretch) -> None:
        """Count rack hours above the limit."""
        own = self.own
        gained = float(own.above.sum()) * stretch.span_s / HOUR_S
        own.rack_hours = float(running_total(own.rack_hours, gained)[-1])
        at_ends = stretch.temperature_degc[1:][stretch.periods]
        stretch.samples["inlet_air_degc"] = at_ends[:, self.racks.air_node]

    def too_hot(self) -> Mask:
        """(rack,) air at which a rack turns itself off, whatever cools its chips."""
        limit = self.racks.inlet_max_degc + SHUTDOWN_ABOVE_K - TOUCH_K
        return np.asarray(self.inlet_air_degc() >= limit)

    def within(self) -> Mask:
        """(rack,) air within the limit, so that a rack may start."""
        return np.asarray(self.inlet_air_degc() < self.racks.inlet_max_degc)

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter the air temperatures at which a rack of a zone would pass its limit, or come
        back.
        """
        reached = self.world.state.heat.temperature_degc[self.zone_node] + TOUCH_K
        limit = self.limit_degc
        ahead = np.where(self.marks_degc > reached, self.marks_degc, np.inf)
        upper[self.zone_node] = ahead.min(axis=0, initial=np.inf)
        passed = np.where(limit <= reached, limit - 2 * TOUCH_K, -np.inf)
        lower[self.zone_node] = passed.max(axis=0, initial=-np.inf)
        self.fans.limits(upper, lower)
