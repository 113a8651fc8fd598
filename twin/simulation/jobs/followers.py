"""Followers: jobs that join the queue when others have ended, as job graphs say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from twin.scenario.schema import Scenario
from twin.simulation.jobs.phase import ENDED, Phase
from twin.simulation.kernel.world import World
from twin.workload import Job
from twin.workload.graph import resolved_names, waits


class Followers:
    """Part of the job discipline; says who may come now."""

    def __init__(self, world: World, jobs: Sequence[Job]) -> None:
        self.own = world.state.jobs
        self.jobs = jobs
        scenario = world.facility.scenario
        self.index = {job.name: j for j, job in enumerate(jobs)}
        self.of_work = resolved_names(scenario.workload, scenario.seed)
        self.all_of_work = {
            work.name: [self.index[job.name] for job in work.jobs(scenario.seed)]
            for work in scenario.workload
            if not self.of_work[work.name] and work.jobs(scenario.seed)
        }
        """Jobs of workloads that are complete as soon as nothing of them can come."""
        self.following: defaultdict[int, list[int]] = defaultdict(list)
        """(job) who may wait for its end."""
        for j, job in enumerate(jobs):
            if waits(job):
                for before in self._watched(job):
                    self.following[before].append(j)

    def _jobs_of(self, names: Sequence[str]) -> list[int]:
        """Jobs by their names; a workload stands for those that end it."""
        one_by_one = [job for name in names for job in self.of_work.get(name, (name,))]
        return [self.index[name] for name in one_by_one]

    def _open_ended(self, names: Sequence[str]) -> list[int]:
        """Every job of workloads that end as soon as nothing of them can come."""
        return [j for name in names for j in self.all_of_work.get(name, ())]

    def _watched(self, job: Job) -> set[int]:
        peers = job.promotion.scores if job.promotion else {}
        named = self._jobs_of([*job.after, *job.after_failed, *peers])
        return {*named, *self._open_ended(job.after)}

    def released_by(self, ended: Sequence[int]) -> list[int]:
        """Jobs that may come now that others have ended: who is promoted first, for that decides
        whether a search goes on.
        """
        waiting = sorted({j for before in ended for j in self.following.get(before, ())})
        coming = [j for j in waiting if self.jobs[j].promotion and self._may_come(j, ())]
        others = [j for j in waiting if not self.jobs[j].promotion]
        return coming + [j for j in others if self._may_come(j, coming)]

    def _may_come(self, j: int, coming: Sequence[int]) -> bool:
        own = self.own
        job = self.jobs[j]
        if own.phase[j] != Phase.AWAITED or own.released[j]:
            return False
        done = all(own.phase[b] == Phase.COMPLETED for b in self._jobs_of(job.after))
        failed = [own.phase[b] for b in self._jobs_of(job.after_failed)]
        asked = not failed or any(p in ENDED and p != Phase.COMPLETED for p in failed)
        return done and asked and self._all_settled(job, coming) and self._promoted(job)

    def _all_settled(self, job: Job, coming: Sequence[int]) -> bool:
        """Whether nothing of the open-ended workloads that a job follows is under way."""
        own = self.own
        before = np.array(self._open_ended(job.after), dtype=np.int64)
        if not before.size:
            return True
        still = (own.phase[before] == Phase.AWAITED) & ~own.released[before]
        still &= ~np.isin(before, coming)
        return bool((still | np.isin(own.phase[before], ENDED)).all())

    def _promoted(self, job: Job) -> bool:
        """Whether a configuration is among the best of its rung so far: the first whole share of
        those that have completed (Li et al. 2020, ASHA).
        """
        rule = job.promotion
        if rule is None:
            return True
        completed = {
            name: score
            for name, score in rule.scores.items()
            if self.own.phase[self.index[name]] == Phase.COMPLETED
        }
        if rule.own not in completed:
            return False
        best = sorted(completed, key=lambda name: (completed[name], name))
        return rule.own in best[: int(np.floor(len(best) / rule.eta))]


def asked_jobs(scenario: Scenario) -> tuple[Job, ...]:
    """Every job of a scenario, in the order of its workloads."""
    return tuple(job for work in scenario.workload for job in work.jobs(scenario.seed))
