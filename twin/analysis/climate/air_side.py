"""Outdoor air as supply air: which hours it will do, and the water that it then wants.

Supply air stands in a window: dry bulb from low to high, moisture between two dew points and two
relative humidities. Air below the window's dry bulb is mixed with return air; its moisture stays,
for racks give none off. Arrays are (hour,).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Mask
from twin.physics import moist_air, psychrometrics
from twin.scenario.series import YearOfAir


@dataclass(frozen=True)
class SupplyWindow:
    """What supply air may be."""

    low_degc: float
    high_degc: float
    dew_low_degc: float
    dew_high_degc: float
    humidity_low_frac: float
    humidity_high_frac: float

    def ratios(self, supply_degc: Array, pressure_pa: Array) -> tuple[Array, Array]:
        """Lowest and highest humidity ratio at a supply temperature."""
        saturated = moist_air.saturated_ratio(supply_degc, pressure_pa)
        vapour = moist_air.vapour_pressure_pa(saturated, pressure_pa)
        low_pa = np.maximum(self.humidity_low_frac * vapour, _pressure_of(self.dew_low_degc))
        high_pa = np.minimum(self.humidity_high_frac * vapour, _pressure_of(self.dew_high_degc))
        scale = psychrometrics.WATER_OVER_AIR
        return scale * low_pa / (pressure_pa - low_pa), scale * high_pa / (pressure_pa - high_pa)


def _pressure_of(dew_point_degc: float) -> float:
    """Vapour pressure of a dew point."""
    return float(psychrometrics.saturation_pressure_pa(np.array(dew_point_degc)))


@dataclass(frozen=True)
class FreeAir:
    """Hours in which outdoor air carries all the heat, and the water that it takes."""

    free: Mask
    water_frac: Array
    """Kilograms of water a kilogram of dry supply air."""


def free_air(year: YearOfAir, window: SupplyWindow, rise_k: float, spray: bool) -> FreeAir:
    """Outdoor air against a window; with sprays, air that is too dry is wetted.

    rise_k   from supply to return air
    Hours that are too humid or too hot, and without sprays too dry, go back to mechanical cooling.
    """
    dry = year.dry_bulb_degc
    supply = np.clip(dry, window.low_degc, window.high_degc)
    least, most = window.ratios(supply, year.pressure_pa)
    fits = (dry <= window.high_degc) & (year.ratio <= most)
    too_dry = fits & (year.ratio < least)
    if not spray:
        return FreeAir(fits & ~too_dry, np.zeros(dry.size))
    outdoor = np.clip(rise_k / np.maximum(supply + rise_k - dry, 1e-9), 0.0, 1.0)
    return FreeAir(fits, np.where(too_dry, outdoor * (least - year.ratio), 0.0))
