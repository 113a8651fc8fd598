"""Cooling units: which run, what flows, how much heat each plant takes, and what all that draws."""

from __future__ import annotations

import numpy as np

from twin.facility.model import Plant
from twin.physics.chiller import outside, power_w
from twin.physics.coolant import (
    affinity_power_w,
    effectiveness,
    evaporation_kg_s,
    fan_speed_frac,
    pump_flow_frac,
    stream_w_k,
    supply_conductance_w_k,
)
from twin.simulation.clock import Stage
from twin.simulation.pieces import IDLE, pieces
from twin.simulation.state import Array, total_by
from twin.simulation.world import World

CRAH_SPEED_MIN_FRAC = 0.3
"""Air handlers do not slow below this; a usual drive limit, assumed."""
TOUCH_K = 1e-6
"""A boundary between pieces counts as reached this close to it."""


class Cooling:
    """The cooling discipline of one run; heat itself moves in `thermal`."""

    def __init__(self, world: World) -> None:
        cooling = world.facility.cooling
        self.world, self.cooling, self.units = world, cooling, cooling.units
        kind = np.array(self.units.kind, dtype=object)
        self.is_cdu, self.is_crah = kind == "cdu", kind == "crah"
        self.pump_component = np.array([world.facility.components.row[p] for p in cooling.pump_id], dtype=np.int64)
        self.ready_s = np.full(len(self.units.id), -np.inf)
        self.was_fed = np.ones(len(self.units.id), dtype=bool)
        self.pumps_running = self.units.pumps.copy()
        self.loop_w_k = np.zeros(len(cooling.loop_id))
        self.hall_w_k = np.zeros(len(cooling.hall_id))
        self.crah_speed = np.ones(len(cooling.hall_id))
        self.piece = [IDLE for _ in cooling.plants]
        self.water_kg_s = 0.0
        self.outdoor = world.facility.weather.at(0.0)
        self.clipped: set[str] = set()
        self._seen: bytes = b""
        self.scan_due = True
        world.clock.every(Stage.PLANT, world.facility.scenario.controls.plant_period, world.end_s, self._scan)

    def _scan(self, _: int) -> None:
        """The building controls look around: weather, fans and compressors are set anew."""
        self.outdoor = self.world.facility.weather.at(self.world.now_s)
        self.scan_due = True

    def rescan(self) -> None:
        """Let the building controls look around at the next settling."""
        self.scan_due = True

    def running(self) -> bool:
        """Find out which units run; True where flows or units changed."""
        state, facility, now = self.world.state, self.world.facility, self.world.now_s
        fed = state.live[facility.power.load_of_unit] & state.component_ok[self.units.component]
        back = fed & ~self.was_fed
        self.ready_s = np.where(back, now + self.units.restart_s, self.ready_s)
        self.was_fed = fed
        on = fed & (self.ready_s <= now)
        pump_ok = state.component_ok[self.pump_component] & on[self.cooling.pump_unit]
        key = np.concatenate([on, pump_ok]).tobytes()
        if key == self._seen:
            return False
        self._note_changes(on)
        self._seen, state.unit_running = key, on
        self.pumps_running = np.bincount(self.cooling.pump_unit, weights=pump_ok,
                                         minlength=on.size).astype(np.int64)
        self._loops(on)
        self._halls(on)
        self.scan_due = True
        return True

    def _note_changes(self, on: np.ndarray) -> None:
        if not self._seen:
            return
        for u in np.flatnonzero(on != self.world.state.unit_running):
            self.world.note(self.units.id[u], "running" if on[u] else "stopped",
                            "cooling again" if on[u] else "no power, failed or restarting")

    def _loops(self, on: np.ndarray) -> None:
        """Flow and exchange of each coolant loop with the pumps that run."""
        units, cooling = self.units, self.cooling
        alone = np.where(self.is_cdu, units.pump_alone_frac, 1.0)
        frac = pump_flow_frac(self.pumps_running.astype(float), units.pumps.astype(float), alone)
        give = np.where(self.is_cdu & on, units.flow_m3_s * frac, 0.0)
        total = total_by(units.zone[self.is_cdu], give[self.is_cdu], len(cooling.loop_id))
        self.world.state.flow_frac = np.minimum(total / np.maximum(cooling.loop_demand_m3_s, 1e-12), 1.0)
        flow = give * np.where(self.is_cdu, self._zone(self.world.state.flow_frac * cooling.loop_demand_m3_s
                                                       / np.maximum(total, 1e-12)), 0.0)
        exchange = self._exchange_w_k(stream_w_k(flow, "pg25"), units.cold_w_k)
        self.loop_w_k = total_by(units.zone[self.is_cdu], exchange[self.is_cdu], len(cooling.loop_id))

    def _zone(self, of_loop: Array) -> Array:
        """Values by loop handed to the loop's units; units of other kinds get the first, and are masked."""
        if not of_loop.size:
            return np.zeros(len(self.units.id))
        return of_loop[np.where(self.is_cdu, self.units.zone, 0)]

    def _halls(self, on: np.ndarray) -> None:
        """Air handlers slow to what the racks want."""
        units, cooling = self.units, self.cooling
        live = self.is_crah & on
        halls = len(cooling.hall_id)
        total = total_by(units.zone[live], units.flow_m3_s[live], halls)
        self.crah_speed = np.clip(cooling.hall_demand_m3_s / np.maximum(total, 1e-12), CRAH_SPEED_MIN_FRAC, 1.0)
        zone = np.where(self.is_crah, units.zone, 0)
        hot = np.where(live, units.hot_w_k * self.crah_speed[zone], 0.0)
        exchange = self._exchange_w_k(hot, units.cold_w_k)
        self.hall_w_k = total_by(units.zone[self.is_crah], exchange[self.is_crah], halls)

    def _exchange_w_k(self, hot: Array, cold: Array) -> Array:
        """Conductance between supplies of every exchanger, its UA held."""
        smaller, larger = np.minimum(hot, cold), np.maximum(hot, cold)
        flows = smaller > 0
        ntu = self.units.transfer_w_k / np.where(flows, smaller, 1.0)
        frac = effectiveness(ntu, smaller / np.where(larger > 0, larger, 1.0))
        return supply_conductance_w_k(np.where(flows, frac, 0.0), hot, cold)

    def choose_pieces(self) -> bool:
        """Put every plant on the piece its water temperature lies in; True where one changed."""
        state, changed = self.world.state, False
        for p, plant in enumerate(self.cooling.plants):
            running = int(state.unit_running[plant.units].sum())
            choices = pieces(plant, running, float(state.supply_degc[p]), *self.outdoor)
            water = state.temperature_degc[plant.node]
            piece = next(c for c in choices if water < c.upper_degc - TOUCH_K or c is choices[-1])
            changed |= piece != self.piece[p]
            self.piece[p] = piece
        return changed

    def settle(self) -> None:
        """Electrical power of all units; plants only at a scan, the rest whenever something changed."""
        state, units = self.world.state, self.units
        power = np.where(state.unit_running, state.unit_w, 0.0)
        share = self.pumps_running / np.maximum(units.pumps, 1)
        power = np.where(self.is_cdu, np.where(state.unit_running, units.power_w * share, 0.0), power)
        zone = np.where(self.is_crah, units.zone, 0)
        speed = np.where(state.unit_running & self.is_crah, self.crah_speed[zone] if self.crah_speed.size else 0.0, 0.0)
        power = np.where(self.is_crah, affinity_power_w(units.power_w, speed, units.floor_frac), power)
        if self.scan_due:
            self.scan_due, self.water_kg_s = False, 0.0
            for p, plant in enumerate(self.cooling.plants):
                power[plant.units] = self._plant_w(p, plant)
        state.unit_w = power

    def _plant_w(self, p: int, plant: Plant) -> Array:
        """Power of each unit of a plant at the present heat; also sets the water it uses."""
        state = self.world.state
        on = state.unit_running[plant.units]
        count = int(on.sum())
        if not count:
            return np.zeros(on.size)
        water, heat = float(state.temperature_degc[plant.node]), max(self.piece[p].heat_w(
            float(state.temperature_degc[plant.node])), 0.0)
        each = (self._fans_w(plant, count, heat, water) if plant.kind == "dry_cooler"
                else self._compressor_w(plant, count, heat, water))
        return np.where(on, each + plant.pump_w / plant.units.size, 0.0)

    def _fans_w(self, plant: Plant, count: int, heat: float, water: float) -> Array:
        dry, wet = self.outdoor
        air = dry - plant.evaporative_frac * (dry - wet)
        most = count * plant.conductance_w_k * (water - air)
        speed = fan_speed_frac(heat / most) if most > 0 else 0.0
        u = plant.units
        self.water_kg_s += self._evaporated_kg_s(plant, heat, water)
        return affinity_power_w(self.units.power_w[u] - plant.pump_w / u.size, speed, self.units.floor_frac[u])

    def _evaporated_kg_s(self, plant: Plant, heat: float, water: float) -> float:
        """Pads wet the air only where dry air would not do: their share of the cooling evaporates."""
        dry, wet = self.outdoor
        drop = plant.evaporative_frac * (dry - wet)
        reach = water - dry + drop
        return float(evaporation_kg_s(heat * drop / reach)) if drop > 0 and reach > 0 and heat > 0 else 0.0

    def _compressor_w(self, plant: Plant, count: int, heat: float, water: float) -> Array:
        assert plant.curve is not None
        dry, wet = self.outdoor
        entering = wet + plant.tower_approach_k if plant.water_cooled else dry
        leaving = min(water, float(self.world.state.supply_degc[self.cooling.plants.index(plant)]) + plant.band_k)
        if outside(plant.curve, leaving, entering):
            self.clipped.add(plant.id)
        compressor = float(power_w(plant.curve, heat / count, leaving, entering))
        tower = plant.tower_w if plant.water_cooled else 0.0
        if plant.water_cooled:
            self.water_kg_s += float(evaporation_kg_s(heat + count * compressor))
        return np.full(plant.units.size, compressor + tower * min(1.0, heat / count / plant.curve.capacity_w))

    def next_s(self) -> float:
        """Seconds until the next unit has restarted."""
        waiting = self.ready_s[self.was_fed & (self.ready_s > self.world.now_s)]
        return float(waiting.min() - self.world.now_s) if waiting.size else np.inf

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter the temperatures at which a plant leaves its piece."""
        for plant, piece in zip(self.cooling.plants, self.piece, strict=True):
            upper[plant.node] = piece.upper_degc
            lower[plant.node] = piece.lower_degc - 3 * TOUCH_K
