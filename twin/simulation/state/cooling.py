"""State of flows, plants, heat and inlet air."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.model import Facility


@dataclass(slots=True)
class FlowState:
    """Which cooling units and pumps run, and what their streams carry."""

    unit_running: Mask
    """(unit,)"""
    flow_frac: Array
    """(loop,) coolant flow over what the racks want."""
    water_frac: Array
    """(plant,) facility water flow over rated flow."""
    junction_k_w: Array
    """(rack,) resistance from a GPU to its coolant at the present flow."""
    ready_s: Array
    """(unit,) when it has restarted."""
    was_fed: Mask
    """(unit,) powered and in order when last looked at."""
    water_ready_s: Array
    """(unit,) when its water pump has restarted."""
    was_live: Mask
    """(unit,) powered when last looked at."""
    pumps_running: Index
    """(unit,)"""
    loop_w_k: Array
    """(loop,) conductance between coolant and facility water, valves open."""
    cdu_w_k: Array
    """(unit,) the same of each coolant unit."""
    coil_w_k: Array
    """(unit,) conductance between the air that a handler draws in and the facility water."""
    air_frac: Array
    """(hall,) air flow over what the racks want."""
    crah_speed: Array
    """(hall,) speed of its air handlers."""
    rack_flow_frac: Array
    """(rack,) coolant flow over what the rack wants; 1 for racks in air."""
    seen: Mask
    """What ran when flows were last worked out."""
    pump_on: Mask
    """(pump,) turned by its motor."""
    pump_off_s: Array
    """(pump,) when that ended."""
    pump_speed: Array
    """(pump,) over full speed; of pumps on pipes, 1 for others that run."""
    leaked_m3: Array
    """(loop,) coolant lost of what its vessel held."""
    vessel_stage: Index
    """(loop,) marks that its vessel was told to have passed."""
    capacity_frac: Array
    """(unit,) share of its capacity that it has come up to since its start."""
    water_pump_frac: Array
    """(plant,) power of facility water pumps over that of all at full speed."""
    circulating: Array
    """Speeds and openings that the flows of pipes were last worked out for."""
    version: int = 0
    """Raised whenever flows change."""


def fresh_flows(facility: Facility) -> FlowState:
    """Everything runs."""
    cooling = facility.cooling
    units = len(cooling.units.id)
    halls = len(cooling.hall_id)
    return FlowState(
        unit_running=np.ones(units, dtype=bool),
        flow_frac=np.ones(len(cooling.loop_id)),
        water_frac=np.ones(len(cooling.plants)),
        junction_k_w=facility.racks.junction_k_w.copy(),
        ready_s=np.full(units, -np.inf),
        was_fed=np.ones(units, dtype=bool),
        water_ready_s=np.full(units, -np.inf),
        was_live=np.ones(units, dtype=bool),
        pumps_running=cooling.units.pumps.copy(),
        loop_w_k=np.zeros(len(cooling.loop_id)),
        cdu_w_k=np.zeros(units),
        coil_w_k=np.zeros(units),
        air_frac=np.ones(halls),
        crah_speed=np.ones(halls),
        rack_flow_frac=np.ones(len(facility.racks.id)),
        seen=np.zeros(0, dtype=bool),
        pump_on=np.ones(len(cooling.pump_id), dtype=bool),
        pump_off_s=np.full(len(cooling.pump_id), -np.inf),
        pump_speed=np.ones(len(cooling.pump_id)),
        leaked_m3=np.zeros(len(cooling.loop_id)),
        vessel_stage=np.zeros(len(cooling.loop_id), dtype=np.int64),
        capacity_frac=np.ones(units),
        water_pump_frac=np.ones(len(cooling.plants)),
        circulating=np.zeros(0),
    )


@dataclass(slots=True)
class PlantState:
    """What plants take from their water."""

    segment: Array
    """(plant, 5) the straight segment each plant is on: conductance, reference, constant, and the
    water temperatures at which it begins and ends."""
    outdoor_degc: Array
    """Dry bulb and wet bulb, as the controls last read them."""
    alarms: Mask
    """(alarm,) what is raised: frost by plant, warm coolant and dew by loop, coils by handler,
    exchangers by coolant unit."""
    load_raise_k: Array
    """(plant,) by how much a low load raises the set-point."""
    pump_frac: Array
    """(plant,) speed asked of its water pumps."""
    reused_frac: Array
    """(plant,) share of its heat that somebody takes from the return until the next look."""
    scan: int = 1
    """Raised whenever the controls look around: weather, fans and compressors are set anew."""
    flows_version: int = 0
    """Flows that the controls have seen."""


def fresh_plants(facility: Facility, idle: Array) -> PlantState:
    """Every plant on the `idle` segment (5,), no alarm."""
    cooling = facility.cooling
    none = np.zeros(len(cooling.plants))
    alarms = none.size + 2 * len(cooling.loop_id) + cooling.air.handler_unit.size
    alarms += int(of_role(cooling.units.kind, Role.LOOP_COOLING).sum())
    segment = np.tile(idle, (none.size, 1))
    outdoor_degc = np.array(facility.weather.at(0.0))
    quiet = np.zeros(alarms, dtype=bool)
    return PlantState(segment, outdoor_degc, quiet, none, none + 1.0, none.copy())


@dataclass(slots=True)
class UnitState:
    """What cooling units draw."""

    unit_w: Array
    """(unit,) electrical power."""
    water_kg_s: float = 0.0
    """Water evaporated."""
    scan: int = 0
    """The last look around that fans and compressors were set by."""
    settings: int = 0
    """Chillers set so far; those outside their curves, on either side, below."""
    outside: int = 0
    safely_outside: int = 0
    staged: Index = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(plant,) chillers that share the heat, where they have a least run."""
    staged_s: Array = field(default_factory=lambda: np.zeros(0))
    """(plant,) when they were last one more."""
    reused_w: float = 0.0
    """Heat that somebody takes."""
    reused_j: float = 0.0


def fresh_units(facility: Facility) -> UnitState:
    """Nothing drawn."""
    plants = len(facility.cooling.plants)
    return UnitState(
        np.zeros(len(facility.cooling.units.id)),
        staged=np.zeros(plants, dtype=np.int64),
        staged_s=np.full(plants, -np.inf),
    )


@dataclass(slots=True)
class StoreState:
    """Tanks of cold water."""

    cold_j: Array
    """(plant,) heat that each can still take; 0 without a tank."""
    mode: Index
    """(plant,) at rest, discharging or filling."""
    filling_w: Array
    """(plant,) heat that it gives to the water while it fills."""
    taken_w: Array
    """(plant,) heat that it takes now."""
    chillers_w: Array
    """(plant,) most that chillers take beside it."""
    heat_j: Array
    """(plant,) heat taken of its water before this span."""
    warm_j: Array
    """(plant,) heat in the warm zone of a tank in a common pipe, over its cold zone."""
    flow_w: Array
    """(plant,) cold water into such a tank, as stream times rise; below zero out of it."""
    scan: int = 0
    """The last look around that modes were chosen at."""


def fresh_stores(facility: Facility) -> StoreState:
    """As full as stated, at rest."""
    plants = facility.cooling.plants
    return StoreState(
        cold_j=np.array([p.store.start_j if p.store else 0.0 for p in plants]),
        mode=np.zeros(len(plants), dtype=np.int64),
        filling_w=np.zeros(len(plants)),
        taken_w=np.zeros(len(plants)),
        chillers_w=np.zeros(len(plants)),
        heat_j=np.zeros(len(plants)),
        warm_j=np.array([p.store.full_j - p.store.start_j if p.store else 0.0 for p in plants]),
        flow_w=np.zeros(len(plants)),
    )


@dataclass(slots=True)
class HeatState:
    """Temperatures, how they move, and the heat that has passed."""

    temperature_degc: Array
    """(thermal node,)"""
    drive: Array
    """(mode,) what moves each mode of the network, packed."""
    apart_k_s: Array
    """(thermal node,) how fast each leaves its lump's mean; empty without crowds."""
    heat_w: Array
    """(thermal node,) heat of racks, fans and pumps."""
    plant_j: Array
    """(plant,) heat taken so far."""
    loop_j: Array
    """(loop,) heat passed so far."""
    hall_j: Array
    """(hall + hall,) by coils, then what rear doors took ahead of them."""
    heat_in_j: float = 0.0
    vented_j: float = 0.0
    """Heat that left with air, over 0 degC."""
    start_j: float = 0.0
    """Heat stored at the first instant."""


def fresh_heat(facility: Facility) -> HeatState:
    """The layout's plausible start."""
    cooling = facility.cooling
    size = cooling.capacity_j_k.size
    return HeatState(
        temperature_degc=cooling.start_degc.copy(),
        drive=np.zeros(0),
        apart_k_s=np.zeros(0),
        heat_w=np.zeros(size),
        plant_j=np.zeros(len(cooling.plants)),
        loop_j=np.zeros(len(cooling.loop_id)),
        hall_j=np.zeros(2 * len(cooling.hall_id)),
    )


@dataclass(slots=True)
class CoilState:
    """Valves of coils that hold their air."""

    piece: Index
    """(handler,) open, holding or shut: `twin.physics.coil`."""
    outdoor_frac: Array
    """(handler,) outdoor air in what it draws in."""
    scan: int = 0
    """The last look around that dampers were set at."""


def fresh_coils(facility: Facility) -> CoilState:
    """All open."""
    shut = np.zeros(facility.cooling.air.handler_unit.size)
    return CoilState(shut.astype(np.int64), shut)


@dataclass(slots=True)
class InletState:
    """Racks in air that is too warm."""

    above: Mask
    """(rack,)"""
    rack_hours: float = 0.0
    """Rack hours above the limit so far."""


def fresh_inlet(facility: Facility) -> InletState:
    """Nobody too warm."""
    return InletState(np.zeros(len(facility.racks.id), dtype=bool))


@dataclass(slots=True)
class FanState:
    """Fans of servers, (rack,) each."""

    step: Index
    """0 at rated flow."""
    flow_frac: Array
    """Air over rated flow."""
    power_w: Array
    """Power beyond that at rated flow."""


def fresh_fans(facility: Facility) -> FanState:
    """All at rated flow."""
    count = len(facility.racks.id)
    return FanState(np.zeros(count, dtype=np.int64), np.ones(count), np.zeros(count))
