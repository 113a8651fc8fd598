"""A measured room against its model: driven by measured power, fan speed, handler signal and supply
temperature; compared at sensors and handler returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from twin.arrays import Array, Index
from twin.errors import InputError, Problem
from twin.facility.airflow.hall_air import hall_air
from twin.scenario import Scenario
from twin.study.airflow.configurations import FlowOf, chosen, keys, solved_flows
from twin.study.airflow.fit import FittedRoom, fit_room
from twin.study.airflow.lived import lived
from twin.study.airflow.measured import MeasuredRoom, read_measured
from twin.study.airflow.solve import Told, cells_at

SKIP_S = 1200.0
"""Of the beginning, which knows no history."""
CELLS = 25_000


@dataclass(frozen=True, eq=False)
class Replayed:
    """What the model says at every instant; arrays are (time, ...)."""

    measured: MeasuredRoom
    sensor_degc: Array
    return_degc: Array
    configurations: int
    seconds: float
    fitted: FittedRoom | None

    def as_dict(self) -> dict[str, Any]:
        """Errors as root mean squares and a bias, and how fast it went."""
        compared = self.measured.time_s >= self.measured.time_s[0] + SKIP_S
        sensor = (self.sensor_degc - self.measured.sensor_degc)[compared]
        back = (self.return_degc - self.measured.return_degc)[compared]
        span = float(self.measured.time_s[-1] - self.measured.time_s[0])
        return {
            "front_rms_k": _rms(sensor[:, of_side(self.measured, "front")]),
            "rear_rms_k": _rms(sensor[:, of_side(self.measured, "rear")]),
            "return_rms_k": _rms(back),
            "bias_k": float(np.concatenate([sensor, back], axis=1).mean()),
            "speed_vs_real_time": span / self.seconds,
            "configurations_solved": self.configurations,
            **(self.fitted.as_dict() if self.fitted else {}),
            "sensors": _by_name(self.measured.sensors, sensor),
        }


def _rms(error: Array) -> float:
    return float(np.sqrt(np.mean(error**2))) if error.size else float("nan")


def _by_name(names: Sequence[str], error: Array) -> list[dict[str, Any]]:
    return [
        {"sensor": name, "rms_k": _rms(error[:, k]), "bias_k": float(error[:, k].mean())}
        for k, name in enumerate(names)
    ]


def of_side(measured: MeasuredRoom, word: str) -> Index:
    """Sensors with a word in their name."""
    return np.array([k for k, n in enumerate(measured.sensors) if word in n.split("_")], np.int64)


def replay(
    scenario: Scenario,
    folder: str | Path,
    model: str = "rans",
    cells: int | None = None,
    fit: bool = False,
    progress: Told | None = None,
) -> Replayed:
    """Live through a folder of measurements of a hall.

    folder   measured*.csv, see `study/airflow/measured.py`
    model    potential or rans, for the flow configurations met
    fit      fit fan flow and leakage on the first load step; else the layout's numbers stand
    Raises InputError with everything missing or out of range in the folder.
    """
    started = perf_counter()
    air = hall_air(scenario, cells=cells or CELLS)
    sensors = air.plan.spec.sensors
    measured = read_measured(Path(folder), air, tuple(one.name for one in sensors))
    if not measured.sensors:
        allowed = "sensors in the hall, and a column of each"
        raise InputError([Problem("--replay", "no sensor to compare", allowed, file=str(folder))])
    points = {one.name: one.at for one in sensors}
    probes = cells_at(air, [points[name] for name in measured.sensors])
    found = keys(measured)
    flow = FlowOf(air, measured, 1.0, 0.0)
    held = solved_flows(flow, chosen(found), found, model, probes, progress)
    fitted = fit_room(air, measured, held, found) if fit else None
    factor = fitted.fan_factor if fitted else 1.0
    leak = fitted.leak_frac if fitted else 0.0
    sensor, back = lived(air, measured, held, found, factor, leak)
    return Replayed(measured, sensor, back, len(held), perf_counter() - started, fitted)
