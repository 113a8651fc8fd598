"""What is exposed while one component is out for work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from twin.analysis.redundancy_report import RedundancyReport

Row = dict[str, Any]
_LISTED = 40


def exposures(report: RedundancyReport) -> list[Row]:
    """For every component that the report tells of under maintenance: the unavailability while it
    is out, how many times that of ordinary days, and what then becomes a single point of failure.

    The partners are those of its cut sets of two. Highest risk first.
    """
    partners = _partners(report.cut_sets)
    singles = {row["component"] for row in report.single_points_of_failure}
    rows = [
        {
            "component": row["component"],
            "loses_load": row["component"] in singles,
            "risk_increase": row["risk_increase"],
            "unavailability_meanwhile": row["unavailability_while_out"],
            "then_single_points": sorted(partners[row["component"]])[:_LISTED],
            "then_single_points_count": len(partners[row["component"]]),
        }
        for row in report.maintenance.get("rows", [])
    ]
    return sorted(rows, key=lambda row: (-row["unavailability_meanwhile"], row["component"]))


def _partners(cut_sets: Sequence[Sequence[str]]) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for names in cut_sets:
        if len(names) == 2:
            found[names[0]].add(names[1])
            found[names[1]].add(names[0])
    return found
