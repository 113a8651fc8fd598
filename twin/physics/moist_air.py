"""Moist air: humidity, dew point, enthalpy and density from what weather files hold.

Equation numbers are those of the ASHRAE Handbook, Fundamentals 2017, chapter 1. Arrays are of any
shape, all of one call alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.physics.psychrometrics import (
    WATER_OVER_AIR,
    ZERO_K,
    Law,
    humidity_ratio,
    saturation_pressure_pa,
)

Array = NDArray[np.float64]

AIR_J_KG_K = 1006.0
VAPOUR_J_KG_K = 1860.0
VAPORISATION_J_KG = 2.501e6
"""Of water at 0 °C."""
GAS_J_KG_K = 287.042
"""Gas constant of dry air."""
STANDARD_PA = 101_325.0
NEWTON_STEPS = 6


def ratio_of_wet_bulb(dry_bulb_degc: Array, wet_bulb_degc: Array, pressure_pa: Array) -> Array:
    """Humidity ratio (eq. 33, below 0 °C eq. 35), kg of vapour a kg of dry air; never below 0."""
    dry = np.asarray(dry_bulb_degc, dtype=float)
    wet = np.asarray(wet_bulb_degc, dtype=float)
    saturated = humidity_ratio(saturation_pressure_pa(wet), pressure_pa)
    over_water = ((2501 - 2.326 * wet) * saturated - 1.006 * (dry - wet)) / (
        2501 + 1.86 * dry - 4.186 * wet
    )
    over_ice = ((2830 - 0.24 * wet) * saturated - 1.006 * (dry - wet)) / (
        2830 + 1.86 * dry - 2.1 * wet
    )
    return np.asarray(np.maximum(np.where(wet < 0, over_ice, over_water), 0.0))


def vapour_pressure_pa(ratio: Array, pressure_pa: Array) -> Array:
    """Partial pressure of the vapour of a humidity ratio (eq. 20)."""
    return np.asarray(pressure_pa * ratio / (WATER_OVER_AIR + ratio))


def saturated_ratio(temperature_degc: Array | float, pressure_pa: Array | float) -> Array:
    """Humidity ratio of saturated air."""
    vapour = saturation_pressure_pa(np.asarray(temperature_degc, dtype=float))
    return humidity_ratio(vapour, np.asarray(pressure_pa, dtype=float))


def ratio_at_humidity(dry_bulb_degc: Array, humidity_frac: Array, pressure_pa: Array) -> Array:
    """Humidity ratio at a relative humidity (eq. 22)."""
    vapour = humidity_frac * saturation_pressure_pa(np.asarray(dry_bulb_degc, dtype=float))
    return humidity_ratio(vapour, pressure_pa)


def relative_humidity_frac(
    dry_bulb_degc: Array,
    ratio: Array,
    pressure_pa: Array,
    saturation_pa: Law = saturation_pressure_pa,
) -> Array:
    """Vapour pressure over that of saturation, over ice or water below 0 °C; at most 1."""
    share = vapour_pressure_pa(ratio, pressure_pa) / saturation_pa(dry_bulb_degc)
    return np.asarray(np.minimum(share, 1.0))


def dew_point_degc(
    ratio: Array, pressure_pa: Array, saturation_pa: Law = saturation_pressure_pa
) -> Array:
    """Temperature at which air of a humidity ratio is saturated: the inverse of eq. 5 and 6, or of
    another law.

    Newton on the logarithm of the pressure, from the Magnus formula; at most -90 °C for dry air.
    """
    vapour = np.maximum(vapour_pressure_pa(ratio, pressure_pa), 1e-2)
    wanted = np.log(vapour)
    magnus = np.log(vapour / 611.2)
    degc = 243.12 * magnus / (17.62 - magnus)
    for _ in range(NEWTON_STEPS):
        slope = np.where(degc < 0, 6150.0, 5400.0) / (degc + ZERO_K) ** 2
        degc = degc - (np.log(saturation_pa(degc)) - wanted) / slope
    return np.asarray(degc)


def enthalpy_j_kg(dry_bulb_degc: Array, ratio: Array) -> Array:
    """Of moist air a kg of dry air, above dry air and liquid water at 0 °C (eq. 30)."""
    vapour = VAPORISATION_J_KG + VAPOUR_J_KG_K * np.asarray(dry_bulb_degc)
    return np.asarray(AIR_J_KG_K * np.asarray(dry_bulb_degc) + ratio * vapour)


def elevation_m(pressure_pa: float) -> float:
    """Height at which the standard atmosphere has a pressure: the inverse of eq. 3."""
    return float((1.0 - (pressure_pa / STANDARD_PA) ** (1.0 / 5.2559)) / 2.25577e-5)
