"""A stream of batch jobs drawn from published statistics: the load of a shared machine."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt, model_validator

from twin.seeds import stream
from twin.stated import YEAR_S, Bytes, Duration, Fraction, Stated, Within
from twin.workload.kind import Job, WorkloadKind
from twin.workload.shifting import Shifting

ACTIVITY_MIN = 0.05
"""Least activity of a job where activities scatter: even a waiting job polls; assumed."""


class PartOfNode(Stated):
    """What some jobs take of each of their nodes."""

    gpus: float = Field(ge=1e-3, le=1000)
    """Whole GPUs, or a share of one below 1; as many as a node has take it whole."""
    cores: float | None = Field(default=None, gt=0, le=1e6)
    """CPU cores of each of its nodes, where `controls.scheduler.node_resources` counts them."""
    memory: Bytes | None = None
    """Host memory of each of its nodes, likewise."""
    weight: float = Field(default=1.0, gt=0, le=1e9)
    """How often, over the sum of all weights."""

    @model_validator(mode="after")
    def _whole_above_one(self) -> Self:
        if self.gpus > 1 and self.gpus != int(self.gpus):
            raise ValueError("gpus below 1, or a whole number of them")
        return self


WHOLE_NODE = PartOfNode.model_construct(gpus=np.inf)
"""Of jobs that leave nothing of their nodes to others."""


class Batch(WorkloadKind):
    """Jobs with log-normal run times and sizes, arriving at random over a span."""

    kind: Literal["batch"]
    count: PositiveInt = Field(le=1_000_000)
    """How many jobs."""
    span: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 86_400.0
    """They arrive uniformly at random over this time."""
    runtime_median: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 3600.0
    """Median run time at full clock."""
    runtime_sigma: float = Field(default=1.0, ge=0, le=5)
    """Standard deviation of the logarithm of the run time; 0 gives each the median exactly."""
    nodes_median: float = Field(default=64.0, ge=1e-3, le=1e6)
    """Median gang size."""
    nodes_sigma: float = Field(default=1.2, ge=0, le=5)
    """Standard deviation of the logarithm of the gang size; 0 gives each the median, rounded."""
    nodes_max: PositiveInt = Field(default=4096, le=1_000_000)
    """No job is larger."""
    gpus_per_node: tuple[PartOfNode, ...] = Field(default=(), max_length=100)
    """What jobs take of each of their nodes, drawn for each by weight, the rest left to others;
    whole nodes where nothing is stated."""
    gpu_activity: Fraction = 0.7
    """Mean GPU activity, between idle power and rated power."""
    cpu_activity: Fraction = 0.4
    """Mean CPU activity."""
    activity_sigma: Fraction = 0.0
    """Standard deviation of the activities from job to job; each job's stays between 0.05 and 1."""
    clock_sensitivity: Fraction = 1.0
    """Share of the run time that stretches as the GPU clock falls."""
    restart_delay: Duration = 300.0
    """From a failure to the start again."""
    checkpoint_interval: Annotated[Duration, Within(1.0, 30 * YEAR_S, "1 s to 30 years")] = 3600.0
    """Work older than this survives a failure."""
    requeue: bool = True
    """Whether each is run again after a fault or a preemption; else it ends `node_fail` or
    `preempted`, as under Slurm's `--no-requeue`."""
    priority: int = Field(default=0, ge=-1_000_000, le=1_000_000)
    """Of each; higher goes first in the queue."""
    shift: Shifting | None = None
    """How far each may be moved to when electricity is cheap or clean; not at all if left out."""

    def jobs(self, seed: int) -> tuple[Job, ...]:
        """Draw the jobs: arrivals uniform over the span, run times and sizes log-normal."""
        return _drawn(self, seed)

    def _draw(self, seed: int) -> tuple[Job, ...]:
        draw = stream(seed, "batch", self.name)
        arrive = np.sort(draw.uniform(0.0, self.span, self.count))
        spread = np.exp(self.runtime_sigma * draw.standard_normal(self.count))
        runtime = self.runtime_median * spread
        size = self.nodes_median * np.exp(self.nodes_sigma * draw.standard_normal(self.count))
        nodes = np.clip(np.round(size), 1, self.nodes_max).astype(int)
        gpu = self._activities(self.gpu_activity, draw.standard_normal(self.count))
        cpu = self._activities(self.cpu_activity, draw.standard_normal(self.count))
        columns = zip(arrive, runtime, nodes, gpu, cpu, self._parts(seed), strict=True)
        return tuple(self._job(n, *row) for n, row in enumerate(columns, start=1))

    def _parts(self, seed: int) -> list[PartOfNode]:
        """(job,) of each of its nodes. Draws nobody else's numbers."""
        if not self.gpus_per_node:
            return [WHOLE_NODE] * self.count
        weights = np.array([part.weight for part in self.gpus_per_node])
        draw = stream(seed, "batch", self.name, "parts")
        drawn = draw.choice(weights.size, self.count, p=weights / weights.sum())
        return [self.gpus_per_node[k] for k in drawn.tolist()]

    def _activities(self, mean: float, normal: NDArray[np.float64]) -> NDArray[np.float64]:
        """(job,) what was asked; scattered only where a spread was asked too."""
        if not self.activity_sigma:
            return np.full(normal.size, mean)
        return np.clip(mean + self.activity_sigma * normal, ACTIVITY_MIN, 1.0)

    def _job(
        self,
        n: int,
        arrive: float,
        runtime: float,
        nodes: int,
        gpu: float,
        cpu: float,
        part: PartOfNode,
    ) -> Job:
        return Job(
            name=f"{self.name}_{n}",
            kind=self.kind,
            nodes=int(nodes),
            submit_s=float(arrive),
            interval_s=self.checkpoint_interval or np.inf,
            restart_delay_s=self.restart_delay,
            requeue=self.requeue,
            priority=self.priority,
            work_s=float(runtime),
            gpu_activity=float(gpu),
            cpu_activity=float(cpu),
            clock_sensitivity=self.clock_sensitivity,
            gpus=float(nodes * part.gpus),
            cores=np.nan if part.cores is None else float(nodes * part.cores),
            memory_bytes=np.nan if part.memory is None else float(nodes * part.memory),
            shift=self.shift,
        )

    @property
    def arrivals_end_s(self) -> float:
        """The span of its arrivals."""
        return self.span

    @property
    def most_nodes(self) -> int:
        """The largest gang that may be drawn."""
        return self.nodes_max


KIND = Batch


@lru_cache(maxsize=4)
def _drawn(batch: Batch, seed: int) -> tuple[Job, ...]:
    """Drawn once, for checks, building and a run all ask for the jobs."""
    return batch._draw(seed)
