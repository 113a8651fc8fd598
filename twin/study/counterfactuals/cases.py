"""Which faults and drills of a scenario get a run without them."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from twin.analysis.effort import effort
from twin.controls import drilled
from twin.facility import Facility
from twin.scenario import Scenario

MOST = 24
"""Faults and drills that get a run of their own, the first in time; each costs up to a whole run.
"""
CHEAP_S = 3.0
"""Estimated computing that nobody has to ask for."""


@dataclass(frozen=True)
class FaultCase:
    """One fault of the time line, one drill, or all of them."""

    fault: str
    kind: str
    """fault, drill or all."""
    at_s: float
    place: int = -1
    """In its list of the scenario."""

    def rest(self, scenario: Scenario) -> dict[str, list[Any]]:
        """What is to come from its moment on without it, as `Run.fork` takes it."""
        timelines = {"fault": scenario.faults.timeline, "drill": scenario.drills}
        return {
            f"{kind}s": [item for n, item in enumerate(items) if self._spares(kind, n, item.at)]
            for kind, items in timelines.items()
            if self.kind in (kind, "all")
        }

    def _spares(self, kind: str, place: int, at_s: float) -> bool:
        return self.kind == kind and at_s >= self.at_s and place != self.place


@dataclass(frozen=True)
class Plan:
    """The runs that are made."""

    cases: tuple[FaultCase, ...]
    """In order of time; all of them together first, where there are several."""
    next_s: float | None
    """When the first fault begins that gets no run; None where every one does."""
    left_out: int
    """Faults and drills that get no run."""
    estimate_s: float
    """Computing that all runs of the plan would take, estimated: each from its moment on."""
    first_alone_s: float = -1.0
    """When the first fault begins, where others follow and none begins with it; -1 elsewhere."""
    second_s: float = inf
    """When the next one begins after it."""

    def as_dict(self) -> dict[str, float]:
        """How many were run, how many were not, and the estimate."""
        made = sum(case.kind != "all" for case in self.cases)
        return {"run": made, "left_out": self.left_out, "estimate_s": self.estimate_s}

    def warnings(self) -> list[str]:
        """That only the first faults got a run, where there are more."""
        if self.next_s is None:
            return []
        every = MOST + self.left_out
        return [
            f"counterfactuals: the first {MOST} of {every:,} faults and drills were run without"
        ]


def plan(facility: Facility) -> Plan:
    """The cases of a scenario: none where it asks for none, or where they would take long and it
    does not ask for them.
    """
    scenario = facility.scenario
    found = _cases(scenario)
    chosen = found[:MOST]
    together = [FaultCase("all", "all", found[0].at_s)] if len(found) > 1 else []
    cases = (*together, *chosen)
    horizon_s = scenario.horizon
    estimate_s = effort(facility).wall_s * sum(1.0 - case.at_s / horizon_s for case in cases)
    asked = scenario.outputs.counterfactuals
    if asked == "never" or (asked == "when_cheap" and estimate_s > CHEAP_S):
        return Plan((), None, len(found), estimate_s)
    rest = found[MOST:]
    next_s = rest[0].at_s if rest else None
    return Plan(cases, next_s, len(rest), estimate_s, *_first_alone(found))


def _first_alone(found: list[FaultCase]) -> tuple[float, float]:
    """When the first begins and when the next one does, unless they begin together."""
    if len(found) > 1 and found[0].at_s < found[1].at_s:
        return found[0].at_s, found[1].at_s
    return -1.0, inf


def _cases(scenario: Scenario) -> list[FaultCase]:
    """Every fault and drill that happens within the run, in order of time."""
    timeline = scenario.faults.timeline
    faults = [FaultCase(item.component, "fault", item.at, n) for n, item in enumerate(timeline)]
    drills = [
        FaultCase(drilled(item), "drill", item.at, n) for n, item in enumerate(scenario.drills)
    ]
    within = [case for case in (*faults, *drills) if case.at_s < scenario.horizon]
    return sorted(within, key=lambda case: case.at_s)
