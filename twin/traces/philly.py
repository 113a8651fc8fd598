"""The job log of Microsoft's Philly: one JSON list, a job with its attempts.

A job's run time is the sum of its attempts; attempts without an end count for nothing
(https://github.com/msr-fiddle/philly-traces).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.traces.job_list import JobList, JobsRead
from twin.traces.lines import FileFaults, refusal
from twin.traces.listed_job import JobEnd, ListedJob
from twin.traces.spans import known, moment_s

BYTES_MAX = 500_000_000
"""The log is one JSON document of 100 MB and is read whole."""
_ENDS = {"Pass": JobEnd.COMPLETED, "Killed": JobEnd.CANCELLED, "Failed": JobEnd.FAILED}


def looks_like_philly(head: bytes) -> bool:
    """Whether a file begins as one."""
    return head.lstrip().startswith(b"[") and b'"attempts"' in head and b'"jobid"' in head


def read_philly(path: Path) -> JobList:
    """Every job that ran, in order of submission, times from the first."""
    read = JobsRead("Philly", FileFaults(path))
    if path.stat().st_size > BYTES_MAX:
        raise refusal(path, 0, f"more than {BYTES_MAX // 1_000_000} MB", "a smaller file")
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise refusal(path, line, "broken JSON", "one JSON list of jobs") from error
    for n, row in enumerate(rows if isinstance(rows, list) else (), start=1):
        _take(n, row, read)
    return read.listed(False)


def _take(n: int, row: Any, read: JobsRead) -> None:
    """One job; its place in the list stands for a line."""
    try:
        job = _job(n, row, read)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        read.faults.add(n, f"job {n} without a sound {error}", "a job as Philly writes it")
        return
    if job is not None:
        read.add(job)


def _job(n: int, row: Mapping[str, Any], read: JobsRead) -> ListedJob | None:
    spans = [_span_s(attempt) for attempt in row["attempts"]]
    without_end = sum(np.isnan(span) for span in spans)
    if without_end == len(spans):
        read.skip("no attempt with a start and an end", n)
        return None
    servers = row["attempts"][-1]["detail"]
    return ListedJob(
        line=n,
        name=str(row["jobid"]),
        submit_s=moment_s(row["submitted_time"]),
        run_s=float(np.nansum(spans)),
        nodes=float(max(len(servers), 1)),
        gpus=float(sum(len(server["gpus"]) for server in servers)),
        user=str(row.get("user", "")),
        end=_ENDS.get(row["status"], JobEnd.COMPLETED),
    )


def _span_s(attempt: Mapping[str, Any]) -> float:
    start = str(attempt.get("start_time"))
    end = str(attempt.get("end_time"))
    return moment_s(end) - moment_s(start) if known(start) and known(end) else np.nan
