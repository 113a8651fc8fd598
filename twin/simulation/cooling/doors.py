"""Rear doors as they take heat now: of the exhaust of their racks, before the hall has it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Array, total_by, totals_by
from twin.facility.air.streams import Streams
from twin.simulation.kernel.world import World


class Doors:
    """Reads flows, streams and powers; part of the thermal discipline, and writes no state."""

    def __init__(self, world: World, streams: Callable[[], Streams]) -> None:
        """streams: the air as it flows now."""
        self.world = world
        self.streams = streams
        self.own = world.facility.cooling.doors
        self.air = world.facility.cooling.air
        cooling = world.facility.cooling
        self.plants = len(cooling.plants)
        self.halls = len(cooling.hall_id)
        water = np.array([plant.node for plant in cooling.plants], dtype=np.int64)
        rack = self.own.rack
        self.hall = world.facility.racks.hall[rack]
        self.water = water[self.own.plant]
        zone = self.air.zone_node[self.air.zone_of_rack[rack]]
        self.exhaust = np.where(self.air.in_air[rack], rack, zone)
        self.nothing = np.zeros(len(world.facility.racks.id))

    def now_w_k(self) -> Array:
        """(rack,) heat taken for a kelvin of exhaust over a door's water."""
        if not self.own:
            return self.nothing
        flows = self.world.state.flows
        exhaust_w_k = self.streams().rack_w_k
        return self.own.taking_w_k(exhaust_w_k, flows.water_frac, flows.unit_running)

    def _taken_frac(self) -> Array:
        """(rack,) share that doors take of heat which racks give to the air on the way."""
        exhaust_w_k = self.streams().rack_w_k
        moving = exhaust_w_k > 0
        return np.where(moving, self.now_w_k() / np.where(moving, exhaust_w_k, 1.0), 0.0)

    def into_zones_w(self, into_air_w: Array) -> Array:
        """(..., zone) what of that heat the hall has, behind the racks of each, and heat of the
        fans in their doors.

        into_air_w   (..., rack) heat given to the air on the way through the rack
        """
        left_w = into_air_w
        if self.own:
            fans_w = self.world.state.units.unit_w[self.own.unit]
            left_w = into_air_w * (1.0 - self._taken_frac())
            left_w = left_w + self.own.of_racks(fans_w, left_w.size)
        return totals_by(self.air.zone_of_rack, left_w, self.air.zone_node.size)

    def taken_w(self, into_air_w: Array) -> Array:
        """(plant,) what of that heat their water has."""
        if not self.own:
            return np.zeros(self.plants)
        taken = (into_air_w * self._taken_frac())[self.own.rack]
        return total_by(self.own.plant, taken, self.plants)

    def passed_j(self, degc_s: Array, span_s: Array | float, into_air_w: Array) -> Array:
        """(..., hall) heat that its doors took, from integrals of temperatures (..., node).

        into_air_w   (rack,) heat given to the air on the way through the rack
        """
        if not self.own:
            return np.zeros((*degc_s.shape[:-1], self.halls))
        rack = self.own.rack
        over_k_s = degc_s[..., self.exhaust] - degc_s[..., self.water]
        given_w = (into_air_w * self._taken_frac())[rack]
        return totals_by(self.hall, self.now_w_k()[rack] * over_k_s + given_w * span_s, self.halls)
