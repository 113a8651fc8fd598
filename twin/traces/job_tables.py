"""Job lists as tables: a plain one, logs of GPU clusters (Acme, Helios), and Alibaba's pods."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twin.traces.dependencies import Conditions, parsed
from twin.traces.job_list import JobList, JobsRead
from twin.traces.lines import FileFaults, blocks, brief
from twin.traces.listed_job import JobEnd, ListedJob
from twin.traces.request_columns import split_rows
from twin.traces.spans import count, finite, known, memory_bytes, moment_s, span_s

Row = Mapping[str, str]
_ENDS = {
    "completed": JobEnd.COMPLETED,
    "pass": JobEnd.COMPLETED,
    "succeeded": JobEnd.COMPLETED,
    "running": JobEnd.COMPLETED,
    "failed": JobEnd.FAILED,
    "node_fail": JobEnd.FAILED,
    "out_of_memory": JobEnd.FAILED,
    "cancelled": JobEnd.CANCELLED,
    "canceled": JobEnd.CANCELLED,
    "killed": JobEnd.CANCELLED,
    "timeout": JobEnd.TIMED_OUT,
    "timed_out": JobEnd.TIMED_OUT,
}
"""How a job ended, by the word of a log; what still ran counts with what it had run."""
_NOT_YET = ("pending", "queued")


@dataclass(frozen=True)
class JobTable:
    """A published table of jobs: its columns, in small letters, and how a row is read."""

    title: str
    needs: tuple[str, ...]
    """Of each, one of the names before and after `|` must be there."""
    read: Callable[[int, Row, JobsRead], ListedJob | None]

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a file with these columns is one of these."""
        return all(set(need.split("|")) & set(header) for need in self.needs)


def number(
    line: int, row: Row, names: str, convert: Callable[[str], float], missing: float, read: JobsRead
) -> float:
    """The first of some columns that holds anything; what cannot be read joins the faults."""
    for name in names.split("|"):
        word = row.get(name, "")
        if not known(word):
            continue
        try:
            return convert(word)
        except ValueError:
            read.faults.add(line, f"{brief(word)!r} under {name}", "a number or a time")
            return missing
    return missing


def _end(line: int, word: str, read: JobsRead) -> JobEnd | None:
    """How a job ended; None where it never ran, or where the word is none."""
    state = word.strip().lower().split(" ")[0]
    if state in _NOT_YET:
        read.skip("had not run when the list was made", line)
        return None
    if state and state not in _ENDS:
        read.faults.add(line, f"{brief(word)!r} under state", ", ".join(_ENDS))
        return None
    return _ENDS.get(state, JobEnd.COMPLETED)


_OF_PLAIN = (
    *("name", "job", "submit", "submit_s", "submitted_s", "run", "run_s", "duration", "nodes"),
    *("gpus", "walltime", "limit", "limit_s", "priority", "user", "state", "activity"),
    *("gpu_activity", "cores", "cpus", "memory", "mem", "after", "think", "think_s", "requeue"),
)
"""Columns that a plain table may have."""


def _plain(line: int, row: Row, read: JobsRead) -> ListedJob | None:
    name = row.get("name", row.get("job", "")).strip() or str(line - 1)
    end = _end(line, row.get("state", ""), read)
    if end is None:
        read.left_out.add(name)
        return None
    activity = number(line, row, "activity|gpu_activity", _share, np.nan, read)
    return ListedJob(
        line=line,
        name=name,
        submit_s=number(line, row, "submit|submit_s|submitted_s", moment_s, np.nan, read),
        run_s=number(line, row, "run|run_s|duration", span_s, np.nan, read),
        nodes=number(line, row, "nodes", count, np.nan, read),
        gpus=number(line, row, "gpus", count, np.nan, read),
        limit_s=number(line, row, "walltime|limit|limit_s", span_s, np.inf, read),
        priority=int(number(line, row, "priority", finite, 0.0, read)),
        user=row.get("user", "").strip(),
        end=end,
        activity=activity,
        cores=number(line, row, "cores|cpus", count, np.nan, read),
        memory_bytes=number(line, row, "memory|mem", memory_bytes, np.nan, read),
        after=_after(line, row.get("after", ""), read),
        think_s=number(line, row, "think|think_s", span_s, np.nan, read),
        title=name,
        requeue=_requeue(line, row.get("requeue", ""), read),
    )


def _requeue(line: int, word: str, read: JobsRead) -> bool | None:
    """Whether a row is run again after a fault; None where it says nothing."""
    if not known(word):
        return None
    found = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if word.strip().lower() not in found:
        read.faults.add(line, f"{brief(word)!r} under requeue", "true or false")
    return found.get(word.strip().lower())


def _after(line: int, word: str, read: JobsRead) -> Conditions:
    """What a row waits for, as Slurm says it; a bare name is one that completes."""
    if not known(word):
        return ()
    try:
        return parsed(word)
    except ValueError as error:
        read.faults.add(line, f"{brief(word)!r} under after", str(error))
        return ()


def _share(word: str) -> float:
    value = finite(word)
    if not 0 <= value <= 1:
        raise ValueError(word)
    return value


def _cluster(line: int, row: Row, read: JobsRead) -> ListedJob | None:
    """A row of Acme or Helios: `duration` does not count the time in the queue."""
    end = _end(line, row["state"], read)
    if end is None:
        return None
    gpus = number(line, row, "gpu_num", count, np.nan, read)
    nodes = number(line, row, "node_num", count, 0.0, read)
    return ListedJob(
        line=line,
        name=row["job_id"].strip(),
        submit_s=number(line, row, "submit_time", moment_s, np.nan, read),
        run_s=number(line, row, "duration", span_s, np.nan, read),
        nodes=max(nodes, 1.0),
        gpus=gpus,
        cores=number(line, row, "cpu_num", count, np.nan, read),
        user=row.get("user", "").strip(),
        end=end,
    )


def _pod(line: int, row: Row, read: JobsRead) -> ListedJob | None:
    """A pod of Alibaba's GPU-sharing trace: `gpu_milli` thousandths of each of its GPUs."""
    end = _end(line, row["pod_phase"], read)
    if end is None:
        return None
    if not known(row["scheduled_time"]):
        read.skip("never scheduled", line)
        return None
    start_s = number(line, row, "scheduled_time", finite, np.nan, read)
    milli = number(line, row, "gpu_milli", finite, 0.0, read)
    return ListedJob(
        line=line,
        name=row["name"].strip(),
        submit_s=number(line, row, "creation_time", finite, np.nan, read),
        run_s=number(line, row, "deletion_time", finite, np.nan, read) - start_s,
        nodes=1.0,
        gpus=number(line, row, "num_gpu", finite, 0.0, read) * milli / 1000.0,
        cores=number(line, row, "cpu_milli", finite, np.nan, read) / 1000.0,
        memory_bytes=number(line, row, "memory_mib", finite, np.nan, read) * 2.0**20,
        end=end,
    )


JOB_TABLES = (
    JobTable(
        "cluster log (Acme, Helios)",
        ("job_id", "gpu_num", "state", "submit_time", "duration"),
        _cluster,
    ),
    JobTable(
        "Alibaba GPU-sharing pods",
        ("num_gpu", "gpu_milli", "pod_phase", "creation_time", "scheduled_time", "deletion_time"),
        _pod,
    ),
    JobTable("plain jobs", ("submit|submit_s|submitted_s", "run|run_s|duration", "nodes"), _plain),
)
"""Every table of jobs that is known, by its columns."""


def job_table_of(header: Sequence[str]) -> JobTable | None:
    """The published table that has these columns."""
    return next((table for table in JOB_TABLES if table.fits(header)), None)


def read_job_table(path: Path, table: JobTable, header: Sequence[str]) -> JobList:
    """Every job that ran, in order of submission; a plain list counts from its own zero."""
    read = JobsRead(table.title, FileFaults(path))
    known_names = _OF_PLAIN if table.read is _plain else header
    foreign = [name for name in header if name not in known_names]
    for first, lines in blocks(path):
        for n, values in enumerate(split_rows(path, first, lines), start=first):
            if n == 1 or not values:
                continue
            if len(values) != len(header):
                found = f"{len(values)} values: {brief(lines[n - first])!r}"
                read.faults.add(n, found, f"{len(header)} values, as the header has")
                continue
            row = dict(zip(header, values, strict=True))
            read.unread.update(f"the column {x!r} is not read" for x in foreign if known(row[x]))
            _take(n, row, table, read)
    plain = table.read is _plain and min((j.submit_s for j in read.jobs), default=0) < 1e8
    return read.listed(False, 0.0 if plain else np.nan, whole=True)


def _take(line: int, row: Row, table: JobTable, read: JobsRead) -> None:
    before = read.faults.count
    job = table.read(line, row, read)
    if job is None or read.faults.count > before:
        return
    if np.isnan(job.submit_s):
        read.faults.add(line, "no moment of submission", "seconds, or a date and time")
    elif job.run_s < 0 and job.end is not JobEnd.CANCELLED:
        read.faults.add(line, f"a run of {job.run_s:g} s", "an end after the start")
    else:
        read.add(job)
