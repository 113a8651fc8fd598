"""The moisture of a hall, from what its layout states and the air and water that it has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index
from twin.facility.cooling import peak
from twin.facility.cooling.room_air import COLD_FRAC
from twin.facility.model import Facility
from twin.physics import hall_moisture, moist_air
from twin.physics.hall_moisture import HallMoisture, steady
from twin.physics.humidity_control import DEHUMIDIFIER_J_KG, HUMIDIFIERS, evaporates_kg_s
from twin.physics.moist_air import AIR_J_KG_K
from twin.scenario.schema.hall import HallSpec
from twin.scenario.schema.room import MoistureSpec

HOUR_S = 3600.0
ALLOWED_DEW_DEGC = (-12.0, 17.0)
"""Dew points allowed to class A1, ASHRAE TC 9.9 (2021)."""
ALLOWED_HUMIDITY_FRAC = 0.8
"""Relative humidity allowed to class A1, ASHRAE TC 9.9 (2021)."""
LEAST_HUMIDITY_FRAC = 0.08
"""The least that is allowed to it; the moister of this and of the lowest dew point counts, which is
this above some 22 °C."""
RECOMMENDED_HUMIDITY_FRAC = 0.6
"""The most that is recommended."""


def leakage_kg_s(facility: Facility, hall: HallSpec, spec: MoistureSpec) -> float:
    """Outdoor air that leaks in."""
    volume_m3 = float(np.prod(hall.size))
    return spec.leakage * volume_m3 * facility.cooling.air_density_kg_m3 / HOUR_S


@dataclass(frozen=True)
class CoilAir:
    """Air through the coils of a hall, (hour,) or one number for all."""

    through_kg_s: Array
    """What passes them times their effectiveness."""
    supply_degc: Array
    """Air that they supply, on average: the coldest that racks can draw in."""
    heat_w: Array
    """Sensible heat that the air of the hall is given."""
    room_degc: Array
    """Air of the hall on average, half of it supplied and half on its way back."""
    cools_k_w: float = 0.0
    """How much cooler that air is for each W that leaves the hall beside the coils."""

    def room_with_leaks_degc(
        self, leak_w_k: float, dry_bulb_degc: Array, more_w: Array | float = 0.0
    ) -> Array:
        """Air of the hall on average where outdoor air leaks in and as much of it leaves: what goes
        with that air, coils and the way back are spared.

        more_w   (hour,) heat given to the air beside racks and fans
        """
        spared = self.cools_k_w * leak_w_k
        warmer_k = self.cools_k_w * more_w
        room: Array = (self.room_degc + warmer_k + spared * dry_bulb_degc) / (1 + spared)
        return room


def balance(
    spec: MoistureSpec,
    outdoor_kg_s: Array | float,
    outdoor_ratio: Array,
    coil: CoilAir,
    cold_degc: Array,
    pressure_pa: Array,
) -> HallMoisture:
    """The steady moisture; arrays are (hour,) or broadcast."""
    low, high = (
        moist_air.saturated_ratio(dew, pressure_pa)
        for dew in (spec.dew_point_low, spec.dew_point_high)
    )
    cold = moist_air.saturated_ratio(cold_degc, pressure_pa)
    kind = HUMIDIFIERS[spec.humidifier_type]
    wet = evaporates_kg_s(spec.humidifier / HOUR_S, coil.heat_w, kind.electricity_j_kg)
    most = (wet, spec.dehumidifier / HOUR_S)
    return steady(outdoor_kg_s, outdoor_ratio, coil.through_kg_s, cold, (low, high), most)


def coil_air(
    facility: Facility, rack_w: Array, mine: Index, hall: int, cold_degc: Array, spared_w: Array
) -> CoilAir:
    """Air through the coils of a hall, by the heat that they carry over what they would at the
    temperature of their water, no more than with open valves.

    mine       its handlers
    spared_w   (hour,) heat that dampers let out
    """
    air = facility.cooling.air
    stream = max(float(peak.handler_w_k(facility, rack_w)[mine].sum()), 1e-9)
    opened = max(float(peak.handler_coil_w_k(facility, rack_w)[mine].sum()), 1e-9)
    into_air_w = float(peak.heat_w(facility, rack_w)[1][hall])
    fans_w = float(peak.unit_w(facility, rack_w)[air.handler_unit[mine]].sum())
    given_w = np.full(cold_degc.size, into_air_w + fans_w)
    left_w = np.maximum(given_w - spared_w, 0.0)
    half_rise_k = (1 - COLD_FRAC) * into_air_w / stream
    held = air.supply_degc[mine]
    if not np.isfinite(held).any():
        cooled = cold_degc + left_w / opened - into_air_w / stream
        through = np.full(cold_degc.size, opened / AIR_J_KG_K)
        cools_k_w = 1 / opened - COLD_FRAC / stream
        return CoilAir(through, cooled, given_w, cooled + half_rise_k, cools_k_w)
    supply = float(np.nanmean(held))
    through = hall_moisture.coil_kg_s(left_w, supply + into_air_w / stream, cold_degc, opened)
    supplied = np.full(cold_degc.size, supply)
    cools_k_w = (1 - COLD_FRAC) / stream
    return CoilAir(through, supplied, given_w, supplied + half_rise_k, cools_k_w)


def warmest_rise_k(facility: Facility, mine: Index, hall: int) -> float:
    """How much warmer the warmest inlet of a hall is than what its handlers supply, at the design
    point: there the air is driest.

    mine   its handlers
    """
    here = peak.inlet_degc(facility)[facility.racks.hall == hall]
    cold_degc = peak.water_degc(facility)[[facility.cooling.hall_plant[hall]]]
    rack_w = facility.racks.rated_w
    supplied = coil_air(facility, rack_w, mine, hall, cold_degc, np.zeros(1)).supply_degc
    return max(float(np.nanmax(here, initial=-np.inf)) - float(supplied[0]), 0.0)


def humidity_w(spec: MoistureSpec | None) -> float:
    """Most that holds the moisture of a hall draws: humidifiers or dehumidifiers, never both."""
    if spec is None:
        return 0.0
    kind = HUMIDIFIERS[spec.humidifier_type]
    return (
        max(spec.humidifier * kind.electricity_j_kg, spec.dehumidifier * DEHUMIDIFIER_J_KG) / HOUR_S
    )
