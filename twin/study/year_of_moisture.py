"""Moisture of the halls that state it, over a year: a steady, well-mixed balance every hour
(`physics/hall_moisture.py`), with coils as the year's water and heat have them.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.facility import Facility
from twin.facility.cooling import peak
from twin.physics import moist_air
from twin.physics.hall_moisture import HallMoisture, steady
from twin.scenario.schema.room import MoistureSpec
from twin.scenario.series import YearOfAir
from twin.study.year_of_plants import PlantsWork

HOUR_S = 3600.0
AIR_J_KG_K = 1006.0
ALLOWED_DEW_DEGC = (-12.0, 17.0)
"""Dew points allowed to class A1, ASHRAE TC 9.9 (2021)."""

Told = dict[str, float]


def moisture(
    facility: Facility, rack_w: Array, work: PlantsWork, year: YearOfAir
) -> tuple[dict[str, Told], Array]:
    """What every hall that states its moisture comes to, and (hour,) water of humidifiers."""
    told: dict[str, Told] = {}
    water = np.zeros(year.dry_bulb_degc.size)
    halls = {hall.name: hall for hall in facility.scenario.plan.halls}
    for h, name in enumerate(facility.cooling.hall_id):
        spec = halls[name].moisture
        mine = np.flatnonzero(facility.cooling.air.handler_hall == h)
        if spec is None or not mine.size:
            continue
        volume_m3 = float(np.prod(halls[name].size))
        cold_degc = work.water_degc[:, facility.cooling.hall_plant[h]]
        leaks = spec.leakage * volume_m3 * facility.cooling.air_density_kg_m3 / HOUR_S
        outdoor = leaks + work.air.outdoor_w_k[:, h] / AIR_J_KG_K
        coil = _coil_kg_s(facility, rack_w, mine, h, cold_degc, work)
        found = _balance(spec, outdoor, coil, cold_degc, year)
        told[name] = _told(found, cold_degc, year)
        water += found.humidified_kg_s
    return told, water


def _balance(
    spec: MoistureSpec, outdoor: Array, coil: Array, cold_degc: Array, year: YearOfAir
) -> HallMoisture:
    pressure = year.pressure_pa
    low, high = (
        moist_air.saturated_ratio(dew, pressure)
        for dew in (spec.dew_point_low, spec.dew_point_high)
    )
    cold = moist_air.saturated_ratio(cold_degc, pressure)
    most = (spec.humidifier / HOUR_S, spec.dehumidifier / HOUR_S)
    return steady(outdoor, year.ratio, coil, cold, (low, high), most)


def _coil_kg_s(
    facility: Facility, rack_w: Array, mine: Index, hall: int, cold_degc: Array, work: PlantsWork
) -> Array:
    """(hour,) air through the coils of a hall times their effectiveness: the heat that they carry
    over what they would at the temperature of their water, no more than with open valves.
    """
    air = facility.cooling.air
    stream = float(peak.handler_w_k(facility)[mine].sum())
    opened = float(peak.handler_coil_w_k(facility)[mine].sum())
    into_air_w = float(peak.heat_w(facility, rack_w)[1][hall])
    fans_w = float(peak.unit_w(facility)[air.handler_unit[mine]].sum())
    held = air.supply_degc[mine]
    if not np.isfinite(held).any():
        return np.full(cold_degc.size, opened / AIR_J_KG_K)
    back = float(np.nanmean(held)) + into_air_w / max(stream, 1e-9)
    spared_w = work.air.plant_w[:, facility.cooling.hall_plant[hall]]
    left_w = np.maximum(into_air_w + fans_w - spared_w, 0.0)
    used = left_w / np.maximum(back - cold_degc, 1e-3)
    return np.asarray(np.minimum(used, opened) / AIR_J_KG_K)


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
