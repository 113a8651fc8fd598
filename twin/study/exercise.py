"""A scenario as an exercise: run once, and judged by what its drills expect."""

from __future__ import annotations

from typing import Any

from twin.errors import InputError, Problem
from twin.facility import build
from twin.quantities import counted
from twin.scenario import Scenario
from twin.simulation import Progress, simulate


def drill_sheet(scenario: Scenario, progress: Progress | None = None) -> list[dict[str, Any]]:
    """The rows of the table `drill_sheet`, as plain values.

    progress   called with the share of the horizon done and the simulated seconds
    Raises InputError where nothing is expected of any drill, and as `twin.simulate` does.
    """
    refuse_without_expectations(scenario)
    return simulate(build(scenario), progress).rows("drill_sheet")


def refuse_without_expectations(scenario: Scenario, file: str = "") -> None:
    """Raise InputError where no drill within the horizon says when it is passed.

    file   the scenario's, to be named
    """
    judged = [drill for drill in scenario.drills if drill.expect and drill.at < scenario.horizon]
    if not judged:
        drills = counted(len(scenario.drills), "drill")
        found = f"{drills}, none with expect" if scenario.drills else "no drill"
        allowed = "a drill before the end of the run that says when it is passed, such as"
        cure = "expect: {racks_off: 0, recovery: 30 min}"
        raise InputError([Problem("drills", found, f"{allowed} {cure}", file=file)])
