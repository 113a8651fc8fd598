"""Flows: which cooling units and pumps run, and what their streams carry."""

from __future__ import annotations

import numpy as np

from twin.facility.model import Plant
from twin.physics.coolant import (
    exchange_w_k,
    handler_speed_frac,
    plate_resistance_frac,
    pump_flow_frac,
    stream_w_k,
)
from twin.simulation.kernel.state import Array, Mask, total_by
from twin.simulation.kernel.world import World

WATER_PUMP_RESTART_S = 10.0
"""From power to full flow of the facility water pumps; the catalogue's water pumps."""


class Flows:
    """The flow discipline of one run: running units, pumps, streams and exchangers."""

    def __init__(self, world: World) -> None:
        cooling = world.facility.cooling
        self.world = world
        self.cooling = cooling
        self.units = cooling.units
        kind = np.array(self.units.kind, dtype=object)
        self.is_cdu = kind == "cdu"
        self.is_crah = kind == "crah"
        self.plant_of_unit = self._plants()
        self.pump_component = np.array(
            [world.facility.components.row[p] for p in cooling.pump_id], dtype=np.int64
        )
        self.ready_s = np.full(len(self.units.id), -np.inf)
        self.was_fed = np.ones(len(self.units.id), dtype=bool)
        self.water_ready_s = np.full(len(self.units.id), -np.inf)
        self.was_live = np.ones(len(self.units.id), dtype=bool)
        self.pumps_running = self.units.pumps.copy()
        self.loop_w_k = np.zeros(len(cooling.loop_id))
        self.hall_w_k = np.zeros(len(cooling.hall_id))
        self.air_frac = np.ones(len(cooling.hall_id))
        self.crah_speed = np.ones(len(cooling.hall_id))
        self.loop_of_rack = np.searchsorted(cooling.loop_node, world.facility.racks.zone)
        self._seen: bytes = b""

    def _plants(self) -> np.ndarray:
        """(unit,) the plant whose water it uses or makes."""
        cooling = self.cooling
        units = self.units
        zone = units.zone
        plant = zone.copy()
        if len(cooling.loop_id):
            plant = np.where(self.is_cdu, cooling.loop_plant[np.where(self.is_cdu, zone, 0)], plant)
        return np.where(self.is_crah, cooling.hall_plant[np.where(self.is_crah, zone, 0)], plant)

    def running(self) -> bool:
        """Find out which units and pumps run; True where flows changed."""
        state = self.world.state
        now = self.world.now_s
        live = state.live[self.world.facility.power.load_of_unit]
        fed = live & state.component_ok[self.units.component]
        self.ready_s = np.where(fed & ~self.was_fed, now + self.units.restart_s, self.ready_s)
        self.water_ready_s = np.where(
            live & ~self.was_live, now + WATER_PUMP_RESTART_S, self.water_ready_s
        )
        self.was_fed = fed
        self.was_live = live
        on = fed & (self.ready_s <= now)
        water_on = live & (self.water_ready_s <= now)
        pump_ok = state.component_ok[self.pump_component] & on[self.cooling.pump_unit]
        key = np.concatenate([on, water_on, pump_ok]).tobytes()
        if key == self._seen:
            return False
        self._note_changes(on)
        self._seen = key
        state.unit_running = on
        state.water_frac = np.array([water_on[p.units].mean() for p in self.cooling.plants])
        self.pumps_running = total_by(self.cooling.pump_unit, pump_ok, on.size).astype(np.int64)
        self._loops(on)
        self._halls(on)
        return True

    def _note_changes(self, on: Mask) -> None:
        state = self.world.state
        for u in np.flatnonzero(on != state.unit_running) if self._seen else ():
            failed = not state.component_ok[self.units.component[u]]
            why = "it failed" if failed else "no power, or starting again"
            self.world.note(
                self.units.id[u],
                "running" if on[u] else "stopped",
                "cooling again" if on[u] else why,
            )

    def _loops(self, on: Mask) -> None:
        """Flow and exchange of each coolant loop with the pumps that run."""
        units = self.units
        cooling = self.cooling
        state = self.world.state
        frac = pump_flow_frac(
            self.pumps_running.astype(float), units.pumps.astype(float), units.pump_alone_frac
        )
        give = np.where(self.is_cdu & on, units.flow_m3_s * frac, 0.0)
        total = total_by(units.zone[self.is_cdu], give[self.is_cdu], len(cooling.loop_id))
        state.flow_frac = np.minimum(total / np.maximum(cooling.loop_demand_m3_s, 1e-12), 1.0)
        used = state.flow_frac * cooling.loop_demand_m3_s / np.maximum(total, 1e-12)
        flow = give * self._of_zone(used, self.is_cdu)
        exchange = self._exchange_w_k(stream_w_k(flow, "pg25"))
        self.loop_w_k = total_by(
            units.zone[self.is_cdu], exchange[self.is_cdu], len(cooling.loop_id)
        )
        state.junction_k_w = self.world.facility.racks.junction_k_w * plate_resistance_frac(
            self.rack_flow_frac()
        )

    def _halls(self, on: Mask) -> None:
        """Air handlers slow to what the racks want."""
        units = self.units
        cooling = self.cooling
        live = self.is_crah & on
        halls = len(cooling.hall_id)
        total = total_by(units.zone[live], units.flow_m3_s[live], halls)
        self.crah_speed = handler_speed_frac(cooling.hall_demand_m3_s, total)
        self.air_frac = np.minimum(
            self.crah_speed * total / np.maximum(cooling.hall_demand_m3_s, 1e-12), 1.0
        )
        hot = np.where(live, units.hot_w_k * self._of_zone(self.crah_speed, self.is_crah), 0.0)
        exchange = self._exchange_w_k(hot)
        self.hall_w_k = total_by(units.zone[self.is_crah], exchange[self.is_crah], halls)

    def _of_zone(self, values: Array, mask: Mask) -> Array:
        """(unit,) values of the units' zones; zero for units outside the mask."""
        out = np.zeros(len(self.units.id))
        out[mask] = values[self.units.zone[mask]]
        return out

    def _exchange_w_k(self, hot: Array) -> Array:
        """Conductance between supplies of every exchanger, at the present hot and facility water
        streams.
        """
        units = self.units
        cold = units.cold_w_k * self.world.state.water_frac[np.maximum(self.plant_of_unit, 0)]
        return exchange_w_k(units.transfer_w_k, hot, cold, units.hot_w_k, units.cold_w_k)

    def pumping(self, plant: Plant) -> Array:
        """(unit of the plant,) 1 where its water pump runs."""
        u = plant.units
        return (self.was_live[u] & (self.water_ready_s[u] <= self.world.now_s)).astype(float)

    def served(self) -> Mask:
        """(rack,) whose stream flows: racks on a loop that stands still take no work."""
        return self.rack_flow_frac() > 0

    def rack_flow_frac(self) -> Array:
        """(rack,) coolant flow over what the rack wants; 1 for racks in air."""
        flow = np.ones(self.loop_of_rack.size)
        liquid = self.world.facility.racks.liquid_frac > 0
        flow[liquid] = self.world.state.flow_frac[self.loop_of_rack[liquid]]
        return flow

    def next_s(self) -> float:
        """Seconds until the next unit or water pump has restarted."""
        now = self.world.now_s
        waiting = np.concatenate([self.ready_s[self.was_fed], self.water_ready_s[self.was_live]])
        waiting = waiting[waiting > now]
        return float(waiting.min() - now) if waiting.size else np.inf
