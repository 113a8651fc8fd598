"""What a scenario asks for after the end of its run, which never happens, or by what reads as a
time of day though it counts from the start: findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from twin.controls import StorageSchedule
from twin.findings import Finding, FindingCode
from twin.scenario.schema import Scenario
from twin.workload.time_limits import limited

HOUR_S = 3600.0
_OF_DAY = re.compile(r"\s*\d{1,2}:[0-5]\d(:[0-5]\d)?\s*")
Moment = tuple[tuple[str | int, ...], str, str, float]
"""Where it stands, whom it is about, what happens, and when."""


def findings(scenario: Scenario) -> Iterator[Finding]:
    """What never happens, and what happens at another hour than it reads."""
    yield from _never_happens(scenario)
    yield from _reserved_later(scenario)
    yield from _without_a_limit(scenario)
    yield from _counted_from_the_start(scenario)


def _never_happens(scenario: Scenario) -> Iterator[Finding]:
    """Every fault, drill, action, call of the grid and job at or after the end of the run, and jobs
    that would arrive later.
    """
    end_s = scenario.horizon
    for loc, about, what, at_s in _moments(scenario):
        if at_s >= end_s:
            says = (
                f"{what} at {_hours(at_s)}, but the run ends at {_hours(end_s)}: it never happens"
            )
            yield Finding(FindingCode.NEVER_HAPPENS, about, says, loc)
    for i, work in enumerate(scenario.workload):
        if work.arrivals_end_s > end_s:
            says = (
                f"jobs arrive over {_hours(work.arrivals_end_s)}, but the run ends at "
                f"{_hours(end_s)}: "
                "later ones never arrive"
            )
            yield Finding(FindingCode.NEVER_HAPPENS, work.name, says, ("workload", i, "span"))


def _reserved_later(scenario: Scenario) -> Iterator[Finding]:
    """Reservations that begin when the run is over: they still keep nodes from long jobs."""
    end_s = scenario.horizon
    for loc, about, what, at_s in _reservations(scenario):
        if at_s >= end_s:
            says = (
                f"{what} begins at {_hours(at_s)}, but the run ends at {_hours(end_s)}: it only "
                "keeps jobs off its nodes whose time limit runs into it, and those without one"
            )
            yield Finding(FindingCode.RESERVED_LATER, about, says, loc)


def _without_a_limit(scenario: Scenario) -> Iterator[Finding]:
    """Workloads of whose jobs nobody knows the end, where nodes are reserved within the run."""
    rule = scenario.controls.scheduler
    ahead = [one for one in rule.reservations if one.at < scenario.horizon]
    if not ahead:
        return
    first = min(ahead, key=lambda one: one.at)
    names = f"{first.name} ({_hours(first.at)} to {_hours(first.at + first.duration)})"
    for i, work in enumerate(scenario.workload):
        jobs = limited(work.jobs(scenario.seed), rule.default_limit)
        count = sum(np.isinf(job.limit_s) for job in jobs)
        if count:
            has = f"{count:,} of its {len(jobs):,} jobs have" if len(jobs) > 1 else "it has"
            says = f"{has} no time limit, and so no node of {names} before that is over"
            yield Finding(FindingCode.NO_TIME_LIMIT, work.name, says, ("workload", i))


def _counted_from_the_start(scenario: Scenario) -> Iterator[Finding]:
    """Moments written like times of day in a run that begins at another hour than midnight."""
    start = scenario.start
    if not (start.hour or start.minute or start.second):
        return
    for loc, about, what, at_s in (*_moments(scenario), *_reservations(scenario)):
        text = scenario.written(loc)
        if isinstance(text, str) and _OF_DAY.fullmatch(text):
            clock = start + timedelta(seconds=at_s)
            says = (
                f"{what} at {text.strip()} counts from the start at {start:%H:%M}: it is at "
                f"{clock:%H:%M} of the day on {clock:%d %B}"
            )
            yield Finding(FindingCode.COUNTS_FROM_THE_START, about, says, loc)


def _moments(scenario: Scenario) -> Iterator[Moment]:
    """Everything that a scenario asks for at a moment."""
    for i, fault in enumerate(scenario.faults.timeline):
        what = f"a fault of {fault.component}"
        yield ("faults", "timeline", i, "at"), fault.component, what, fault.at
    for i, drill in enumerate(scenario.drills):
        yield ("drills", i, "at"), "", f"the drill {drill.kind}", drill.at
    for i, action in enumerate(scenario.controls.actions):
        yield ("controls", "actions", i, "at"), "", f"the action {action.kind}", action.at
    yield from _of_the_grid(scenario)
    for i, work in enumerate(scenario.workload):
        if work.submitted_s is not None:
            what = f"the job {work.name} is submitted"
            yield ("workload", i, "submit"), work.name, what, work.submitted_s


def _reservations(scenario: Scenario) -> Iterator[Moment]:
    """When nodes begin to be kept empty."""
    for i, one in enumerate(scenario.controls.scheduler.reservations):
        loc = ("controls", "scheduler", "reservations", i, "at")
        yield loc, one.name, "the reservation", one.at


def _of_the_grid(scenario: Scenario) -> Iterator[Moment]:
    """Calls to draw less, and what storage schedules ask for."""
    answer = scenario.controls.demand_response
    for i, event in enumerate(answer.events if answer else ()):
        what = f"the call {event.name}"
        loc = ("controls", "demand_response", "events", i)
        yield (*loc, "at"), "", what, event.at
        if event.at < scenario.horizon < event.released_s:
            what = f"the end of {what}, without which it has no row and no payment,"
            yield (*loc, "duration"), "", what, event.released_s
    for r, rule in enumerate(scenario.controls.storage):
        for i, step in enumerate(rule.steps if isinstance(rule, StorageSchedule) else ()):
            what = f"a step of the schedule of {rule.bess}"
            yield ("controls", "storage", r, "steps", i, "at"), rule.bess, what, step.at


def _hours(seconds: float) -> str:
    return f"{seconds / HOUR_S:.6g} h"
