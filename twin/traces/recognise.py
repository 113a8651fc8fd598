"""Whether a file holds jobs or requests."""

from __future__ import annotations

from pathlib import Path

from twin.traces.job_tables import job_table_of
from twin.traces.jobs import KNOWN_JOBS, sacct_header
from twin.traces.lines import beginning, brief, refusal
from twin.traces.philly import looks_like_philly
from twin.traces.request_columns import header_of, table_of
from twin.traces.requests import KNOWN
from twin.traces.slurm import looks_like_sacct
from twin.traces.swf import looks_like_swf


def holds_jobs(path: Path) -> bool:
    """True for a list of jobs, False for requests; InputError for a file that is neither."""
    head = beginning(path)
    if looks_like_swf(head) or looks_like_philly(head) or looks_like_sacct(sacct_header(head)):
        return True
    header = header_of(head)
    if job_table_of(header) is not None:
        return True
    if table_of(header) is None and not head.lstrip().startswith(b"{"):
        found = f"the columns {brief(', '.join(header), 200)}"
        raise refusal(path, 1, found, f"requests: {KNOWN}; or jobs: {KNOWN_JOBS}")
    return False
