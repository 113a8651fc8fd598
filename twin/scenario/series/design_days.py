"""Design days of a year: what its air exceeds in a stated share of the hours.

As ASHRAE Fundamentals, chapter 14, states them: cooling by dry bulb with the wet bulb that goes
with it on average, by wet bulb with the dry bulb that goes with it, heating by dry bulb. The day
around a cooling design hour follows the chapter's table of shares of the daily range.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from twin.physics import moist_air, psychrometrics
from twin.scenario.series.air import YearOfAir

Array = NDArray[np.float64]

RANGE_SHARES = np.array([
    0.88, 0.92, 0.95, 0.98, 1.00, 0.98, 0.91, 0.74, 0.55, 0.38, 0.23, 0.13,
    0.05, 0.00, 0.00, 0.06, 0.14, 0.24, 0.39, 0.50, 0.59, 0.68, 0.75, 0.82,
])  # fmt: skip
"""Of the daily range that the hours 1 to 24 lie below the highest (Fundamentals, ch. 14)."""
NEAR_K = 0.5
"""Hours this close to a design value count for the other bulb that goes with it."""


@dataclass(frozen=True)
class DesignDay:
    """Air of one day at the ends of its hours, 1 to 24, and the pressure. Arrays are (24,)."""

    dry_bulb_degc: Array
    wet_bulb_degc: Array
    pressure_pa: float


PUBLISHED_DAYS = ("cooling_0.4", "wet_bulb_0.4")
"""Hottest and most humid."""


def design_air(year: YearOfAir) -> YearOfAir | None:
    """Air of the published days by dry and by wet bulb, arrays of (48,); None where the year has
    no published conditions, and its own hours say what is worst.
    """
    if year.design is None:
        return None
    days = [design_day(year, which) for which in PUBLISHED_DAYS]
    return replace(
        year,
        dry_bulb_degc=np.concatenate([day.dry_bulb_degc for day in days]),
        wet_bulb_degc=np.concatenate([day.wet_bulb_degc for day in days]),
        pressure_pa=np.repeat([day.pressure_pa for day in days], 24),
    )


def design_values(year: YearOfAir, which: str) -> tuple[float, float]:
    """Dry and wet bulb of a design hour such as `cooling_0.4`, `wet_bulb_1` or `heating_99.6`: the
    published ones where the year has them, else its percentiles.
    """
    if year.design is not None:
        dry_degc, wet_degc = year.design.values_degc[which]
        return dry_degc, dry_degc - _gap_k(year, dry_degc) if wet_degc is None else wet_degc
    kind, _, percent = which.rpartition("_")
    dry = year.dry_bulb_degc
    wet = year.wet_bulb_degc
    if kind == "wet_bulb":
        value = float(np.percentile(wet, 100.0 - float(percent)))
        return _beside(wet, value, dry), value
    value = float(np.percentile(dry, 100.0 - float(percent)))
    return value, min(_beside(dry, value, wet), value)


def _gap_k(year: YearOfAir, dry_degc: float) -> float:
    """Dry over wet bulb in the hours closest to a dry bulb."""
    return _beside(year.dry_bulb_degc, dry_degc, year.dry_bulb_degc - year.wet_bulb_degc)


def _beside(of: Array, value: float, other: Array) -> float:
    """Mean of the other bulb in hours close to a value, or in the closest."""
    away_k = np.abs(of - value)
    near = away_k <= max(NEAR_K, float(away_k.min()))
    return float(other[near].mean())


def range_of_hottest_month_k(year: YearOfAir) -> float:
    """Mean daily range of the hottest month: the published one where the year has it."""
    if year.design is not None:
        return year.design.range_k
    return float(year.daily_range_k[int(year.monthly(year.dry_bulb_degc).argmax())])


def design_day(year: YearOfAir, which: str) -> DesignDay:
    """The day of a design hour: of heating the same air all day, else with the mean range of the
    hottest month and the humidity ratio of the design hour.
    """
    dry, wet = design_values(year, which)
    pascal = float(year.pressure_pa.mean())
    if which.startswith("heating"):
        return DesignDay(np.full(24, dry), np.full(24, wet), pascal)
    dry_day = dry - RANGE_SHARES * range_of_hottest_month_k(year)
    pressure = np.full(24, pascal)
    ratio = moist_air.ratio_of_wet_bulb(np.full(24, dry), np.full(24, wet), pressure)
    held = np.minimum(ratio, moist_air.saturated_ratio(dry_day, pressure))
    vapour = moist_air.vapour_pressure_pa(held, pressure)
    wet_day = psychrometrics.wet_bulb_degc(dry_day, vapour, pressure)
    return DesignDay(dry_day, np.minimum(wet_day, dry_day), pascal)
