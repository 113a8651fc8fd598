"""Eligibility: when jobs are submitted, and when those that wait for others may join the queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from twin.results.enums import EventKind
from twin.simulation.jobs.followers import Followers
from twin.simulation.jobs.phase import Phase
from twin.simulation.jobs.verdicts import FAILED, MET
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World
from twin.workload import Job
from twin.workload.graph import follows, waits


class Eligibility:
    """Part of the job discipline, whose block it writes: who may join the queue."""

    def __init__(self, world: World, jobs: Sequence[Job], join: Callable[[int], bool]) -> None:
        self.world = world
        self.own = world.state.jobs
        self.jobs = jobs
        self.join = join
        """Puts a job into the queue; False where it can never start."""
        self.followers = Followers(world, jobs)
        self.kills = world.facility.scenario.controls.scheduler.kill_invalid_depend
        own_time = [j for j, job in enumerate(jobs) if job.submits_itself or not waits(job)]
        self.order = sorted(own_time, key=lambda j: jobs[j].submit_s)
        world.clock.can("job arrives", self._arrive)
        world.clock.can("job follows", self._enter)
        world.clock.can("job has begun", self._see_begun)

    def schedule(self) -> None:
        """Put the first arrival on the clock; each calls the next."""
        self._wait_arrival(0)

    def _wait_arrival(self, n: int) -> None:
        if n < len(self.order):
            delay_s = self.jobs[self.order[n]].submit_s - self.world.clock.now_s
            self.world.clock.wait(Stage.JOBS, delay_s, "job arrives", n)

    def _arrive(self, n: int) -> None:
        j = self.order[n]
        self.own.submitted_s[j] = self.jobs[j].submit_s
        if not waits(self.jobs[j]):
            self._enter(j)
        else:
            self._judge(j)
        self._wait_arrival(n + 1)

    def _judge(self, j: int) -> None:
        """Who has just come and names others joins, waits, or never can."""
        verdict = self.followers.verdict(j)
        if verdict == MET:
            self._enter(j)
        elif verdict == FAILED:
            self._give_up(j)
            self.see([j])

    def see(self, moved: Sequence[int]) -> None:
        """Let those come who waited for jobs that have begun, ended, or never will run."""
        left = list(moved)
        while left:
            come, never = self.followers.touched_by(left)
            for j in never:
                self._give_up(j)
            left = never
            for j in come:
                self._release(j)

    def _release(self, j: int) -> None:
        delay_s = 0.0 if self.jobs[j].submits_itself else self.jobs[j].submit_s
        if delay_s > 0:
            self.own.submitted_s[j] = self.world.now_s + delay_s
            self.world.clock.wait(Stage.JOBS, delay_s, "job follows", j)
        else:
            self._enter(j)

    def _enter(self, j: int) -> None:
        """Join the queue now; those who wait for a job that never can wait in vain."""
        own = self.own
        if follows(self.jobs[j]):
            own.submitted_s[j] = self.world.now_s
        late = waits(self.jobs[j])
        own.eligible_s[j] = self.world.now_s if late else own.submitted_s[j]
        if not self.join(j):
            self.see([j])

    def began(self, j: int) -> None:
        """Somebody may wait for the first start of a job, or for some time after it; a job that is
        cancelled counts as begun.
        """
        for delay_s in self.followers.delays_s(j):
            self.world.clock.wait(Stage.JOBS, delay_s, "job has begun", j)

    def _see_begun(self, j: int) -> None:
        self.see([j])

    def _give_up(self, j: int) -> None:
        """A job whose predecessors can never be as it asks: it waits for ever, or is cancelled."""
        own = self.own
        own.phase[j] = Phase.CANCELLED if self.kills else Phase.NEVER_ELIGIBLE
        own.finished_s[j] = self.world.now_s if self.kills else np.nan
        own.version += 1
        self.world.stale = True
        if self.kills:
            self.began(j)
        why = self.followers.why_never(j)
        if why:
            self.world.note(self.jobs[j].name, EventKind.NEVER_ELIGIBLE, why)
