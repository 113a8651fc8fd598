"""A data pipeline: stages after one another, each a gang that reads, works and keeps a share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, PositiveInt

from twin.stated import YEAR_S, Bandwidth, Bytes, Duration, Fraction, Stated, Within
from twin.traces.dependencies import Conditions, Relation, complete, has
from twin.workload.following import Following
from twin.workload.kind import Job

TOKENS_PER_BYTE = 0.25
"""About four bytes of English text a token."""


class PipelineStage(Stated):
    """One step, such as ingest, clean, tokenise or pack."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """What it does."""
    nodes: PositiveInt = Field(le=1_000_000)
    """Nodes of its gang."""
    rate: Bandwidth
    """Bytes a second that one node takes in, whatever limits it: cores, GPUs or storage."""
    keep: Fraction = 1.0
    """Bytes out over bytes in: what filters and packing leave."""
    gpu_activity: Fraction = 0.0
    """GPU activity; 0 is work of CPUs, on nodes without GPUs where there are enough."""
    cpu_activity: Fraction = 0.9
    """CPU activity."""


class Pipeline(Following):
    """Stages after one another; each begins when the one before is complete."""

    kind: Literal["pipeline"]
    input: Bytes
    """Bytes that the first stage reads."""
    stages: tuple[PipelineStage, ...] = Field(min_length=1, max_length=100)
    """In order."""
    submit: Duration = 0.0
    """When it joins the queue, after the start, or after what it follows is complete."""
    every: Annotated[Duration, Within(60.0, YEAR_S, "1 min to 366 days")] | None = None
    """It begins anew every so often."""
    times: PositiveInt = Field(default=1, le=100_000)
    """How many times it runs, where it runs every so often."""
    checkpoint_interval: Duration = 3600.0
    """Work older than this survives a failure."""
    restart_delay: Duration = 60.0
    """From a failure to the start again."""
    priority: int = Field(default=0, ge=-1_000_000, le=1_000_000)
    """Higher goes first in the queue."""

    def jobs(self, seed: int) -> tuple[Job, ...]:
        """A job a stage and round."""
        rounds = self.times if self.every else 1
        return tuple(job for n in range(rounds) for job in self._round(n))

    def _round(self, n: int) -> Iterator[Job]:
        before = self.waits_for
        delay_s = self.submit + n * (self.every or 0.0)
        for stage, bytes_in in zip(self.stages, self.bytes_in(), strict=True):
            name = f"{self.name}_{stage.name}" + (f"_{n + 1}" if self.every else "")
            yield self._job(stage, name, bytes_in, before, delay_s)
            before = complete((name,))
            delay_s = 0.0

    def bytes_in(self) -> list[float]:
        """What each stage reads."""
        kept = np.cumprod([1.0, *(stage.keep for stage in self.stages)])
        return [float(self.input * share) for share in kept[:-1]]

    def _job(
        self, stage: PipelineStage, name: str, bytes_in: float, before: Conditions, delay_s: float
    ) -> Job:
        return Job(
            name=name,
            kind=self.kind,
            nodes=stage.nodes,
            submit_s=delay_s,
            interval_s=self.checkpoint_interval or np.inf,
            restart_delay_s=self.restart_delay,
            work_s=bytes_in / (stage.nodes * stage.rate),
            priority=self.priority,
            gpu_activity=stage.gpu_activity,
            cpu_activity=stage.cpu_activity,
            clock_sensitivity=1.0 if stage.gpu_activity else 0.0,
            after=before,
            submits_itself=has(before, Relation.SINGLETON),
            series=self.name if self.in_rounds else "",
            cpu_only=not stage.gpu_activity,
        )

    @property
    def in_rounds(self) -> bool:
        """Where it begins anew every so often."""
        return self.every is not None

    def ends_with(self, seed: int) -> tuple[str, ...]:
        """The last stage of every round."""
        last = self.stages[-1].name
        rounds = range(self.times if self.every else 1)
        return tuple(f"{self.name}_{last}" + (f"_{n + 1}" if self.every else "") for n in rounds)

    @property
    def most_nodes(self) -> int:
        """The largest stage."""
        return max(stage.nodes for stage in self.stages)


KIND = Pipeline
