"""Jobs as recorded: when each came, how long it ran, on how much, for whom, and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array, Index
from twin.traces.dependencies import Conditions, Relation, has
from twin.traces.lines import FileFaults
from twin.traces.list_graph import LEFT_OUT, ListGraph
from twin.traces.listed_job import JobEnd, ListedJob
from twin.traces.request_trace import Skip

JOBS_MAX = 5_000_000
"""Jobs of one file: the longest published log of a GPU cluster has 1.6 million."""


@dataclass(frozen=True)
class JobList:
    """Every job that ran, in the order of submission. Arrays are (job,)."""

    format: str
    names: tuple[str, ...]
    submit_s: Array
    """Seconds after the first submission."""
    run_s: Array
    nodes: Index
    """Whole nodes, or processors where `counts` says so."""
    gpus: Array
    limit_s: Array
    priority: Index
    users: tuple[str, ...]
    ends: tuple[JobEnd, ...]
    activity: Array
    cores: Array
    """Of the whole job; nan where the list does not say."""
    memory_bytes: Array
    """Host memory of the whole job; nan where the list does not say."""
    lines: Index
    after: tuple[Conditions, ...]
    """What each waits for, by `names`."""
    think_s: Array
    """From the end of those to its submission; nan where it is submitted at `submit_s`."""
    series: tuple[str, ...]
    """Name and user by which jobs wait for those before them; empty where nobody does."""
    requeue: tuple[bool | None, ...]
    """Whether each is run again after a fault; None where the list does not say."""
    counts: str = "nodes"
    """What `nodes` counts: `nodes` or `processors`."""
    per_node: float = np.nan
    """Processors of a node, where the list says so."""
    skipped: tuple[Skip, ...] = ()
    unread: tuple[str, ...] = ()
    """What the list says of jobs and nobody follows, with how many rows say it."""

    def __len__(self) -> int:
        return len(self.names)


@dataclass
class JobsRead:
    """Jobs of one file so far, what was left out and why, and what is wrong."""

    title: str
    faults: FileFaults
    jobs: list[ListedJob] = field(default_factory=list)
    skipped: dict[str, Skip] = field(default_factory=dict)
    unread: Counter[str] = field(default_factory=Counter)
    """Rows by what they say that is not followed."""
    left_out: set[str] = field(default_factory=set)
    """Names of rows that were left out."""

    def skip(self, why: str, line: int, name: str = "") -> None:
        """Leave a row out."""
        self.left_out.add(name)
        before = self.skipped.get(why, Skip(why, 0, line))
        self.skipped[why] = Skip(why, before.count + 1, before.first_line)

    def add(self, job: ListedJob) -> None:
        """Take a job, unless it never ran."""
        if not job.run_s > 0:
            never = job.end is JobEnd.CANCELLED
            self.skip("cancelled before it ran" if never else "no run time", job.line, job.name)
        elif not job.nodes >= 1:
            self.skip("no size", job.line, job.name)
        else:
            self.jobs.append(job)
        if len(self.jobs) > JOBS_MAX:
            self.faults.add(job.line, f"more than {JOBS_MAX:,} jobs", "a shorter list")
            self.faults.refuse()

    def listed(
        self,
        in_order: bool,
        origin_s: float = np.nan,
        counts: str = "nodes",
        per: float = np.nan,
        whole: bool = False,
    ) -> JobList:
        """The list in the order of submission; InputError with every fault.

        in_order   whether the file must stand in that order already
        origin_s   moment from which submissions count; the first of all jobs where not given
        whole      whether nobody may wait for a job that the list does not have
        """
        if in_order:
            self._see_order()
        if not self.faults.count and not self.jobs:
            self.faults.add(0, f"no job that ran{self._why()}", "at least one")
        jobs = sorted(self.jobs, key=lambda job: job.submit_s)
        names = tuple(_unlike(job.name for job in jobs))
        after = self._followed(jobs, names, whole)
        self.faults.refuse()
        first_s = jobs[0].submit_s if np.isnan(origin_s) else origin_s
        return JobList(
            format=self.title,
            names=names,
            submit_s=np.array([job.submit_s for job in jobs]) - first_s,
            run_s=np.array([job.run_s for job in jobs]),
            nodes=np.array([int(np.ceil(job.nodes)) for job in jobs], dtype=np.int64),
            gpus=np.array([job.gpus for job in jobs]),
            limit_s=np.array([job.limit_s for job in jobs]),
            priority=np.array([job.priority for job in jobs], dtype=np.int64),
            users=tuple(job.user for job in jobs),
            ends=tuple(job.end for job in jobs),
            activity=np.array([job.activity for job in jobs]),
            cores=np.array([job.cores for job in jobs]),
            memory_bytes=np.array([job.memory_bytes for job in jobs]),
            lines=np.array([job.line for job in jobs], dtype=np.int64),
            after=after,
            think_s=np.array([job.think_s for job in jobs]),
            series=_series(jobs),
            requeue=tuple(job.requeue for job in jobs),
            counts=counts,
            per_node=per,
            skipped=tuple(self.skipped.values()),
            unread=tuple(f"{what} ({rows:,} rows)" for what, rows in self.unread.items()),
        )

    def _followed(
        self, jobs: list[ListedJob], names: tuple[str, ...], whole: bool
    ) -> tuple[Conditions, ...]:
        """(job,) what each waits for."""
        graph = ListGraph(self.faults, names, whole, self.left_out)
        found = graph.followed(jobs)
        if graph.lost:
            self.unread[LEFT_OUT] += graph.lost
        return found

    def _see_order(self) -> None:
        last_s = -np.inf
        for job in self.jobs:
            if job.submit_s < last_s:
                found = f"a submission {last_s - job.submit_s:,.6g} s before that of a row above"
                allowed = "submissions that never fall from row to row"
                self.faults.add(job.line, found, allowed, "sort the rows by submission")
            last_s = max(last_s, job.submit_s)

    def _why(self) -> str:
        told = [f"{skip.count:,} {skip.why}" for skip in self.skipped.values()]
        return f" ({', '.join(told)})" if told else ""


def _unlike(names: Iterable[str]) -> Iterable[str]:
    """Names, the second of a kind with its number behind it: requeued jobs keep their id."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}#{seen[name]}"


def _series(jobs: Iterable[ListedJob]) -> tuple[str, ...]:
    """(job,) what Slurm tells jobs of a singleton apart by, where somebody asks for that."""
    jobs = list(jobs)
    if not any(has(job.after, Relation.SINGLETON) for job in jobs):
        return ("",) * len(jobs)
    return tuple(f"{job.title} of {job.user}" if job.title else "" for job in jobs)
