"""A year by month: what each drew, drank and reached, and for how long outdoor air cooled."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.scenario.series import YearOfAir

MODES = ("free", "wetted", "mixed", "mechanical")
"""Outdoor air alone; over wetted pads; ahead of compressors; compressors alone."""
FREE, WETTED, MIXED, MECHANICAL = range(len(MODES))
MONTHS = 12
KWH_J = 3.6e6
HOUR_S = 3600.0
NEAR = 1e-9
"""A share this near to none or all is rounding."""


def of_share(compressed_frac: Array, wetted: Mask | None = None) -> Index:
    """(hour,) Rows of MODES, by the share of the heat that compressors carry.

    wetted   (hour,) whether pads are wet where no compressor works
    """
    free = np.full(compressed_frac.size, FREE)
    free = free if wetted is None else np.where(wetted, WETTED, FREE)
    some = np.where(compressed_frac < 1.0 - NEAR, MIXED, MECHANICAL)
    return np.asarray(np.where(compressed_frac > NEAR, some, free), dtype=np.int64)


def hours_of(air: YearOfAir, mode: Index) -> dict[str, list[int]]:
    """Hours of every month in each mode that the year knows."""
    table = np.zeros((len(MODES), MONTHS), dtype=np.int64)
    np.add.at(table, (mode, air.month), 1)
    return {MODES[m]: table[m].tolist() for m in range(len(MODES)) if table[m].any()}


def by_month(
    air: YearOfAir, it_w: Array, facility_w: Array, water_kg_s: Array
) -> list[dict[str, float]]:
    """Energy, water, their ratios and the highest power of every month, from (8760,) arrays.

    `peak_hour` counts the hours of the year from 1, as `hour` of the hourly table does.
    """
    month = air.month
    it, facility, water = (
        np.bincount(month, values, MONTHS) * HOUR_S for values in (it_w, facility_w, water_kg_s)
    )
    dry = air.monthly(air.dry_bulb_degc)
    out = []
    for m in range(MONTHS):
        mine = np.flatnonzero(month == m)
        peak = int(mine[facility_w[mine].argmax()])
        out.append({
            "month": m + 1,
            "dry_bulb_degc": float(dry[m]),
            "it_kwh": float(it[m] / KWH_J),
            "facility_kwh": float(facility[m] / KWH_J),
            "pue": float(facility[m] / it[m]),
            "water_l": float(water[m]),
            "wue_l_per_kwh": float(water[m] / (it[m] / KWH_J)),
            "peak_w": float(facility_w[peak]),
            "peak_hour": peak + 1,
            "peak_dry_bulb_degc": float(air.dry_bulb_degc[peak]),
        })  # fmt: skip
    return out
