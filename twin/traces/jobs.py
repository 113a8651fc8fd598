"""Job lists read by what they hold."""

from __future__ import annotations

from pathlib import Path

from twin.traces.job_list import JobList
from twin.traces.job_tables import JOB_TABLES, job_table_of, read_job_table
from twin.traces.lines import beginning, brief, refusal
from twin.traces.philly import looks_like_philly, read_philly
from twin.traces.request_columns import header_of
from twin.traces.slurm import looks_like_sacct, read_sacct
from twin.traces.swf import looks_like_swf, read_swf

KNOWN_JOBS = (
    "the Standard Workload Format, what sacct --parsable2 prints (JobID, Submit, State, Elapsed, "
    "NNodes), a Philly log, or a table with "
    + " or ".join(f"{', '.join(t.needs)} ({t.title})" for t in reversed(JOB_TABLES))
)
"""What a list of jobs may be, for messages."""


def read_jobs(path: str | Path) -> JobList:
    """The jobs of a list, recognised by what it holds.

    Known are the Standard Workload Format, Slurm's sacct (parsable), logs of Acme, Helios and
    Philly, Alibaba's GPU-sharing pods, and a plain table of submit, run and nodes. Jobs that never
    ran are left out and counted. Raises InputError with every fault, each at its line.
    """
    path = Path(path)
    head = beginning(path)
    if looks_like_swf(head):
        return read_swf(path)
    if looks_like_philly(head):
        return read_philly(path)
    piped = sacct_header(head)
    if looks_like_sacct(piped):
        return read_sacct(path, piped)
    header = header_of(head)
    table = job_table_of(header)
    if table is None:
        found = f"the columns {brief(', '.join(header), 200)}"
        raise refusal(path, 1, found, KNOWN_JOBS)
    return read_job_table(path, table, header)


def sacct_header(head: bytes) -> list[str]:
    """The columns of what sacct printed; a last `|` adds none."""
    first = head.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    return [word.strip().lower() for word in first.removesuffix("|").split("|")]
