"""The thermal network as arrays, from its draft and the catalogue's rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.catalogue.equipment_kinds import ON_WATER, Role, role
from twin.catalogue.rows import CoolingEquipment
from twin.facility.cooling.doors import frozen_doors
from twin.facility.cooling.draft import Draft
from twin.facility.cooling.moisture import humidity_w
from twin.facility.cooling.piping import loop_pipes
from twin.facility.cooling.plant_arrays import (
    frozen_plants,
    moves_air,
    on_facility_water,
    water_heat_frac,
)
from twin.facility.cooling.room_air import AirDraft, air_draft, air_w_k, room_air
from twin.facility.model import Cooling, Units
from twin.physics.coolant import (
    AIR_KG_M3,
    HEAT_CAPACITY_J_M3_K,
    exchanger_w_k,
    rated_transfer_w_k,
    stream_w_k,
)
from twin.physics.moist_air import STANDARD_PA


@dataclass(frozen=True)
class _Numbering:
    """Nodes of the thermal network: racks, then loops, air of racks' inlets, air of handlers'
    inlets, structure of halls, then water.
    """

    loop: np.ndarray
    zone: np.ndarray
    handler: np.ndarray
    mass: np.ndarray
    water: np.ndarray


def freeze(out: Draft, pressure_pa: float) -> tuple[Cooling, np.ndarray, np.ndarray, np.ndarray]:
    """The network, and for each rack its stream's node, its inlet air's node and its stream in
    W/K.

    pressure_pa   of the air at the site: fans move volume, so streams of air thin with it
    """
    draft = air_draft(out, pressure_pa)
    node = _numbering(out, draft)
    air = node.zone[draft.zone_of_rack]
    liquid = out.zone >= 0
    zone = np.where(liquid, node.loop[out.zone] if node.loop.size else 0, air)
    flow = _stream_flow_m3_s(out)
    stream = np.where(liquid, stream_w_k(flow, "pg25"), air_w_k(flow, pressure_pa))
    return _network(out, draft, node, pressure_pa), zone.astype(np.int64), air, stream


def _numbering(out: Draft, air: AirDraft) -> _Numbering:
    sizes = [len(out.places), len(out.loop_id), air.zone_hall.size, air.handler_hall.size]
    sizes += [len(out.hall_plant), len(out.plants)]
    first = np.concatenate([[0], np.cumsum(sizes)])
    ranges = [f + np.arange(size) for f, size in zip(first, sizes, strict=False)]
    return _Numbering(*ranges[1:])


def _stream_flow_m3_s(out: Draft) -> np.ndarray:
    """(rack,) coolant of liquid-cooled racks, air of the others."""
    return np.array(
        [
            p.type.coolant_flow_m3_s if p.type.liquid_heat_frac > 0 else p.type.air_flow_m3_s
            for p in out.places
        ]
    )


def _network(out: Draft, draft: AirDraft, node: _Numbering, pressure_pa: float) -> Cooling:
    plants = frozen_plants(out, node.water, pressure_pa)
    supply = np.array([p.supply_degc for p in plants])
    halls = out.ledger.scenario.plan.halls
    capacity = _heat_capacity_j_k(out, draft)
    pumps = _pumps(out)
    units = _frozen_units(out, pressure_pa)
    return Cooling(
        capacity_j_k=capacity,
        loop_id=tuple(out.loop_id),
        loop_node=node.loop,
        loop_plant=np.array(out.loop_plant, dtype=np.int64),
        loop_demand_m3_s=_loop_demand_m3_s(out),
        loop_supply_degc=np.array(out.loop_supply_degc, dtype=float),
        hall_id=tuple(h.name for h in halls),
        hall_mass=node.mass,
        hall_plant=np.array(out.hall_plant, dtype=np.int64),
        air=room_air(out, draft, node.zone, node.handler, pressure_pa),
        hall_demand_m3_s=_hall_demand_m3_s(out),
        plants=plants,
        units=units,
        doors=frozen_doors(out, units),
        pump_id=tuple(name for name, _ in pumps),
        pump_unit=np.array([unit for _, unit in pumps], dtype=np.int64),
        pressure_pa=pressure_pa,
        air_density_kg_m3=AIR_KG_M3 * pressure_pa / STANDARD_PA,
        pipes=loop_pipes(out),
        start_degc=np.full(capacity.size, float(supply.min()) + 5.0),
    )


def _heat_capacity_j_k(out: Draft, air: AirDraft) -> np.ndarray:
    """(node,) in the order of the numbering."""
    halls = out.ledger.scenario.plan.halls
    water_m3 = np.array([spec.volume for spec, _, _ in out.plants]) * water_heat_frac(out)
    return np.concatenate(
        [
            [p.type.heat_capacity_j_k for p in out.places],
            np.array(out.loop_volume) * HEAT_CAPACITY_J_M3_K["pg25"],
            air.capacity_j_k,
            [h.structure_heat_capacity for h in halls],
            water_m3 * HEAT_CAPACITY_J_M3_K["water"],
        ]
    )


def _loop_demand_m3_s(out: Draft) -> np.ndarray:
    """(loop,) rated coolant flow of its racks."""
    liquid = out.zone >= 0
    flow = _stream_flow_m3_s(out)[liquid]
    demand = np.bincount(out.zone[liquid], weights=flow, minlength=len(out.loop_id))
    return demand.astype(float)


def _hall_demand_m3_s(out: Draft) -> np.ndarray:
    """(hall,) rated air flow of its racks."""
    hall_of = np.array([p.hall for p in out.places], dtype=np.int64)
    flow = np.array([p.type.air_flow_m3_s for p in out.places])
    return np.bincount(hall_of, weights=flow, minlength=len(out.hall_plant)).astype(float)


def _pumps(out: Draft) -> list[tuple[str, int]]:
    """Name and unit of every pump of the coolant units."""
    return [
        (f"{unit.id}_pump_{k + 1}", i)
        for i, unit in enumerate(out.units)
        if role(unit.row.kind) is Role.LOOP_COOLING
        for k in range(unit.row.pumps_per_unit)
    ]


def _humidity_w(out: Draft) -> np.ndarray:
    """(unit,) what holds the moisture of a hall, shared by its air handlers."""
    halls = out.ledger.scenario.plan.halls
    each_w = [humidity_w(hall.moisture) for hall in halls]
    blows = np.array([role(unit.row.kind) is Role.HALL_COOLING for unit in out.units], dtype=bool)
    hall = np.array([unit.zone for unit in out.units], dtype=np.int64)
    count = np.bincount(hall[blows], minlength=len(halls))
    found = np.zeros(blows.size)
    found[blows] = (np.array(each_w) / np.maximum(count, 1))[hall[blows]]
    return found


def _frozen_units(out: Draft, pressure_pa: float) -> Units:
    """Units are rated at sea level; where they stand, the air streams are thinner, their films with
    them, and fans draw less.
    """
    rows = [u.row for u in out.units]
    rated_hot = np.array([float(stream_w_k(r.flow_m3_s, r.fluid)) for r in rows])
    thin = np.array([pressure_pa / STANDARD_PA if moves_air(r) else 1.0 for r in rows])
    hot = np.where([r.fluid == "air" for r in rows], rated_hot * thin, rated_hot)
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
        cold_w_k=cold * _water_frac(out),
        transfer_w_k=exchanger_w_k(
            np.array(
                [_transfer_w_k(r, h, c) for r, h, c in zip(rows, rated_hot, cold, strict=True)]
            ),
            hot / rated_hot,
            1.0,
        ),
        power_w=column(lambda u: u.row.power_rated_w) * thin
        + column(lambda u: u.extra_w + _compressor_w(u.row)),
        floor_frac=column(lambda u: u.row.power_floor_frac),
        restart_s=column(lambda u: u.row.restart_s),
        pumps=column(lambda u: u.row.pumps_per_unit).astype(np.int64),
        pump_alone_frac=column(lambda u: u.row.flow_per_pump_frac),
        humidity_w=_humidity_w(out),
    )


def _water_frac(out: Draft) -> np.ndarray:
    """(unit,) heat that the facility water of each takes up, over that of plain water: rows are
    rated with plain water, and antifreeze leaves the flow and the film as they are.
    """
    found = np.ones(len(out.units))
    units, plants = on_facility_water(out)
    found[units] = water_heat_frac(out)[plants]
    return found


def _compressor_w(row: CoolingEquipment) -> float:
    """Rated compressor power of a chiller, zero for everything else."""
    return (
        row.capacity_w / row.cop_reference
        if role(row.kind) is Role.CHILLER and row.cop_reference
        else 0.0
    )


def _transfer_w_k(row: CoolingEquipment, hot: float, cold: float) -> float:
    """UA of a unit's exchanger from its rated capacity and approach; zero for plant units."""
    if role(row.kind) not in ON_WATER:
        return 0.0
    return rated_transfer_w_k(row.capacity_w, row.approach_k, hot, cold)
