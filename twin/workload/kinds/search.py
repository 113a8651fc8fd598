"""A hyperparameter search by asynchronous successive halving (Li et al., MLSys 2020, ASHA)."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, PositiveInt

from twin.seeds import stream
from twin.stated import Duration, Fraction, Within
from twin.traces import JobEnd
from twin.workload.following import Following
from twin.workload.kind import Job, Promotion


class HyperparameterSearch(Following):
    """Configurations that train in rungs: whoever is among the best of its rung so far trains on,
    `eta` times as long in all. Nobody waits for a rung to be full.
    """

    kind: Literal["search"]
    configurations: PositiveInt = Field(le=10_000)
    """How many start on the first rung."""
    nodes: PositiveInt = Field(default=1, le=1_000_000)
    """Nodes of each trial."""
    first_rung: Annotated[Duration, Within(1.0, 1e8, "1 s to 3 years")]
    """Training of the first rung, at full clock."""
    eta: int = Field(default=3, ge=2, le=100)
    """One of so many is promoted, to so many times the training in all."""
    rungs: int = Field(default=4, ge=1, le=12)
    """Rungs, the first one counted."""
    noise: Fraction = 0.3
    """How much of a loss seen on the first rung is chance; half as much on each rung above."""
    failed: Fraction = 0.0
    """Share of trials that diverge or crash: they end failed and are not promoted."""
    gpu_activity: Fraction = 0.7
    """GPU activity of a trial."""
    cpu_activity: Fraction = 0.4
    """CPU activity of a trial."""
    submit: Duration = 0.0
    """When its first trials join the queue."""
    priority: int = Field(default=0, ge=-1_000_000, le=1_000_000)
    """Of the first rung; each rung above is one higher, so that promising trials go first."""

    def jobs(self, seed: int) -> tuple[Job, ...]:
        """Every trial that may come: those above the first rung come when they are promoted."""
        draw = stream(seed, "search", self.name)
        quality = draw.uniform(size=self.configurations)
        found: list[Job] = []
        scores: dict[str, float] = {}
        for rung in range(self.rungs):
            chance = draw.standard_normal(self.configurations) * self.noise / 2**rung
            crashed = draw.uniform(size=self.configurations) < self.failed
            level = [self._trial(n, rung, scores, bool(crashed[n])) for n in range(len(quality))]
            scores = dict(zip((job.name for job in level), quality + chance, strict=True))
            found += level
        return tuple(found)

    def _trial(self, n: int, rung: int, below: dict[str, float], crashed: bool) -> Job:
        own = f"{self.name}_{n + 1}_rung_{rung}"
        return Job(
            name=f"{self.name}_{n + 1}_rung_{rung + 1}",
            kind=self.kind,
            nodes=self.nodes,
            submit_s=0.0 if rung else self.submit,
            interval_s=np.inf,
            restart_delay_s=0.0,
            work_s=self.rung_s(rung),
            priority=self.priority + rung,
            gpu_activity=self.gpu_activity,
            cpu_activity=self.cpu_activity,
            after=() if rung else self.waits_for,
            promotion=Promotion(own, below, self.eta) if rung else None,
            end=JobEnd.FAILED if crashed else JobEnd.COMPLETED,
        )

    def rung_s(self, rung: int) -> float:
        """Training of one trial on a rung: what is more than the rung below."""
        whole = self.first_rung * self.eta**rung
        return float(whole - (whole / self.eta if rung else 0.0))

    def ends_with(self, seed: int) -> tuple[str, ...]:
        """No job in particular: who is promoted is known later."""
        return ()

    @property
    def most_nodes(self) -> int:
        """A trial."""
        return self.nodes


KIND = HyperparameterSearch
