"""A plant as the run works with it: its chillers' curves, towers and coolers at the site's air."""

from __future__ import annotations

import numpy as np

from twin.catalogue import Catalogue
from twin.catalogue.equipment_kinds import Role, role
from twin.catalogue.rows import Chiller, CoolingEquipment
from twin.facility.model import Plant
from twin.physics.chiller import ChillerCurve
from twin.physics.coolant import COIL_EXPONENT, stream_w_k
from twin.physics.moist_air import STANDARD_PA
from twin.physics.tower import Tower
from twin.scenario.schema.cooling import PlantSpec

TOWER_RANGE_K = 5.56
"""Of condenser water at full heat where a row states no flow: 10 °F, the usual selection."""


def moves_air(row: CoolingEquipment) -> bool:
    """Whether the fans of a unit are what `power_rated_w` counts."""
    return role(row.kind) in (Role.HALL_COOLING, Role.DRY_COOLER)


def frozen_plant(
    known: Catalogue,
    entry: tuple[PlantSpec, CoolingEquipment, list[int]],
    node: int,
    pressure_pa: float,
) -> Plant:
    """One plant of a layout, in air of a pressure."""
    spec, row, units = entry
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
        curve=_curve(chiller, row) if chiller else None,
        tower=_tower(spec, row, pressure_pa) if water_cooled else None,
        condenser_degc=spec.condenser_temperature,
        condenser_pump_w=row.power_rated_w * (1 - row.tower_fan_frac) if water_cooled else 0.0,
        evaporative_frac=row.evaporative_effectiveness_frac or 0.0,
        cycles=spec.cycles,
        pump_w=spec.pump_power,
    )


def _coil_w_k(row: CoolingEquipment, pressure_pa: float) -> float:
    """Of one dry cooler at full fans, between supply water and the site's air; 0 for the others.

    Its fans move volume, so the mass that passes the coil thins with the air.
    """
    if role(row.kind) is not Role.DRY_COOLER:
        return 0.0
    return float(row.capacity_w / row.approach_k * (pressure_pa / STANDARD_PA) ** COIL_EXPONENT)


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
        drift_frac=spec.drift,
        pressure_pa=pressure_pa,
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
        row.unload_min_frac or row.load_min_frac,
    )
