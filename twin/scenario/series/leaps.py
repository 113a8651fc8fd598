"""Outdoor air that leaps from one row of a file to the next."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twin.scenario.series.csv_rows import HOUR_S, Array

LEAP_K = 25.0
"""Within an hour fronts bring 10 to 15 K. Packed weather whose values were changed in place comes
back at the other end of its packing, often 50 K away (findings/the_heat_wave_that_turns_cold.sh).
"""


def leaps(time_s: Array, lines: np.ndarray, dry_bulb_degc: Array, path: Path) -> tuple[str, ...]:
    """A warning with the row of the widest change of the dry bulb within an hour; or none.

    time_s, dry_bulb_degc  (row,) rising times and the air at them
    lines                  (row,) where each stands in the file
    """
    if time_s.size < 2:
        return ()
    change_k = np.where(np.diff(time_s) <= HOUR_S, np.diff(dry_bulb_degc), 0.0)
    worst = int(np.argmax(np.abs(change_k)))
    count = int(np.count_nonzero(np.abs(change_k) > LEAP_K))
    if not count:
        return ()
    others = f", and {count - 1:,} more like it" if count > 1 else ""
    return (
        f"{path.name}:{lines[worst + 1]}: the dry bulb leaps from {dry_bulb_degc[worst]:g} to "
        f"{dry_bulb_degc[worst + 1]:g} °C within an hour{others}. Values that were packed to 16 "
        "bits and changed in place come back at the other end of their range",
    )
