"""Fan flow and leakage of a measured room, fitted on its first load step alone.

The fan factor scales the flow of every rack's fans. The leakage is the part of that flow which
comes back from the racks' own backs through gaps: room air through the racks is the rest. Both are
found by least squares over sensors and returns; their uncertainty counts each sensor once, for
errors of one sensor at two times are not independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from twin.arrays import Array
from twin.facility.airflow.hall_air import HallAir
from twin.study.airflow.lived import lived
from twin.study.airflow.measured import MeasuredRoom
from twin.study.airflow.reduced import SolvedFlow

SKIP_S = 1200.0
STEP_RATIO = 1.5
"""A load step begins where power is so much above its least, and ends where it is below again."""
BOUNDS = ((0.4, 0.0), (1.6, 0.4))
PRIOR_LEAK = 0.03
"""Standard deviation of the leakage that is expected without measurements: blanked racks (assumed).
Without it the leakage and the fan factor could stand for one another."""


@dataclass(frozen=True)
class FittedRoom:
    """Two factors with their standard uncertainties."""

    fan_factor: float
    fan_factor_sd: float
    leak_frac: float
    leak_frac_sd: float
    rows: int
    """Rows of the measurements that it was fitted on."""

    def as_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "fan_factor": self.fan_factor,
            "fan_factor_sd": self.fan_factor_sd,
            "leak_frac": self.leak_frac,
            "leak_frac_sd": self.leak_frac_sd,
            "fitted_on_rows": self.rows,
        }


def first_step_end(measured: MeasuredRoom) -> int:
    """Row after the first load step; all rows where there is none."""
    total = measured.power_w.sum(axis=1)
    high = total > STEP_RATIO * np.percentile(total, 5)
    if not high.any():
        return int(total.size)
    begin = int(np.argmax(high))
    after = np.flatnonzero(~high[begin:])
    return begin + int(after[0]) if after.size else int(total.size)


def fit_room(
    air: HallAir, measured: MeasuredRoom, held: Sequence[SolvedFlow], found: Array
) -> FittedRoom:
    """Both factors by least squares on the first load step."""
    end = first_step_end(measured)
    first = int(np.searchsorted(measured.time_s, measured.time_s[0] + SKIP_S))
    first = min(first, max(end - 2, 0))
    seen = np.concatenate([measured.sensor_degc, measured.return_degc], axis=1)[first:end]
    weight = 1.0 / np.sqrt(seen.shape[0])

    def errors(x: Array) -> Array:
        sensor, back = lived(air, measured, held, found, float(x[0]), float(x[1]), end)
        off = np.concatenate([sensor, back], axis=1)[first:end] - seen
        return np.append(off.ravel() * weight, x[1] / PRIOR_LEAK)

    best = least_squares(errors, [0.9, 0.02], bounds=BOUNDS, diff_step=[0.02, 0.02], max_nfev=8)
    variance = float((best.fun[:-1] ** 2).sum()) / max(seen.shape[1] - 2, 1)
    slopes = np.asarray(best.jac)
    spread = np.sqrt(np.diag(np.linalg.pinv(slopes.T @ slopes)) * variance)
    return FittedRoom(
        float(best.x[0]), float(spread[0]), float(best.x[1]), float(spread[1]), end - first
    )
