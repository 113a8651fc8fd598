"""Plants of a layout over a year: steady every hour, set as the building controls of a run set them
(`simulation/cooling/plant_power.py`), with dampers of air handlers ahead of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.analysis.climate import months
from twin.arrays import Array, Index
from twin.catalogue.equipment_kinds import ON_WATER, Role, of_role, role
from twin.facility import Facility
from twin.facility.cooling import peak
from twin.facility.cooling.outdoors import entering_degc
from twin.facility.model import Plant
from twin.physics.chiller import available_w
from twin.quantities import percent
from twin.scenario.series import YearOfAir
from twin.simulation.cooling.free_cooling import relief
from twin.simulation.cooling.look import Look
from twin.simulation.cooling.plant_power import Setting, setting
from twin.simulation.cooling.reuse import reused_frac, settled_degc
from twin.simulation.cooling.segments import segment_rows
from twin.study.year_of_dampers import Vented, vented

PUMP_ROUNDS = 3
"""Between the speed of water pumps and the heat that they leave in the water."""


@dataclass(frozen=True)
class PlantsWork:
    """What plants do in a year. Arrays are (hour,) where nothing else is said."""

    unit_w: Array
    """(hour, cooling unit)"""
    water_kg_s: Array
    compressed_w: Array
    """Heat carried by compressors."""
    heat_w: Array
    """Heat of racks, units and pumps."""
    modes: dict[str, Index]
    """By plant, and by hall with dampers: rows of `months.MODES`."""
    notes: tuple[str, ...]
    water_degc: Array
    """(hour, plant) facility water."""
    air: Vented


@dataclass(frozen=True)
class _Pumped:
    """Heat of a plant whose water pumps may follow it. Arrays are (hour,)."""

    heat_w: Array
    """Without what pumps draw less than at full speed."""
    load_frac: Array
    """The same over that of the design point."""
    speed_frac: Array

    def at(self, hours: Index) -> _Pumped:
        """The same in some hours."""
        return _Pumped(self.heat_w[hours], self.load_frac[hours], self.speed_frac[hours])


@dataclass(frozen=True)
class _Found:
    """How a plant is set. Arrays are (hour,) where nothing else is said."""

    unit_w: Array
    """(hour, unit of the plant) with water pumps at full speed."""
    water_kg_s: Array
    compressed_w: Array
    """Heat carried by compressors."""
    carried_w: Array
    water_degc: Array
    short: int
    """Hours in which it cannot carry the heat."""
    settings: tuple[Setting, ...]
    """By speed of its pumps."""


def plants(
    facility: Facility, rack_w: Array, year: YearOfAir, moist_w: Array | None = None
) -> PlantsWork:
    """Every plant at the heat that reaches it.

    moist_w   (hour, plant) heat that the moisture of halls adds
    """
    air = vented(facility, rack_w, year)
    unit_w = _moving_w(facility, rack_w, year.dry_bulb_degc.size)
    water = np.zeros(len(unit_w))
    compressed = np.zeros(len(unit_w))
    water_degc = np.zeros((len(unit_w), len(facility.cooling.plants)))
    modes = dict(air.modes)
    notes: list[str] = []
    design_w = peak.plant_heat_w(facility)
    reaches_w = np.tile(peak.plant_heat_w(facility, rack_w), (len(unit_w), 1))
    if moist_w is not None:
        reaches_w = reaches_w + moist_w
    for p, plant in enumerate(facility.cooling.plants):
        pumped = _pumped(plant, _left_w(reaches_w[:, p], air, p), design_w[p])
        found = _found(facility, plant, pumped, year)
        water_degc[:, p] = found.water_degc
        unit_w[:, plant.all_units] = found.unit_w - _spared_w(plant, pumped.speed_frac)
        water += found.water_kg_s
        compressed += found.compressed_w
        modes[plant.id] = _modes(plant, found)
        notes += _told(plant, found)
    heat_w = np.asarray(reaches_w.sum(axis=1))
    return PlantsWork(unit_w, water, compressed, heat_w, modes, tuple(notes), water_degc, air)


def _moving_w(facility: Facility, rack_w: Array, hours: int) -> Array:
    """(hour, cooling unit) power of what moves coolant and air, for what racks draw."""
    kinds = facility.cooling.units.kind
    moves = of_role(kinds, *ON_WATER)
    return np.tile(np.where(moves, peak.unit_w(facility, rack_w), 0.0), (hours, 1))


def _left_w(reaches_w: Array, air: Vented, plant: int) -> Array:
    """(hour,) heat that dampers leave to a plant."""
    return np.asarray(np.maximum(reaches_w - air.plant_w[:, plant], 0.0))


def _modes(plant: Plant, found: _Found) -> Index:
    pads = role(plant.kind) is Role.DRY_COOLER
    compressed_frac = found.compressed_w / np.maximum(found.carried_w, 1e-9)
    return months.of_share(compressed_frac, found.water_kg_s > 0 if pads else None)


def _found(facility: Facility, plant: Plant, pumped: _Pumped, year: YearOfAir) -> _Found:
    """How a plant is set, the hours of each speed of its pumps together: what its common pipe
    mixes follows the speed of the hour.
    """
    size = pumped.heat_w.size
    unit_w = np.zeros((size, plant.all_units.size))
    water, compressed, carried, degc = np.zeros((4, size))
    short = 0
    settings: list[Setting] = []
    for speed_frac in np.unique(pumped.speed_frac):
        hours = np.flatnonzero(pumped.speed_frac == speed_frac)
        look, missed = _look(facility, plant, pumped.at(hours), _air_at(year, hours))
        found = setting(look)
        unit_w[hours] = found.unit_w
        water[hours] = found.water_kg_s
        compressed[hours] = _compressed_w(look)
        carried[hours] = look.heat_w
        degc[hours] = look.water_degc
        short += missed
        settings.append(found)
    return _Found(unit_w, water, compressed, carried, degc, short, tuple(settings))


def _air_at(year: YearOfAir, hours: Index) -> tuple[Array, Array]:
    return year.dry_bulb_degc[hours], year.wet_bulb_degc[hours]


def _look(
    facility: Facility, plant: Plant, pumped: _Pumped, air: tuple[Array, Array]
) -> tuple[Look, int]:
    """What the controls of a plant see in hours of one pump speed, with the water that carries the
    heat; and in how many of them the plant cannot carry it.

    air   (hour,) dry bulb, wet bulb
    """
    count = plant.units.size
    free = plant.all_units.size - count
    heat = pumped.heat_w
    raised_k = plant.raised_k(air[0]) + plant.load_raised_k(pumped.load_frac)
    supply_degc = plant.supply_degc + raised_k
    water_frac = float(pumped.speed_frac[0])
    common = plant.common_pipe(count, water_frac)
    rows = segment_rows(plant, count, supply_degc, *air, free_running=free, common=common)
    share = reused_frac(plant, rows, heat, plant.water_w_k * water_frac)
    water_degc, left = settled_degc(rows, (1.0 - share) * heat)
    carried = left + share * heat
    short = int(np.count_nonzero(carried < heat * (1 - 1e-9)))
    look = Look(
        plant,
        facility.cooling.units,
        np.ones(count + free, dtype=bool),
        np.concatenate([np.full(count, plant.pump_w / count), np.zeros(free)]),
        supply_degc,
        carried,
        water_degc,
        *air,
        common,
        water_frac=water_frac,
        reused_frac=share,
    )
    return look, short


def _spared_w(plant: Plant, speed_frac: Array) -> Array:
    """(hour, unit of the plant) what its water pumps draw less than at full speed."""
    pump_w = np.zeros(plant.all_units.size)
    pump_w[: plant.units.size] = plant.pump_w / plant.units.size
    return np.asarray((1.0 - speed_frac**3)[:, None] * pump_w)


def _pumped(plant: Plant, heat_w: Array, design_w: float) -> _Pumped:
    """Pumps as fast as the heat asks, and the heat with what they then draw."""
    most_w = max(float(design_w), 1.0)
    speed_frac = np.ones(heat_w.size)
    left_w = heat_w
    for _ in range(0 if plant.pump_least_frac is None else PUMP_ROUNDS):
        speed_frac = plant.pump_speed_frac(left_w / most_w)
        left_w = heat_w - plant.pump_w * (1.0 - speed_frac**3)
    return _Pumped(left_w, left_w / most_w, speed_frac)


def _compressed_w(look: Look) -> Array:
    """(hour,) Heat that compressors of a plant carry: what free cooling leaves."""
    plant = look.plant
    if role(plant.kind) is Role.DRY_COOLER:
        return np.zeros(look.heat_w.size)
    assert plant.curve is not None
    at_full = entering_degc(plant, look.dry_bulb_degc, look.wet_bulb_degc)
    most = plant.units.size * available_w(plant.curve, look.supply_degc, at_full)
    left = (1.0 - look.reused_frac) * look.heat_w
    return np.asarray(left - relief(look, left, most).heat_w)


def _told(plant: Plant, found: _Found) -> list[str]:
    notes = []
    if found.short:
        notes.append(f"{plant.id} cannot carry the heat in {found.short} hours of the year")
    beyond = [one.beyond for one in found.settings]
    nearest_w = sum(one.nearest_w for one in beyond)
    if nearest_w:
        there = sum(one.outside + one.safely_outside for one in beyond)
        share = there / max(sum(one.settings for one in found.settings), 1)
        drawn_w = sum(one.power_w for one in beyond)
        unsure_w = sum(one.unsure_w for one in beyond)
        off = drawn_w / nearest_w - 1
        notes.append(
            f"{plant.id} works outside its chillers' curves in {percent(share, 0)} of the hours; "
            f"there power is extrapolated by the lift, {percent(abs(off), 0)} "
            f"{'more' if off > 0 else 'less'} than at the nearest point of the curves; nine of ten "
            f"machines lie within {percent(unsure_w / drawn_w, 0)} of it"
        )
    return notes
