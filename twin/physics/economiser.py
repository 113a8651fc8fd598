"""Economisers: heat that outdoor air takes before any compressor works.

Pure functions of arrays of any shape that broadcast. Sources: ASHRAE Handbook, HVAC Systems and
Equipment (integrated water-side economisers); N. Lei and E. Masanet, Resources, Conservation and
Recycling 182 (2022) 106323, for the partial share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.moist_air import ratio_at_humidity, ratio_of_wet_bulb

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def coil_w(
    conductance_w_k: Array | float,
    water_w_k: Array | float,
    supply_degc: Array | float,
    heat_w: Array | float,
    air_degc: Array | float,
    *,
    in_series: bool,
) -> Array:
    """Heat that dry coolers take at full fans; nothing into air warmer than their water.

    conductance_w_k   between the water that they give and outdoor air
    water_w_k         stream of facility water, all of which they meet in series
    heat_w            of the plant, which is what warms the return over the supply
    In series they meet the return: G (T_out - T_air) with T_out = T_return - Q/C gives
    Q = G / (1 + G/C) (T_return - T_air). In parallel they make supply water.
    """
    coil = np.asarray(conductance_w_k, dtype=float)
    supply = np.asarray(supply_degc, dtype=float)
    if not in_series:
        return np.asarray(np.maximum(coil * (supply - air_degc), 0.0))
    stream = np.maximum(np.asarray(water_w_k, dtype=float), 1e-9)
    back = supply + np.asarray(heat_w, dtype=float) / stream
    return np.asarray(np.maximum(coil / (1 + coil / stream) * (back - air_degc), 0.0))


def water_side_share(
    return_degc: Array | float, supply_degc: Array | float, reachable_degc: Array | float
) -> Array:
    """Share of the heat that a water-side economiser takes in series with chillers.

    reachable_degc   coldest facility water it can make: wet bulb + tower approach + exchanger
    All of it where that is the supply or colder, none where it is the return or warmer.
    """
    span = np.maximum(np.asarray(return_degc, dtype=float) - supply_degc, 1e-9)
    return np.asarray(np.clip((np.asarray(return_degc) - reachable_degc) / span, 0.0, 1.0))


@dataclass(frozen=True)
class AirWindow:
    """Air that racks may have, and so what an air-side economiser may mix."""

    supply_degc: float
    """Temperature that the handlers supply."""
    dew_point_low_degc: float = -9.0
    """Driest: recommended by ASHRAE TC 9.9 since 2015."""
    dew_point_high_degc: float = 15.0
    """Most humid of the recommended range."""
    humidity_high_frac: float = 0.6
    """Highest relative humidity of the recommended range."""


def outdoor_air_frac(
    window: AirWindow,
    dry_bulb_degc: Array | float,
    wet_bulb_degc: Array | float,
    return_degc: Array | float,
    pressure_pa: Array | float,
) -> Array:
    """Outdoor air in a hall's supply: mixed with return to the set-point where it is colder, all of
    it where it lies between set-point and return, none where it is warmer or its humidity leaves
    the window, for then the dampers are shut.

    Outdoor air that is too dry is refused and not humidified; with that the answer errs on the
    side of more mechanical cooling.
    """
    dry = np.asarray(dry_bulb_degc, dtype=float)
    pressure = np.asarray(pressure_pa, dtype=float)
    ratio = ratio_of_wet_bulb(dry, np.asarray(wet_bulb_degc, dtype=float), pressure)
    back = np.asarray(return_degc, dtype=float)
    colder = dry < window.supply_degc
    mixed = np.clip((back - window.supply_degc) / np.maximum(back - dry, 1e-9), 0.0, 1.0)
    opens = _humidity_fits(window, ratio, pressure) & (dry < back)
    return np.where(opens, np.where(colder, mixed, 1.0), 0.0)


def _humidity_fits(window: AirWindow, ratio: Array, pressure: Array) -> Mask:
    """Whether outdoor moisture lies in the window."""
    low = ratio_at_humidity(np.asarray(window.dew_point_low_degc), np.ones(()), pressure)
    wettest = ratio_at_humidity(np.asarray(window.dew_point_high_degc), np.ones(()), pressure)
    by_share = ratio_at_humidity(
        np.asarray(window.supply_degc), np.asarray(window.humidity_high_frac), pressure
    )
    return np.asarray((ratio >= low) & (ratio <= np.minimum(wettest, by_share)))
