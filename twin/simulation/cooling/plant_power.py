"""What the units of a plant draw and evaporate at a look around of the building controls.

Everything is an array over looks around (look,): one where something happens, many on end in a
quiet stretch; the same laws, and the same bits, for both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Mask
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.model import Plant, Units
from twin.physics.chiller import available_w, outside, power_w, safely_outside
from twin.physics.coolant import affinity_power_w, fan_speed_frac, pad_water_kg_s
from twin.physics.tower import hold
from twin.physics.tower import water as tower_water
from twin.simulation.cooling.segments import entering_degc, wetted_degc

STAGE_UP_FRAC = 0.9
"""Another chiller joins when the running ones pass this share of their capacity; assumed."""
NO_HEAT_FRAC = 1e-9
"""Heat below this share of a unit's capacity is rounding at the set-point, and moves no fan."""

CONDENSER_ROUNDS = 3
"""Between compressor power and condenser water: a few millikelvin are left."""


@dataclass(frozen=True)
class Look:
    """What the controls see of one plant. Arrays are (look,) where nothing else is said."""

    plant: Plant
    units: Units
    running: Mask
    """(unit of the plant,)"""
    pumps_w: Array
    """(unit of the plant,) its water pump."""
    supply_degc: float
    heat_w: Array
    """Heat that the plant takes from its water."""
    water_degc: Array
    dry_bulb_degc: Array
    wet_bulb_degc: Array


@dataclass(frozen=True)
class Setting:
    """How fans and compressors are set."""

    unit_w: Array
    """(look, unit of the plant) electrical power, water pumps included."""
    water_kg_s: Array
    """(look,) evaporated, blow-down included."""
    settings: int = 0
    """Chillers set."""
    clipped: int = 0
    safely_clipped: int = 0
    """Those set outside their curves, on the side that errs low, and on the other."""


def setting(look: Look) -> Setting:
    """Fans and compressors as the heat asks for them."""
    if not look.running.any():
        looks = look.heat_w.size
        return Setting(np.tile(look.pumps_w, (looks, 1)), np.zeros(looks))
    few = NO_HEAT_FRAC * look.plant.capacity_w
    heat = np.where(look.heat_w < few, 0.0, look.heat_w)
    if role(look.plant.kind) is Role.DRY_COOLER:
        return _fans(look, heat)
    return _compressors(look, heat)


def _fans(look: Look, heat: Array) -> Setting:
    """All running dry coolers turn alike; their pads are wetted where dry air cannot carry the
    heat at hand.
    """
    plant = look.plant
    count = int(look.running.sum())
    coil_w_k = count * plant.conductance_w_k
    dry_does = heat <= coil_w_k * (look.water_degc - look.dry_bulb_degc) * (1 + NO_HEAT_FRAC)
    wetted = wetted_degc(plant, look.dry_bulb_degc, look.wet_bulb_degc)
    air = np.where(dry_does, look.dry_bulb_degc, wetted)
    most = coil_w_k * (look.water_degc - air)
    able = most > 0
    speed = np.where(able, fan_speed_frac(heat / np.where(able, most, 1.0)), 0.0)
    drop_k = look.dry_bulb_degc - air
    pads_kg_s = pad_water_kg_s(plant.capacity_w, speed, drop_k, plant.cycles)
    rated_w = look.units.power_w[plant.units] - plant.pump_w / plant.units.size
    fans_w = affinity_power_w(rated_w, speed[:, None], look.units.floor_frac[plant.units])
    return Setting(look.pumps_w + np.where(look.running, fans_w, 0.0), count * pads_kg_s)


def _compressors(look: Look, heat: Array) -> Setting:
    """As few chillers as can carry the heat share it; the others stand by."""
    plant = look.plant
    assert plant.curve is not None
    leaving = np.minimum(look.water_degc, look.supply_degc + plant.band_k)
    at_full = np.asarray(entering_degc(plant, look.dry_bulb_degc, look.wet_bulb_degc))
    each = STAGE_UP_FRAC * available_w(plant.curve, leaving, at_full)
    used = np.clip(np.ceil(heat / each), 1, int(look.running.sum()))
    condenser = _condenser(look, heat / used, leaving)
    compressor = power_w(plant.curve, heat / used, leaving, condenser.entering_degc)
    works = look.running & (np.cumsum(look.running) <= used[:, None])
    drawn = (compressor + condenser.power_w)[:, None]
    beyond = outside(plant.curve, leaving, condenser.entering_degc)
    safe = beyond & safely_outside(plant.curve, leaving, condenser.entering_degc)
    return Setting(
        look.pumps_w + np.where(works, drawn, 0.0),
        used * condenser.water_kg_s,
        heat.size,
        int(beyond.sum() - safe.sum()),
        int(safe.sum()),
    )


@dataclass(frozen=True)
class _Condenser:
    """How the heat of one chiller leaves. Arrays are (look,)."""

    entering_degc: Array
    power_w: Array
    """Tower fans and condenser pump."""
    water_kg_s: Array
    """Make-up of its tower."""


def _condenser(look: Look, each_w: Array, leaving: Array) -> _Condenser:
    """Outdoor air, or a tower whose water follows wet bulb and the heat of the chiller itself.

    Compressor power and condenser water depend on one another; each round brings the water nearer
    by a factor of twenty or so.
    """
    plant = look.plant
    if plant.tower is None:
        nothing = np.zeros(each_w.size)
        return _Condenser(look.dry_bulb_degc, nothing, nothing)
    assert plant.curve is not None
    rejected = each_w * (1 + 1 / plant.curve.cop)
    for _ in range(CONDENSER_ROUNDS):
        held = hold(plant.tower, rejected, look.wet_bulb_degc, plant.condenser_degc)
        rejected = each_w + power_w(plant.curve, each_w, leaving, held.water_degc)
    water = tower_water(
        plant.tower, rejected, look.dry_bulb_degc, look.wet_bulb_degc, held.air_frac
    )
    pump_w = np.where(each_w > 0, plant.condenser_pump_w, 0.0)
    return _Condenser(held.water_degc, held.fan_w + pump_w, water.make_up)
