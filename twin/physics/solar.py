"""Power of solar arrays from daylight: the PVWatts chain (Dobos 2014, NREL/TP-6A20-62641), with
pvlib's functions.

Sun position by the algorithm of Reda and Andreas (2004), plane of array by Hay and Davies (1980),
reflection of the beam by Snell's and Bouguer's laws, cell temperature by Faiman (2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from twin.arrays import Array

SEA_LEVEL_PA = 101_325.0
DELTA_T_S = 67.0
"""Terrestrial less universal time, near 2010."""
REFRACTION_DEG = 0.5667
"""At sunrise and sunset."""


@dataclass(frozen=True)
class SolarArray:
    """One array's modules and inverters."""

    dc_w: float
    """At 1,000 W/m2 and 25 degC."""
    ac_w: float
    """Most that its inverters give."""
    tilt_deg: float
    azimuth_deg: float
    losses_frac: float
    inverter_efficiency_frac: float
    temperature_coefficient_k: float
    albedo_frac: float


@dataclass(frozen=True)
class Sun:
    """Where the sun stands at moments, (moment,), degrees."""

    zenith_deg: Array
    azimuth_deg: Array
    day_of_year: Array
    """By universal time."""


def sun(
    start: datetime, time_s: Array, latitude_deg: float, longitude_deg: float, air_degc: Array
) -> Sun:
    """Where the sun stands `time_s` (moment,) seconds after a start with a zone.

    air_degc  (moment,) temperature of the air, which bends the sun's rays
    """
    from pvlib import spa

    first = start.astimezone(UTC)
    unix_s = first.timestamp() + time_s
    found = spa.solar_position(
        unix_s, latitude_deg, longitude_deg, 0.0, SEA_LEVEL_PA / 100.0, air_degc,
        DELTA_T_S, REFRACTION_DEG,
    )  # fmt: skip
    days = [(first + timedelta(seconds=float(t))).timetuple().tm_yday for t in time_s]
    return Sun(np.asarray(found[0]), np.asarray(found[4]), np.array(days, dtype=float))


def clear_sky(at: Sun, clearness_frac: float) -> tuple[Array, Array, Array]:
    """Global, direct and diffuse irradiance (moment,), W/m2: a share of a clear sky's global by
    Haurwitz (1945), split by Erbs et al. (1982).
    """
    from pvlib import irradiance

    height = np.cos(np.radians(at.zenith_deg))
    above = height > 0
    depth = 0.059 / np.where(above, height, 1.0)
    ghi = np.where(above, clearness_frac * 1098.0 * height * np.exp(-depth), 0.0)
    split = irradiance.erbs(ghi, at.zenith_deg, at.day_of_year)
    return ghi, np.asarray(split["dni"]), np.asarray(split["dhi"])


def ac_power_w(
    array: SolarArray,
    at: Sun,
    irradiance_w_m2: tuple[Array, Array, Array],
    dry_bulb_degc: Array,
    wind_m_s: Array,
) -> Array:
    """(moment,) AC power of one array, W, never below 0 nor above its inverters.

    irradiance_w_m2   global on the level, direct normal, diffuse on the level, (moment,) each
    """
    from pvlib import iam, inverter, irradiance, pvsystem, temperature

    ghi, dni, dhi = irradiance_w_m2
    turned = (array.tilt_deg, array.azimuth_deg)
    plane = irradiance.get_total_irradiance(
        *turned, at.zenith_deg, at.azimuth_deg, dni, ghi, dhi,
        dni_extra=irradiance.get_extra_radiation(at.day_of_year), albedo=array.albedo_frac,
        model="haydavies",
    )  # fmt: skip
    angle_deg = irradiance.aoi(*turned, at.zenith_deg, at.azimuth_deg)
    beam = np.nan_to_num(plane["poa_direct"] * iam.physical(angle_deg))
    seen = np.maximum(beam + np.nan_to_num(plane["poa_diffuse"]), 0.0)
    warms = np.maximum(np.nan_to_num(plane["poa_global"]), 0.0)
    cell = temperature.faiman(warms, dry_bulb_degc, wind_m_s)
    dc = pvsystem.pvwatts_dc(seen, cell, array.dc_w, array.temperature_coefficient_k)
    dc = np.maximum(dc, 0.0) * (1.0 - array.losses_frac)
    taken = array.ac_w / array.inverter_efficiency_frac
    ac = inverter.pvwatts(dc, taken, array.inverter_efficiency_frac)
    given: Array = np.nan_to_num(np.asarray(ac, dtype=float))
    return np.maximum(given, 0.0)
