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
    LEAST_HUMIDITY_FRAC,
    RECOMMENDED_HUMIDITY_FRAC,
    CoilAir,
    balance,
    coil_air,
    leakage_kg_s,
    warmest_rise_k,
)
from twin.physics import humidity_control, moist_air
from twin.physics.hall_moisture import HallMoisture
from twin.physics.humidity_control import HUMIDIFIERS
from twin.physics.moist_air import AIR_J_KG_K
from twin.scenario.schema.room import MoistureSpec
from twin.scenario.series import YearOfAir
from twin.study.year_of_plants import PlantsWork

Told = dict[str, float]
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
    """(hour, plant) heat of condensing, of both and of outdoor air that leaks in, which reaches its
    water; below zero where that air spares more."""


@dataclass(frozen=True)
class _MoistHall:
    """A hall that states its moisture, with the air and water of a year. Arrays are (hour,)."""

    spec: MoistureSpec
    leaks_kg_s: float
    """Outdoor air beside what dampers let in."""
    coil: CoilAir
    cold_degc: Array
    """Water of its coils."""
    year: YearOfAir

    def balance(self, vented_kg_s: Array) -> HallMoisture:
        """With so much outdoor air by its dampers."""
        air = self.year
        outdoor = self.leaks_kg_s + vented_kg_s
        return balance(self.spec, outdoor, air.ratio, self.coil, self.cold_degc, air.pressure_pa)


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
        coil = coil_air(facility, rack_w, mine, h, cold_degc, work.air.plant_w[:, plant])
        leaks_kg_s = leakage_kg_s(facility, halls[name], spec)
        hall = _MoistHall(spec, leaks_kg_s, coil, cold_degc, year)
        moved_kg_s = float(peak.handler_w_k(facility, rack_w)[mine].sum()) / AIR_J_KG_K
        found = _with_dampers(hall, work.air.outdoor_w_k[:, h] / AIR_J_KG_K, moved_kg_s)
        kind = HUMIDIFIERS[spec.humidifier_type]
        bled = found.humidified_kg_s * kind.bleed_frac
        told[name] = _told(found, cold_degc, year) | _humidity(found, coil, year)
        told[name] |= _driest(found, coil.supply_degc + warmest_rise_k(facility, mine, h), year)
        told[name]["humidifier_bleed_l"] = float(bled.sum()) * HOUR_S
        water += found.humidified_kg_s + bled
        given = (found.humidified_kg_s, found.dehumidified_kg_s, kind.electricity_j_kg)
        drawn_w = humidity_control.power_w(*given)
        unit_w[:, facility.cooling.air.handler_unit[mine]] += drawn_w[:, None] / mine.size
        plant_w[:, plant] += humidity_control.latent_w(found.condensed_kg_s)
        into_air_w = humidity_control.air_heat_w(*given)
        plant_w[:, plant] += into_air_w
        leaks_w_k = leaks_kg_s * AIR_J_KG_K
        room_degc = coil.room_with_leaks_degc(leaks_w_k, year.dry_bulb_degc, into_air_w)
        plant_w[:, plant] += leaks_w_k * (year.dry_bulb_degc - room_degc)
    return MoistYear(told, water, unit_w, plant_w)


def _with_dampers(hall: _MoistHall, most_kg_s: Array, moved_kg_s: float) -> HallMoisture:
    """A hall's moisture, with dampers that shut by what evaporating water takes, in hours in which
    they mix.

    most_kg_s    (hour,) outdoor air that they let in where no water evaporates
    moved_kg_s   all that handlers move
    """
    takes_j_kg = HUMIDIFIERS[hall.spec.humidifier_type].takes_j_kg
    found = hall.balance(most_kg_s)
    mix = (most_kg_s > 0) & (most_kg_s < moved_kg_s * (1 - 1e-9))
    if takes_j_kg <= 0 or not mix.any():
        return found
    given_w = hall.coil.heat_w
    now_kg_s = most_kg_s
    for _ in range(DAMPER_ROUNDS):
        takes_w = found.humidified_kg_s * takes_j_kg * most_kg_s / np.maximum(now_kg_s, 1e-12)
        left_kg_s = most_kg_s * given_w / np.maximum(given_w + takes_w, 1e-9)
        now_kg_s = np.where(mix, left_kg_s, most_kg_s)
        found = hall.balance(now_kg_s)
    return found


def _humidity(found: HallMoisture, coil: CoilAir, year: YearOfAir) -> Told:
    """Relative humidity of the air that handlers supply, the coldest that racks draw in."""
    at_inlet = moist_air.relative_humidity_frac(coil.supply_degc, found.ratio, year.pressure_pa)
    return {
        "humidity_max_frac": float(at_inlet.max()),
        "humid_hours": float((at_inlet > RECOMMENDED_HUMIDITY_FRAC + 1e-9).sum()),
        "too_humid_hours": float((at_inlet > ALLOWED_HUMIDITY_FRAC + 1e-9).sum()),
    }


def _driest(found: HallMoisture, warmest_degc: Array, year: YearOfAir) -> Told:
    """Relative humidity of the warmest air that racks draw in."""
    at_inlet = moist_air.relative_humidity_frac(warmest_degc, found.ratio, year.pressure_pa)
    return {
        "humidity_min_frac": float(at_inlet.min()),
        "too_dry_hours": float((at_inlet < LEAST_HUMIDITY_FRAC - 1e-9).sum()),
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
