"""Clocks that go forward or back in files whose times state no offset from UTC."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HOUR_S = 3600.0
LEAST_ROWS = 12
"""Fewer rows than these show no usual step."""
NIGHT_H = (1, 4)
"""Clocks go forward to an hour of these, where and when ever they do."""
BACK = (
    "where a clock went back, write each time with its offset, as 2026-10-25T02:00:00+01:00 after "
    "2026-10-25T02:00:00+02:00"
)
"""What to do where an hour stands twice."""


def is_local(word: str) -> bool:
    """Whether a time is a date and clock time that states no offset."""
    try:
        return datetime.fromisoformat(word.strip()).tzinfo is None
    except ValueError:
        return False


def went_forward(
    time_s: NDArray[np.float64],
    lines: NDArray[np.int64],
    path: Path,
    start: datetime,
    horizon_s: float,
) -> tuple[str, ...]:
    """Where, within a run, a regular file of a local clock lacks an hour of the night.

    time_s, lines    (row,) seconds after the start, and the line of each
    """
    steps = np.diff(time_s)
    if len(steps) < LEAST_ROWS:
        return ()
    usual_s = min(float(np.median(steps)), HOUR_S)
    hour_more = np.isclose(steps, usual_s + HOUR_S, atol=1.0)
    inside = (time_s[1:] > 0.0) & (time_s[1:] <= horizon_s)
    ends = np.flatnonzero(hour_more & inside) + 1
    moments = {int(at): start + timedelta(seconds=float(time_s[at])) for at in ends}
    return tuple(
        f"{path.name}:{lines[at]}: an hour is missing before {moment:%Y-%m-%dT%H:%M}; if the clock "
        "went forward there, every later row is taken an hour late: write times with their offset"
        for at, moment in moments.items()
        if NIGHT_H[0] <= moment.hour <= NIGHT_H[1]
    )
