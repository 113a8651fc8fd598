"""Flows: which cooling units and pumps run, and what their streams carry."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask, total_by
from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.cooling.wanted_air import hall_demand_m3_s
from twin.facility.model import Plant
from twin.physics.coolant import (
    affinity_power_w,
    exchange_w_k,
    handler_speed_frac,
    plate_resistance_frac,
    pump_flow_frac,
    return_conductance_w_k,
    stream_w_k,
)
from twin.results.enums import EventKind
from twin.simulation.cooling.piping import Piping
from twin.simulation.cooling.ramps import Ramps
from twin.simulation.faults.commands import pump_speed_frac
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World

WATER_PUMP_RESTART_S = 10.0
"""From power to full flow of the facility water pumps; the catalogue's water pumps."""
_NONE = 1e-12
"""Keeps a flow of nothing from dividing."""
_VESSEL = (
    (EventKind.COOLANT_LOW, "half of its vessel has leaked"),
    (EventKind.COOLANT_LOST, "its vessel is empty, and its pumps stop"),
)


class Flows(Discipline):
    """The flow discipline of one run: running units, pumps, streams and exchangers."""

    def __init__(self, world: World) -> None:
        cooling = world.facility.cooling
        self.world = world
        self.own = world.state.flows
        self.cooling = cooling
        self.units = cooling.units
        self.is_cdu = of_role(self.units.kind, Role.LOOP_COOLING)
        self.is_crah = of_role(self.units.kind, Role.HALL_COOLING)
        self.plant_of_unit = self._plants()
        rows = world.facility.components.row
        self.pump_component = np.array([rows[p] for p in cooling.pump_id], dtype=np.int64)
        self._seen: tuple[tuple[int, int], Array | None, float] = ((-1, -1), None, -np.inf)
        self._last_start_s = np.inf
        self.piping = Piping(world)
        self.ramps = Ramps(world)
        self.varies = any(p.pump_least_frac is not None for p in self.cooling.plants)
        self.loop_of_rack = np.searchsorted(cooling.loop_node, world.facility.racks.zone)

    def _plants(self) -> Index:
        """(unit,) the plant whose water it uses or makes."""
        cooling = self.cooling
        zone = self.units.zone
        plant = zone.copy()
        if len(cooling.loop_id):
            of_loop = cooling.loop_plant[np.where(self.is_cdu, zone, 0)]
            plant = np.where(self.is_cdu, of_loop, plant)
        return np.where(self.is_crah, cooling.hall_plant[np.where(self.is_crah, zone, 0)], plant)

    def settle(self) -> bool:
        """Find out which units and pumps run; True where flows changed."""
        own = self.own
        moved = self.piping.moved() or self.ramps.any or self.varies
        if self._nothing_new() and not moved:
            return False
        self._restarts()
        on = own.was_fed & (own.ready_s <= self.world.now_s)
        water_on = own.was_live & (own.water_ready_s <= self.world.now_s)
        pump_ok = self.world.state.faults.component_ok[self.pump_component]
        self._look_at_vessels()
        pump_on = pump_ok & on[self.cooling.pump_unit] & self.piping.wet()
        self._turn(pump_on)
        speeds = self.piping.speeds(pump_on)
        openings = self.piping.openings()
        capacity = self.ramps.capacity_frac()
        pumped = self.world.state.plants.pump_frac
        fans = self.world.state.fans.flow_frac if self.cooling.air.fans.follow else ()
        held = pump_speed_frac(self.world)
        moves = self.piping.circulating(speeds, openings)
        circulating = np.concatenate([*moves, capacity, pumped, fans, held[~np.isnan(held)]])
        seen = np.concatenate([on, water_on, pump_on])
        if np.array_equal(seen, own.seen) and np.array_equal(circulating, own.circulating):
            return False
        if own.seen.size:
            self._note_changes(on)
        own.seen = seen
        own.circulating = circulating
        own.unit_running = on
        own.capacity_frac = capacity
        turning = np.array([water_on[p.units].mean() for p in self.cooling.plants])
        own.water_frac = turning * pumped
        own.water_pump_frac = turning * affinity_power_w(1.0, pumped, 0.0)
        pumps = total_by(self.cooling.pump_unit, pump_on, on.size)
        own.pumps_running = pumps.astype(np.int64)
        self._loops(on, speeds, openings, held)
        self._halls(on)
        own.version += 1
        return True

    def _nothing_new(self) -> bool:
        """Whether nothing that decides who runs can have changed since it was worked out."""
        state = self.world.state
        version = (state.supply.version, state.faults.version)
        flow = state.fans.flow_frac
        seen_version, seen_flow, seen_s = self._seen
        unchanged = version == seen_version and flow is seen_flow and self._last_start_s <= seen_s
        self._seen = (version, flow, self.world.now_s)
        return unchanged

    def _turn(self, pump_on: Mask) -> None:
        """Note since when pumps are no longer driven."""
        own = self.own
        stopped = own.pump_on & ~pump_on
        if stopped.any():
            own.pump_off_s = np.where(stopped, self.world.now_s, own.pump_off_s)
        own.pump_on = pump_on

    def _look_at_vessels(self) -> None:
        """Tell of vessels that run empty; one whose leaks are closed is filled."""
        own = self.own
        piping = self.piping
        for k, leak in enumerate(piping.leaks_m3_s().tolist()):
            loop = piping.piped[k]
            if leak <= 0 and own.leaked_m3[loop] > 0:
                self._vessel(int(loop), EventKind.BACK_IN_RANGE, "filled again")
                own.leaked_m3[loop] = 0.0
                own.vessel_stage[loop] = 0
            stage = int(piping.vessel_stage()[k])
            for passed in range(int(own.vessel_stage[loop]), stage):
                self._vessel(int(loop), *_VESSEL[passed])
            own.vessel_stage[loop] = stage

    def _vessel(self, loop: int, what: EventKind, detail: str) -> None:
        self.world.note(self.cooling.loop_id[loop], what, detail)

    def _restarts(self) -> None:
        """Units and water pumps that have power again restart from now."""
        own = self.own
        state = self.world.state
        now = self.world.now_s
        live = self._powered()
        fed = live & state.faults.component_ok[self.units.component]
        stood = self._stood()
        restarts = fed & ~own.was_fed & stood
        own.ready_s = np.where(restarts, now + self.units.restart_s, own.ready_s)
        pumped = live & ~own.was_live & stood
        own.water_ready_s = np.where(pumped, now + WATER_PUMP_RESTART_S, own.water_ready_s)
        own.was_fed = fed
        own.was_live = live
        self._last_start_s = float(
            max(own.ready_s.max(initial=-np.inf), own.water_ready_s.max(initial=-np.inf))
        )

    def _powered(self) -> Mask:
        """(unit,) with good voltage, riding through a sag, or in need of none."""
        supply = self.world.state.supply
        riding = supply.live & (self.world.now_s < supply.lost_s + supply.ride_s)
        powered = (supply.good | riding)[self.world.facility.power.load_of_unit]
        return np.asarray(powered | self.units.without_power)

    def _stood(self) -> Mask:
        """(unit,) whose power comes back, if it does, later than drives and contactors hold.

        They are taken to hold as long as power supplies; assumed.
        """
        supply = self.world.state.supply
        held_s = (supply.lost_s + supply.ride_s)[self.world.facility.power.load_of_unit]
        return np.asarray(held_s <= self.world.now_s)

    def _note_changes(self, on: Mask) -> None:
        for u in np.flatnonzero(on != self.own.unit_running):
            failed = not self.world.state.faults.component_ok[self.units.component[u]]
            why = "it failed" if failed else "no power, or starting again"
            if on[u]:
                self.world.note(self.units.id[u], EventKind.RUNNING, "cooling again")
            else:
                self.world.note(self.units.id[u], EventKind.STOPPED, why)

    def _loops(self, on: Mask, speeds: Array, openings: list[Array], held: Array) -> None:
        """Flow and exchange of each loop with the pumps that run, at speeds `held` (unit,)."""
        own = self.own
        units = self.units
        cooling = self.cooling
        cdu = self.is_cdu
        loops = len(cooling.loop_id)
        running = own.pumps_running.astype(float)
        frac = pump_flow_frac(running, units.pumps.astype(float), units.pump_alone_frac)
        give = np.where(cdu & on, units.flow_m3_s * frac * np.nan_to_num(held, nan=1.0), 0.0)
        total = total_by(units.zone[cdu], give[cdu], loops)
        own.flow_frac = np.minimum(total / np.maximum(cooling.loop_demand_m3_s, _NONE), 1.0)
        used = own.flow_frac * cooling.loop_demand_m3_s / np.maximum(total, _NONE)
        flow = give * self._of_zone(used, cdu)
        of_rack = np.full(self.loop_of_rack.size, np.nan)
        self._circulate(speeds, openings, flow, of_rack)
        exchange = self._exchange_w_k(stream_w_k(flow, "pg25"))
        own.cdu_w_k = np.where(cdu, exchange, 0.0)
        own.loop_w_k = total_by(units.zone[cdu], exchange[cdu], loops)
        shared = self._rack_flow_frac()
        own.rack_flow_frac = np.where(np.isnan(of_rack), shared, of_rack)
        driven = np.where(self.piping.run_down(), 0.0, own.rack_flow_frac)
        resistance = plate_resistance_frac(driven)
        own.junction_k_w = self.world.facility.racks.junction_k_w * resistance

    def _circulate(self, speeds: Array, openings: list[Array], flow: Array, of_rack: Array) -> None:
        """Loops on pipes: what their units give goes into `flow` (unit,), what their racks get over
        rated flow into `of_rack` (rack,).
        """
        own = self.own
        for k, pipes in enumerate(self.piping.pipes):
            found = self.piping.flow(k, speeds, openings[k])
            flow[pipes.units] = found.flow.unit_m3_s
            of_rack[pipes.racks] = found.flow.rack_m3_s / pipes.net.plan.rack_flow_m3_s
            driven = pipes.pumps[np.isnan(speeds[pipes.pumps])]
            own.pump_speed[driven] = found.speed_frac[np.isnan(speeds[pipes.pumps])]
            held = pipes.pumps[own.pump_on[pipes.pumps] & ~np.isnan(speeds[pipes.pumps])]
            own.pump_speed[held] = speeds[held]
            total = float(found.flow.rack_m3_s.sum())
            own.flow_frac[pipes.loop] = total / self.cooling.loop_demand_m3_s[pipes.loop]

    def _halls(self, on: Mask) -> None:
        """Air handlers slow to what the racks want."""
        own = self.own
        units = self.units
        live = self.is_crah & on
        halls = len(self.cooling.hall_id)
        demand = hall_demand_m3_s(self.world.facility, self.world.state.fans.flow_frac)
        total = total_by(units.zone[live], units.flow_m3_s[live], halls)
        own.crah_speed = handler_speed_frac(demand, total)
        own.air_frac = np.minimum(own.crah_speed * total / np.maximum(demand, _NONE), 1.0)
        speed = self._of_zone(own.crah_speed, self.is_crah)
        hot = np.where(live, units.hot_w_k * speed, 0.0)
        own.coil_w_k = return_conductance_w_k(self._exchange_w_k(hot), hot)

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
        cold = units.cold_w_k * self.own.water_frac[np.maximum(self.plant_of_unit, 0)]
        return exchange_w_k(units.transfer_w_k, hot, cold, units.hot_w_k, units.cold_w_k)

    def running_units(self, plant: Plant) -> float:
        """Units of a plant that run, those still coming up counted by their share."""
        own = self.own
        return float((own.unit_running[plant.units] * own.capacity_frac[plant.units]).sum())

    def pumping(self, plant: Plant) -> Array:
        """(unit of the plant,) 1 where its water pump runs."""
        own = self.own
        u = plant.units
        return (own.was_live[u] & (own.water_ready_s[u] <= self.world.now_s)).astype(float)

    def served(self) -> Mask:
        """(rack,) whose stream flows: racks on a loop that stands still take no work."""
        return np.asarray(self.own.rack_flow_frac > 0)

    def _rack_flow_frac(self) -> Array:
        """(rack,) coolant flow over what the rack wants; 1 for racks in air."""
        flow = np.ones(self.loop_of_rack.size)
        liquid = self.world.facility.racks.liquid_frac > 0
        flow[liquid] = self.own.flow_frac[self.loop_of_rack[liquid]]
        return flow

    def next_s(self) -> float:
        """Seconds until a unit or water pump has restarted, or coolant in pipes moves otherwise."""
        return min(self._next_start_s(), self.piping.next_s(), self.ramps.next_s())

    def advance(self, span_s: float) -> None:
        """Coolant that leaks."""
        if self.piping.pipes:
            self.own.leaked_m3 = self.own.leaked_m3 + self.piping.leaked_m3(span_s)

    def at_rest(self) -> bool:
        """Nothing runs down or out."""
        return not self.piping.moving() and not np.isfinite(self.ramps.next_s())

    def _next_start_s(self) -> float:
        own = self.own
        now = self.world.now_s
        if self._last_start_s <= now:
            return np.inf
        units_s = own.ready_s[own.was_fed & (own.ready_s > now)]
        pumps_s = own.water_ready_s[own.was_live & (own.water_ready_s > now)]
        first = min(units_s.min(initial=np.inf), pumps_s.min(initial=np.inf))
        return float(first - now)
