"""Daylight of EnergyPlus weather files: means of irradiance over the hour that a record ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from twin.scenario.series.epw_records import (
    DAYLIGHT_FIELDS,
    HOUR_S,
    Array,
    column_of,
    header,
    placed,
    records_of,
)


@dataclass(frozen=True)
class Daylight:
    """Means of irradiance over steps, with the air at their ends. Arrays are (step,)."""

    begin_s: Array
    end_s: Array
    global_w_m2: Array
    """On a level surface."""
    direct_w_m2: Array
    """On a surface that faces the sun."""
    diffuse_w_m2: Array
    """On a level surface."""
    dry_bulb_degc: Array
    wind_m_s: Array
    latitude_deg: float
    longitude_deg: float
    """East; nan where not known."""


def read_daylight(content: bytes, path: Path, start: datetime, horizon_s: float) -> Daylight | None:
    """The daylight of a run; None where records of the run have none."""
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    site, first = header(lines, path)
    timed = placed(records_of(lines, first, path), site, start, horizon_s)
    time_s = np.array([time_s for time_s, _ in timed])
    columns = [
        column_of([record for _, record in timed], name) for name in (*DAYLIGHT_FIELDS, "dry bulb")
    ]
    ghi, dni, dhi, wind, dry = columns
    during = (time_s > 0) & (time_s < horizon_s + HOUR_S)
    if not during.any() or np.isnan([ghi[during], dni[during], dhi[during]]).any():
        return None
    begin_s = np.concatenate([[time_s[0] - HOUR_S], time_s[:-1]])
    wind = np.where(np.isnan(wind), 1.0, wind)
    kept = during & ~np.isnan(dry)
    return Daylight(
        begin_s[kept], time_s[kept], ghi[kept], dni[kept], dhi[kept], dry[kept], wind[kept],
        site.latitude_deg, site.longitude_deg,
    )  # fmt: skip
