"""Which stated numbers a failure report rests on, and how much of its answer on assumed ones."""

from __future__ import annotations

from typing import Any

from twin.analysis.redundancy_report import RedundancyReport
from twin.analysis.witnesses import Witness, witnesses
from twin.facility.model import Facility

Row = dict[str, Any]
ASSUMED = "assumed"
RELIABILITY = ("mtbf_h", "mttr_h", "start_failure_probability", "common_cause_frac")
"""Parameters that a probability starts from."""


def ground(facility: Facility, report: RedundancyReport) -> Row:
    """Every number that reliability, ratings and batteries come from, with source and status, and
    the share of the listed cut sets' probability that holds an assumed rate.
    """
    rows = witnesses(facility)
    assumed_types = _assumed_types(rows)
    types = dict(zip(facility.components.id, facility.components.type, strict=True))
    assumed = {name for name, type_ in types.items() if type_ in assumed_types}
    known = sum(row["share_of_unavailability"] or 0.0 for row in report.cut_set_rows)
    resting = sum(
        row["share_of_unavailability"] or 0.0
        for row in report.cut_set_rows
        if any(_owner(name, assumed) for name in row["components"])
    )
    return {
        "numbers": [row for row in rows if row["subject"].split("/")[0] in ("power", "cooling")],
        "numbers_total": len(rows),
        "assumed": sum(row["status"] == ASSUMED for row in rows),
        "share_of_unavailability_on_assumed_rates": resting / known if known else None,
    }


def _assumed_types(rows: list[Witness]) -> set[str]:
    """Catalogue rows with a rate that is assumed."""
    return {
        row["subject"].split("/", 1)[1]
        for row in rows
        if row["status"] == ASSUMED and row["parameter"] in RELIABILITY and "/" in row["subject"]
    }


def _owner(name: str, assumed: set[str]) -> bool:
    """A pump belongs to the unit it stands in: `cdu_1_pump_2` to `cdu_1`."""
    return name in assumed or name.partition("_pump_")[0] in assumed
