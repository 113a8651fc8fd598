"""The thermal network as arrays, from its draft and the catalogue's rows."""

from __future__ import annotations

import numpy as np

from twin.catalogue import Catalogue
from twin.catalogue.equipment_kinds import Role, role
from twin.catalogue.rows import Chiller, CoolingEquipment
from twin.facility.cooling.loops import Draft
from twin.facility.model import Cooling, Plant, Units
from twin.physics.chiller import ChillerCurve
from twin.physics.coolant import (
    HEAT_CAPACITY_J_M3_K,
    rated_effectiveness,
    stream_w_k,
    transfer_units,
)
from twin.scenario.schema.cooling import PlantSpec


def freeze(out: Draft) -> tuple[Cooling, np.ndarray, np.ndarray, np.ndarray]:
    """The network, and for each rack its zone's node, its hall's air node and its stream in W/K."""
    racks = len(out.places)
    loops = len(out.loop_id)
    halls = len(out.hall_plant)
    loop_node = racks + np.arange(loops)
    air = racks + loops + np.arange(halls)
    mass = air + halls
    water = racks + loops + 2 * halls + np.arange(len(out.plants))
    hall_of = np.array([p.hall for p in out.places], dtype=np.int64)
    liquid = out.zone >= 0
    zone = np.where(liquid, loop_node[out.zone] if loops else 0, air[hall_of])
    flow = np.array(
        [
            p.type.coolant_flow_m3_s if p.type.liquid_heat_frac > 0 else p.type.air_flow_m3_s
            for p in out.places
        ]
    )
    stream = np.where(liquid, stream_w_k(flow, "pg25"), stream_w_k(flow, "air"))
    air_flow = np.array([p.type.air_flow_m3_s for p in out.places])
    known = out.ledger.scenario.catalogue
    plants = tuple(_frozen_plant(known, p, int(water[i])) for i, p in enumerate(out.plants))
    supply = np.array([p.supply_degc for p in plants])
    specs = out.ledger.scenario.plan.halls
    volume = np.array([np.prod(h.size) * h.air_mass_factor for h in specs])
    capacity = np.concatenate(
        [
            [p.type.heat_capacity_j_k for p in out.places],
            np.array(out.loop_volume) * HEAT_CAPACITY_J_M3_K["pg25"],
            volume * HEAT_CAPACITY_J_M3_K["air"],
            [h.structure_heat_capacity for h in specs],
            [p[0].volume * HEAT_CAPACITY_J_M3_K["water"] for p in out.plants],
        ]
    )
    pump_unit = [
        i
        for i, u in enumerate(out.units)
        if role(u.row.kind) is Role.LOOP_COOLING
        for _ in range(u.row.pumps_per_unit)
    ]
    pump_id = [
        f"{u.id}_pump_{k + 1}"
        for u in out.units
        if role(u.row.kind) is Role.LOOP_COOLING
        for k in range(u.row.pumps_per_unit)
    ]
    cooling = Cooling(
        capacity_j_k=capacity,
        loop_id=tuple(out.loop_id),
        loop_node=loop_node,
        loop_plant=np.array(out.loop_plant, dtype=np.int64),
        loop_demand_m3_s=np.bincount(
            out.zone[liquid], weights=flow[liquid], minlength=loops
        ).astype(float),
        hall_id=tuple(h.name for h in specs),
        hall_air=air,
        hall_mass=mass,
        hall_plant=np.array(out.hall_plant, dtype=np.int64),
        hall_mass_w_k=np.array([h.structure_conductance for h in specs]),
        hall_demand_m3_s=np.bincount(hall_of, weights=air_flow, minlength=halls).astype(float),
        plants=plants,
        units=_frozen_units(out),
        pump_id=tuple(pump_id),
        pump_unit=np.array(pump_unit, dtype=np.int64),
        start_degc=np.full(capacity.size, float(supply.min()) + 5.0),
    )
    return cooling, zone.astype(np.int64), air[hall_of], stream


def _frozen_units(out: Draft) -> Units:
    rows = [u.row for u in out.units]
    hot = np.array([float(stream_w_k(r.flow_m3_s, r.fluid)) for r in rows])
    cold = np.array([float(stream_w_k(r.primary_flow_m3_s, "water")) for r in rows])

    def column(of: object) -> np.ndarray:
        return np.array([of(u) for u in out.units], dtype=float)  # type: ignore[operator]

    return Units(
        id=tuple(u.id for u in out.units),
        kind=tuple(r.kind for r in rows),
        component=np.array([out.ledger.row[u.id] for u in out.units], dtype=np.int64),
        zone=np.array([u.zone for u in out.units], dtype=np.int64),
        capacity_w=column(lambda u: u.row.capacity_w),
        flow_m3_s=column(lambda u: u.row.flow_m3_s),
        hot_w_k=hot,
        cold_w_k=cold,
        transfer_w_k=np.array(
            [_transfer_w_k(r, h, c) for r, h, c in zip(rows, hot, cold, strict=True)]
        ),
        power_w=column(lambda u: u.row.power_rated_w + u.extra_w + _compressor_w(u.row)),
        floor_frac=column(lambda u: u.row.power_floor_frac),
        restart_s=column(lambda u: u.row.restart_s),
        pumps=column(lambda u: u.row.pumps_per_unit).astype(np.int64),
        pump_alone_frac=column(lambda u: u.row.flow_per_pump_frac),
    )


def _compressor_w(row: CoolingEquipment) -> float:
    """Rated compressor power of a chiller, zero for everything else."""
    return (
        row.capacity_w / row.cop_reference
        if role(row.kind) is Role.CHILLER and row.cop_reference
        else 0.0
    )


def _transfer_w_k(row: CoolingEquipment, hot: float, cold: float) -> float:
    """UA of a unit's exchanger from its rated capacity and approach; zero for plant units."""
    if role(row.kind) not in (Role.LOOP_COOLING, Role.HALL_COOLING):
        return 0.0
    smaller, larger = sorted((hot, cold))
    return smaller * transfer_units(
        rated_effectiveness(row.capacity_w, row.approach_k, hot, cold), smaller / larger
    )


def _frozen_plant(
    known: Catalogue, entry: tuple[PlantSpec, CoolingEquipment, list[int]], node: int
) -> Plant:
    spec, row, units = entry
    chiller = known.get(Chiller, row.curve) if row.curve else None
    return Plant(
        id=spec.name,
        kind=row.kind,
        node=node,
        supply_degc=spec.supply_temperature,
        band_k=spec.control_band_k,
        units=np.array(units, dtype=np.int64),
        capacity_w=row.capacity_w,
        conductance_w_k=row.capacity_w / row.approach_k
        if role(row.kind) is Role.DRY_COOLER
        else 0.0,
        curve=_curve(chiller, row) if chiller else None,
        water_cooled=bool(chiller and chiller.condenser == "water"),
        tower_approach_k=row.approach_k,
        tower_w=row.power_rated_w if chiller else 0.0,
        evaporative_frac=row.evaporative_effectiveness_frac or 0.0,
        pump_w=spec.pump_power,
    )


def _curve(row: Chiller, unit: CoolingEquipment) -> ChillerCurve:
    return ChillerCurve(
        unit.capacity_w,
        unit.cop_reference or row.cop_reference,
        row.capft,
        row.eirft,
        row.eirplr,
        (row.x_min_degc, row.x_max_degc),
        (row.y_min_degc, row.y_max_degc),
        row.load_min_frac,
    )
