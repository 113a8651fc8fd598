"""Weather changed: hotter days, and later climates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.physics import moist_air, psychrometrics
from twin.scenario.series.air import YearOfAir

Array = NDArray[np.float64]
Index = NDArray[np.int64]

PERCENT = 100.0


def heated(
    air: tuple[Array, Array, Array], day: Array, hour: Array, days: int, add_k: float, night: float
) -> tuple[Array, Array]:
    """Dry and wet bulb with `days` hotter days from day 0 on; the humidity ratio stays.

    air    dry bulb, wet bulb, pressure (row,);  day, hour   days since the wave's first midnight
           and hours of the day (row,)
    add_k  what 15:00 gains; 3:00 gains the share `night` of it. The first and the last 12 hours
           grow and fade in a straight line.
    """
    dry, wet, pressure = air
    shape = night + (1.0 - night) * (1.0 + np.cos(2 * np.pi * (hour - 15.0) / 24.0)) / 2
    envelope = np.clip(np.minimum(day, days - day) * 2.0, 0.0, 1.0)
    hotter = dry + add_k * shape * envelope
    ratio = moist_air.ratio_of_wet_bulb(dry, wet, pressure)
    vapour = moist_air.vapour_pressure_pa(ratio, pressure)
    wet_after = psychrometrics.wet_bulb_degc(hotter, vapour, pressure)
    return hotter, np.where(envelope > 0, np.minimum(wet_after, hotter), wet)


def morphed(
    air: tuple[Array, Array, Array],
    month: Index,
    year: YearOfAir,
    changes: tuple[Array, Array, Array],
) -> tuple[Array, Array]:
    """Dry and wet bulb of a later climate (Belcher, Hacker and Powell, Building Serv. Eng. Res.
    Technol. 26, 2005): x' = x + shift + stretch (x - monthly mean).

    air       dry bulb, wet bulb, pressure (row,); month (row,) from 0
    year      of which the monthly means and daily ranges are
    changes   by month (12,): mean dry bulb K, daily range K, relative humidity percentage points
    The stretch of the dry bulb is the change of the daily range over the range.
    """
    dry, wet, pressure = air
    shift, widen, moister = changes
    stretch = widen / np.maximum(year.daily_range_k, 1e-6)
    mean = year.monthly(year.dry_bulb_degc)
    later = dry + shift[month] + stretch[month] * (dry - mean[month])
    ratio = moist_air.ratio_of_wet_bulb(dry, wet, pressure)
    humid = moist_air.relative_humidity_frac(dry, ratio, pressure) + moister[month] / PERCENT
    vapour = np.clip(humid, 0.01, 1.0) * psychrometrics.saturation_pressure_pa(later)
    wet_after = psychrometrics.wet_bulb_degc(later, vapour, pressure)
    return later, np.minimum(wet_after, later)
