"""A plant as the run works with it: its chillers' curves, towers and coolers at the site's air."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.catalogue.equipment_kinds import ON_WATER, Role, role
from twin.catalogue.rows import Chiller, CoolingEquipment
from twin.facility.cooling.draft import Draft
from twin.facility.model import FreeCooling, Plant
from twin.facility.model.cooling import ColdStore, HeatReuse
from twin.physics.chiller import ChillerCurve
from twin.physics.cold_store import cold_j
from twin.physics.coolant import cooler_exponent, stream_w_k
from twin.physics.glycol import freezing_degc, heat_frac
from twin.physics.moist_air import STANDARD_PA
from twin.physics.tower import Tower
from twin.scenario.schema.cooling import PlantSpec

TOWER_RANGE_K = 5.56
"""Of condenser water at full heat where a row states no flow: 10 °F, the usual selection."""


def moves_air(row: CoolingEquipment) -> bool:
    """Whether the fans of a unit are what `power_rated_w` counts."""
    return role(row.kind) in (Role.HALL_COOLING, Role.DOOR_COOLING, Role.DRY_COOLER)


def frozen_plants(out: Draft, nodes: Index, pressure_pa: float) -> tuple[Plant, ...]:
    """The plants of a layout, in air of a pressure; `nodes` (plant,) in the thermal network."""
    water_w_k = _water_w_k(out)
    return tuple(
        _frozen_plant(out, p, int(nodes[p]), pressure_pa, float(water_w_k[p]))
        for p in range(len(out.plants))
    )


def on_facility_water(out: Draft) -> tuple[Index, Index]:
    """Units indoors that facility water passes, and the plant of each."""
    plants = {Role.LOOP_COOLING: out.loop_plant, Role.HALL_COOLING: out.hall_plant}
    found = [
        (i, plants[does][unit.zone] if does in plants else unit.zone)
        for i, unit in enumerate(out.units)
        if (does := role(unit.row.kind)) in ON_WATER
    ]
    units, theirs = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return units, theirs


def water_heat_frac(out: Draft) -> Array:
    """(plant,) Heat that a cubic metre of each plant's water takes up, antifreeze in it, over that
    of plain water.
    """
    return heat_frac(np.array([spec.antifreeze for spec, _, _ in out.plants]))


def _water_w_k(out: Draft) -> Array:
    """(plant,) Streams of facility water through what is on it indoors."""
    units, plants = on_facility_water(out)
    flow_m3_s = np.array([out.units[i].row.primary_flow_m3_s for i in units.tolist()])
    streams = np.bincount(plants, stream_w_k(flow_m3_s, "water"), minlength=len(out.plants))
    return np.asarray(streams * water_heat_frac(out))


def _frozen_plant(out: Draft, p: int, node: int, pressure_pa: float, water_w_k: float) -> Plant:
    spec, row, units = out.plants[p]
    known = out.ledger.scenario.catalogue
    chiller = known.get(Chiller, row.curve) if row.curve else None
    water_cooled = chiller is not None and chiller.condenser == "water"
    return Plant(
        id=spec.name,
        kind=row.kind,
        node=node,
        supply_degc=spec.supply_temperature,
        band_k=spec.control_band_k,
        units=np.array(units, dtype=np.int64),
        capacity_w=row.capacity_w,
        conductance_w_k=_coil_w_k(row, pressure_pa),
        fan_exponent=_fan_exponent(row),
        curve=chiller_curve(chiller, row) if chiller else None,
        tower=_tower(spec, row, pressure_pa) if water_cooled else None,
        condenser_degc=spec.condenser_temperature,
        condenser_pump_w=row.power_rated_w * (1 - row.tower_fan_frac) if water_cooled else 0.0,
        evaporative_frac=row.evaporative_effectiveness_frac or 0.0,
        cycles=spec.cycles,
        pump_w=spec.pump_power,
        water_w_k=water_w_k,
        water_j_m3_k=float(stream_w_k(1.0, "water") * heat_frac(spec.antifreeze)),
        free=_free_cooling(spec, out.free_coolers.get(p), pressure_pa),
        reset=_reset(spec),
        freezes_degc=float(freezing_degc(spec.antifreeze)),
        load_reset=_load_reset(spec),
        ramp_s=spec.ramp,
        least_run_s=spec.least_run,
        pump_least_frac=spec.variable_pumps,
        primary_w_k=_primary_w_k(spec),
        store=_store(spec),
        reuse=_reuse(spec),
    )


def _reset(spec: PlantSpec) -> tuple[float, float, float] | None:
    asked = spec.weather_reset
    return None if asked is None else (asked.cold, asked.hot, asked.by)


def _load_reset(spec: PlantSpec) -> tuple[float, float, float] | None:
    asked = spec.load_reset
    return None if asked is None else (asked.low, asked.full, asked.by)


def _primary_w_k(spec: PlantSpec) -> float | None:
    flow = spec.primary_flow
    if flow is None:
        return None
    return float(stream_w_k(flow, "water") * heat_frac(spec.antifreeze))


def _store(spec: PlantSpec) -> ColdStore | None:
    asked = spec.cold_store
    if asked is None:
        return None
    full_j = cold_j(asked.volume, asked.rise, asked.usable) * float(heat_frac(spec.antifreeze))
    return ColdStore(full_j, asked.start * full_j, asked.discharge, asked.charge, asked.rise)


def _reuse(spec: PlantSpec) -> HeatReuse | None:
    asked = spec.heat_reuse
    if asked is None:
        return None
    return HeatReuse(asked.share, asked.capacity or np.inf, asked.return_at_least)


def _free_cooling(
    spec: PlantSpec, coolers: tuple[CoolingEquipment, list[int]] | None, pressure_pa: float
) -> FreeCooling | None:
    asked = spec.free_cooling
    if asked is None:
        return None
    row, units = coolers if coolers is not None else (None, [])
    return FreeCooling(
        units=np.array(units, dtype=np.int64),
        capacity_w=row.capacity_w if row else 0.0,
        conductance_w_k=_coil_w_k(row, pressure_pa) if row else 0.0,
        fan_exponent=_fan_exponent(row) if row else 1.0,
        in_series=asked.mode == "series",
        exchanger_k=asked.exchanger_approach,
    )


def _coil_w_k(row: CoolingEquipment, pressure_pa: float) -> float:
    """Of one dry cooler at full fans, between supply water and the site's air; 0 for the others.

    Its fans move volume, so the mass that passes the coil thins with the air.
    """
    if role(row.kind) is not Role.DRY_COOLER:
        return 0.0
    thinned = (pressure_pa / STANDARD_PA) ** _fan_exponent(row)
    return float(row.capacity_w / row.approach_k * thinned)


def _fan_exponent(row: CoolingEquipment) -> float:
    """Of a dry cooler's fans; 1 for the others."""
    if role(row.kind) is not Role.DRY_COOLER:
        return 1.0
    return cooler_exponent(
        row.capacity_w, row.approach_k, float(stream_w_k(row.flow_m3_s, row.fluid))
    )


def _tower(spec: PlantSpec, row: CoolingEquipment, pressure_pa: float) -> Tower:
    """The tower of one water-cooled chiller, designed for its heat at full load."""
    heat_w = row.capacity_w * (1 + 1 / (row.cop_reference or np.inf))
    water_w_k = float(stream_w_k(row.primary_flow_m3_s, "water")) or heat_w / TOWER_RANGE_K
    return Tower(
        heat_w,
        water_w_k,
        row.approach_k,
        fan_w=row.power_rated_w * row.tower_fan_frac,
        cycles=spec.cycles,
        basin_w_k=spec.basin_heater_w_k,
        drift_frac=spec.drift,
        pressure_pa=pressure_pa,
    )


def chiller_curve(row: Chiller, unit: CoolingEquipment) -> ChillerCurve:
    """The curve of a chiller of the catalogue, at the size of its unit."""
    return ChillerCurve(
        unit.capacity_w,
        unit.cop_reference or row.cop_reference,
        row.capft,
        row.eirft,
        row.eirplr,
        (row.x_min_degc, row.x_max_degc),
        (row.y_min_degc, row.y_max_degc),
        row.load_min_frac,
        row.unload_min_frac or row.load_min_frac,
        row.condenser == "water",
    )
