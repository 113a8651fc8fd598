"""The data flywheel: served tokens become training data, which make a better model, which is asked
for more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, PositiveInt

from twin.physics import data_quality
from twin.stated import YEAR_S, Bandwidth, Duration, Fraction, Percent, Within
from twin.traces.dependencies import Conditions, complete
from twin.workload.following import Following
from twin.workload.kind import Generation, Job

BYTES_PER_TOKEN = 4.0
"""About four bytes of English text a token."""


class Flywheel(Following):
    """Generations of a model. Each collects tokens from what is served until it has enough good
    ones, curates them, trains on them, and serves: better, so that more is asked of it.
    """

    kind: Literal["flywheel"]
    generations: PositiveInt = Field(default=3, le=1_000)
    """How many."""
    parameters: float = Field(gt=1e6, le=1e14)
    """Of the model."""
    seed_tokens: float = Field(gt=1e6, le=1e17)
    """Good tokens that it has been trained on before."""
    good_tokens: float = Field(gt=1e3, le=1e17)
    """Good tokens that each generation learns from."""
    served_per_s: float = Field(gt=0, le=1e12)
    """Tokens a second that are served at the beginning."""
    kept: Percent = 0.1
    """Share of served tokens that users let be kept."""
    bad: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of curated tokens that teach nothing: copies, spam, the model's own slips."""
    harm: float = Field(default=0.0, ge=0, le=100)
    """Good tokens that each bad one undoes besides."""
    elasticity: float = Field(default=0.0, ge=0, le=1000)
    """Growth of what is asked, as a power of e, for each nat of loss that a generation is
    better."""
    curate_nodes: PositiveInt = Field(default=1, le=1_000_000)
    """Nodes that curate."""
    curate_rate: Bandwidth = 1e9
    """Bytes a second that each of them takes in."""
    train_nodes: PositiveInt = Field(le=1_000_000)
    """Nodes that train."""
    train_rate: float = Field(gt=0, le=1e12)
    """Tokens a second that all of them train on, at full clock."""
    gpu_activity: Fraction = 0.8
    """GPU activity of training."""
    checkpoint_interval: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 3600.0
    """Training older than this survives a failure."""

    def tokens_a_generation(self) -> float:
        """Curated tokens for as many good ones; more than any day gives where bad ones undo all."""
        found = data_quality.needed(self.good_tokens, self.bad, self.harm)
        return min(found, 1e18)

    def generation_rows(self) -> tuple[Generation, ...]:
        """What each generation collects, is worth, and is asked for."""
        return tuple(self._generations())

    def _generations(self) -> Iterator[Generation]:
        served_per_s = self.served_per_s
        before = data_quality.loss(self.parameters, self.seed_tokens)
        curated = self.tokens_a_generation()
        for n in range(1, self.generations + 1):
            good = self.seed_tokens + n * data_quality.worth(curated, self.bad, self.harm)
            loss = data_quality.loss(self.parameters, good)
            collect_s = curated / (self.kept * served_per_s)
            after = served_per_s * math.exp(self.elasticity * (before - loss))
            job = f"{self.name}_train_{n}"
            yield Generation(n, job, served_per_s, collect_s, curated, good, loss, after)
            served_per_s = after
            before = loss

    def jobs(self, seed: int) -> tuple[Job, ...]:
        """Curating and training of every generation."""
        return tuple(job for row in self._generations() for job in self._of(row))

    def _of(self, row: Generation) -> Iterator[Job]:
        last = complete((f"{self.name}_train_{row.number - 1}",))
        before = last if row.number > 1 else self.waits_for
        curate = f"{self.name}_curate_{row.number}"
        read_s = row.curated_tokens / self.kept * BYTES_PER_TOKEN / self.curate_rate
        work_s = read_s / self.curate_nodes
        yield self._job(curate, self.curate_nodes, work_s, before, row.collect_s, 0.0)
        work_s = row.curated_tokens / self.train_rate
        yield self._job(
            row.job, self.train_nodes, work_s, complete((curate,)), 0.0, self.gpu_activity
        )

    def _job(
        self,
        name: str,
        nodes: int,
        work_s: float,
        after: Conditions,
        delay_s: float,
        activity: float,
    ) -> Job:
        return Job(
            name=name,
            kind=self.kind,
            nodes=nodes,
            submit_s=delay_s,
            interval_s=self.checkpoint_interval or np.inf,
            restart_delay_s=60.0,
            work_s=work_s,
            gpu_activity=activity,
            cpu_activity=0.4 if activity else 0.9,
            clock_sensitivity=1.0 if activity else 0.0,
            after=after,
            cpu_only=not activity,
        )

    def ends_with(self, seed: int) -> tuple[str, ...]:
        """The last training."""
        return (f"{self.name}_train_{self.generations}",)

    @property
    def most_nodes(self) -> int:
        """The larger of its gangs."""
        return max(self.curate_nodes, self.train_nodes)


KIND = Flywheel
