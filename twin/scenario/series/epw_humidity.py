"""What the humidity of an EPW file is held against below freezing.

Weather services state relative humidity and dew point over water at every temperature (WMO-No. 8,
Guide to Instruments and Methods of Observation, volume I, annex 4.B: with respect to liquid water
below 0 °C too); some stations of their own state both over ice. The format says nothing, but a file
that holds both columns does: the two agree by one of the laws only.
"""

from __future__ import annotations

import numpy as np

from twin.physics import psychrometrics
from twin.physics.psychrometrics import Law
from twin.scenario.series.epw_records import Array, EpwRecord, column_of

COLD_DEGC = -3.0
"""Dry bulb below which the two laws lie further apart than a per cent of humidity is rounded."""
FEWEST = 12
"""Cold records that it takes to tell the laws apart."""


def saturation_law(records: list[EpwRecord]) -> Law:
    """The law by which a file's dew points and relative humidities agree below freezing.

    Over water, as weather services state them, where too few cold records have both.
    """
    dry, dew, humid = (
        column_of(records, name) for name in ("dry bulb", "dew point", "relative humidity")
    )
    both = (dry < COLD_DEGC) & (dew <= dry) & (humid < 100.0)
    if np.count_nonzero(both) < FEWEST:
        return psychrometrics.saturation_over_water_pa
    laws = (psychrometrics.saturation_over_water_pa, psychrometrics.saturation_pressure_pa)
    return min(laws, key=lambda law: _apart(law, dry[both], dew[both], humid[both]))


def _apart(law: Law, dry: Array, dew: Array, humid: Array) -> float:
    """Median of per cent of humidity by which the columns differ under a law."""
    return float(np.median(np.abs(100.0 * law(dew) / law(dry) - humid)))


def vapour_pa(records: list[EpwRecord], saturation_pa: Law) -> Array:
    """(record,) from the relative humidity where there is one, else from the dew point."""
    dry = column_of(records, "dry bulb")
    humid_frac = np.minimum(column_of(records, "relative humidity"), 100.0) / 100.0
    by_humidity = humid_frac * saturation_pa(dry)
    by_dew_point = saturation_pa(np.fmin(column_of(records, "dew point"), dry))
    return np.where(np.isnan(by_humidity), by_dew_point, by_humidity)
