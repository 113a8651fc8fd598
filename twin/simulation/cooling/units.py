"""Units: what fans, compressors and pumps of the cooling system draw, and the water they use."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Mask
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.model import Plant
from twin.physics.chiller import available_w, outside, power_w, safely_outside
from twin.physics.coolant import affinity_power_w, evaporation_kg_s, fan_speed_frac, pad_water_kg_s
from twin.simulation.cooling.flows import Flows
from twin.simulation.cooling.plant import Plants
from twin.simulation.cooling.segments import air_degc, entering_degc
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World

STAGE_UP_FRAC = 0.9
"""Another chiller joins when the running ones pass this share of their capacity; assumed."""


NO_HEAT_FRAC = 1e-9
"""Heat below this share of a unit's capacity is rounding at the set-point, and moves no fan."""


class Units(Discipline):
    """The electrical side of the cooling system."""

    def __init__(self, world: World, flows: Flows, plants: Plants) -> None:
        self.world = world
        self.own = world.state.units
        self.flows = flows
        self.plants = plants
        self.units = world.facility.cooling.units

    def hold(self) -> None:
        """Electrical power of all units.

        Fans and compressors only at a scan, the rest whenever something changed.
        """
        own = self.own
        own.unit_w = self._circulation_w()
        if self.plants.scan_due:
            own.scan = self.world.state.plants.scan
            own.water_kg_s = 0.0
            for p, plant in enumerate(self.plants.plants):
                own.unit_w[plant.units] = self._plant_w(p, plant)

    def _circulation_w(self) -> Array:
        """(unit,) coolant units and air handlers as they run now; the others as they were."""
        units = self.units
        flows = self.world.state.flows
        share = flows.pumps_running / np.maximum(units.pumps, 1)
        pumping_w = np.where(flows.unit_running, units.power_w * share, 0.0)
        power = np.where(self.flows.is_cdu, pumping_w, self.own.unit_w)
        speed = np.zeros(power.size)
        blowing = self.flows.is_crah & flows.unit_running
        speed[blowing] = flows.crah_speed[units.zone[blowing]]
        fans_w = affinity_power_w(units.power_w, speed, units.floor_frac)
        return np.where(self.flows.is_crah, fans_w, power)

    def _plant_w(self, p: int, plant: Plant) -> Array:
        """Power of each unit of a plant at the present heat, its water pump included; also sets the
        water it uses.
        """
        state = self.world.state
        on = state.flows.unit_running[plant.units]
        pumps = plant.pump_w / on.size * self.flows.pumping(plant)
        if not on.any():
            return pumps
        water = float(state.heat.temperature_degc[plant.node])
        heat = self.plants.heat_w(p, water)
        if heat < NO_HEAT_FRAC * plant.capacity_w:
            heat = 0.0
        if role(plant.kind) is Role.DRY_COOLER:
            return pumps + np.where(on, self._fans_w(p, plant, int(on.sum()), heat, water), 0.0)
        return np.asarray(pumps + self._compressors_w(p, plant, on, heat, water))

    def _fans_w(self, p: int, plant: Plant, count: int, heat: float, water: float) -> Array:
        dry_bulb, wet_bulb = self._outdoor()
        air = air_degc(plant, self._supply_degc(p), dry_bulb, wet_bulb)
        most = count * plant.conductance_w_k * (water - air)
        speed = float(fan_speed_frac(heat / most)) if most > 0 else 0.0
        pads_kg_s = float(pad_water_kg_s(plant.capacity_w, speed, dry_bulb - air))
        self.own.water_kg_s += count * pads_kg_s
        u = plant.units
        fan_w = self.units.power_w[u] - plant.pump_w / u.size
        return affinity_power_w(fan_w, speed, self.units.floor_frac[u])

    def _compressors_w(self, p: int, plant: Plant, on: Mask, heat: float, water: float) -> Array:
        """As few chillers as can carry the heat share it; the others stand by."""
        assert plant.curve is not None
        entering = entering_degc(plant, *self._outdoor())
        leaving = min(water, self._supply_degc(p) + plant.band_k)
        each = STAGE_UP_FRAC * float(available_w(plant.curve, leaving, entering))
        used = np.flatnonzero(on)[: max(int(np.ceil(heat / each)), 1)]
        self._count(plant, leaving, entering)
        compressor = float(power_w(plant.curve, heat / used.size, leaving, entering))
        out = np.zeros(on.size)
        load_frac = min(1.0, heat / used.size / plant.curve.capacity_w)
        out[used] = compressor + plant.tower_w * load_frac
        if plant.water_cooled:
            self.own.water_kg_s += float(evaporation_kg_s(heat + used.size * compressor))
        return out

    def _count(self, plant: Plant, leaving: float, entering: float) -> None:
        """Count chillers set, and those set outside their curves, by the side that errs."""
        assert plant.curve is not None
        self.own.settings += 1
        if outside(plant.curve, leaving, entering):
            safe = safely_outside(plant.curve, leaving, entering)
            self.own.safely_clipped += safe
            self.own.clipped += not safe

    def _outdoor(self) -> tuple[float, float]:
        dry_bulb, wet_bulb = self.world.state.plants.outdoor_degc.tolist()
        return dry_bulb, wet_bulb

    def _supply_degc(self, p: int) -> float:
        return float(self.world.state.controls.supply_degc[p])
