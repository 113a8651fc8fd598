"""Racks in air that is too warm: noted when it begins and ends, counted, and where it would shut
them down.
"""

from __future__ import annotations

import numpy as np

from twin.simulation.kernel.state import Array, Mask
from twin.simulation.kernel.world import World

HOUR_S = 3600.0
SHUTDOWN_ABOVE_K = 15.0
"""Servers turn themselves off this far above their allowed inlet: power supplies and boards are air
cooled even where chips are not. A1 to A4 allowances end 5 to 15 K below usual shut-down points;
assumed."""
TOUCH_K = 1e-6
"""A limit counts as reached this close to it."""


class InletAir:
    """Looks at inlet air; it has no column of the state and changes nothing."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.racks = world.facility.racks
        self.above = np.zeros(len(self.racks.id), dtype=bool)
        self.rack_hours = 0.0

    def inlet_air_degc(self) -> Array:
        """(rack,) air at the inlet: the hall's air with the rack's own exhaust mixed in."""
        racks = self.racks
        temperature = self.world.state.temperature_degc
        air = temperature[racks.air_node]
        exhaust = np.where(racks.liquid_frac > 0, air, temperature[: len(racks.id)])
        return air + racks.recirculation_frac * (exhaust - air)

    def act(self) -> None:
        """Note racks that passed their limit, one line for all of a hall."""
        above = self.inlet_air_degc() >= self.racks.inlet_max_degc - TOUCH_K
        for h, hall in enumerate(self.world.facility.cooling.hall_id):
            here = self.racks.hall == h
            for now, what in (
                (above & ~self.above, "inlet too warm"),
                (~above & self.above, "inlet back in range"),
            ):
                count = int((now & here).sum())
                if count:
                    self.world.note(hall, what, f"{count} racks")
        self.above = above

    def advance(self, dt_s: float) -> None:
        """Count rack hours above the limit."""
        self.rack_hours += float(self.above.sum()) * dt_s / HOUR_S

    def too_hot(self) -> Mask:
        """(rack,) air at which a rack turns itself off, whatever cools its chips."""
        return self.inlet_air_degc() >= self.racks.inlet_max_degc + SHUTDOWN_ABOVE_K - TOUCH_K

    def within(self) -> Mask:
        """(rack,) air within the limit, so that a rack may start."""
        return self.inlet_air_degc() < self.racks.inlet_max_degc

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter each hall's air temperature at which its first rack would pass the limit, or come
        back.
        """
        for h, node in enumerate(self.world.facility.cooling.hall_air):
            here = self.racks.hall == h
            if here.any():
                limit = np.unique(self.racks.inlet_max_degc[here])
                air = self.world.state.temperature_degc[node]
                marks = np.concatenate([limit, limit + SHUTDOWN_ABOVE_K])
                upper[node] = marks[marks > air + TOUCH_K].min(initial=np.inf)
                lower[node] = (limit[limit <= air + TOUCH_K] - 2 * TOUCH_K).max(initial=-np.inf)
