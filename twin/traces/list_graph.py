"""Jobs of a list that wait for one another: whom they mean, and what is wrong with that."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import product

from twin.errors import did_you_mean
from twin.traces.dependencies import Condition, Conditions, Relation, in_a_circle, names_in
from twin.traces.lines import FileFaults
from twin.traces.listed_job import ListedJob

LEFT_OUT = "waits for jobs that are not among those that ran, and comes as if they had ended"
CLAUSES_MAX = 1024
_SHOWN = 5
"""Jobs of a ring that a message names."""


@dataclass
class ListGraph:
    """Who is meant by the names that rows of one list give."""

    faults: FileFaults
    names: Sequence[str]
    """(job,) that no other has."""
    whole: bool
    """Whether the list holds everybody whom it may name, so that another name is a mistake."""
    left_out: Set[str]
    """Names of rows that are not among the jobs, and may be named."""
    lost: int = 0
    """Rows that wait for somebody who is not there."""
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def followed(self, jobs: Sequence[ListedJob]) -> tuple[Conditions, ...]:
        """(job,) what each waits for, by names that no other has; whom nobody can follow joins the
        faults.
        """
        if not any(job.after for job in jobs):
            return ((),) * len(jobs)
        self.known = _meant(jobs, self.names)
        found = tuple(self._of(job) for job in jobs)
        self._refuse_rings(jobs, found)
        return found

    def _of(self, job: ListedJob) -> Conditions:
        self.lost += any(name not in self.known for name in names_in(job.after))
        return tuple(clause for asked in job.after for clause in self._clauses(job, asked))

    def _clauses(
        self, job: ListedJob, clause: Sequence[Condition]
    ) -> Iterator[tuple[Condition, ...]]:
        """What a clause asks for, none where that is nothing that a run could follow. Alternatives
        that are whole arrays which failed double it, each.
        """
        each = [self._meant_by(job, one) for one in clause]
        if math.prod(map(len, each)) > CLAUSES_MAX:
            most = f"at most {int(math.log2(CLAUSES_MAX))} whole arrays that failed, one or another"
            self.faults.add(job.line, f"after one of {len(each)} alternatives", most)
            return
        for parts in product(*each):
            yield tuple(one for part in parts for one in part)

    def _meant_by(self, job: ListedJob, condition: Condition) -> list[tuple[Condition, ...]]:
        """Clauses that must hold for a condition; none where nobody is there whom it names."""
        names = [self._known(job, name) for name in condition.names]
        if condition.relation is Relation.NOT_OK:
            return [clause for held in names for clause in _failed(held)]
        held = tuple(one for each in names for one in each)
        return [(replace(condition, names=held),)] if held or not names else []

    def _known(self, job: ListedJob, name: str) -> tuple[str, ...]:
        found = self.known.get(name, ())
        if not found and self.whole and name not in self.left_out:
            hint = did_you_mean(name, self.known)
            self.faults.add(job.line, f"after {name!r}", "the name of a job of this list", hint)
        return found

    def _refuse_rings(self, jobs: Sequence[ListedJob], found: Sequence[Conditions]) -> None:
        before = in_a_circle(dict(zip(self.names, found, strict=True)))
        in_rings = _in_rings(before)
        for job, name in zip(jobs, self.names, strict=True):
            if name in in_rings:
                ring = " after ".join(_round(name, before, in_rings))
                told = f"a job that waits for itself: {ring}"
                cure = "let one of them wait for nobody"
                self.faults.add(job.line, told, "jobs that do not wait in a ring", cure)


def _failed(names: tuple[str, ...]) -> Iterator[tuple[Condition, ...]]:
    """A job failed; an array once all of its tasks have ended and one of them failed
    (test_job_array_complete of Slurm's src/slurmctld/job_mgr.c, whole arrays of `afternotok`).
    """
    if len(names) > 1:
        yield (Condition(Relation.ANY, names),)
    if names:
        yield tuple(Condition(Relation.NOT_OK, (name,)) for name in names)


def _meant(jobs: Sequence[ListedJob], names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """By what a row may call others: the last job of that name, or all tasks of an array."""
    tasks: defaultdict[str, list[str]] = defaultdict(list)
    for job, name in zip(jobs, names, strict=True):
        base, mark, task = job.name.rpartition("_")
        if mark and base.isdigit() and task.isdigit():
            tasks[base].append(name)
    single = {job.name: (name,) for job, name in zip(jobs, names, strict=True)}
    return {**{base: tuple(held) for base, held in tasks.items()}, **single}


def _in_rings(before: Mapping[str, Sequence[str]]) -> set[str]:
    """Names from which a way leads back to themselves, or that lie between two such."""
    behind: defaultdict[str, list[str]] = defaultdict(list)
    for name, others in before.items():
        for other in others:
            behind[other].append(name)
    left = _without_ends(before, behind, set(before))
    return _without_ends(behind, before, left)


def _without_ends(
    ahead: Mapping[str, Sequence[str]], behind: Mapping[str, Sequence[str]], among: set[str]
) -> set[str]:
    """Those among some from whom one can go ahead for ever."""
    count = {name: sum(one in among for one in ahead.get(name, ())) for name in among}
    ends = [name for name, n in count.items() if n == 0]
    left = set(among)
    for name in ends:
        left.discard(name)
        for one in behind.get(name, ()):
            if one in left:
                count[one] -= 1
                if count[one] == 0:
                    ends.append(one)
    return left


def _round(name: str, before: Mapping[str, Sequence[str]], ring: set[str]) -> list[str]:
    """The first steps of a way through a ring."""
    way = [name]
    while len(way) <= _SHOWN:
        way.append(next(one for one in before[way[-1]] if one in ring))
        if way[-1] == name:
            return way
    return [*way, "…"]


def longest_chain(names: Sequence[str], after: Sequence[Conditions]) -> int:
    """Jobs of the longest chain of jobs that wait for one another, ways back left out."""
    before = dict(zip(names, map(names_in, after), strict=True))
    length: dict[str, int] = {}
    for name in names:
        for one in _deepest_first(name, before, length):
            length[one] = 1 + max((length.get(other, 0) for other in before[one]), default=0)
    return max(length.values(), default=0)


def _deepest_first(
    name: str, before: Mapping[str, Sequence[str]], known: Mapping[str, int]
) -> Iterator[str]:
    """A job and all before it whose chains are not known yet, those before first; the way back of a
    circle that a `?` breaks is not gone.
    """
    left: list[tuple[str, Iterator[str]]] = [(name, iter(before[name]))]
    begun = {name}
    while left:
        one, others = left[-1]
        more = next((other for other in others if other not in known and other not in begun), None)
        if more is not None:
            begun.add(more)
            left.append((more, iter(before[more])))
        else:
            left.pop()
            if one not in known:
                yield one
