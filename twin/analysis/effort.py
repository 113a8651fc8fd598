"""What a run will take, before it begins: events and seconds, estimated from its parts.

Measured on one of two shared x86-64 cores: about a millisecond an event and 3.5 microseconds more
for every rack, power node and cooling unit. The estimate is good to a factor of two or so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.facility.model import Facility

EVENT_S = 1e-3
MEMBER_S = 3.5e-6
MOST_S = 7 * 86_400.0
"""A run that would take more than a week of computing is refused."""
LONG_S = 60.0
"""A run that takes longer is announced."""
HOUR_S = 3600.0


@dataclass(frozen=True)
class Effort:
    """An estimate."""

    events: float
    wall_s: float
    most_of_it: str
    """The key that makes most of the events."""

    @property
    def long(self) -> bool:
        """Whether somebody who waits should be told."""
        return self.wall_s > LONG_S


def effort(facility: Facility) -> Effort:
    """What a run of a facility will take."""
    parts = _events(facility)
    events = sum(parts.values())
    members = len(facility.racks.id) + len(facility.power.id) + len(facility.cooling.units.id)
    return Effort(
        events=events,
        wall_s=events * (EVENT_S + MEMBER_S * members),
        most_of_it=max(parts, key=lambda name: parts[name]),
    )


def _events(facility: Facility) -> dict[str, float]:
    """How many events each part of a scenario makes, by its key."""
    scenario = facility.scenario
    horizon_s = scenario.horizon
    pools = [pool for work in scenario.workload for pool in work.pools()]
    return {
        "controls.plant_period": horizon_s / scenario.controls.plant_period,
        "outputs.period": horizon_s / scenario.outputs.period,
        "workload window": sum(horizon_s / pool.window_s for pool in pools),
        "workload count": _job_events(facility),
        "faults.timeline": 2.0 * len(scenario.faults.timeline),
        "faults.rates": _random_faults(facility),
    }


def _job_events(facility: Facility) -> float:
    """Arrivals, ends and checkpoints of all jobs."""
    scenario = facility.scenario
    total = 0.0
    for work in scenario.workload:
        for job in work.jobs(scenario.seed):
            runs_s = min(job.work_s, max(scenario.horizon - job.submit_s, 0.0))
            total += 2.0 + 2.0 * runs_s / job.interval_s
    return total


def _random_faults(facility: Facility) -> float:
    """Expected failures and repairs."""
    rates = facility.scenario.faults.rates
    if rates is None:
        return 0.0
    per_h = np.nansum(1.0 / facility.components.mtbf_h)
    if rates.nodes:
        per_h += np.nansum(facility.racks.nodes / facility.racks.node_mtbf_h)
    return float(2.0 * per_h * rates.scale * facility.scenario.horizon / HOUR_S)
