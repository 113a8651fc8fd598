"""Plants: how much heat each takes from its water, and what fans, compressors and pumps draw for
it.
"""

from __future__ import annotations

import numpy as np

from twin.facility.model import Plant
from twin.physics.chiller import available_w, outside, power_w, safely_outside
from twin.physics.coolant import affinity_power_w, evaporation_kg_s, fan_speed_frac, pad_water_kg_s
from twin.simulation.cooling.flows import Flows
from twin.simulation.cooling.segments import IDLE, air_degc, entering_degc, segments
from twin.simulation.kernel.clock import Stage
from twin.simulation.kernel.state import Array, Mask
from twin.simulation.kernel.world import World

TOUCH_K = 1e-6
"""A boundary between segments counts as reached this close to it."""
STAGE_UP_FRAC = 0.9
"""Another chiller joins when the running ones pass this share of their capacity; assumed."""


class Plants:
    """The plant discipline of one run; heat itself moves in `heat`."""

    def __init__(self, world: World, coolant: Flows) -> None:
        cooling = world.facility.cooling
        self.world = world
        self.cooling = cooling
        self.units = cooling.units
        self.coolant = coolant
        self.segment = [IDLE for _ in cooling.plants]
        self.water_kg_s = 0.0
        self.outdoor = world.facility.weather.at(0.0)
        self.scans = self.clipped = self.safely_clipped = 0
        self.scan_due = True
        world.clock.every(
            Stage.PLANT, world.facility.scenario.controls.plant_period, world.end_s, self._scan
        )

    def _scan(self, _: int) -> None:
        """The building controls look around: weather, fans and compressors are set anew."""
        self.outdoor = self.world.facility.weather.at(self.world.now_s)
        self.scan_due = True

    def rescan(self) -> None:
        """Let the building controls look around at the next settling."""
        self.scan_due = True

    def choose_segments(self) -> bool:
        """Put every plant on the segment its water temperature lies in; True where one changed."""
        state = self.world.state
        changed = False
        for p, plant in enumerate(self.cooling.plants):
            running = int(state.unit_running[plant.units].sum())
            choices = segments(plant, running, float(state.supply_degc[p]), *self.outdoor)
            water = state.temperature_degc[plant.node]
            segment = next(c for c in choices if water < c.upper_degc - TOUCH_K or c is choices[-1])
            changed |= segment != self.segment[p]
            self.segment[p] = segment
        return changed

    def settle(self) -> None:
        """Electrical power of all units; fans and compressors only at a scan, the rest whenever
        something changed.
        """
        state = self.world.state
        units = self.units
        flows = self.coolant
        power = state.unit_w.copy()
        share = flows.pumps_running / np.maximum(units.pumps, 1)
        power = np.where(
            flows.is_cdu, np.where(state.unit_running, units.power_w * share, 0.0), power
        )
        speed = np.zeros(power.size)
        blowing = flows.is_crah & state.unit_running
        speed[blowing] = flows.crah_speed[units.zone[blowing]]
        power = np.where(
            flows.is_crah, affinity_power_w(units.power_w, speed, units.floor_frac), power
        )
        if self.scan_due:
            self.scan_due = False
            self.water_kg_s = 0.0
            for p, plant in enumerate(self.cooling.plants):
                power[plant.units] = self._plant_w(p, plant)
        state.unit_w = power

    def _plant_w(self, p: int, plant: Plant) -> Array:
        """Power of each unit of a plant at the present heat, its water pump included; also sets the
        water it uses.
        """
        state = self.world.state
        on = state.unit_running[plant.units]
        pumps = plant.pump_w / on.size * self.coolant.pumping(plant)
        if not on.any():
            return pumps
        water = float(state.temperature_degc[plant.node])
        heat = max(self.segment[p].heat_w(water), 0.0)
        if plant.kind == "dry_cooler":
            return pumps + np.where(on, self._fans_w(p, plant, int(on.sum()), heat, water), 0.0)
        return np.asarray(pumps + self._compressors_w(p, plant, on, heat, water))

    def _fans_w(self, p: int, plant: Plant, count: int, heat: float, water: float) -> Array:
        air = air_degc(plant, float(self.world.state.supply_degc[p]), *self.outdoor)
        most = count * plant.conductance_w_k * (water - air)
        speed = float(fan_speed_frac(heat / most)) if most > 0 else 0.0
        self.water_kg_s += count * float(
            pad_water_kg_s(plant.capacity_w, speed, self.outdoor[0] - air)
        )
        u = plant.units
        return affinity_power_w(
            self.units.power_w[u] - plant.pump_w / u.size, speed, self.units.floor_frac[u]
        )

    def _compressors_w(self, p: int, plant: Plant, on: Mask, heat: float, water: float) -> Array:
        """As few chillers as can carry the heat share it; the others stand by."""
        assert plant.curve is not None
        entering = entering_degc(plant, *self.outdoor)
        leaving = min(water, float(self.world.state.supply_degc[p]) + plant.band_k)
        each = STAGE_UP_FRAC * float(available_w(plant.curve, leaving, entering))
        used = np.flatnonzero(on)[: max(int(np.ceil(heat / each)), 1)]
        self.scans += 1
        if outside(plant.curve, leaving, entering):
            safe = safely_outside(plant.curve, leaving, entering)
            self.safely_clipped = self.safely_clipped + safe
            self.clipped = self.clipped + (not safe)
        compressor = float(power_w(plant.curve, heat / used.size, leaving, entering))
        out = np.zeros(on.size)
        out[used] = compressor + plant.tower_w * min(1.0, heat / used.size / plant.curve.capacity_w)
        if plant.water_cooled:
            self.water_kg_s += float(evaporation_kg_s(heat + used.size * compressor))
        return out

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter the temperatures at which a plant leaves its segment."""
        for plant, segment in zip(self.cooling.plants, self.segment, strict=True):
            upper[plant.node] = segment.upper_degc
            lower[plant.node] = segment.lower_degc - 3 * TOUCH_K
