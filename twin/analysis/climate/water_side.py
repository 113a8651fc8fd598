"""Chillers, cooling towers and economisers on water, hour by hour, for a heat stated by the hour.

Everything is in proportion to the heat, as if as many machines ran at their part load as it takes.
Arrays are (hour,).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array
from twin.physics.chiller import ChillerCurve, available_w, lift_frac, power_w
from twin.physics.moist_air import GAS_J_KG_K
from twin.physics.psychrometrics import ZERO_K

WATER_J_KG_K = 4186.0
WATER_KG_M3 = 997.0
AIR_J_KG_K = 1006.0
AIR_APART_K = 15.0
WATER_APART_K = 10.0
"""Refrigerant of both sides apart by more than what they meet: 12 K in a condenser in air, 7 K in
one in water, 3 K in the evaporator; usual selections, assumed."""
AIR_LEAST_DEGC = 8.0
"""Fans of air-cooled condensers are throttled below this, for expansion valves: it condenses at
20 °C; assumed."""
WATER_LEAST_DEGC = 9.44
"""Towers hold this at least towards chillers, the coldest that a water-cooled machine of
EnergyPlus' data set is stated for."""


def vaporisation_j_kg(temperature_degc: Array | float) -> Array:
    """Latent heat of water: 2500.5 - 2.3097 T - 0.0013 T² kJ/kg."""
    t = np.asarray(temperature_degc, dtype=float)
    return np.asarray(2500.5e3 - t * (2309.7 + 1.3 * t))


def pumping_frac(pressure_pa: float, efficiency: float, rise_k: float) -> float:
    """Pump power over the heat that the water carries with a rise."""
    return pressure_pa / (efficiency * WATER_KG_M3 * WATER_J_KG_K * rise_k)


def blowing_frac(
    pressure_pa: float, efficiency: float, rise_k: float, air_degc: float, station_pa: Array
) -> Array:
    """Fan power over the heat that air carries with a rise, by the density of the site."""
    density = station_pa / (GAS_J_KG_K * (air_degc + ZERO_K))
    return np.asarray(pressure_pa / (efficiency * density * AIR_J_KG_K * rise_k))


def performance(
    curve: ChillerCurve,
    part_load: float,
    leaving_degc: float,
    entering: Array,
    apart_k: float,
    least_degc: float,
) -> Array:
    """Heat over power of chillers that each run at a part load.

    Colder outdoors than the curve knows, power follows the lift as that of plants of layouts does
    (`lift_frac`), down to what controls let a condenser meet; water warmer than it knows is not
    credited: with that 6 of the 160 published bands are missed and zones rank otherwise (0.12 in
    `water_midsize`). The study's machines have no share of fans and friction in `apart_k`;
    the 30 K of layouts miss the same two bands as these, and rank `airside_air_midsize` by 0.86.
    apart_k      of the two refrigerant temperatures, more than what they meet
    least_degc   what controls let the condenser meet
    """
    coldest, hottest = curve.entering_degc
    leaving = min(leaving_degc, curve.leaving_degc[1])
    nearest = np.clip(entering, coldest, hottest)
    able = available_w(curve, leaving, nearest)
    cop = part_load * able / power_w(curve, part_load * able, leaving, nearest)
    known = np.maximum(nearest, least_degc)
    now = np.minimum(np.maximum(entering, least_degc), known)
    return np.asarray(cop * lift_frac(leaving, known, apart_k) / lift_frac(leaving, now, apart_k))


def economiser_frac(coldest: Array, supply_degc: float, rise_k: float) -> Array:
    """Share of the heat that water of `coldest` takes ahead of the chillers: all of it where it is
    as cold as the supply, none where it is as warm as the return.
    """
    return np.asarray(np.clip((supply_degc + rise_k - coldest) / rise_k, 0.0, 1.0))


@dataclass(frozen=True)
class StudyTower:
    """A cooling tower that holds its approach to the wet bulb."""

    water_rise_k: float
    liquid_gas_ratio: float
    pump_pressure_pa: float
    pump_efficiency: float
    fan_pressure_pa: float
    fan_efficiency: float
    cycles: float
    windage_frac: float
    latent_frac: float = 1.0

    def pump_w(self, rejected_w: Array) -> Array:
        """Condenser water pumps."""
        share = pumping_frac(self.pump_pressure_pa, self.pump_efficiency, self.water_rise_k)
        return rejected_w * share

    def fan_w(self, rejected_w: Array, air_degc: Array, station_pa: Array) -> Array:
        """Fans: air by the ratio of water to air."""
        air_kg_s = self._water_kg_s(rejected_w) / self.liquid_gas_ratio
        density = station_pa / (GAS_J_KG_K * (air_degc + ZERO_K))
        return np.asarray(air_kg_s / density * self.fan_pressure_pa / self.fan_efficiency)

    def make_up_kg_s(self, rejected_w: Array, water_degc: Array) -> Array:
        """Evaporation, drift, and blow-down less the drift that does its work."""
        evaporated = self.latent_frac * rejected_w / vaporisation_j_kg(water_degc)
        drift = self.windage_frac * self._water_kg_s(rejected_w)
        blown = np.maximum(evaporated / (self.cycles - 1.0) - drift, 0.0)
        return np.asarray(evaporated + drift + blown)

    def _water_kg_s(self, rejected_w: Array) -> Array:
        return rejected_w / (WATER_J_KG_K * self.water_rise_k)
