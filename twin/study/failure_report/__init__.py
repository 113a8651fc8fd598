"""Failure report: what fails, how often, for how long and at what cost, in twelve parts.

`document`          the twelve parts together
`standard_events`   the disturbances that every design is put through
`ride_through`      how it rides through them, by runs at full load
`job_consequence`   what failures cost in tokens a year
"""

from __future__ import annotations

from twin.analysis.failure_parts.report import PARTS, FailureReport
from twin.study.failure_report.document import failure_report

__all__ = ["PARTS", "FailureReport", "failure_report"]
