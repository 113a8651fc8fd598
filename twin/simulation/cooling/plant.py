"""Plants: when the building controls look around, and how much heat each plant takes from its
water.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.facility.model import Plant
from twin.simulation.cooling.segments import Segment, segments
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World

TOUCH_K = 1e-6
"""A boundary between segments counts as reached this close to it."""


class Plants(Discipline):
    """The plant discipline of one run; heat itself moves in `heat`, power is drawn in `units`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.plants
        self.plants = world.facility.cooling.plants
        world.clock.can("plant scan", self._scan)

    def schedule(self) -> None:
        """Let the building controls look around at their period."""
        period_s = self.world.facility.scenario.controls.plant_period
        self.world.clock.repeat(Stage.PLANT, period_s, self.world.end_s, "plant scan")

    def _scan(self, _: int) -> None:
        """The building controls look around: weather, fans and compressors are set anew."""
        self.own.outdoor_degc = np.array(self.world.facility.weather.at(self.world.now_s))
        self.rescan()

    def rescan(self) -> None:
        """Let the building controls look around at the next settling."""
        self.own.scan += 1

    @property
    def scan_due(self) -> bool:
        """Whether fans and compressors are yet to be set by the last look around."""
        return self.own.scan != self.world.state.units.scan

    def settle(self) -> bool:
        """Changed flows make the controls look around at once."""
        version = self.world.state.flows.version
        if version != self.own.flows_version:
            self.own.flows_version = version
            self.rescan()
        return False

    def hold(self) -> None:
        """Put every plant on its segment."""
        self.choose_segments()

    def choose_segments(self) -> bool:
        """Put every plant on the segment its water temperature lies in; True where one changed."""
        chosen = np.array([self._segment(p, plant) for p, plant in enumerate(self.plants)])
        changed = not np.array_equal(chosen, self.own.segment)
        self.own.segment = chosen
        return changed

    def _segment(self, p: int, plant: Plant) -> Segment:
        state = self.world.state
        running = int(state.flows.unit_running[plant.units].sum())
        dry_bulb, wet_bulb = self.own.outdoor_degc.tolist()
        supply_degc = float(state.controls.supply_degc[p])
        choices = segments(plant, running, supply_degc, dry_bulb, wet_bulb)
        water = state.heat.temperature_degc[plant.node]
        fits = (s for s in choices if water < s.upper_degc - TOUCH_K or s is choices[-1])
        return next(fits)

    def heat_w(self, p: int, water_degc: float) -> float:
        """Heat that a plant takes at a water temperature."""
        return Segment(*self.own.segment[p].tolist()).heat_w(water_degc)

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter the temperatures at which a plant leaves its segment."""
        for plant, segment in zip(self.plants, self.own.segment, strict=True):
            upper[plant.node] = segment[4]
            lower[plant.node] = segment[3] - 3 * TOUCH_K
