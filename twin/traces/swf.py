"""The Standard Workload Format of the Parallel Workloads Archive, version 2.2.

18 numbers a line, -1 where nothing is known; lines that begin with `;` are comments or state
something of the machine (https://www.cs.huji.ac.il/labs/parallel/workload/swf.html).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from twin.traces.dependencies import Condition, Conditions, Relation
from twin.traces.job_list import JobList, JobsRead
from twin.traces.lines import FileFaults, blocks, brief
from twin.traces.listed_job import JobEnd, ListedJob
from twin.traces.spans import finite

FIELDS = 18
_HEADER = re.compile(r";+\s*([A-Za-z]\w*)\s*:\s*(.*?)\s*")
_NUMBER = re.compile(r"\s*(\d+)")
_ENDS = {0: JobEnd.FAILED, 5: JobEnd.CANCELLED}
_PARTS = (2, 3, 4)
"""Statuses of pieces of a job that was stopped and went on: its own line has the whole."""


def looks_like_swf(head: bytes) -> bool:
    """Whether a file begins as one: comments with `;`, then 18 numbers a line."""
    for line in head.decode("utf-8", "replace").splitlines()[:2000]:
        if line.strip() and not line.lstrip().startswith(";"):
            words = line.split()
            return len(words) >= FIELDS - 2 and all(_is_number(word) for word in words)
    return head.lstrip().startswith(b";")


def _is_number(word: str) -> bool:
    try:
        finite(word)
    except ValueError:
        return False
    return True


def read_swf(path: Path) -> JobList:
    """Every job that ran, times from the log's own zero; what did not run is counted."""
    read = JobsRead("Standard Workload Format", FileFaults(path))
    stated: dict[str, str] = {}
    for first, lines in blocks(path):
        for number, line in enumerate(lines, start=first):
            text = line.strip()
            if text.startswith(";"):
                _state(text, stated)
            elif text:
                _take(number, text, read)
    per = _first_number(stated, "maxprocs") / _first_number(stated, "maxnodes")
    return read.listed(True, 0.0, counts="processors", per=per)


def _state(text: str, stated: dict[str, str]) -> None:
    """Keep what a header line states; other comments say nothing."""
    found = _HEADER.fullmatch(text)
    if found is not None:
        stated.setdefault(found[1].lower(), found[2])


def _first_number(stated: Mapping[str, str], key: str) -> float:
    """The first whole number of a header; nan where there is none or it is 0."""
    found = _NUMBER.match(stated.get(key, ""))
    return float(found[1]) or np.nan if found else np.nan


def _take(line: int, text: str, read: JobsRead) -> None:
    words = text.split()
    if len(words) < FIELDS:
        found = f"{len(words)} numbers: {brief(text)!r}"
        read.faults.add(line, found, f"{FIELDS} numbers", "-1 stands for what is not known")
        return
    values = []
    for n, word in enumerate(words[:FIELDS], start=1):
        try:
            values.append(finite(word))
        except ValueError:
            read.faults.add(line, f"{brief(word)!r} in column {n}", "a number")
            return
    _enter(line, words[0], values, read)


def _enter(line: int, name: str, values: list[float], read: JobsRead) -> None:
    """Take a job by its 18 numbers, counted from 0 here and from 1 in the standard."""
    status = int(values[10])
    if status in _PARTS:
        read.skip("part of a job whose own line has the whole", line)
        return
    if values[1] < 0:
        read.faults.add(line, f"a submission at {values[1]:g}", "seconds from 0 on")
        return
    processors = values[4] if values[4] > 0 else values[7]
    read.add(
        ListedJob(
            line=line,
            name=name,
            submit_s=values[1],
            run_s=values[3],
            nodes=processors,
            memory_bytes=values[9] * 1024.0 * processors if values[9] > 0 else np.nan,
            limit_s=values[8] if values[8] > 0 else np.inf,
            user=f"user_{int(values[11])}" if values[11] >= 0 else "",
            end=_ENDS.get(status, JobEnd.COMPLETED),
            after=_after(values[16]),
            think_s=values[17] if values[16] > 0 and values[17] >= 0 else np.nan,
        )
    )


def _after(preceding: float) -> Conditions:
    """It can only start after the termination of that job, however it ended (field 17)."""
    if preceding <= 0:
        return ()
    return ((Condition(Relation.ANY, (f"{preceding:.0f}",)),),)
