"""A run and its forks: each without one fault, from the instant before it to the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from math import inf
from typing import Any, NamedTuple

from twin import beside
from twin.beside import Copied
from twin.errors import RunError
from twin.facility import Facility, build
from twin.results import Frames, Result
from twin.results.parts import with_part
from twin.simulation import Progress, Run, Totals, start
from twin.study.counterfactuals.cases import FaultCase, plan
from twin.study.counterfactuals.rows import Forked, Outcome, tables


class Visited(NamedTuple):
    """What was found where the run passed one moment."""

    outcomes: list[Outcome]
    booked_tokens: float


class Forks:
    """The forks of one run, made where it passes their moments, and how far all have come.

    copies   whether copies of the process may live through them while the run goes on
    """

    def __init__(
        self, facility: Facility, progress: Progress | None = None, copies: bool = False
    ) -> None:
        self.facility = facility
        self.asked = plan(facility)
        self.progress = progress
        self._all_s = facility.scenario.horizon + self._length_s(self.asked.cases)
        """Of all that this process lives through."""
        self._forks_s = 0.0
        self._copies = copies
        self._found: dict[float, Visited | Copied[Visited]] = {}
        self._fault: Exception | None = None
        self._spared: Run | None = None
        """Without any fault, from where the second begins."""

    @property
    def moments(self) -> list[float]:
        """When the run is to be visited, in order."""
        next_s = () if self.asked.next_s is None else (self.asked.next_s,)
        return sorted({*(case.at_s for case in self.asked.cases), *next_s})

    def simulated(self) -> Result:
        """The run itself, visited at their moments."""
        run = start(self.facility)
        for moment_s in self.moments:
            self.visit(run.until(moment_s, self.tell), moment_s)
        return run.until(progress=self.tell).result()

    def visit(self, run: Run, moment_s: float) -> None:
        """Take down where the run stands before a moment, and live through its forks from there, or
        let a copy of the process do it. A fault in them is told with the result: the run goes on.
        """
        try:
            now = [case for case in self.asked.cases if case.at_s == moment_s]
            work = partial(self._visited, run, moment_s, now)
            self._found[moment_s] = (self._aside(work, now) if now else None) or work()
        except Exception as error:  # whatever it is, the run itself is whole
            self._fault = self._fault or error

    def _aside(self, work: Callable[[], Visited], now: list[FaultCase]) -> Copied[Visited] | None:
        """A copy that does the work, where there is one to spare."""
        begun = [found for found in self._found.values() if isinstance(found, Copied)]
        if not self._copies or sum(not one.is_over() for one in begun) >= beside.cores():
            return None
        made = beside.begun(partial(self._quietly, os.getpid(), work))
        if made is not None:
            self._all_s -= self._length_s(now)
        return made

    def _quietly(self, asking: int, work: Callable[[], Visited]) -> Visited:
        """Work in a copy, which is needed no longer than the process that asks lives."""
        self.progress = beside.ends_with(asking)
        return work()

    def _visited(self, run: Run, moment_s: float, now: list[FaultCase]) -> Visited:
        booked = float(run.totals().summary["tokens_lost_by_fault"]) if moment_s > 0 else 0.0
        found = {case: self._without(run, case) for case in sorted(now, key=_all_last)}
        return Visited([Outcome(case, booked, found[case]) for case in now], booked)

    def _length_s(self, cases: Iterable[FaultCase]) -> float:
        """Simulated time of the forks of these cases."""
        return sum(self.facility.scenario.horizon - case.at_s for case in cases)

    def tell(self, _: float, now_s: float) -> None:
        """Tell how far the run has come, its forks included."""
        if self.progress is not None:
            self.progress((now_s + self._forks_s) / self._all_s, now_s)

    def added_to(self, result: Result) -> Result:
        """The result of the run with the tables, and with what was run and what was not; without
        them, and saying so, where a fault came between.
        """
        return with_part(result, "what each fault cost", self._added_to)

    def _added_to(self, result: Result) -> Result:
        if self._fault is not None:
            raise self._fault
        if (forked := self._forked()) is None:
            return lived_again(self.facility, result)
        whole = Totals(result.summary, result.columns["token_balance"])
        prices = {work.name: work.usd_per_token for work in self.facility.scenario.workload}
        warnings = [*result.meta["warnings"], *self.asked.warnings()]
        meta = {"counterfactuals": self.asked.as_dict(), "warnings": warnings}
        more = tables(forked, whole, prices)
        return replace(result, tables=Frames(result.tables) | more, meta={**result.meta, **meta})

    def _forked(self) -> Forked | None:
        """What all visits found; None where a copy of the process did not deliver."""
        found = {
            moment_s: one.outcome() if isinstance(one, Copied) else one
            for moment_s, one in self._found.items()
        }
        visits = [one for one in found.values() if one is not None]
        if len(visits) < len(found):
            return None
        outcomes = tuple(outcome for one in visits for outcome in one.outcomes)
        last = None if self.asked.next_s is None else found.get(self.asked.next_s)
        return Forked(outcomes, last.booked_tokens if last else None)

    def _without(self, run: Run, case: FaultCase) -> Totals | None:
        """Where the run without a fault comes to; None where it cannot go on.

        A run that was started has lived through its first instant: what fails then is left out
        from the start.
        """
        try:
            fork = self._begun(run, case)
            if case.at_s == self.asked.first_alone_s and case.kind != "all":
                self._live(fork, run, case, self.asked.second_s)
                self._spared = fork.fork(faults=[], drills=[])
            self._live(fork, run, case)
        except RunError:
            return None
        finally:
            self._forks_s += self.facility.scenario.horizon - case.at_s
        return fork.totals()

    def _begun(self, run: Run, case: FaultCase) -> Run:
        """A fork at its first instant. Without all faults it is the one without the first until the
        second begins, where the first begins alone: they live through that stretch together.
        """
        if case.kind == "all" and self._spared is not None:
            return self._spared
        rest = case.rest(run.facility.scenario)
        return run.fork(**rest) if case.at_s > 0 else start(_never(run.facility, rest))

    def _live(self, fork: Run, run: Run, case: FaultCase, until_s: float = inf) -> None:
        fork.until(until_s, lambda _, now_s: self.tell(0.0, run.now_s + now_s - case.at_s))


def lived_again(facility: Facility, result: Result) -> Result:
    """The same for a result that is there: its run is lived again, up to the last fault."""
    forks = Forks(facility)
    if forks.moments:
        run = start(facility)
        for moment_s in forks.moments:
            forks.visit(run.until(moment_s), moment_s)
    return forks.added_to(result)


def _all_last(case: FaultCase) -> bool:
    return case.kind == "all"


def _never(facility: Facility, rest: dict[str, list[Any]]) -> Facility:
    keys = {"faults": "faults__timeline", "drills": "drills"}
    plain = {
        keys[name]: [item.model_dump(mode="json") for item in items] for name, items in rest.items()
    }
    return build(facility.scenario.with_(**plain))
