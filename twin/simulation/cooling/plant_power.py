"""What the units of a plant draw and evaporate at a look around of the building controls.

Everything is an array over looks around (look,): one where something happens, many on end in a
quiet stretch; the same laws, and the same bits, for both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.arrays import Array
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.cooling.outdoors import entering_degc, wetted_degc
from twin.facility.model import Plant
from twin.physics.chiller import (
    STAGE_UP_FRAC,
    ChillerCurve,
    available_w,
    beyond_frac,
    outside,
    power_w,
    safely_outside,
    unsure_frac,
)
from twin.physics.coolant import affinity_power_w, fan_speed_frac, pad_water_kg_s
from twin.physics.tower import Leaving, basin_heater_w, hold
from twin.physics.tower import water as tower_water
from twin.simulation.cooling.free_cooling import relief
from twin.simulation.cooling.look import Look

NO_HEAT_FRAC = 1e-9
"""Heat below this share of a unit's capacity is rounding at the set-point, and moves no fan."""

CONDENSER_ROUNDS = 3
"""Between compressor power and condenser water: a few millikelvin are left."""


@dataclass(frozen=True)
class Beyond:
    """Chillers set outside their curves."""

    outside: int = 0
    """Where they may carry less than is said: hotter air or colder water."""
    safely_outside: int = 0
    """Milder air or warmer water."""
    power_w: float = 0.0
    nearest_w: float = 0.0
    """What these draw, summed over looks, and what they would at the nearest point of theirs."""
    unsure_w: float = 0.0
    """What nine of ten machines err by at most, summed likewise."""


@dataclass(frozen=True)
class Setting:
    """How fans and compressors are set."""

    unit_w: Array
    """(look, unit of the plant) electrical power, water pumps included."""
    water_kg_s: Array
    """(look,) evaporated, blow-down included."""
    settings: int = 0
    """Chillers set."""
    staged: int = 0
    """Chillers that share the heat at the last look."""
    beyond: Beyond = Beyond()
    reused_w: float = 0.0
    """Heat that somebody takes at the last look."""


def setting(look: Look) -> Setting:
    """Fans and compressors as the heat asks for them."""
    if not look.running.any():
        looks = look.heat_w.size
        return Setting(np.tile(look.pumps_w, (looks, 1)), np.zeros(looks))
    few = NO_HEAT_FRAC * look.plant.capacity_w
    heat = np.where(look.heat_w < few, 0.0, look.heat_w)
    reused = _reused_w(look, heat)
    left = heat if reused is None else heat - reused
    dry = role(look.plant.kind) is Role.DRY_COOLER
    found = _fans(look, left) if dry else _compressors(look, left)
    return found if reused is None else replace(found, reused_w=float(reused[-1:].sum()))


def _reused_w(look: Look, heat: Array) -> Array | None:
    """(look,) heat that somebody takes from the return; None where nobody asks."""
    reuse = look.plant.reuse
    if reuse is None:
        return None
    return np.asarray(np.minimum(look.reused_frac * heat, reuse.capacity_w))


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
    duty = heat / np.where(able, most, 1.0)
    speed = np.where(able, fan_speed_frac(duty, plant.fan_exponent), 0.0)
    drop_k = look.dry_bulb_degc - air
    pads_kg_s = pad_water_kg_s(plant.capacity_w, speed, drop_k, plant.cycles)
    rated_w = look.units.power_w[plant.units] - plant.pump_w / plant.units.size
    fans_w = affinity_power_w(rated_w, speed[:, None], look.units.floor_frac[plant.units])
    return Setting(look.pumps_w + np.where(look.running, fans_w, 0.0), count * pads_kg_s)


def _compressors(look: Look, heat: Array) -> Setting:
    """Free cooling first; as few chillers as can carry the rest share it, the others stand by."""
    plant = look.plant
    assert plant.curve is not None
    chillers = look.running[: plant.units.size]
    count = max(int(chillers.sum()), 1)
    leaving = np.minimum(look.behind_degc, look.supply_degc + plant.band_k)
    at_full = np.asarray(entering_degc(plant, look.dry_bulb_degc, look.wet_bulb_degc))
    most = available_w(plant.curve, leaving, at_full)
    carried = int(chillers.sum()) * available_w(plant.curve, look.supply_degc, at_full)
    relieved = relief(look, heat, carried)
    rest = heat - relieved.heat_w
    least = max(plant.staged_for_flow(count, look.water_frac), min(look.held, count))
    used = np.clip(np.ceil(rest / (STAGE_UP_FRAC * most)), least, count)
    condenser = _condenser(look, HeatSplit(heat, rest, used, count, leaving), relieved.tower_degc)
    compressor = power_w(plant.curve, rest / used, leaving, condenser.entering_degc)
    nth = np.cumsum(chillers)
    works = chillers & (nth <= used[:, None])
    turns = chillers & (nth <= condenser.towers[:, None])
    drawn = np.where(works, compressor[:, None], 0.0)
    drawn = drawn + np.where(turns, condenser.power_w[:, None], 0.0)
    if plant.tower is not None and plant.tower.basin_w_k:
        heater_w = basin_heater_w(plant.tower, look.dry_bulb_degc)
        drawn = drawn + np.where(chillers & ~turns, heater_w[:, None], 0.0)
    drawn = np.concatenate([drawn, relieved.fans_w], axis=1)
    beyond = _beyond(plant.curve, leaving, condenser.entering_degc, used * compressor)
    return Setting(
        look.pumps_w + drawn, condenser.water_kg_s, heat.size, int(used[-1:].sum()), beyond
    )


def _beyond(curve: ChillerCurve, leaving: Array, entering: Array, drawn_w: Array) -> Beyond:
    """Looks at which compressors draw something outside their curves."""
    there = (drawn_w > 0) & outside(curve, leaving, entering)
    if not there.any():
        return Beyond()
    safe = there & safely_outside(curve, leaving, entering)
    there_w = np.where(there, drawn_w, 0.0)
    nearest_w = there_w / beyond_frac(curve, leaving, entering)
    counts = (int(there.sum() - safe.sum()), int(safe.sum()))
    off_w = there_w * unsure_frac(curve, leaving, entering)
    return Beyond(*counts, float(there_w.sum()), float(nearest_w.sum()), float(off_w.sum()))


@dataclass(frozen=True)
class HeatSplit:
    """How heat is shared between free cooling and chillers. Arrays are (look,)."""

    heat_w: Array
    rest_w: Array
    """What chillers take."""
    used: Array
    """Chillers that share it."""
    count: int
    """Chillers that run."""
    leaving_degc: Array


@dataclass(frozen=True)
class Condenser:
    """How the heat of chillers leaves. Arrays are (look,)."""

    entering_degc: Array
    towers: Array
    """How many turn."""
    power_w: Array
    """Fans and condenser pump of each."""
    water_kg_s: Array
    """Make-up of all."""


def _turning_frac(plant: Plant, load: HeatSplit, held: Leaving) -> Array:
    """(look,) share of the time that a chiller turns, and its condenser pump with it."""
    assert plant.curve is not None
    full = available_w(plant.curve, load.leaving_degc, held.water_degc)
    least = np.maximum(plant.curve.load_min_frac * full, 1e-9)
    return np.asarray(np.minimum(load.rest_w / load.used / least, 1.0))


def _condenser(look: Look, load: HeatSplit, exchanger_degc: Array) -> Condenser:
    """Outdoor air, or towers whose water follows wet bulb and the heat of the chillers themselves.

    Where an exchanger asks for tower water, all towers turn for it and for the condensers.
    Compressor power and condenser water depend on one another; each round brings the water nearer
    by a factor of twenty or so.
    """
    plant = look.plant
    if plant.tower is None:
        nothing = np.zeros(load.heat_w.size)
        return Condenser(look.dry_bulb_degc, load.used, nothing, nothing)
    assert plant.curve is not None
    shared = ~np.isnan(exchanger_degc)
    towers = np.where(shared, load.count, load.used)
    own = plant.condenser_set_degc(look.wet_bulb_degc)
    wanted = np.where(shared, exchanger_degc, own)
    each_w = load.rest_w / load.used
    rejected = (load.heat_w + load.rest_w / plant.curve.cop) / towers
    for _ in range(CONDENSER_ROUNDS):
        held = hold(plant.tower, rejected, look.wet_bulb_degc, wanted)
        compressors_w = load.used * power_w(plant.curve, each_w, load.leaving_degc, held.water_degc)
        rejected = (load.heat_w + compressors_w) / towers
    water = tower_water(
        plant.tower, rejected, look.dry_bulb_degc, look.wet_bulb_degc, held.air_frac
    )
    pump_w = plant.condenser_pump_w * np.where(shared, 1.0, _turning_frac(plant, load, held))
    return Condenser(held.water_degc, towers, held.fan_w + pump_w, towers * water.make_up)
