"""Traces: what others recorded of requests and jobs, read from the formats they are published in.

Formats are told apart by what a file holds, never by its name. Every fault is found at its line and
all of them are told at once; memory is bounded by the rows that a file may have.
"""

from __future__ import annotations

from twin.traces.change import request_text, rescaled, spliced
from twin.traces.dependencies import Condition, Conditions, Relation
from twin.traces.describe import describe
from twin.traces.job_list import JobList
from twin.traces.jobs import read_jobs
from twin.traces.listed_job import JobEnd
from twin.traces.request_trace import RequestTrace, Skip
from twin.traces.requests import read_requests

__all__ = [
    "Condition",
    "Conditions",
    "JobEnd",
    "JobList",
    "Relation",
    "RequestTrace",
    "Skip",
    "describe",
    "read_jobs",
    "read_requests",
    "request_text",
    "rescaled",
    "spliced",
]
