"""Followers: who may come now that others have begun or ended, and who never can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index
from twin.simulation.jobs.phase import ENDED, Phase
from twin.simulation.jobs.verdicts import BY_PHASE, FAILED, MET, NEVER, OPEN, OVER, of_all, of_one
from twin.simulation.kernel.world import World
from twin.traces import Condition, Relation
from twin.workload import Job
from twin.workload.graph import resolved_names, waits

FEW = 8
"""Jobs that are looked at one by one; more as arrays."""
_BEGUN_S = 1e-6
"""Rounding of moments."""


@dataclass(eq=False)
class Awaited:
    """One thing that a job waits for, by the numbers of those it names."""

    relation: Relation
    jobs: Index
    delay_s: float = 0.0
    one_is_enough: bool = False
    """Of a workload of several jobs one that began, or failed, stands for all."""
    open_ended: bool = False
    """Met as soon as nothing of a workload can come."""
    series: str = ""
    """Of `singleton`: the series, whose first jobs it waits for."""
    blocker: int = -1
    """A job that was still open when somebody looked, so that nobody looks again before it ends."""


class Followers:
    """Part of the job discipline; says who may come now."""

    def __init__(self, world: World, jobs: Sequence[Job]) -> None:
        self.world = world
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
        self.series = self._series()
        """Jobs of each series in which somebody waits for all before it, in order."""
        self.series_over = dict.fromkeys(self.series, 0)
        """Of each series how many of the first have ended."""
        self.clauses = {j: self._clauses_of(j) for j, job in enumerate(jobs) if waits(job)}
        """(job that waits) clauses that must hold, and of each what may hold."""
        self.following: defaultdict[int, list[tuple[int, Awaited]]] = defaultdict(list)
        """(job) who may wait for it, and as what."""
        for j, clauses in self.clauses.items():
            for awaited in (one for clause in clauses for one in clause):
                for before in awaited.jobs.tolist() if not awaited.series else ():
                    self.following[before].append((j, awaited))
        self.by_promotion = np.array([job.promotion is not None for job in jobs], dtype=bool)
        self.searching: defaultdict[int, list[int]] = defaultdict(list)
        """(job) who may be promoted once it has ended."""
        for j, job in enumerate(jobs):
            for peer in job.promotion.scores if job.promotion else ():
                self.searching[self.index[peer]].append(j)

    def _series(self) -> dict[str, Index]:
        asked = {job.series for job in self.jobs if _singleton(job)}
        found: defaultdict[str, list[int]] = defaultdict(list)
        for j, job in enumerate(self.jobs):
            if job.series in asked:
                found[job.series].append(j)
        return {name: np.array(members, dtype=np.int64) for name, members in found.items()}

    def _clauses_of(self, j: int) -> list[list[Awaited]]:
        clauses: list[list[Awaited]] = []
        for clause in self.jobs[j].after:
            found = [one for condition in clause for one in self._awaited(j, condition)]
            clauses += [found] if len(clause) > 1 else [[one] for one in found]
        return clauses

    def _awaited(self, j: int, condition: Condition) -> Iterator[Awaited]:
        """What a condition names: single jobs together, workloads each by itself."""
        relation = condition.relation
        if relation is Relation.SINGLETON:
            series = self.jobs[j].series
            place = int(np.searchsorted(self.series[series], j))
            yield Awaited(relation, self.series[series][:place], series=series)
            return
        single = [name for name in condition.names if name not in self.of_work]
        if single:
            yield Awaited(relation, self._numbers(single), condition.delay_s)
        for name in condition.names:
            if name in self.of_work:
                one = relation in (Relation.NOT_OK, Relation.BEGUN)
                numbers = self._jobs_of(name)
                settles = name in self.all_of_work and not one
                yield Awaited(relation, numbers, condition.delay_s, one, open_ended=settles)

    def _jobs_of(self, name: str) -> Index:
        """Those of a workload whose ends are its own."""
        if name in self.all_of_work:
            return np.array(self.all_of_work[name], dtype=np.int64)
        return self._numbers(self.of_work[name])

    def _numbers(self, names: Sequence[str]) -> Index:
        return np.array([self.index[name] for name in names], dtype=np.int64)

    def delays_s(self, j: int) -> list[float]:
        """How long after the begin of a job somebody may come, each time once."""
        held = self.following.get(j, ())
        return sorted({one.delay_s for _, one in held if one.relation is Relation.BEGUN})

    def touched_by(self, moved: Sequence[int]) -> tuple[list[int], list[int]]:
        """Who may come now that some jobs have begun, ended, or never will run, and who never
        can: whoever is promoted comes first, for that decides whether a search goes on.
        """
        promoted = sorted({j for b in moved for j in self.searching.get(b, ())})
        coming = [j for j in promoted if self._unasked(j) and self._promoted(self.jobs[j])]
        come: list[int] = []
        never: list[int] = []
        for j in sorted(self._concerned(moved)):
            verdict = self.verdict(j, coming)
            if verdict == MET:
                come.append(j)
            elif verdict == FAILED:
                never.append(j)
        return coming + come, never

    def _concerned(self, moved: Sequence[int]) -> set[int]:
        """Who waits for one of these, and is not known to wait for another still."""
        found: set[int] = set()
        for before in moved:
            for j, awaited in self.following.get(before, ()):
                if j not in found and self._unasked(j) and self._decides(awaited, before):
                    found.add(j)
        for name in {self.jobs[before].series for before in moved} & self.series.keys():
            found |= {j for j in self._next_of(name) if self._unasked(j)}
        return found

    def _next_of(self, series: str) -> list[int]:
        """Jobs of a series that all before them have left free, and those behind one that never
        runs.
        """
        members = self.series[series]
        first = self.series_over[series]
        last = first
        while last < members.size and self.own.phase[members[last]] in ENDED:
            last += 1
        self.series_over[series] = last
        stuck = last < members.size and self.own.phase[members[last]] in NEVER
        found: list[int] = members[first : None if stuck else last + 1].tolist()
        return [j for j in found if j in self.clauses]

    def _unasked(self, j: int) -> bool:
        """Whether a job waits for others, and they have not let it come: one that submits itself
        has come, of any other it is not known when it will.
        """
        to_come = bool(np.isnan(self.own.submitted_s[j]))
        waiting = bool(self.own.phase[j] == Phase.AWAITED)
        return waiting and to_come != self.jobs[j].submits_itself

    def _decides(self, awaited: Awaited, before: int) -> bool:
        """Whether what became of one job may decide: not where another is known to be open."""
        one = self._of_one(awaited, before)
        if one == OPEN:
            return False
        blocker = awaited.blocker
        all_asked = not (awaited.one_is_enough or awaited.open_ended)
        return not (
            all_asked and one == MET and blocker >= 0 and self._of_one(awaited, blocker) == OPEN
        )

    def verdict(self, j: int, coming: Sequence[int] = ()) -> int:
        """`MET`, `FAILED` or `OPEN`: whether a job may come, never can, or waits.

        coming   jobs that come at this instant, for workloads that are not over then
        """
        found = MET
        for clause in self.clauses[j]:
            verdicts = [self._of(awaited, coming) for awaited in clause]
            found = min(found, of_one(verdicts))
        return found

    def _of(self, awaited: Awaited, coming: Sequence[int]) -> int:
        if awaited.open_ended:
            return MET if self._all_settled(awaited.jobs, coming) else OPEN
        if awaited.series:
            return self._of_series(awaited)
        together = of_one if awaited.one_is_enough else of_all
        if awaited.jobs.size <= FEW:
            return together([self._of_one(awaited, before) for before in awaited.jobs.tolist()])
        each = self._of_each(awaited)
        still = np.flatnonzero(each == OPEN)
        awaited.blocker = int(awaited.jobs[still[-1]]) if still.size else -1
        return together(each.tolist())

    def _of_series(self, awaited: Awaited) -> int:
        """By the first job of a series that has not ended."""
        self._next_of(awaited.series)
        last = self.series_over[awaited.series]
        if last >= awaited.jobs.size:
            return MET
        return FAILED if self.own.phase[awaited.jobs[last]] in NEVER else OPEN

    def _of_one(self, awaited: Awaited, before: int) -> int:
        found = int(BY_PHASE[awaited.relation][self.own.phase[before]])
        if awaited.relation is not Relation.BEGUN or found != OPEN:
            return found
        return MET if self._begun_s(before) >= awaited.delay_s - _BEGUN_S else OPEN

    def _begun_s(self, before: int) -> float:
        """Since when a job runs or ran, or was cancelled before it did; nan else."""
        return self.world.now_s - float(self.begun_s(before))

    def begun_s(self, before: int | Index) -> Array:
        """When jobs began to run, or were cancelled before they did: minutes behind an `after`
        count from there, as in Slurm.
        """
        started_s = self.own.started_s[before]
        return np.where(np.isnan(started_s), self.own.finished_s[before], started_s)

    def _of_each(self, awaited: Awaited) -> Index:
        """(job that is named,) verdict."""
        found = BY_PHASE[awaited.relation][self.own.phase[awaited.jobs]]
        if awaited.relation is not Relation.BEGUN:
            return found
        since_s = np.array([self._begun_s(before) for before in awaited.jobs.tolist()])
        begun = (found == OPEN) & (since_s >= awaited.delay_s - _BEGUN_S)
        return np.where(begun, MET, found)

    def why_never(self, j: int) -> str:
        """Whom a job waits for in vain, in words; empty where a failure that it waits for did not
        come, for the job was done or never had its turn: what it is for was not needed.
        """
        for clause in self.clauses[j]:
            if of_one([self._of(awaited, ()) for awaited in clause]) == FAILED:
                return "; ".join(filter(None, map(self._why, clause)))
        return ""

    def _why(self, awaited: Awaited) -> str:
        for before in awaited.jobs.tolist():
            phase = Phase(self.own.phase[before])
            if self._of_one(awaited, before) == FAILED and not _needless(awaited.relation, phase):
                state = phase.name.lower().replace("_", " ")
                return f"{awaited.relation} of {self.jobs[before].name}, which is {state}"
        return ""

    def _all_settled(self, before: Index, coming: Sequence[int]) -> bool:
        """Whether nothing of an open-ended workload is under way or to come: who waits for a
        promotion comes only behind others of it.
        """
        own = self.own
        still = self.by_promotion[before] & (own.phase[before] == Phase.AWAITED)
        still &= np.isnan(own.submitted_s[before]) & ~np.isin(before, coming)
        return bool((still | np.isin(own.phase[before], OVER)).all())

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


def _needless(relation: Relation, phase: Phase) -> bool:
    """Whether a fallback goes unused as planned. A job that never had its turn is told itself."""
    unused = phase is Phase.COMPLETED
    return unused or (relation is Relation.NOT_OK and phase is Phase.NEVER_ELIGIBLE)


def _singleton(job: Job) -> bool:
    return any(one.relation is Relation.SINGLETON for clause in job.after for one in clause)
