"""One job that a planner states: so many nodes, so long, after whom."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, PositiveInt

from twin.stated import YEAR_S, Duration, Fraction, Within
from twin.traces import JobEnd
from twin.workload.following import Following
from twin.workload.kind import Job

_Span = Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")]


class PlannedJob(Following):
    """A gang of nodes for a time: data preparation, a training, an evaluation, a deployment."""

    kind: Literal["job"]
    nodes: PositiveInt = Field(le=1_000_000)
    """Nodes of its gang: all or nothing."""
    run: _Span
    """How long it runs, at full clock."""
    submit: Duration = 0.0
    """When it joins the queue, after the start, or after what it follows."""
    limit: _Span | None = None
    """It is stopped when it has held its nodes this long."""
    ends: Literal["completed", "failed", "cancelled"] = "completed"
    """How it ends once it has run, for plans of what comes after a failure."""
    gpus_per_node: PositiveInt | None = Field(default=None, le=1_000)
    """GPUs that it takes of each node, the others left to other jobs; without it whole nodes."""
    gpu_activity: Fraction = 0.7
    """GPU activity; 0 is work of CPUs, on nodes without GPUs where there are enough, unless it
    takes GPUs of its nodes (`gpus_per_node`), which then stand idle."""
    cpu_activity: Fraction = 0.4
    """CPU activity."""
    checkpoint_interval: Duration = 3600.0
    """Work older than this survives a failure."""
    restart_delay: Duration = 300.0
    """From a failure to the start again."""
    requeue: bool = True
    """Whether it is run again after a fault or a preemption; else it ends `node_fail` or
    `preempted`, as under Slurm's `--no-requeue`."""
    priority: int = Field(default=0, ge=-1_000_000, le=1_000_000)
    """Higher goes first in the queue."""
    user: str = Field(default="", max_length=100)
    """Whose it is, for fair shares."""

    def jobs(self, seed: int) -> tuple[Job, ...]:
        """The one."""
        return (
            Job(
                name=self.name,
                kind=self.kind,
                nodes=self.nodes,
                submit_s=self.submit,
                interval_s=self.checkpoint_interval or np.inf,
                restart_delay_s=self.restart_delay,
                work_s=self.run,
                requeue=self.requeue,
                priority=self.priority,
                gpu_activity=self.gpu_activity,
                cpu_activity=self.cpu_activity,
                clock_sensitivity=1.0 if self.gpu_activity else 0.0,
                user=self.user,
                limit_s=np.inf if self.limit is None else self.limit,
                end=JobEnd(self.ends),
                after=self.waits_for,
                gpus=self.nodes * self.gpus_per_node if self.gpus_per_node else np.inf,
                cpu_only=not (self.gpu_activity or self.gpus_per_node),
                spreads=False,
            ),
        )

    @property
    def states_ends(self) -> bool:
        """As a plan says."""
        return True

    @property
    def submitted_s(self) -> float:
        """When it joins the queue."""
        return self.submit

    @property
    def most_nodes(self) -> int:
        """The gang."""
        return self.nodes


KIND = PlannedJob
