"""Cooling towers: leaving water, fan speed for a set-point, and what evaporates.

Leaving water follows wet bulb, range and air flow by the YorkCalc correlation; outside its limits
by Merkel's effectiveness on saturation enthalpy, with a transfer that meets the same design point.
Fans work between a least speed and full, cycle below it, and stand still where free convection is
enough. All functions take arrays of any shape that broadcast.

Sources: EnergyPlus Engineering Reference, Variable Speed Cooling Towers (correlation, limits,
free convection and cycling of the fan) and Cooling Towers (effectiveness); Braun, Klein and
Mitchell, ASHRAE Transactions 95(2), 1989 (effectiveness on saturation enthalpy).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.physics.moist_air import STANDARD_PA, enthalpy_j_kg, ratio_of_wet_bulb, saturated_ratio
from twin.physics.saturated_air import saturated_degc, saturated_j_kg
from twin.physics.yorkcalc import liquid_to_gas_for, within_york, york_approach_k

Array = NDArray[np.float64]

WATER_J_KG_K = 4182.0
"""Of circulating water near 25 °C."""
DESIGN_WET_BULB_DEGC = 25.55
"""The rating condition of towers, 78 °F."""
DESIGN_LIQUID_TO_GAS = 1.2
"""Kilograms of water a kilogram of air at design; 1.0 to 1.5 are usual, assumed."""
FREE_CONVECTION_FRAC = 0.125
"""Share of the range at full fans that is left with fans off; default of EnergyPlus towers."""
AIR_MIN_FRAC = 0.2
"""Least air flow of a running fan; default of EnergyPlus variable speed towers."""
DRIFT_FRAC = 5e-5
"""Of the circulating water, with drift eliminators; 0.001 to 0.02 % are stated by makers."""
CYCLES = 5.0
"""Cycles of concentration where nobody states any."""
_AIR_EXPONENT = 0.6
"""Transfer ~ air^0.6 water^0.4: ASHRAE Handbook, Systems and Equipment, cooling towers."""

BASIN_DEGC = 2.0
"""Water that basin heaters hold; default of EnergyPlus towers. Makers size them for 4 °C."""


@dataclass(frozen=True)
class Tower:
    """A tower at its design point."""

    heat_w: float
    """Heat rejected at design."""
    water_w_k: float
    """Heat capacity rate of its circulating water."""
    approach_k: float
    """Leaving water over wet bulb at design."""
    fan_w: float = 0.0
    """Fans at full speed."""
    wet_bulb_degc: float = DESIGN_WET_BULB_DEGC
    cycles: float = CYCLES
    drift_frac: float = DRIFT_FRAC
    free_frac: float = FREE_CONVECTION_FRAC
    air_min_frac: float = AIR_MIN_FRAC
    pressure_pa: float = STANDARD_PA
    """Of the air where it stands: fans move volume, so thin air carries less."""
    basin_w_k: float = 0.0
    """Electricity of the heater in its basin while no water runs, for a kelvin below BASIN_DEGC."""
    air_kg_s: float = field(init=False)
    """Dry air at full fans, where it stands."""
    liquid_to_gas: float = field(init=False)
    """The correlation's ratio at design: full fans, design water."""
    transfer_kg_s: float = field(init=False)
    """Merkel's transfer over the specific heat of air, at design flows."""

    def __post_init__(self) -> None:
        """Work out air flow, ratio and transfer of the design point at sea level."""
        sea_kg_s = self.water_w_k / WATER_J_KG_K / DESIGN_LIQUID_TO_GAS
        object.__setattr__(self, "air_kg_s", sea_kg_s * self.pressure_pa / STANDARD_PA)
        range_k = self.heat_w / self.water_w_k
        ratio = liquid_to_gas_for(self.approach_k, self.wet_bulb_degc, range_k)
        object.__setattr__(self, "liquid_to_gas", float(ratio))
        object.__setattr__(self, "transfer_kg_s", _design_transfer_kg_s(self, sea_kg_s))


@dataclass(frozen=True)
class Leaving:
    """A tower at work. Arrays broadcast over the question's shape."""

    water_degc: Array
    """Leaving water."""
    air_frac: Array
    """Air flow over that of full fans, the mean where fans cycle."""
    fan_w: Array


@dataclass(frozen=True)
class Water:
    """Water that a tower takes, kg/s."""

    evaporated: Array
    drift: Array
    blown_down: Array

    @property
    def make_up(self) -> Array:
        """What is to be made up."""
        return np.asarray(self.evaporated + self.drift + self.blown_down)


def _design_transfer_kg_s(tower: Tower, air_kg_s: float) -> float:
    """Transfer that meets the design point: the inverse of effectiveness."""
    h_in = saturated_j_kg(tower.wet_bulb_degc, STANDARD_PA)
    out_degc = float(saturated_degc(h_in + tower.heat_w / air_kg_s, STANDARD_PA))
    air_w_k = tower.heat_w / (out_degc - tower.wet_bulb_degc)
    entering_k = tower.approach_k + tower.heat_w / tower.water_w_k
    least, most = sorted((air_w_k, tower.water_w_k))
    frac = min(tower.heat_w / (least * entering_k), 0.999)
    ratio = min(least / most, 1 - 1e-9)
    units = np.log((1 - ratio * frac) / (1 - frac)) / (1 - ratio)
    return float(units * least / (air_w_k / air_kg_s))


def merkel_leaving_degc(
    tower: Tower,
    heat_w: Array | float,
    wet_bulb_degc: Array | float,
    air_frac: Array | float,
    water_frac: Array | float = 1.0,
) -> Array:
    """Leaving water by the effectiveness of a counter-flow exchanger on saturation enthalpy.

    With the heat known, air leaves saturated at h_in + Q/m, which gives the mean slope of the
    saturation line and with it everything else in closed form. air_frac and water_frac > 0.
    """
    heat = np.maximum(np.asarray(heat_w, dtype=float), 1e-3)
    wet = np.asarray(wet_bulb_degc, dtype=float)
    air_kg_s = tower.air_kg_s * np.asarray(air_frac, dtype=float)
    water = tower.water_w_k * np.asarray(water_frac, dtype=float)
    out = saturated_degc(saturated_j_kg(wet, tower.pressure_pa) + heat / air_kg_s,
                         tower.pressure_pa)  # fmt: skip
    slope = heat / air_kg_s / np.maximum(out - wet, 1e-9)
    air = air_kg_s * slope
    films = np.asarray(air_frac) ** _AIR_EXPONENT * np.asarray(water_frac) ** (1 - _AIR_EXPONENT)
    frac = _counter_flow(tower.transfer_kg_s * films * slope, air, water)
    return np.asarray(wet + heat / (frac * np.minimum(air, water)) - heat / water)


def _counter_flow(transfer: Array, one: Array, other: Array) -> Array:
    """Effectiveness of two streams with a transfer between them, all in W/K."""
    least = np.minimum(one, other)
    ratio = np.minimum(least / np.maximum(one, other), 1 - 1e-9)
    e = np.exp(-transfer / least * (1 - ratio))
    return np.asarray((1 - e) / (1 - ratio * e))


def leaving_degc(
    tower: Tower,
    heat_w: Array | float,
    wet_bulb_degc: Array | float,
    air_frac: Array | float = 1.0,
    water_frac: Array | float = 1.0,
) -> Array:
    """Leaving water at a heat and an air flow: YorkCalc inside its limits, Merkel outside."""
    heat, wet, air, water = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (heat_w, wet_bulb_degc, air_frac, water_frac))
    )
    range_k = heat / (tower.water_w_k * water)
    ratio = tower.liquid_to_gas * water / air
    approach = york_approach_k(wet, range_k, ratio)
    fits = within_york(wet, range_k, ratio, approach, water)
    found = np.array(wet + approach)
    if not fits.all():
        other = ~fits
        found[other] = merkel_leaving_degc(tower, heat[other], wet[other], air[other], water[other])
    return found


def hold(
    tower: Tower,
    heat_w: Array | float,
    wet_bulb_degc: Array | float,
    set_point_degc: Array | float,
    water_frac: Array | float = 1.0,
) -> Leaving:
    """Fans as slow as hold the set-point: off where free convection is enough, cycling below their
    least speed, full where it cannot be held. Fan power goes with the cube of the air flow.
    """
    heat, wet, wanted, water = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (heat_w, wet_bulb_degc, set_point_degc, water_frac))
    )
    full = leaving_degc(tower, heat, wet, 1.0, water)
    leaving = np.array(full)
    air = np.ones(heat.shape)
    cube = np.ones(heat.shape)
    able = (full < wanted) & (heat > 0)
    if able.any():
        asked = (heat[able], wet[able], wanted[able], water[able])
        leaving[able], air[able], cube[able] = _slowed(tower, *asked)
    idle = heat <= 0
    thin = tower.pressure_pa / STANDARD_PA
    return Leaving(
        np.where(idle, np.maximum(wanted, wet), leaving),
        np.where(idle, 0.0, air),
        tower.fan_w * thin * np.where(idle, 0.0, cube),
    )


def _slowed(
    tower: Tower, heat: Array, wet: Array, wanted: Array, water: Array
) -> tuple[Array, Array, Array]:
    """Leaving water, mean air flow and mean of its cube where full fans give colder water than
    wanted: (question,) each.
    """
    slow = leaving_degc(tower, heat, wet, tower.air_min_frac, water)
    cycling = slow <= wanted
    leaving = np.array(wanted)
    air = np.empty(heat.shape)
    cube = np.empty(heat.shape)
    turns = ~cycling
    air[turns] = _air_for(tower, heat[turns], wet[turns], wanted[turns], water[turns])
    cube[turns] = air[turns] ** 3
    still = _still_degc(tower, heat[cycling], wet[cycling], water[cycling])
    over_k = np.maximum(still - slow[cycling], 1e-9)
    share = np.clip((still - wanted[cycling]) / over_k, 0.0, 1.0)
    leaving[cycling] = np.minimum(still, wanted[cycling])
    air[cycling] = share * tower.air_min_frac
    cube[cycling] = share * tower.air_min_frac**3
    return leaving, air, cube


def _still_degc(tower: Tower, heat: Array, wet: Array, water: Array) -> Array:
    """Leaving water with fans off: `free_frac` of the range that full fans would give from the same
    entering water.
    """
    full_heat = heat / tower.free_frac
    full = leaving_degc(tower, full_heat, wet, 1.0, water)
    return np.asarray(full + (full_heat - heat) / (tower.water_w_k * water))


def _air_for(tower: Tower, heat: Array, wet: Array, wanted: Array, water: Array) -> Array:
    """Air flow that gives the leaving water wanted: YorkCalc is a parabola in the ratio; where
    that leaves its limits, bisection.
    """
    range_k = heat / (tower.water_w_k * water)
    ratio = liquid_to_gas_for(wanted - wet, wet, range_k)
    air = np.array(np.clip(tower.liquid_to_gas * water / ratio, tower.air_min_frac, 1.0))
    fits = within_york(wet, range_k, ratio, wanted - wet, water)
    if fits.all():
        return np.asarray(air)
    other = ~fits
    air[other] = _bisected_air(tower, heat[other], wet[other], wanted[other], water[other])
    return np.asarray(air)


def _bisected_air(tower: Tower, heat: Array, wet: Array, wanted: Array, water: Array) -> Array:
    low = np.full(heat.shape, tower.air_min_frac)
    high = np.ones(heat.shape)
    for _ in range(25):
        middle = (low + high) / 2
        warm = leaving_degc(tower, heat, wet, middle, water) > wanted
        low = np.where(warm, middle, low)
        high = np.where(warm, high, middle)
    return np.asarray(high)


def water(
    tower: Tower,
    heat_w: Array | float,
    dry_bulb_degc: Array | float,
    wet_bulb_degc: Array | float,
    air_frac: Array | float = 1.0,
    water_frac: Array | float = 1.0,
) -> Water:
    """Water that a tower evaporates, loses as drift and blows down.

    Air leaves saturated at h_in + Q/m: what it took up is evaporation, and only that share of the
    heat is latent: half in winter, nine tenths in summer, more than all in a desert. With fans off
    air moves by itself, at `free_frac` (assumed). blow-down = evaporation / (cycles - 1) less
    drift, not below nothing.
    """
    heat = np.asarray(heat_w, dtype=float)
    air_kg_s = tower.air_kg_s * np.maximum(np.asarray(air_frac, dtype=float), tower.free_frac)
    pressure = np.asarray(tower.pressure_pa)
    dry = np.asarray(dry_bulb_degc, dtype=float)
    inside = ratio_of_wet_bulb(dry, np.asarray(wet_bulb_degc, dtype=float), pressure)
    enthalpy = enthalpy_j_kg(dry, inside) + heat / air_kg_s
    out = saturated_ratio(saturated_degc(enthalpy, pressure), pressure)
    evaporated = np.where(heat > 0, np.maximum(air_kg_s * (out - inside), 0.0), 0.0)
    circulating = tower.water_w_k / WATER_J_KG_K * np.asarray(water_frac, dtype=float)
    drift = np.where(heat > 0, tower.drift_frac * circulating, 0.0)
    blown_down = np.maximum(evaporated / (tower.cycles - 1.0) - drift, 0.0)
    return Water(evaporated, drift, blown_down)


def basin_heater_w(tower: Tower, dry_bulb_degc: Array) -> Array:
    """Electricity that keeps the basin of a tower that stands from freezing.

    W = C (2 °C - outdoor air), never below 0: EnergyPlus Engineering Reference, basin heater.
    """
    return np.asarray(tower.basin_w_k * np.maximum(BASIN_DEGC - dry_bulb_degc, 0.0))
