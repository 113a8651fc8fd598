"""What `sacct --parsable` or `--parsable2` prints: one row a job, an array task or a step.

Columns may stand in any order. Steps (`123.batch`) fold into their job, parts of a heterogeneous
job (`123+1`) into one gang; each task of an array that ran is a job; tasks that never ran stand in
one row (`123_[4-9]`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from twin.traces.dependencies import Conditions, Relation, has
from twin.traces.job_list import JobList, JobsRead
from twin.traces.lines import FileFaults, blocks, brief
from twin.traces.listed_job import JobEnd, ListedJob
from twin.traces.spans import count, known, memory_bytes, moment_s, span_s
from twin.traces.submit_line import UNREAD, dependencies, requeues

_ENDS = {
    "COMPLETED": JobEnd.COMPLETED,
    "CD": JobEnd.COMPLETED,
    "COMPLETING": JobEnd.COMPLETED,
    "CG": JobEnd.COMPLETED,
    "CANCELLED": JobEnd.CANCELLED,
    "CA": JobEnd.CANCELLED,
    "PREEMPTED": JobEnd.CANCELLED,
    "PR": JobEnd.CANCELLED,
    "REVOKED": JobEnd.CANCELLED,
    "RV": JobEnd.CANCELLED,
    "FAILED": JobEnd.FAILED,
    "F": JobEnd.FAILED,
    "NODE_FAIL": JobEnd.FAILED,
    "NF": JobEnd.FAILED,
    "BOOT_FAIL": JobEnd.FAILED,
    "BF": JobEnd.FAILED,
    "OUT_OF_MEMORY": JobEnd.FAILED,
    "OOM": JobEnd.FAILED,
    "TIMEOUT": JobEnd.TIMED_OUT,
    "TO": JobEnd.TIMED_OUT,
    "DEADLINE": JobEnd.TIMED_OUT,
    "DL": JobEnd.TIMED_OUT,
}
"""How a job ended, by the first word of its state."""
_STILL = ("RUNNING", "R", "SUSPENDED", "S", "RESIZING", "RS", "STOPPED", "ST")
"""Jobs that still ran when the list was made: they count with what they had run."""
_NOT_YET = ("PENDING", "PD", "REQUEUED", "RQ", "CONFIGURING", "CF", "REQUEUE_HOLD", "RH")
_GPUS = re.compile(r"(?:^|,)gres/gpu=(\d+)")
_GPUS_OF_A_TYPE = re.compile(r"(?:^|,)gres/gpu:[^=,]+=(\d+)")
"""Printed beside the total, or alone where a cluster tracks types only (slurm.conf,
`AccountingStorageTRES=gres/gpu:tesla`)."""
_CORES = re.compile(r"(?:^|,)cpu=([\d.]+[KM]?)")
_MEMORY = re.compile(r"(?:^|,)mem=([\d.]+[KMGTP]?)")


def looks_like_sacct(header: Sequence[str]) -> bool:
    """Whether these are the columns of a list of jobs that sacct printed."""
    return {"jobid", "submit", "state"} <= set(header)


def read_sacct(path: Path, header: Sequence[str]) -> JobList:
    """Every job that ran, in order of submission, times from the first."""
    read = JobsRead("Slurm sacct", FileFaults(path))
    parts: dict[str, int] = {}
    for first, lines in blocks(path):
        for number, line in enumerate(lines, start=first):
            if number == 1 or not line.strip():
                continue
            values = line.split("|")
            if len(values) < len(header):
                found = f"{len(values)} values: {brief(line)!r}"
                read.faults.add(number, found, f"{len(header)} values, as the header has")
                continue
            _take(number, dict(zip(header, values, strict=False)), read, parts)
    return read.listed(False)


def _take(line: int, row: Mapping[str, str], read: JobsRead, parts: dict[str, int]) -> None:
    name = row["jobid"].strip()
    if "." in name:
        read.skip("step, folded into its job", line)
        return
    state = (row["state"].split() or [""])[0].rstrip("+").upper()
    if state in _NOT_YET:
        read.skip("had not run when the list was made", line, name)
    elif "[" in name:
        read.skip("tasks of an array that never ran", line)
    elif state not in _ENDS and state not in _STILL:
        read.faults.add(line, f"{brief(row['state'])!r} under state", "a state of Slurm")
    else:
        _enter(line, name, _ENDS.get(state, JobEnd.COMPLETED), row, read, parts)


def _enter(
    line: int, name: str, end: JobEnd, row: Mapping[str, str], read: JobsRead, parts: dict[str, int]
) -> None:
    before = read.faults.count
    job = ListedJob(
        line=line,
        name=name,
        submit_s=_value(line, row, ("submit",), moment_s, np.nan, read),
        run_s=_run_s(line, row, read),
        nodes=_nodes(line, row, read),
        gpus=_gpus(row),
        cores=_resource(row, _CORES, count),
        memory_bytes=_resource(row, _MEMORY, memory_bytes),
        limit_s=_limit_s(line, row, read),
        priority=0,
        user=row.get("user", "").strip(),
        end=end,
        after=_after(name.partition("+")[0], row, read),
        title=row.get("jobname", "").strip(),
        requeue=requeues(row.get("submitline", "")),
    )
    if np.isnan(job.submit_s) and read.faults.count == before:
        read.faults.add(line, "no moment under submit", "a date and time")
    if read.faults.count > before:
        return
    base = name.partition("+")[0]
    if "+" in name and base in parts:
        _join(parts[base], job, read)
        return
    if row.get("restarts", "").strip() not in ("", "0") and base not in parts:
        read.unread["earlier runs of requeued jobs have no rows (sacct --duplicates)"] += 1
    size = len(read.jobs)
    read.add(replace(job, name=base))
    if len(read.jobs) > size:
        parts[base] = size


def _after(name: str, row: Mapping[str, str], read: JobsRead) -> Conditions:
    """Whom a job waits for, as its command line says."""
    try:
        found = dependencies(row.get("submitline", ""), name)
    except ValueError:
        read.unread[UNREAD] += 1
        return ()
    if has(found, Relation.SINGLETON) and not row.get("jobname", "").strip():
        read.unread["a singleton without the column JobName is not followed"] += 1
        return ()
    return found


def _join(place: int, job: ListedJob, read: JobsRead) -> None:
    """One more part of a heterogeneous job: a larger gang, as long as its longest part."""
    whole = read.jobs[place]
    run_s = max(whole.run_s, job.run_s)
    size = whole.nodes + job.nodes
    read.jobs[place] = replace(
        whole,
        nodes=size,
        gpus=whole.gpus + job.gpus,
        run_s=run_s,
        cores=whole.cores + job.cores,
        memory_bytes=whole.memory_bytes + job.memory_bytes,
    )


def _value(
    line: int,
    row: Mapping[str, str],
    names: Sequence[str],
    convert: Callable[[str], float],
    missing: float,
    read: JobsRead,
) -> float:
    """The first of some columns that holds anything; what cannot be read joins the faults."""
    for name in names:
        word = row.get(name, "")
        if not known(word):
            continue
        try:
            return convert(word)
        except ValueError:
            read.faults.add(line, f"{brief(word)!r} under {name}", "a time or number of Slurm")
            return missing
    return missing


def _run_s(line: int, row: Mapping[str, str], read: JobsRead) -> float:
    names = ("elapsedraw", "elapsed")
    found = _value(line, row, names, span_s, np.nan, read)
    if not np.isnan(found):
        return found
    start_s = _value(line, row, ("start",), moment_s, np.nan, read)
    return _value(line, row, ("end",), moment_s, np.nan, read) - start_s


def _nodes(line: int, row: Mapping[str, str], read: JobsRead) -> float:
    found = _value(line, row, ("allocnodes", "nnodes"), count, 0.0, read)
    return found or _value(line, row, ("reqnodes",), count, 0.0, read)


def _limit_s(line: int, row: Mapping[str, str], read: JobsRead) -> float:
    """The time limit; `TimelimitRaw` counts minutes."""
    raw = row.get("timelimitraw", "")
    if known(raw) and raw.strip().replace(".", "").isdigit():
        return float(raw) * 60.0 or np.inf
    return _value(line, row, ("timelimit", "timelimitraw"), _limit, np.inf, read)


def _limit(word: str) -> float:
    """A span; a plain number counts minutes, as Slurm's options do."""
    return float(word) * 60.0 if word.strip().isdigit() else span_s(word)


def _gpus(row: Mapping[str, str]) -> float:
    """GPUs of the whole job by its trackable resources; nan where they are not printed."""
    for name in ("alloctres", "reqtres", "tresalloc"):
        if name in row and row[name].strip():
            whole = _GPUS.findall(row[name])
            return float(sum(map(int, whole or _GPUS_OF_A_TYPE.findall(row[name]))))
    return np.nan


def _resource(
    row: Mapping[str, str], of: re.Pattern[str], convert: Callable[[str], float]
) -> float:
    """Cores or memory of the whole job by its trackable resources; nan where they are not told."""
    for name in ("alloctres", "reqtres", "tresalloc"):
        found = of.search(row.get(name, ""))
        if found:
            return convert(found[1])
    return np.nan
