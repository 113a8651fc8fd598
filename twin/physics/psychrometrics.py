"""Moist air: the wet bulb from dry bulb, humidity and pressure.

Equation numbers are those of the ASHRAE Handbook, Fundamentals 2017, chapter 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Law = Callable[[Array], Array]
"""Pressure (Pa) of saturated vapour by temperature (degC)."""

ZERO_K = 273.15
WATER_OVER_AIR = 0.621945
"""Molar mass of water over that of dry air."""
_ICE = (-5.6745359e3, 6.3925247, -9.677843e-3, 6.2215701e-7, 2.0747825e-9, -9.484024e-13, 4.1635019)
_WATER = (-5.8002206e3, 1.3914993, -4.8640239e-2, 4.1764768e-5, -1.4452093e-8, 0.0, 6.5459673)
HALVINGS = 50
"""Steps of the bisection: 100 K becomes 1e-13 K."""


def saturation_pressure_pa(temperature_degc: Array) -> Array:
    """Pressure of saturated water vapour, over ice below 0 °C (eq. 5) and over water above
    (eq. 6).
    """
    t_k = np.asarray(temperature_degc, dtype=float) + ZERO_K
    if t_k.size and t_k.min() >= ZERO_K:
        return np.asarray(np.exp(_log_pressure(t_k, _WATER)))
    over = np.where(t_k < ZERO_K, _log_pressure(t_k, _ICE), _log_pressure(t_k, _WATER))
    return np.asarray(np.exp(over))


def saturation_over_water_pa(temperature_degc: Array) -> Array:
    """The same over water at every temperature (eq. 6), below 0 °C over supercooled water: what
    weather services hold humidity against.
    """
    t_k = np.asarray(temperature_degc, dtype=float) + ZERO_K
    return np.asarray(np.exp(_log_pressure(t_k, _WATER)))


def _log_pressure(t_k: Array, c: tuple[float, ...]) -> Array:
    polynomial = c[1] + t_k * (c[2] + t_k * (c[3] + t_k * (c[4] + t_k * c[5])))
    return np.asarray(c[0] / t_k + polynomial + c[6] * np.log(t_k))


def humidity_ratio(vapour_pa: Array, pressure_pa: Array) -> Array:
    """Kilograms of vapour a kilogram of dry air (eq. 20)."""
    return np.asarray(WATER_OVER_AIR * vapour_pa / (pressure_pa - vapour_pa))


def wet_bulb_degc(dry_bulb_degc: Array, vapour_pa: Array, pressure_pa: Array) -> Array:
    """Thermodynamic wet bulb (eq. 33, below 0 °C eq. 35), found by bisection up to the dry bulb.

    vapour_pa   partial pressure of the water vapour: relative humidity times saturation pressure
    """
    wanted = humidity_ratio(vapour_pa, pressure_pa)
    dry = np.asarray(dry_bulb_degc, dtype=float)
    low = dry - 100.0
    high = dry.copy()
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        too_dry = _humidity_at(middle, dry, pressure_pa) < wanted
        low = np.where(too_dry, middle, low)
        high = np.where(too_dry, high, middle)
    return np.asarray((low + high) / 2)


def _humidity_at(wet: Array, dry: Array, pressure_pa: Array) -> Array:
    """Humidity ratio of air with that wet bulb: energy balance of adiabatic saturation."""
    saturated = humidity_ratio(saturation_pressure_pa(wet), pressure_pa)
    over_water = ((2501 - 2.326 * wet) * saturated - 1.006 * (dry - wet)) / (
        2501 + 1.86 * dry - 4.186 * wet
    )
    over_ice = ((2830 - 0.24 * wet) * saturated - 1.006 * (dry - wet)) / (
        2830 + 1.86 * dry - 2.1 * wet
    )
    return np.asarray(np.where(wet < 0, over_ice, over_water))


def standard_pressure_pa(elevation_m: float) -> float:
    """Air pressure of the standard atmosphere (eq. 3)."""
    return float(101325.0 * (1 - 2.25577e-5 * elevation_m) ** 5.2559)
