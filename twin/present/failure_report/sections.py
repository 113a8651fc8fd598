"""The twelve parts of a failure report as sections of sentences and tables: for HTML and PDF."""

from __future__ import annotations

from collections.abc import Callable

from twin.analysis.failure_parts.report import FailureReport
from twin.present.blocks import Block, Section
from twin.present.failure_report import design_sections as design
from twin.present.failure_report import run_sections as run
from twin.present.failure_report import upkeep_sections as upkeep


def sections(report: FailureReport) -> list[Section]:
    """All twelve, in order; the first holds the diagram, which is drawn elsewhere."""
    return [Section(title, says(report), blocks(report)) for title, says, blocks in _PARTS]


_Part = tuple[str, Callable[[FailureReport], list[str]], Callable[[FailureReport], list[Block]]]
_PARTS: tuple[_Part, ...] = (
    ("One-line diagram", design.one_line_says, design.nothing),
    ("Loading", design.loading_says, design.loading),
    ("Losses", design.losses_says, design.losses),
    ("Verdicts", design.verdicts_says, design.verdicts),
    ("Single points and cut sets", design.cut_sets_says, design.cut_sets),
    ("Availability", design.availability_says, design.availability),
    ("Importance", upkeep.importance_says, upkeep.importance),
    ("Maintenance", upkeep.maintenance_says, upkeep.maintenance),
    ("Ride-through", run.ride_through_says, run.ride_through),
    ("Job consequence", run.consequence_says, run.consequence),
    ("Transients", run.transients_says, run.transients),
    ("Provenance", run.provenance_says, run.provenance),
)
