"""Hours of typical years: outdoor air of the shipped climates between turning points.

Made from hourly typical years (TMY3, data of the US government): of 8,760 hours those are kept
between which straight lines miss no hour of dry or wet bulb by more than 0.5 K (Ramer, Douglas and
Peucker; root mean square 0.17 K), and the hottest, coldest, wettest and driest hours as they are.
`docs/make_climates.py` makes the file anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.catalogue.library import rows
from twin.catalogue.rows import Climate

Array = NDArray[np.float64]

_FILE = Path(__file__).parents[1] / "data" / "typical_years.npz"
HOURS = 8760


@dataclass(frozen=True)
class TypicalYear:
    """Turning points of a year of 365 days, in local standard time. Arrays are (point,)."""

    hour: Array
    """Hours since the year began; the first is 1, the last 8,760."""
    dry_bulb_degc: Array
    wet_bulb_degc: Array

    def hourly(self) -> tuple[Array, Array]:
        """Dry and wet bulb (8760,) at the ends of the hours of the year, 1 to 8,760."""
        wanted = np.arange(1.0, HOURS + 1.0)
        return (
            np.interp(wanted, self.hour, self.dry_bulb_degc),
            np.interp(wanted, self.hour, self.wet_bulb_degc),
        )


def typical_year(climate: Climate) -> TypicalYear | None:
    """The typical year of a shipped climate; None for a planner's own row, which has cosines."""
    return _years().get(climate.name) if rows(Climate).get(climate.name) == climate else None


@cache
def _years() -> dict[str, TypicalYear]:
    with np.load(_FILE, allow_pickle=False) as arrays:
        names = [key.removesuffix("_steps_h") for key in arrays.files if key.endswith("_steps_h")]
        return {
            name: _from_steps(arrays[f"{name}_steps_h"], arrays[f"{name}_rises_dk"])
            for name in names
        }


def _from_steps(steps_h: NDArray[np.uint8], rises_dk: NDArray[np.int16]) -> TypicalYear:
    """A year from hours between turning points (point,) and rises of both bulbs (point, 2) in
    tenths of a kelvin.
    """
    air = np.cumsum(rises_dk, axis=0, dtype=np.int64) / 10.0
    hour = np.cumsum(steps_h, dtype=np.int64).astype(float)
    return TypicalYear(hour, air[:, 0], air[:, 1])
