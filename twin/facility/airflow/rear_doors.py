"""Rear doors as the air of a hall meets them: what share of the way to their water they cool the
exhaust of a rack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from twin.catalogue.rows import CoolingEquipment
from twin.facility.airflow.units import RackBody
from twin.facility.ledger import Ledger
from twin.facility.stated_numbers import for_group
from twin.physics.coolant import (
    exchange_w_k,
    rated_transfer_w_k,
    return_conductance_w_k,
    stream_w_k,
)
from twin.physics.glycol import heat_frac
from twin.scenario.schema.doors import RearDoorSpec


def with_doors(ledger: Ledger, racks: Sequence[RackBody]) -> list[RackBody]:
    """The racks, those with a rear door with what it does to their exhaust."""
    cooling = ledger.scenario.plan.cooling
    water = {plant.name: plant for plant in cooling.plant}
    known = ledger.scenario.catalogue.rows(CoolingEquipment)
    out = {rack.box.name: rack for rack in racks}
    for i, door in enumerate(cooling.doors):
        row = known.get(door.type)
        if row is None or door.plant not in water:
            continue
        row = for_group(ledger, ("layout", "cooling", "doors", i), row, door.overrides)
        plant = water[door.plant]
        for name in _served(ledger, door):
            if name in out and out[name].flow_m3_s > 0:
                frac = _cooled_frac(row, out[name].flow_m3_s, plant.antifreeze)
                degc = plant.supply_temperature
                out[name] = replace(out[name], door_frac=frac, door_water_degc=degc)
    return list(out.values())


def _served(ledger: Ledger, door: RearDoorSpec) -> list[str]:
    asked = (door.serves,) if isinstance(door.serves, str) else door.serves
    return [rack for name in asked for rack in ledger.groups.get(name, (name,))]


def _cooled_frac(row: CoolingEquipment, flow_m3_s: float, glycol_frac: float) -> float:
    """Share of the way from its exhaust to a door's water that a rack's air is cooled; rows are
    rated with plain water.
    """
    rated = stream_w_k(row.flow_m3_s, "air")
    water = stream_w_k(row.primary_flow_m3_s, "water")
    air = stream_w_k(flow_m3_s, "air")
    transfer = rated_transfer_w_k(row.capacity_w, row.approach_k, float(rated), float(water))
    mixed = water * heat_frac(glycol_frac)
    passed = exchange_w_k(np.asarray(transfer), air, mixed, rated, mixed)
    return float(return_conductance_w_k(passed, air) / air)
