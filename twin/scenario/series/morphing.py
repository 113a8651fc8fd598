"""Weather changed: hotter days, and later climates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.physics import moist_air, psychrometrics
from twin.scenario.series.air import DesignConditions, YearOfAir

Array = NDArray[np.float64]
Index = NDArray[np.int64]

PERCENT = 100.0
SMALLEST_K = 1e-6
"""Of a daily range that is stretched: air that never changes has none."""


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
    shift, widen, moister = (change[month] for change in changes)
    stretch = widen / np.maximum(year.daily_range_k[month], SMALLEST_K)
    return _moved(air, year.monthly(year.dry_bulb_degc)[month], shift, stretch, moister)


def _moved(
    air: tuple[Array, Array, Array], mean: Array, shift: Array, stretch: Array, moister: Array
) -> tuple[Array, Array]:
    """Dry and wet bulb of a later climate by the change of every row (row,)."""
    dry, wet, pressure = air
    later = dry + shift + stretch * (dry - mean)
    ratio = moist_air.ratio_of_wet_bulb(dry, wet, pressure)
    humid = moist_air.relative_humidity_frac(dry, ratio, pressure) + moister / PERCENT
    vapour = np.clip(humid, 0.01, 1.0) * psychrometrics.saturation_pressure_pa(later)
    wet_after = psychrometrics.wet_bulb_degc(later, vapour, pressure)
    return later, np.minimum(wet_after, later)


def later_design(year: YearOfAir, changes: tuple[Array, Array, Array]) -> DesignConditions | None:
    """Published design conditions of a later climate; None where the year has none.

    Each moves as an hour does of the month that it belongs to: cooling of the hottest month, wet
    bulbs of the month of the highest mean wet bulb, heating of the coldest month. Stretched is the
    published daily range in the first two, that of the year in the coldest.
    """
    design = year.design
    if design is None:
        return None
    dry_degc = year.monthly(year.dry_bulb_degc)
    hottest = int(dry_degc.argmax())
    coldest = int(dry_degc.argmin())
    places = {
        "cooling": (hottest, design.range_k),
        "wet_bulb": (int(year.monthly(year.wet_bulb_degc).argmax()), design.range_k),
        "heating": (coldest, float(year.daily_range_k[coldest])),
    }
    later = {
        name: _later_bulbs(bulbs, year, changes, *places[name.rpartition("_")[0]])
        for name, bulbs in design.values_degc.items()
    }
    return DesignConditions(later, max(design.range_k + float(changes[1][hottest]), 0.0))


def _later_bulbs(
    bulbs: tuple[float, float | None],
    year: YearOfAir,
    changes: tuple[Array, Array, Array],
    month: int,
    range_k: float,
) -> tuple[float, float | None]:
    """Dry and wet bulb of a design hour of a month; no wet bulb where none is published."""
    dry, wet = bulbs
    shift, widen, moister = (change[[month]] for change in changes)
    mean = year.monthly(year.dry_bulb_degc)[[month]]
    pascal = np.array([year.pressure_pa.mean()])
    air = (np.array([dry]), np.array([dry if wet is None else wet]), pascal)
    dry_then, wet_then = _moved(air, mean, shift, widen / max(range_k, SMALLEST_K), moister)
    return float(dry_then[0]), None if wet is None else float(wet_then[0])
