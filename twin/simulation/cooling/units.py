"""Units: what fans, compressors and pumps of the cooling system draw, and the water they use."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, total_by
from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.model import Plant
from twin.physics.coolant import affinity_power_w
from twin.simulation.cooling.flows import Flows
from twin.simulation.cooling.look import Look
from twin.simulation.cooling.plant import Plants
from twin.simulation.cooling.plant_power import Setting, setting
from twin.simulation.cooling.segments import taken_w
from twin.simulation.faults.commands import pump_speed_frac
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World


class Units(Discipline):
    """The electrical side of the cooling system."""

    def __init__(self, world: World, flows: Flows, plants: Plants) -> None:
        self.world = world
        self.own = world.state.units
        self.flows = flows
        self.plants = plants
        self.units = world.facility.cooling.units
        self.is_door = of_role(self.units.kind, Role.DOOR_COOLING)
        self.circulates = flows.is_cdu | flows.is_crah | self.is_door
        self._known: tuple[int, Array] = (-1, np.zeros(0))
        self._told: tuple[Array, list[Setting]] = (np.zeros(0), [])
        """Instants of a stretch, which are others once it is cut, and what plants are set to."""

    def hold(self) -> None:
        """Electrical power of all units.

        Fans and compressors only at a scan, the rest whenever something changed.
        """
        own = self.own
        own.unit_w = self._circulation_w()
        if self.world.state.moisture.ratio.size:
            own.unit_w += self.world.state.moisture.unit_w
        if self.plants.scan_due:
            own.scan = self.world.state.plants.scan
            own.water_kg_s = 0.0
            own.reused_w = 0.0
            for p, plant in enumerate(self.plants.plants):
                found = self._setting_now(p, plant)
                own.unit_w[plant.all_units] = found.unit_w[0]
                own.water_kg_s += float(found.water_kg_s[0])
                self._count(found)
                self._stage(p, plant, found)

    def _stage(self, p: int, plant: Plant, found: Setting) -> None:
        """Remember how many chillers share the heat, and since when it is so many."""
        own = self.own
        own.reused_w += found.reused_w
        if plant.least_run_s > 0:
            if found.staged > own.staged[p]:
                own.staged_s[p] = self.world.now_s
            own.staged[p] = found.staged

    def advance(self, span_s: float) -> None:
        """Heat that somebody took."""
        if self.own.reused_w:
            self.own.reused_j += self.own.reused_w * span_s

    def foretell(self, stretch: Stretch) -> None:
        """Fans and compressors at every look."""
        rows = int(np.count_nonzero(stretch.looks)) + 1
        unit_w = np.tile(self._circulation_w(), (rows, 1))
        unit_w[0] = self.own.unit_w
        water_kg_s = np.zeros(rows)
        for p, plant in enumerate(self.plants.plants):
            found = self._all_foretold(stretch)[p]
            unit_w[1:, plant.all_units] = found.unit_w
            water_kg_s[1:] += found.water_kg_s
        water_kg_s[0] = self.own.water_kg_s
        stretch.unit_w = unit_w[stretch.of_look]
        stretch.water_kg_s = water_kg_s[stretch.of_look]

    def _all_foretold(self, stretch: Stretch) -> list[Setting]:
        """What each plant is set to at every look."""
        if self._told[0] is not stretch.time_s:
            plants = enumerate(self.plants.plants)
            found = [self._foretold(p, plant, stretch) for p, plant in plants]
            self._told = (stretch.time_s, found)
        return self._told[1]

    def _foretold(self, p: int, plant: Plant, stretch: Stretch) -> Setting:
        """What a plant is set to at every look."""
        water_degc = stretch.temperature_degc[1:, plant.node][stretch.looks]
        looks = stretch.looks[stretch.sets]
        outdoor = stretch.outdoor_degc[1:][looks]
        return setting(self._look(p, plant, stretch.segment[1:, p][looks], outdoor, water_degc))

    def live_through(self, stretch: Stretch) -> None:
        """What was set at the last look holds."""
        own = self.own
        own.unit_w = stretch.unit_w[-1].copy()
        own.water_kg_s = float(stretch.water_kg_s[-1])
        own.scan += int(np.count_nonzero(stretch.looks))
        for found in self._all_foretold(stretch):
            self._count(found)

    def _circulation_w(self) -> Array:
        """(unit,) coolant units, air handlers and doors as they run now; the others as they
        were.
        """
        version = self.world.state.flows.version
        if self._known[0] != version:
            self._known = (version, self._circulating_w())
        return np.where(self.circulates, self._known[1], self.own.unit_w)

    def _circulating_w(self) -> Array:
        """(unit,) coolant units, air handlers and doors; nothing for the others."""
        units = self.units
        flows = self.world.state.flows
        share = flows.pumps_running / np.maximum(units.pumps, 1)
        pumping_w = np.where(flows.unit_running, units.power_w * share, 0.0)
        held = pump_speed_frac(self.world)
        if not np.isnan(held).all():
            slowed_w = affinity_power_w(pumping_w, held, units.floor_frac)
            pumping_w = np.where(np.isnan(held), pumping_w, slowed_w)
        speed = np.zeros(pumping_w.size)
        blowing = self.flows.is_crah & flows.unit_running
        speed[blowing] = flows.crah_speed[units.zone[blowing]]
        fans_w = affinity_power_w(units.power_w, speed, units.floor_frac)
        pumps_w = np.where(self.flows.is_cdu, pumping_w, 0.0)
        pumps_w += np.where(self.is_door & flows.unit_running, units.power_w, 0.0)
        for pipes in self.world.facility.cooling.pipes:
            pumps_w[pipes.units] = self._piped_w()[pipes.units]
        return np.asarray(np.where(self.flows.is_crah, fans_w, pumps_w))

    def _piped_w(self) -> Array:
        """(unit,) pumps on pipes at their speeds, by the cube law above the drives' floor."""
        units = self.units
        flows = self.world.state.flows
        unit = self.world.facility.cooling.pump_unit
        speed = np.where(flows.pump_on, flows.pump_speed, 0.0)
        each_w = units.power_w[unit] / units.pumps[unit]
        drawn_w = affinity_power_w(each_w, speed, units.floor_frac[unit])
        return total_by(unit, drawn_w, units.power_w.size)

    def _setting_now(self, p: int, plant: Plant) -> Setting:
        """Fans and compressors of a plant at the present heat and weather."""
        state = self.world.state
        segment = state.plants.segment[p : p + 1]
        outdoor = state.plants.outdoor_degc[None, :]
        water = state.heat.temperature_degc[plant.node : plant.node + 1]
        return setting(self._look(p, plant, segment, outdoor, water))

    def _look(self, p: int, plant: Plant, segment: Array, outdoor: Array, water: Array) -> Look:
        """What the controls see of a plant, from its segment (look, field), the weather (look, 2)
        and its water (look,).
        """
        state = self.world.state
        return Look(
            plant,
            self.units,
            state.flows.unit_running[plant.all_units],
            self._pumps_w(plant),
            self.plants.asked_degc(p, outdoor[:, 0]),
            taken_w(segment, water) - state.stores.taken_w[p],
            water,
            outdoor[:, 0],
            outdoor[:, 1],
            self.plants.common_pipe(p),
            self._held(p, plant),
            float(state.flows.water_frac[p]),
            float(state.stores.taken_w[p]),
            float(state.plants.reused_frac[p]),
        )

    def _held(self, p: int, plant: Plant) -> int:
        """Chillers of a plant that have not run long enough to be stopped."""
        ran_s = self.world.now_s - self.own.staged_s[p]
        return int(self.own.staged[p]) if ran_s < plant.least_run_s else 0

    def _pumps_w(self, plant: Plant) -> Array:
        """(unit of the plant,) its share of the water pumps; free coolers have none."""
        own = plant.pump_w / plant.units.size * self.flows.pumping(plant)
        own = own * affinity_power_w(1.0, self._water_speed(plant), 0.0)
        return np.concatenate([own, np.zeros(plant.all_units.size - own.size)])

    def _water_speed(self, plant: Plant) -> float:
        return float(self.plants.own.pump_frac[self.plants.plants.index(plant)])

    def _count(self, found: Setting) -> None:
        """Count chillers set, and those set outside their curves, by the side that errs."""
        self.own.settings += found.settings
        self.own.outside += found.beyond.outside
        self.own.safely_outside += found.beyond.safely_outside
