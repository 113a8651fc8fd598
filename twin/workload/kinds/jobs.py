"""A list of jobs as recorded or planned: submission, run time, size, user and end of each."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, PositiveInt

from twin.arrays import Index
from twin.stated import YEAR_S, Duration, FileName, Fraction, Within
from twin.traces import Condition, Conditions, JobList, read_jobs
from twin.workload.kind import Job, WorkloadKind


class ListedJobs(WorkloadKind):
    """The jobs of a file: SWF, what sacct prints, logs of GPU clusters, or a plain table."""

    kind: Literal["jobs"]
    file: FileName
    """The list, recognised by what it holds."""
    processors_per_node: PositiveInt | None = Field(default=None, le=1_000_000)
    """For lists that count processors: how many make a node; what the list states, else 1."""
    rate: float = Field(default=1.0, ge=1e-3, le=1e3)
    """How many times as fast jobs come; run times stay."""
    gpu_activity: Fraction = 0.7
    """GPU activity, between idle power and rated power, of jobs whose list says nothing."""
    cpu_activity: Fraction = 0.4
    """CPU activity."""
    clock_sensitivity: Fraction = 1.0
    """Share of the run time that stretches as the GPU clock falls."""
    exclusive: bool = False
    """Whether each takes its nodes whole, though it asks for a part of them."""
    cpu_job_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of a node with GPUs that a job without GPUs keeps from others where there are too few
    nodes without; below 1 its CPUs and idle GPUs alone."""
    time_limits: bool = True
    """Whether jobs are stopped at the limit that they asked for, and planned by it."""
    restart_delay: Duration = 300.0
    """From a failure of a node to the start again."""
    checkpoint_interval: Annotated[Duration, Within(1.0, 30 * YEAR_S, "1 s to 30 years")] | None = (
        None
    )
    """Work older than this survives a failure of a node; without it a job begins anew."""
    requeue: bool = True
    """Whether jobs are run again after a fault or a preemption, where their list says nothing of
    it; else they end `node_fail` or `preempted`, as under Slurm's `--no-requeue`."""

    def jobs(self, seed: int) -> tuple[Job, ...]:
        """Every job of the list that ran, named after its number there."""
        return _jobs(self, *_stamp(Path(self.file)))

    def of_list(self) -> tuple[Job, ...]:
        """The same, made anew."""
        listed = self._list()
        sizes = self.nodes_of(listed)
        return tuple(self._job(listed, n, int(sizes[n])) for n in range(len(listed)))

    @property
    def states_ends(self) -> bool:
        """As the list says."""
        return True

    def told_in(self, job: str) -> str:
        """Where the list has a job."""
        listed = self._list()
        n = listed.names.index(job.removeprefix(f"{self.name}_"))
        return f"{Path(self.file).name}, line {listed.lines[n]}"

    def unread(self) -> tuple[str, ...]:
        """What the list says of jobs and nobody follows."""
        return tuple(f"{Path(self.file).name}: {what}" for what in self._list().unread)

    def _list(self) -> JobList:
        path = Path(self.file)
        return _read(path, *_stamp(path))

    def nodes_of(self, listed: JobList) -> Index:
        """(job,) whole nodes."""
        return np.asarray(-(-listed.nodes // self._processors_of_node(listed)))

    def _processors_of_node(self, listed: JobList) -> int:
        """What makes a node of what the list counts."""
        if listed.counts == "nodes":
            return 1
        stated = listed.per_node if np.isfinite(listed.per_node) else 1.0
        return self.processors_per_node or max(int(stated), 1)

    def _node_share(self, listed: JobList, n: int, nodes: int) -> float:
        """Share of each node that a job asks for by its processors."""
        if listed.gpus[n] == 0:
            return self.cpu_job_share
        return float(listed.nodes[n] / (nodes * self._processors_of_node(listed)))

    def _job(self, listed: JobList, n: int, nodes: int) -> Job:
        gpus = float(listed.gpus[n])
        activity = float(listed.activity[n])
        return Job(
            name=f"{self.name}_{listed.names[n]}",
            kind=self.kind,
            nodes=nodes,
            submit_s=self._submit_s(listed, n) / self.rate,
            submits_itself=bool(np.isnan(listed.think_s[n])),
            after=self._after(listed.after[n]),
            series=f"{self.name}: {listed.series[n]}" if listed.series[n] else "",
            interval_s=self.checkpoint_interval or np.inf,
            restart_delay_s=self.restart_delay,
            requeue=self.requeue if listed.requeue[n] is None else bool(listed.requeue[n]),
            work_s=float(listed.run_s[n]),
            priority=int(listed.priority[n]),
            gpu_activity=self._gpu_activity(activity, gpus),
            cpu_activity=self.cpu_activity,
            clock_sensitivity=self.clock_sensitivity if gpus != 0 else 0.0,
            user=listed.users[n],
            limit_s=float(listed.limit_s[n]) if self.time_limits else np.inf,
            end=listed.ends[n],
            gpus=np.inf if np.isnan(gpus) else gpus,
            cores=float(listed.cores[n]),
            memory_bytes=float(listed.memory_bytes[n]),
            node_share=self._node_share(listed, n, nodes),
            exclusive=self.exclusive,
            cpu_only=gpus == 0,
        )

    def _submit_s(self, listed: JobList, n: int) -> float:
        """When a job is submitted, after the start or after those that it waits for."""
        follows = bool(listed.after[n]) and not np.isnan(listed.think_s[n])
        return float(listed.think_s[n] if follows else listed.submit_s[n])

    def _after(self, conditions: Conditions) -> Conditions:
        """What a job waits for, by the names that jobs have in a run."""
        return tuple(tuple(map(self._of_this, clause)) for clause in conditions)

    def _of_this(self, condition: Condition) -> Condition:
        return replace(condition, names=tuple(f"{self.name}_{name}" for name in condition.names))

    def _gpu_activity(self, listed: float, gpus: float) -> float:
        if gpus == 0:
            return 0.0
        return self.gpu_activity if np.isnan(listed) else listed

    @property
    def arrivals_end_s(self) -> float:
        """The last submission."""
        return float(self._list().submit_s[-1]) / self.rate

    @property
    def most_nodes(self) -> int:
        """The largest job."""
        return int(self.nodes_of(self._list()).max())


@lru_cache(maxsize=8)
def _read(path: Path, size: int, changed_ns: int) -> JobList:
    """The list of a file as it stands: one that changes is read again."""
    return read_jobs(path)


@lru_cache(maxsize=2)
def _jobs(asked: ListedJobs, size: int, changed_ns: int) -> tuple[Job, ...]:
    """The jobs of a list as its file stands; a build and a run ask for them nine times."""
    return asked.of_list()


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file does."""
    stat = path.stat() if path.is_file() else None
    return (stat.st_size, stat.st_mtime_ns) if stat else (0, 0)


KIND = ListedJobs
