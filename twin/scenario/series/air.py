"""Outdoor air at moments, and over a whole year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from twin.physics import moist_air
from twin.physics.psychrometrics import saturation_over_water_pa

Array = NDArray[np.float64]
Index = NDArray[np.int64]

HOURS = 8760
_ENDS = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) * 24
"""Hours of a year of 365 days at which months begin and end."""


@dataclass(frozen=True)
class DesignConditions:
    """Published conditions of a station, of many years (ASHRAE Fundamentals, chapter 14)."""

    values_degc: Mapping[str, tuple[float, float | None]]
    """By name, such as `cooling_0.4`: dry and wet bulb; no wet bulb where none is published."""
    range_k: float
    """Mean daily range of the dry bulb in the hottest month."""

    @classmethod
    def of(
        cls,
        cooling: Sequence[float],
        wet_bulb: Sequence[float],
        heating: Sequence[float],
        range_k: float,
    ) -> Self:
        """As ASHRAE prints them: dry bulb and the wet bulb beside it of 0.4, 1 and 2 %, wet bulb
        and the dry bulb beside it of the same, dry bulb of 99.6 and 99 %.
        """
        values: dict[str, tuple[float, float | None]] = {}
        for nth, percent in enumerate(("0.4", "1", "2")):
            values[f"cooling_{percent}"] = (cooling[2 * nth], cooling[2 * nth + 1])
            values[f"wet_bulb_{percent}"] = (wet_bulb[2 * nth + 1], wet_bulb[2 * nth])
        values |= {"heating_99.6": (heating[0], None), "heating_99": (heating[1], None)}
        return cls(values, range_k)


@dataclass(frozen=True)
class YearOfAir:
    """Outdoor air of a year of 365 days, at the ends of its hours: 1:00 on the first of January to
    24:00 on the last of December, local standard time. Arrays are (8760,).
    """

    dry_bulb_degc: Array
    wet_bulb_degc: Array
    pressure_pa: Array
    name: str = ""
    """The climate or file that it came from."""
    hourly: bool = True
    """False where it is two cosines."""
    warnings: tuple[str, ...] = ()
    """What had to be filled in, or stands for something unknown."""
    design: DesignConditions | None = None
    """Published design conditions of many years; None where those of its hours stand for them."""
    design_says: str = ""
    """Of design conditions in the header of a file: what they are, or why they are not used."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything to be said of it."""
        return (*self.warnings, *filter(None, (self.design_says,)))

    @property
    def month(self) -> Index:
        """(8760,) Months from 0 to 11 that the hours belong to."""
        return np.asarray(np.searchsorted(_ENDS, np.arange(1, HOURS + 1)) - 1)

    @cached_property
    def ratio(self) -> Array:
        """(8760,) Humidity ratio."""
        return moist_air.ratio_of_wet_bulb(self.dry_bulb_degc, self.wet_bulb_degc, self.pressure_pa)

    @property
    def dew_point_degc(self) -> Array:
        """(8760,) Dew point, over water at every temperature, as weather services state it."""
        return moist_air.dew_point_degc(self.ratio, self.pressure_pa, saturation_over_water_pa)

    @property
    def relative_humidity_frac(self) -> Array:
        """(8760,) Relative humidity, over water likewise."""
        return moist_air.relative_humidity_frac(
            self.dry_bulb_degc, self.ratio, self.pressure_pa, saturation_over_water_pa
        )

    def monthly(self, values: Array) -> Array:
        """(12,) Means of hourly values by month."""
        return np.asarray([values[a:b].mean() for a, b in pairwise(_ENDS)])

    @property
    def daily_range_k(self) -> Array:
        """(12,) Means by month of each day's highest less lowest dry bulb."""
        range_k = np.ptp(self.dry_bulb_degc.reshape(-1, 24), axis=1)
        return self.monthly(np.repeat(range_k, 24))
