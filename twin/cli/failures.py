"""What the commands on failures call of the face and beside it, each imported when it is called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import twin

if TYPE_CHECKING:
    from twin.analysis.adequacy import Adequacy
    from twin.analysis.failure_parts.report import FailureReport
    from twin.analysis.fault_tree import FaultTreeAnswer
    from twin.analysis.ride_through import RideThrough
    from twin.cli.face import Told
    from twin.facility import Facility
    from twin.present.blocks import Block
    from twin.scenario import Scenario


def fault_tree(
    paths: Sequence[Path], top: str | None, mission_time_h: float, nodes_max: int
) -> FaultTreeAnswer:
    """Probability and number of minimal cut sets of a fault tree."""
    return twin.fault_tree(paths, top, mission_time_h, nodes_max)


def adequacy(units: Path, load: Path) -> Adequacy:
    """Generating units against an hourly load."""
    return twin.adequacy(units, load)


def failure_report(facility: Facility, told: Told) -> FailureReport:
    """What fails, how often, for how long and at what cost."""
    return twin.failure_report(facility, told)


def failure_blocks(found: FailureReport) -> tuple[list[str], list[Block]]:
    """Its page one, for the terminal."""
    from twin.present.failure_report.front import headline, in_short, sentences

    return [headline(found)[0], *sentences(found)], [in_short(found)]


def write_failure_report(found: FailureReport, folder: Path) -> list[Path]:
    """Write page, PDF and JSON into a folder; their paths."""
    from twin.present.failure_report import write

    return write(found, folder)


def ride_through(facility: Facility, lost: Sequence[str], watched_s: float) -> RideThrough:
    """What a loss does to the racks, at full load."""
    return twin.ride_through(facility, lost, watched_s)


def ride_through_blocks(found: RideThrough) -> tuple[list[str], list[Block]]:
    """Sentences and the racks it reached, for the terminal."""
    from twin.present.ride_through_tables import reached, sentences

    return sentences(found), [reached(found)]


def refuse_without_expectations(scenario: Scenario, file: str) -> None:
    """Raise InputError where no drill says when it is passed."""
    from twin.study.exercise import refuse_without_expectations

    refuse_without_expectations(scenario, file)


def drill_sheet(scenario: Scenario, told: Told) -> list[dict[str, Any]]:
    """Every criterion of every drill, in order."""
    from twin.study.exercise import drill_sheet

    return drill_sheet(
        scenario, lambda done_frac, now_s: told(done_frac, f"hour {now_s / 3600:.1f}")
    )


def drill_blocks(sheet: list[dict[str, Any]]) -> tuple[list[str], list[Block]]:
    """The same for people."""
    from twin.present.drill_tables import blocks, sentences

    return sentences(sheet), blocks(sheet)
