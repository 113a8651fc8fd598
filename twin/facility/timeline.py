"""What a scenario asks for after the end of its run: it never happens, and is said."""

from __future__ import annotations

from collections.abc import Iterator

from twin.facility.ledger import Ledger, Loc
from twin.scenario.schema import Scenario
from twin.workload import Batch, Training

HOUR_S = 3600.0


def warn(ledger: Ledger) -> None:
    """Note every fault, drill, action and job at or after the end of the run."""
    end_s = ledger.scenario.horizon
    for loc, what, at_s in _moments(ledger.scenario):
        if at_s >= end_s:
            ledger.warn(
                loc,
                f"{what} at {_hours(at_s)}, but the run ends at {_hours(end_s)}: it never happens",
            )
    for i, work in enumerate(ledger.scenario.workload):
        if isinstance(work, Batch) and work.span > end_s:
            ledger.warn(
                ("workload", i, "span"),
                f"jobs arrive over {_hours(work.span)}, but the run ends at {_hours(end_s)}: "
                "later ones never arrive",
            )


def _moments(scenario: Scenario) -> Iterator[tuple[Loc, str, float]]:
    """Where each moment stands, what happens then, and when."""
    for i, fault in enumerate(scenario.faults.timeline):
        yield ("faults", "timeline", i, "at"), f"a fault of {fault.component}", fault.at
    for i, drill in enumerate(scenario.drills):
        yield ("drills", i, "at"), f"the drill {drill.kind}", drill.at
    for i, action in enumerate(scenario.controls.actions):
        yield ("controls", "actions", i, "at"), f"the action {action.kind}", action.at
    for i, work in enumerate(scenario.workload):
        if isinstance(work, Training):
            yield ("workload", i, "submit"), f"the job {work.name} is submitted", work.submit


def _hours(seconds: float) -> str:
    return f"{seconds / HOUR_S:.6g} h"
