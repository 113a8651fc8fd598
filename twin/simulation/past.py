"""Runs of scenarios that differ only in their seed and in what happens to them: each begins where
it parts from the others, on the snapshot of one run that has lived through what they share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from twin.errors import TwinError
from twin.facility.model import Facility
from twin.simulation.branch import TIME_LINES, TimeLine
from twin.simulation.jobs.asked import asked_jobs
from twin.simulation.kernel.clock import Due
from twin.simulation.loop.snapshot import Snapshot, put_back, take
from twin.simulation.run import Run, start

SHORTEST_FRAC = 0.02
"""Of the horizon: a shorter past is not worth sharing."""
_RANDOM = ("fault fails", "fault node_fails", "fault strikes")
_STATED = {line.action: line for line in TIME_LINES}
_DRAWS = ("state.faults.draws", "state.supply.draws")
"""Random numbers of failures: the only part of a snapshot that a seed may change before the first
of them, if the runs are to share it."""

Happening = tuple[float, str, str]
"""When, what, and of what: a failure at random, or an item of a time line."""
MakeRun = Callable[[], Run]


class Past:
    """What the runs of some facilities share, and the runs themselves.

    facilities   of scenarios that differ in nothing but seeds, time line of faults, drills and
                 operator actions
    Every run gives the bytes that it gives alone. Runs of another seed (also of faults alone) share
    what comes before the first thing that happens to either, and of the scenario's own seed only
    where that draws no requests or jobs.
    """

    def __init__(self, facilities: Sequence[Facility]) -> None:
        self.facilities = facilities
        several = len(facilities) > 1
        self._happen = [_happenings(facility) if several else [] for facility in facilities]
        firsts = [_first(happens) for happens in self._happen]
        self._main = int(np.argmax(firsts))
        self._run: Run | None = None
        self._begun: Snapshot | None = None

    def runs(self) -> Iterator[tuple[int, MakeRun]]:
        """Every facility by its place, with what makes its run: at its start, or where it parts
        from the others. To be called one after another, in this order.
        """
        others = [n for n in range(len(self.facilities)) if n != self._main]
        for n in sorted(others, key=self.parting_s):
            yield n, lambda n=n: self._made(n)  # type: ignore[misc]
        yield self._main, self._shared

    def parting_s(self, n: int) -> float:
        """Until when a run is the one that all are compared with; inf where it stays that."""
        mine = self._happen[n]
        theirs = self._happen[self._main]
        if self._seeds(n) != self._seeds(self._main):
            return min(_first(mine), _first(theirs)) if self._same_work(n) else 0.0
        differ = (Counter(mine) - Counter(theirs)) + (Counter(theirs) - Counter(mine))
        return min((moment_s for moment_s, _, _ in differ), default=np.inf)

    def _seeds(self, n: int) -> tuple[int, int]:
        """Of what is asked, and of what fails."""
        scenario = self.facilities[n].scenario
        return scenario.seed, scenario.fault_seed

    def _same_work(self, n: int) -> bool:
        """Whether two runs ask for the same: they have one seed, or theirs draw no requests and no
        forecast, and the same jobs.
        """
        mine = self.facilities[n].scenario
        theirs = self.facilities[self._main].scenario
        if mine.seed == theirs.seed:
            return True
        served = any(work.pools() for work in mine.workload)
        jobs = asked_jobs(mine)
        forecast = any(job.shift is not None and job.shift.forecast_error > 0 for job in jobs)
        return not (served or forecast) and jobs == asked_jobs(theirs)

    def _shared(self) -> Run:
        """The run that all are compared with."""
        if self._run is None:
            self._run = start(self.facilities[self._main])
            self._begun = take(self._run._loop) if len(self.facilities) > 1 else None
        return self._run

    def _made(self, n: int) -> Run:
        facility = self.facilities[n]
        parting_s = self.parting_s(n)
        own = start(facility)
        if parting_s < SHORTEST_FRAC * facility.scenario.horizon:
            return own
        begun = take(own._loop)
        try:
            shared = self._shared().until(parting_s)
        except TwinError:
            return own
        assert self._begun is not None
        now = take(shared._loop)
        if not _same(begun, self._begun) or not self._draws_fit(n, now):
            return own
        run = Run(facility)
        put_back(run._loop, self._merged(n, begun, now))
        return run

    def _draws_fit(self, n: int, now: Snapshot) -> bool:
        """Whether the shared run has drawn nothing that this one draws otherwise."""
        assert self._begun is not None
        same_seeds = self._seeds(n) == self._seeds(self._main)
        return same_seeds or _draws(now) == _draws(self._begun)

    def _merged(self, n: int, begun: Snapshot, now: Snapshot) -> Snapshot:
        """The shared run as it stands, with what is to happen to this one."""
        kept = [due for due in now.plain["pending"] if not _comes_from_outside(due[2])]
        coming = [
            due
            for due in begun.plain["pending"]
            if _comes_from_outside(due[2]) and due[0] >= now.plain["now_s"]
        ]
        plain = {**now.plain, "pending": sorted([*coming, *kept], key=lambda due: (due[0], due[1]))}
        if self._seeds(n) != self._seeds(self._main):
            plain["state"] = _with_draws(plain["state"], begun.plain["state"])
        return replace(now, plain=plain)


def _comes_from_outside(action: str) -> bool:
    return action in _RANDOM or action in _STATED


def _happenings(facility: Facility) -> list[Happening]:
    """Everything that is to happen to a facility, as far as its scenario and its seed say."""
    run = Run(facility)
    run._loop.run.faults.schedule()
    run._loop.run.controls.schedule()
    pending = run._loop.world.clock.pending()
    return [_told(due, facility) for due in pending if _comes_from_outside(due.action)]


def _told(due: Due, facility: Facility) -> Happening:
    line: TimeLine | None = _STATED.get(due.action)
    if line is None:
        return due.time_s, due.action, str(due.arguments[0])
    item = line.items(facility.scenario)[int(due.arguments[0])]
    return due.time_s, due.action, repr(item.model_dump())


def _first(happens: Sequence[Happening]) -> float:
    return min((moment_s for moment_s, _, _ in happens), default=np.inf)


def _draws(snapshot: Snapshot) -> list[Any]:
    state = snapshot.plain["state"]
    return [_at(state, name) for name in _DRAWS]


def _at(state: Mapping[str, Any], name: str) -> Any:
    found: Any = state
    for part in name.split(".")[1:]:
        found = found[part]
    return found


def _with_draws(state: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A state with the random numbers of another."""
    out = dict(state)
    for name in _DRAWS:
        _, block, field = name.split(".")
        out[block] = {**out[block], field: _at(other, name)}
    return out


def _same(a: Snapshot, b: Snapshot) -> bool:
    """Whether two runs that have begun differ in nothing but what is to happen to them."""
    return _told_apart(a) == _told_apart(b) and _same_arrays(a.arrays, b.arrays)


def _told_apart(snapshot: Snapshot) -> dict[str, Any]:
    """The plain part of a snapshot without what may differ."""
    state = _with_draws(snapshot.plain["state"], _NO_DRAWS)
    pending = [due for due in snapshot.plain["pending"] if not _comes_from_outside(due[2])]
    return {**snapshot.plain, "state": state, "pending": pending}


_NO_DRAWS: dict[str, Any] = {name.split(".")[1]: {name.split(".")[2]: None} for name in _DRAWS}


def _same_arrays(a: Mapping[str, np.ndarray], b: Mapping[str, np.ndarray]) -> bool:
    return a.keys() == b.keys() and all(
        np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind == "f") for name in a
    )
