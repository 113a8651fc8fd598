"""What failures cost a year: GPU hours that the design loses, and what they would have earned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.analysis.economics.lived import Lived
from twin.facility.dependency import dependency
from twin.facility.model import Facility
from twin.physics.reliability.contingency import Losses, double_failures, single_failures
from twin.physics.reliability.gates import HOURS_PER_YEAR, Gates

LISTED = 10
HOUR_S = 3600.0
Row = dict[str, Any]


@dataclass(frozen=True)
class ExpectedOutages:
    """Mean over many years, of all single and double failures of the design."""

    gpu_hours_per_year: float
    """That GPUs are not served."""
    events_per_year: float
    """How often some are lost."""
    worst: tuple[Row, ...]
    """Losses that cost most GPU hours: components, gpus, gpu_hours_per_year, events_per_year."""


def expected_outages(facility: Facility) -> ExpectedOutages:
    """From the dependency graph: unavailability of what fails times the GPUs that it takes down.

    Three failures at once are left out. A demand that is not met in full counts as lost, which a
    run that throttles may bear better.
    """
    gates = dependency(facility)
    singles = single_failures(gates)
    rows = [*_rows(gates, singles), *_rows(gates, double_failures(gates, singles))]
    rows.sort(key=lambda row: -float(row["gpu_hours_per_year"]))
    return ExpectedOutages(
        sum(row["gpu_hours_per_year"] for row in rows),
        sum(row["events_per_year"] for row in rows),
        tuple(rows[:LISTED]),
    )


def _rows(gates: Gates, losses: Losses) -> list[Row]:
    found = []
    for lost, gpus in zip(losses.lost.tolist(), losses.gpus.tolist(), strict=True):
        together = float(np.prod(gates.unavailability[lost]))
        repairs = float((1.0 / gates.mttr_h[lost]).sum())
        if gpus and together > 0:
            row = {
                "components": [gates.names[node] for node in lost],
                "gpus": int(gpus),
                "gpu_hours_per_year": together * gpus * HOURS_PER_YEAR,
                "events_per_year": together * repairs * HOURS_PER_YEAR,
            }
            found.append(row)
    return found


def lost_usd_per_year(outages: ExpectedOutages, run: Lived, restart_s: float) -> float:
    """What the lost GPU hours would have earned, and the training that every event begins again.

    restart_s   half a checkpoint interval and a restart
    """
    hours = run.gpu_hours_served + run.gpu_hours_trained + run.gpu_hours_other
    if hours <= 0 or run.hours <= 0:
        return 0.0
    not_made = outages.gpu_hours_per_year * run.token_usd / hours
    again = outages.events_per_year * restart_s / HOUR_S * run.trained_usd / run.hours
    return not_made + again
