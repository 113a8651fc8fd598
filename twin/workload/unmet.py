"""What is waited for in vain: jobs that can never come, by what a scenario and its lists state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from twin.traces import Condition, JobEnd, Relation
from twin.traces.dependencies import in_a_circle
from twin.workload.graph import resolved_names
from twin.workload.kind import Job, WorkloadKind
from twin.workload.time_limits import limited

_ONE_IS_ENOUGH = (Relation.NOT_OK, Relation.BEGUN)
"""Of a workload of several jobs one that began, or failed, stands for all."""


class Unmet:
    """Jobs that can never join the queue, and why, in the order in which that is found.

    Ends that are stated count, and time limits shorter than the run: each as it goes undisturbed.
    What is drawn (trials of a search, gates of a retraining) is no statement.
    """

    def __init__(
        self,
        works: Sequence[WorkloadKind],
        seed: int,
        never_run: Collection[str] = (),
        kills: bool = False,
        limit_s: float | None = None,
    ) -> None:
        """Ask all jobs of some workloads.

        never_run  jobs that join the queue and never start
        kills      whether who can never come is cancelled, and ends so
        limit_s    time limit of jobs that state none
        """
        self.of_work = resolved_names(works, seed)
        each = {work.name: limited(work.jobs(seed), limit_s) for work in works}
        self.all_of_work = {name: [job.name for job in jobs] for name, jobs in each.items()}
        self.kills = kills
        self.why: dict[str, str] = {}
        """(job) whom it waits for in vain, in words."""
        waiting = {job.name for jobs in each.values() for job in jobs if job.after}
        self._never = set(never_run) - (waiting if kills else set())
        """Those that never run and never end."""
        self._bad = dict.fromkeys(never_run, "never starts")
        """What is wrong with those that do not complete."""
        for work in works:
            ends = _ends if work.states_ends else _over_limit
            self._bad |= {job.name: bad for job in each[work.name] if (bad := ends(job))}
        jobs = [job for held in each.values() for job in held]
        self._asked = {job.name: job for job in jobs if job.after}
        self._followers: defaultdict[str, list[str]] = defaultdict(list)
        self._series: defaultdict[str, list[str]] = defaultdict(list)
        self._index(jobs)
        self._settle(self._asked)
        self._settle_circles()

    def _index(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            if job.series:
                self._series[job.series].append(job.name)
            for name in {name for clause in job.after for one in clause for name in one.names}:
                for before in self.all_of_work.get(name, [name]):
                    self._followers[before].append(job.name)

    def _settle(self, asked: Iterable[str]) -> None:
        """Ask everybody once, then again those that wait for one that can never come."""
        left = list(asked)
        for name in left:
            if name not in self.why and (why := self._of(self._asked[name])):
                self.why[name] = why
                self._bad[name] = "is cancelled" if self.kills else "can never come"
                if not self.kills:
                    self._never.add(name)
                left += self._followers.get(name, ())
                left += self._behind(name)

    def _settle_circles(self) -> None:
        """Jobs that wait for one another in a circle, whose other ways (`?`) are in vain."""
        if not any(len(clause) > 1 for job in self._asked.values() for clause in job.after):
            return
        left = {name: job for name, job in self._asked.items() if name not in self.why}
        stuck = in_a_circle({
            name: tuple(tuple(self._ways(job, clause)) for clause in job.after)
            for name, job in left.items()
        })  # fmt: skip
        for name, others in stuck.items():
            self.why[name] = f"waits in a circle behind {others[0]}"
            self._bad[name] = "can never come"
            self._never.add(name)
        self._settle([one for name in stuck for one in self._followers.get(name, ())])

    def _ways(self, job: Job, clause: Sequence[Condition]) -> Iterator[Condition]:
        """Conditions of a clause that may be met, by the jobs that must all be so."""
        for one in clause:
            if not self._in_vain(job, one):
                members = [self.of_work.get(name, (name,)) for name in one.names]
                alone = one.relation in _ONE_IS_ENOUGH
                held = [m for each in members for m in each if len(each) == 1 or not alone]
                yield replace(one, names=tuple(held))

    def _behind(self, name: str) -> list[str]:
        """Those of its series that may wait for it."""
        series = self._series.get(self._asked[name].series, [])
        return [one for one in series if one in self._asked and one not in self.why]

    def _of(self, job: Job) -> str:
        for clause in job.after:
            found = [self._in_vain(job, condition) for condition in clause]
            if all(found):
                return "; ".join(found)
        return self._both_ways(job)

    def _in_vain(self, job: Job, condition: Condition) -> str:
        """Why a condition can never be so; empty where it may."""
        if condition.relation is Relation.SINGLETON:
            return next(self._stuck_before(job), "")
        found = (self._whole(condition.relation, name) for name in condition.names)
        return next(filter(None, found), "")

    def _stuck_before(self, job: Job) -> Iterator[str]:
        if self._never:
            for name in self._series[job.series]:
                if name == job.name:
                    return
                if name in self._never:
                    yield f"singleton behind {name}, which {self._bad[name]}"

    def _whole(self, relation: Relation, name: str) -> str:
        """Of a job, or of a workload."""
        if name not in self.of_work:
            return self._one(relation, name)
        if relation in _ONE_IS_ENOUGH:
            members = list(self.of_work[name]) or self.all_of_work[name]
            found = [self._one(relation, member) for member in members]
            return found[0] if found and all(found) else ""
        return next(filter(None, (self._one(relation, one) for one in self.of_work[name])), "")

    def _one(self, relation: Relation, name: str) -> str:
        lost = name in self._never or (relation is Relation.OK and name in self._bad)
        return f"{relation} of {name}, which {self._bad[name]}" if lost else ""

    def _both_ways(self, job: Job) -> str:
        """Whether somebody has to complete and not to."""
        alone = [clause[0] for clause in job.after if len(clause) == 1]
        asked = {
            relation: {name for one in alone if one.relation is relation for name in one.names}
            for relation in (Relation.OK, Relation.NOT_OK)
        }
        both = sorted(asked[Relation.OK] & asked[Relation.NOT_OK])
        both = [name for name in both if self.of_work.get(name, (name,))]
        return f"afterok and afternotok of {both[0]} at once" if both else ""


def _ends(job: Job) -> str:
    """How a job ends that does not complete, in words; empty for one that does."""
    if job.end is JobEnd.COMPLETED or _over_limit(job):
        return _over_limit(job)
    return f"ends {job.end.value.replace('_', ' ')}"


def _over_limit(job: Job) -> str:
    """The same of one whose work is longer than its time limit, also where its end is drawn."""
    over = job.steps is None and job.limit_s < job.work_s
    return "is stopped at its time limit" if over else ""
