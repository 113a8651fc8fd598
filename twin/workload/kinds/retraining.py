"""Retraining of a model in service: by schedule or drift, through a gate and canaries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field, PositiveInt

from twin.quantities import percent
from twin.seeds import stream
from twin.stated import YEAR_S, Duration, Fraction, Percent, Within
from twin.traces import JobEnd
from twin.traces.dependencies import Conditions, complete, one_failed
from twin.workload.following import Following
from twin.workload.kind import Job
from twin.workload.milestone import Milestone, Turn

DAY_S = 86_400.0


def _rising(shares: tuple[float, ...]) -> tuple[float, ...]:
    """Each step of a rollout sees more traffic than the one before."""
    if any(after <= before for before, after in pairwise(shares)):
        raise ValueError("shares of traffic that rise from step to step")
    return shares


Steps = Annotated[tuple[Percent, ...], AfterValidator(_rising)]


class Retraining(Following):
    """Rounds of train, evaluate, canaries. A round that fails the gate or a canary is not deployed;
    after a failed canary a roll-back puts the old model back.
    """

    kind: Literal["retraining"]
    service: Annotated[str, Field(max_length=100)] | None = None
    """Inference workload whose model it renews: events name it, so that rounds of several services
    are told apart."""
    rounds: PositiveInt = Field(default=3, le=10_000)
    """How many rounds at most."""
    every: Annotated[Duration, Within(60.0, YEAR_S, "1 min to 366 days")] | None = None
    """Schedule: from one deployment, or failed round, to the next training. Without it drift
    decides."""
    drift_per_day: float = Field(default=0.05, gt=0, le=100)
    """Rise a day of the population stability index of live inputs against the training data."""
    drift_limit: float = Field(default=0.2, gt=0, le=10)
    """Index at which a training is asked for: 0.2 is the usual sign of a shift."""
    cool_down: Duration = 3600.0
    """No training is asked for sooner than this after the round before, so that none pile up; the
    first has none before it, and waits for its trigger alone."""
    nodes: PositiveInt = Field(le=1_000_000)
    """Nodes of a training."""
    train: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")]
    """Length of a training, at full clock."""
    evaluate: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 1800.0
    """Length of the evaluation, on one node."""
    passes: Fraction = 1.0
    """Share of evaluations that pass the gate."""
    canary: Steps = Field(default=(0.01, 0.1, 1.0), min_length=1, max_length=20)
    """Share of traffic of each step, rising; the last step deploys."""
    canary_time: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 900.0
    """How long each step is watched, on one node beside the service."""
    canary_passes: Fraction = 1.0
    """Share of canary steps that show no regression."""
    roll_back: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 300.0
    """Time to put the old model back."""
    gpu_activity: Fraction = 0.8
    """GPU activity of training; evaluation and canaries have half of it."""
    priority: int = Field(default=0, ge=-1_000_000, le=1_000_000)
    """Higher goes first in the queue."""

    def jobs(self, seed: int) -> tuple[Job, ...]:
        """Every job of every round; what a failed gate keeps from coming never joins the queue."""
        draw = stream(seed, "retraining", self.name)
        found: list[Job] = []
        before = self._first()
        for n in range(1, self.rounds + 1):
            luck = draw.uniform(size=1 + len(self.canary))
            found += self._round(n, before, luck)
            before = self._next(n, luck)
        return tuple(found)

    def trigger_s(self) -> float:
        """From a deployment until its schedule, or drift, asks for a training."""
        return self.every or self.drift_limit / self.drift_per_day * DAY_S

    def wait_s(self) -> float:
        """From a deployment to the next training."""
        return max(self.trigger_s(), self.cool_down)

    def _first(self) -> tuple[Conditions, float]:
        """What the first round follows, and how much later: nothing has to cool down yet."""
        return self.waits_for, 0.0 if self.after else self.trigger_s()

    def _next(self, n: int, luck: np.ndarray) -> tuple[Conditions, float]:
        """The same of the round after one whose luck is known."""
        names = [self._name("evaluate", n), *self._canaries(n)]
        limits = [self.passes, *[self.canary_passes] * len(self.canary)]
        failed = [name for name, u, p in zip(names, luck, limits, strict=True) if u >= p]
        if failed:
            return one_failed(failed[:1]), max(self.cool_down, self.every or 0.0)
        return complete(names[-1:]), self.wait_s()

    def _round(self, n: int, before: tuple[Conditions, float], luck: np.ndarray) -> Iterator[Job]:
        train = self._job(self._name("train", n), self.train, *before)
        yield replace(train, nodes=self.nodes, gpu_activity=self.gpu_activity)
        last = self._name("evaluate", n)
        yield self._tried(last, self.evaluate, train.name, self._gate_failed(n, luck[0]))
        for k, name in enumerate(self._canaries(n)):
            reached = self._canary_failed(n, k, luck[1 + k]) or self._deployed(n, k)
            yield self._tried(name, self.canary_time, last, reached)
            last = name
        yield self._put_back(n)

    def _gate_failed(self, n: int, luck: float) -> Milestone | None:
        """What a round's evaluation tells; None where it is passed."""
        if luck < self.passes:
            return None
        return self._told(n, Turn.GATE_FAILED, "fails its gate, and the old one stays in service")

    def _canary_failed(self, n: int, k: int, luck: float) -> Milestone | None:
        """What a step of canaries tells; None where it shows no regression."""
        if luck < self.canary_passes:
            return None
        where = f"is worse on {percent(self.canary[k])} of the traffic"
        return self._told(n, Turn.CANARY_FAILED, f"{where}, and the old one is put back")

    def _deployed(self, n: int, k: int) -> Milestone | None:
        """What the last step tells; None for one before it."""
        if k + 1 < len(self.canary):
            return None
        return self._told(n, Turn.DEPLOYED, "is in service")

    def _told(self, n: int, turn: Turn, what: str) -> Milestone:
        return Milestone(self.name, turn, f"{self._model} of round {n} {what}")

    @property
    def _model(self) -> str:
        """What is renewed, in words."""
        return f"{self.service}'s model" if self.service else "the model"

    def _tried(self, name: str, work_s: float, after: str, reached: Milestone | None) -> Job:
        """An evaluation or a canary: it fails where the model does not pass."""
        failed = reached is not None and reached.turn is not Turn.DEPLOYED
        job = self._job(name, work_s, complete((after,)))
        end = JobEnd.FAILED if failed else JobEnd.COMPLETED
        return replace(job, milestone=reached, end=end)

    def _put_back(self, n: int) -> Job:
        after = one_failed(self._canaries(n))
        job = self._job(self._name("roll_back", n), self.roll_back, after)
        what = f"{self._model} before round {n} is in service again"
        return replace(job, milestone=Milestone(self.name, Turn.ROLLED_BACK, what))

    def _name(self, what: str, n: int) -> str:
        return f"{self.name}_{what}_{n}"

    def _canaries(self, n: int) -> list[str]:
        return [self._name(f"canary_{100 * share:g}pc", n) for share in self.canary]

    def _job(self, name: str, work_s: float, after: Conditions, delay_s: float = 0.0) -> Job:
        """One on one node, which works half as hard as a training."""
        return Job(
            name=name,
            kind=self.kind,
            nodes=1,
            submit_s=delay_s,
            interval_s=np.inf,
            restart_delay_s=60.0,
            work_s=work_s,
            priority=self.priority,
            gpu_activity=self.gpu_activity * 0.5,
            after=after,
        )

    def ends_with(self, seed: int) -> tuple[str, ...]:
        """No job in particular: rounds may fail."""
        return ()

    @property
    def renews(self) -> str | None:
        """The service that it names."""
        return self.service

    @property
    def most_nodes(self) -> int:
        """A training."""
        return self.nodes


KIND = Retraining
