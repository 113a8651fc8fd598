"""Moisture of the halls that state it, over a year: a steady, well-mixed balance every hour
(`physics/hall_moisture.py`), with coils as the year's water and heat have them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array
from twin.facility import Facility
from twin.facility.cooling import peak
from twin.facility.cooling.moisture import (
    ALLOWED_DEW_DEGC,
    ALLOWED_HUMIDITY_FRAC,
    HOUR_S,
    RECOMMENDED_HUMIDITY_FRAC,
    CoilAir,
    balance,
    coil_air,
    leakage_kg_s,
)
from twin.physics import humidity_control, moist_air
from twin.physics.hall_moisture import HallMoisture
from twin.physics.humidity_control import HUMIDIFIERS
from twin.physics.moist_air import AIR_J_KG_K, VAPORISATION_J_KG
from twin.scenario.schema.room import MoistureSpec
from twin.scenario.series import YearOfAir
from twin.study.year_of_plants import PlantsWork

Told = dict[str, float]
Vent = tuple[Array, float]
Air = tuple[Array, CoilAir, Array, Array]
DAMPER_ROUNDS = 6
"""Between outdoor air and the water that evaporates in it."""


@dataclass(frozen=True)
class MoistYear:
    """What the moisture of halls comes to."""

    told: dict[str, Told]
    """By hall that states it."""
    humidified_kg_s: Array
    """(hour,) water of humidifiers, what they drain included."""
    unit_w: Array
    """(hour, cooling unit) electricity of humidifiers and dehumidifiers."""
    plant_w: Array
    """(hour, plant) heat of condensing and of both, which reaches its water."""


def moisture(facility: Facility, rack_w: Array, work: PlantsWork, year: YearOfAir) -> MoistYear:
    """What every hall that states its moisture comes to."""
    told: dict[str, Told] = {}
    hours = year.dry_bulb_degc.size
    water = np.zeros(hours)
    unit_w = np.zeros((hours, len(facility.cooling.units.id)))
    plant_w = np.zeros((hours, len(facility.cooling.plants)))
    halls = {hall.name: hall for hall in facility.scenario.plan.halls}
    for h, name in enumerate(facility.cooling.hall_id):
        spec = halls[name].moisture
        mine = np.flatnonzero(facility.cooling.air.handler_hall == h)
        if spec is None or not mine.size:
            continue
        plant = facility.cooling.hall_plant[h]
        cold_degc = work.water_degc[:, plant]
        leaks = leakage_kg_s(facility, halls[name], spec)
        vented = work.air.outdoor_w_k[:, h] / AIR_J_KG_K
        spared_w = work.air.plant_w[:, plant]
        coil = coil_air(facility, rack_w, mine, h, cold_degc, spared_w)
        air = (year.ratio, coil, cold_degc, year.pressure_pa)
        kind = HUMIDIFIERS[spec.humidifier_type]
        moved = float(peak.handler_w_k(facility, rack_w)[mine].sum()) / AIR_J_KG_K
        found = _balanced(spec, leaks, (vented, moved), air)
        bled = found.humidified_kg_s * kind.bleed_frac
        told[name] = _told(found, cold_degc, year) | _humidity(found, coil, year)
        told[name]["humidifier_bleed_l"] = float(bled.sum()) * HOUR_S
        water += found.humidified_kg_s + bled
        given = (found.humidified_kg_s, found.dehumidified_kg_s, kind.electricity_j_kg)
        drawn_w = humidity_control.power_w(*given)
        unit_w[:, facility.cooling.air.handler_unit[mine]] += drawn_w[:, None] / mine.size
        plant_w[:, plant] += humidity_control.latent_w(found.condensed_kg_s)
        plant_w[:, plant] += humidity_control.air_heat_w(*given)
    return MoistYear(told, water, unit_w, plant_w)


def _balanced(spec: MoistureSpec, leaks_kg_s: float, vented: Vent, air: Air) -> HallMoisture:
    """A hall's moisture, with dampers that shut by what evaporating water takes, in hours in which
    they mix.

    vented   (hour,) outdoor air that they let in without, and all that handlers move
    """
    most_kg_s, moved_kg_s = vented
    ratio, coil, *rest = air
    kind = HUMIDIFIERS[spec.humidifier_type]
    found = balance(spec, leaks_kg_s + most_kg_s, ratio, coil, *rest)
    alone = (most_kg_s > 0) & (most_kg_s < moved_kg_s * (1 - 1e-9))
    if kind.electricity_j_kg > VAPORISATION_J_KG or not alone.any():
        return found
    now = most_kg_s
    for _ in range(DAMPER_ROUNDS):
        takes_w = found.humidified_kg_s * (VAPORISATION_J_KG - kind.electricity_j_kg)
        takes_w = takes_w * most_kg_s / np.maximum(now, 1e-12)
        left = most_kg_s * coil.heat_w / np.maximum(coil.heat_w + takes_w, 1e-9)
        now = np.where(alone, left, most_kg_s)
        found = balance(spec, leaks_kg_s + now, ratio, coil, *rest)
    return found


def _humidity(found: HallMoisture, coil: CoilAir, year: YearOfAir) -> Told:
    """Relative humidity of the air that handlers supply, the coldest that racks draw in."""
    at_inlet = moist_air.relative_humidity_frac(coil.supply_degc, found.ratio, year.pressure_pa)
    return {
        "humidity_max_frac": float(at_inlet.max()),
        "humid_hours": float((at_inlet > RECOMMENDED_HUMIDITY_FRAC + 1e-9).sum()),
        "too_humid_hours": float((at_inlet > ALLOWED_HUMIDITY_FRAC + 1e-9).sum()),
    }


def _told(found: HallMoisture, cold_degc: Array, year: YearOfAir) -> Told:
    dew = moist_air.dew_point_degc(found.ratio, year.pressure_pa)
    low, high = ALLOWED_DEW_DEGC
    moved = np.abs(found.brought_kg_s).sum() + found.humidified_kg_s.sum()
    residual = float(np.abs(found.residual_kg_s).sum() / max(moved, 1e-30))
    return {
        "dew_point_min_degc": float(dew.min()),
        "dew_point_max_degc": float(dew.max()),
        "condensing_hours": float((dew > cold_degc + 1e-9).sum()),
        "above_allowed_hours": float((dew > high + 1e-9).sum()),
        "below_allowed_hours": float((dew < low - 1e-9).sum()),
        "condensate_l": float(found.condensed_kg_s.sum()) * HOUR_S,
        "humidifier_l": float(found.humidified_kg_s.sum()) * HOUR_S,
        "dehumidifier_l": float(found.dehumidified_kg_s.sum()) * HOUR_S,
        "residual_frac": residual,
    }
