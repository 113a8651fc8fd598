"""The year of a layout: its plants in their steady state, hour by hour as arrays, by the laws that
a run obeys.

Racks draw what is stated all year; coolant units and air handlers run as at the design point;
every plant carries the heat that reaches it, set as the building controls of a run set it
(`simulation/cooling/plant_power.py`); the power path carries racks and cooling, with its losses at
part load.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.analysis.climate.answer import ClimateYear, Hours
from twin.arrays import Array
from twin.catalogue.equipment_kinds import Role, is_source, of_role, role
from twin.facility import Facility
from twin.facility.cooling import peak
from twin.facility.model import Plant
from twin.facility.power.loading import loading
from twin.physics.chiller import available_w
from twin.scenario.series import YearOfAir
from twin.simulation.cooling.free_cooling import relief
from twin.simulation.cooling.look import Look
from twin.simulation.cooling.plant_power import Setting, setting
from twin.simulation.cooling.segments import entering_degc, segment_rows

LOSS_POINTS = 9
"""Hours, from little cooling to much, at which the power path is worked out; between them losses
follow in straight lines."""


@dataclass(frozen=True)
class _Work:
    """What plants do in a year."""

    unit_w: Array
    """(hour, cooling unit)"""
    water_kg_s: Array
    compressed_w: Array
    """Heat carried by compressors."""
    heat_w: float
    notes: tuple[str, ...]


def year_of_layout(facility: Facility, year: YearOfAir, load_frac: float | None) -> ClimateYear:
    """The year of a facility in some air.

    load_frac   of rated power that every rack draws all year; None for idle racks
    """
    racks = facility.racks
    rack_w = racks.idle_w if load_frac is None else racks.rated_w * load_frac
    work = _plants(facility, rack_w, year)
    power = {"it": np.full(year.dry_bulb_degc.size, float(rack_w.sum()))}
    power |= _by_kind(facility, work.unit_w)
    power |= _losses(facility, rack_w, work.unit_w)
    share = work.compressed_w / max(work.heat_w, 1e-9)
    hours = Hours(power, {"plants": work.water_kg_s}, share)
    inputs = {"load_frac": float(rack_w.sum() / max(racks.rated_w.sum(), 1e-9)),
              "it_w": float(rack_w.sum())}  # fmt: skip
    name = facility.scenario.plan.name
    return ClimateYear(name, year, hours, inputs, work.notes)


def _plants(facility: Facility, rack_w: Array, year: YearOfAir) -> _Work:
    """Every plant at the heat that reaches it."""
    cooling = facility.cooling
    moving_w = np.where(
        of_role(cooling.units.kind, Role.LOOP_COOLING)
        | of_role(cooling.units.kind, Role.HALL_COOLING),
        peak.unit_w(facility),
        0.0,
    )
    hours = year.dry_bulb_degc.size
    unit_w = np.tile(moving_w, (hours, 1))
    water = np.zeros(hours)
    compressed = np.zeros(hours)
    notes: list[str] = []
    heat_w = peak.plant_heat_w(facility, rack_w)
    for plant, heat in zip(cooling.plants, heat_w.tolist(), strict=True):
        look, short = _look(facility, plant, np.full(hours, heat), year)
        found = setting(look)
        unit_w[:, plant.all_units] = found.unit_w
        water += found.water_kg_s
        compressed += _compressed_w(look)
        notes += _told(plant, found, short)
    return _Work(unit_w, water, compressed, float(heat_w.sum()), tuple(notes))


def _look(facility: Facility, plant: Plant, heat: Array, year: YearOfAir) -> tuple[Look, int]:
    """What the controls of a plant see, with the water that carries the heat; and in how many hours
    the plant cannot carry it.
    """
    count = plant.units.size
    air = (year.dry_bulb_degc, year.wet_bulb_degc)
    free = plant.all_units.size - count
    supply_degc = plant.supply_degc + plant.raised_k(year.dry_bulb_degc)
    rows = segment_rows(plant, count, supply_degc, *air, free_running=free)
    steep, reference, constant, _, upper = np.moveaxis(rows, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        water = reference + (heat[:, None] - constant) / steep
    middle = water[:, 1] <= upper[:, 1]
    last = np.where(steep[:, 2] > 0, water[:, 2], upper[:, 1])
    carried = np.where(middle | (steep[:, 2] > 0), heat, np.minimum(heat, constant[:, 2]))
    short = int(np.count_nonzero(carried < heat * (1 - 1e-9)))
    look = Look(
        plant,
        facility.cooling.units,
        np.ones(count + free, dtype=bool),
        np.concatenate([np.full(count, plant.pump_w / count), np.zeros(free)]),
        supply_degc,
        carried,
        np.where(middle, water[:, 1], last),
        *air,
    )
    return look, short


def _compressed_w(look: Look) -> Array:
    """(hour,) Heat that compressors of a plant carry: what free cooling leaves."""
    plant = look.plant
    if role(plant.kind) is Role.DRY_COOLER:
        return np.zeros(look.heat_w.size)
    assert plant.curve is not None
    leaving = np.minimum(look.water_degc, look.supply_degc + plant.band_k)
    at_full = entering_degc(plant, look.dry_bulb_degc, look.wet_bulb_degc)
    most = plant.units.size * available_w(plant.curve, leaving, at_full)
    return np.asarray(look.heat_w - relief(look, look.heat_w, most).heat_w)


def _told(plant: Plant, found: Setting, short: int) -> list[str]:
    notes = []
    if short:
        notes.append(f"{plant.id} cannot carry the heat in {short} hours of the year")
    if found.clipped + found.safely_clipped:
        share = (found.clipped + found.safely_clipped) / max(found.settings, 1)
        notes.append(
            f"{plant.id} works outside its chillers' curves in {share:.0%} of the hours; "
            "the nearest point of the curves stands for it"
        )
    return notes


def _by_kind(facility: Facility, unit_w: Array) -> dict[str, Array]:
    """Power by kind of cooling unit."""
    kinds = np.array(facility.cooling.units.kind)
    return {
        f"{kind}s": unit_w[:, kinds == kind].sum(axis=1) for kind in dict.fromkeys(kinds.tolist())
    }


def _losses(facility: Facility, rack_w: Array, unit_w: Array) -> dict[str, Array]:
    """Losses of the power path by kind of equipment, by the cooling it carries beside the racks."""
    tree = facility.power
    total = unit_w.sum(axis=1)
    order = np.argsort(total, kind="stable")
    at = np.unique(order[np.linspace(0, total.size - 1, LOSS_POINTS).astype(int)])
    at = at[np.argsort(total[at], kind="stable")]
    kinds = np.array(tree.kind[: tree.equipment])
    lost = []
    for hour in at:
        flow = loading(facility, rack_w=rack_w, unit_w=unit_w[hour])
        lost.append((flow.input_w - flow.output_w)[: tree.equipment])
    table = np.array(lost)
    return {
        f"loss_{kind}": np.interp(total, total[at], table[:, kinds == kind].sum(axis=1))
        for kind in dict.fromkeys(kinds.tolist())
        if not is_source(kind)
    }
