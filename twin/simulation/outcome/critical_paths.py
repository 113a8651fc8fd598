"""What bounded chains of jobs: from the one that ended last back to whom each waited for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from twin.results import Columns
from twin.results.tables import CRITICAL_PATHS
from twin.simulation.disciplines import Disciplines
from twin.simulation.jobs.followers import Awaited, Followers
from twin.simulation.jobs.phase import ENDED, Phase
from twin.simulation.jobs.verdicts import BY_PHASE, MET
from twin.traces import Relation
from twin.workload.kind import Promotion

_SAME_S = 1e-6
"""Rounding of moments."""


@dataclass(frozen=True)
class Bound:
    """The job that let another come, and when it could."""

    job: int
    moment_s: float
    begun: bool
    """By its begin, not by its end."""


def critical_paths_table(run: Disciplines) -> Columns:
    """The table `critical_paths`; without jobs that wait for others none."""
    paths = CriticalPaths(run)
    rows = [row for last in paths.lasts() for row in paths.rows(last)]
    return Columns.of_rows(CRITICAL_PATHS, rows)


class CriticalPaths:
    """Reads who waited for whom, and when each came, began and ended."""

    def __init__(self, run: Disciplines) -> None:
        self.own = run.world.state.jobs
        self.jobs = run.jobs.jobs
        self.followers: Followers = run.jobs.eligibility.followers

    def lasts(self) -> list[int]:
        """Of each chain of jobs that name one another the one that ended last."""
        first = np.arange(len(self.jobs))
        for j, before in self._named():
            first[_first(first, j)] = _first(first, before)
        last: dict[int, int] = {}
        for j in sorted({j for edge in self._named() for j in edge}):
            chain = _first(first, j)
            if self._ended_s(j) > self._ended_s(last.get(chain, -1)):
                last[chain] = j
        return sorted(last.values())

    def _ended_s(self, j: int) -> float:
        """-inf where a job did not run to an end."""
        ran = j >= 0 and not np.isnan(self.own.started_s[j] + self.own.finished_s[j])
        return float(self.own.finished_s[j]) if ran else -np.inf

    def _named(self) -> Iterator[tuple[int, int]]:
        """Every job that waits, and each that it names; of those before it in a series the last,
        and of a rung, whose trials wait for one another, its first.
        """
        for j, clauses in self.followers.clauses.items():
            for awaited in (one for clause in clauses for one in clause):
                for before in awaited.jobs[-1:] if awaited.series else awaited.jobs:
                    yield j, int(before)
            rule = self.jobs[j].promotion
            if rule is not None:
                yield from (
                    (j, self.followers.index[name]) for name in (rule.own, *rule.scores)[:2]
                )

    def rows(self, last: int) -> list[dict[str, object]]:
        """The way to a job from the first that it had to wait for, one row a job."""
        way: list[tuple[int, Bound | None]] = []
        j = last
        past = set()
        while True:
            past.add(j)
            bound = self._bound(j, past)
            way.append((j, bound))
            if bound is None:
                break
            j = bound.job
        begun = [False, *(bound is not None and bound.begun for _, bound in way[:-1])]
        rows = [self._row(*step, cut) for step, cut in zip(way, begun, strict=True)]
        path = self.jobs[last].name
        return [{"path": path, "place": n, **row} for n, row in enumerate(reversed(rows), start=1)]

    def _row(self, j: int, bound: Bound | None, begun: bool) -> dict[str, object]:
        own = self.own
        started_s = float(own.started_s[j])
        return {
            "job": self.jobs[j].name,
            "bounded_by": self.jobs[bound.job].name if bound else "",
            "eligible_s": own.eligible_s[j],
            "after_s": float(own.eligible_s[j]) - self._moment_s(bound) if bound else 0.0,
            "wait_s": started_s - own.eligible_s[j],
            "held_s": 0.0 if begun else float(own.finished_s[j]) - started_s,
            "finished_s": own.finished_s[j],
        }

    def _moment_s(self, bound: Bound) -> float:
        """When the job that bounds began or ended, without minutes behind a `+`."""
        moments = self.own.started_s if bound.begun else self.own.finished_s
        return float(moments[bound.job])

    def _bound(self, j: int, past: Collection[int]) -> Bound | None:
        """Who let a job come last; None where its own submission did, or who never ran. Those past
        which the way has come waited for it themselves, in a circle that a `?` breaks.
        """
        rule = self.jobs[j].promotion
        if rule is not None:
            return self._promoted(j, rule)
        clauses = self.followers.clauses.get(j, [])
        each = [[self._met(j, one, past) for one in clause] for clause in clauses]
        found = _latest([_soonest(clause) for clause in each])
        itself = self.jobs[j].submits_itself
        if found is None or (itself and self.own.submitted_s[j] > found.moment_s):
            return None
        return found if self._ran(found.job) else None

    def _promoted(self, j: int, rule: Promotion) -> Bound:
        """A trial's own, or a later one of its rung by whose end it came among the best."""
        own = self.followers.index[rule.own]
        rung = np.array([own, *(self.followers.index[name] for name in rule.scores)])
        moments = self.own.finished_s[rung]
        counts = self.own.phase[rung] == Phase.COMPLETED
        counts &= moments <= self.own.eligible_s[j] + _SAME_S
        last = int(np.argmax(np.where(counts, moments, -np.inf)))
        return Bound(int(rung[last]), float(moments[last]), False)

    def _ran(self, j: int) -> bool:
        return not np.isnan(self.own.started_s[j])

    def _met(self, j: int, awaited: Awaited, past: Collection[int]) -> Bound | None:
        """The job by which one thing that another waits for came to be, before it came."""
        own = self.own
        jobs = awaited.jobs
        begun = awaited.relation is Relation.BEGUN
        if begun:
            moments = self.followers.begun_s(jobs) + awaited.delay_s
        else:
            of_phase = BY_PHASE[awaited.relation][own.phase[jobs]] == MET
            met = np.isin(own.phase[jobs], ENDED) if awaited.open_ended else of_phase
            moments = np.where(met, own.finished_s[jobs], np.nan)
        in_time = moments <= own.eligible_s[j] + _SAME_S
        in_time &= np.array([one not in past for one in jobs.tolist()], dtype=bool)
        if not in_time.any():
            return None
        held = np.where(in_time, moments, np.inf if awaited.one_is_enough else -np.inf)
        place = int(np.argmin(held) if awaited.one_is_enough else np.argmax(held))
        return Bound(int(jobs[place]), float(moments[place]), begun)


def _soonest(found: list[Bound | None]) -> Bound | None:
    return min((one for one in found if one), key=lambda bound: bound.moment_s, default=None)


def _latest(found: list[Bound | None]) -> Bound | None:
    return max((one for one in found if one), key=lambda bound: bound.moment_s, default=None)


def _first(first: np.ndarray, j: int) -> int:
    """Who stands for the chain of a job; ways there are made shorter."""
    while first[j] != j:
        first[j] = first[first[j]]
        j = int(first[j])
    return j
