"""What a scenario asks of the scheduler: its jobs with their time limits, and the reservations
that any of them could meet.
"""

from __future__ import annotations

from collections.abc import Sequence

from twin.controls.queueing import Reservation
from twin.scenario.schema import Scenario
from twin.workload import Job
from twin.workload.time_limits import limited


def asked_jobs(scenario: Scenario) -> tuple[Job, ...]:
    """Every job of a scenario, in the order of its workloads."""
    jobs = (job for work in scenario.workload for job in work.jobs(scenario.seed))
    return limited(jobs, scenario.controls.scheduler.default_limit)


def felt(scenario: Scenario, jobs: Sequence[Job]) -> tuple[Reservation, ...]:
    """Reservations that keep some job off some node: those that begin before the last that starts
    in the run has come to its time limit. Any, where a job has none.
    """
    longest_s = max((job.limit_s for job in jobs), default=0.0)
    asked = scenario.controls.scheduler.reservations
    return tuple(one for one in asked if one.at < scenario.horizon + longest_s)
