"""A scenario with values put in by path, as `--set` does: what most studies evaluate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from twin.errors import InputError, Problem, RunError
from twin.facility import Facility
from twin.scenario import Scenario
from twin.simulation import Run, Totals
from twin.simulation.outcome.summary import RESIDUAL_MAX
from twin.simulation.past import Past
from twin.study.experiments.case import Case, CaseAnswer
from twin.study.experiments.designs import Designs, VariedPath
from twin.study.experiments.outcomes import numbers, outcomes
from twin.study.experiments.subject import Begins, Keyed, answered

TOGETHER_MAX = 128
"""Designs of a group whose facilities are held at once; those of one design share their arrays."""
RUNS_MAX = 1024
"""Runs of a group that are held at once."""
PIECE_MIN = 4
"""Runs that are worth a past of their own, where groups are enough for all workers."""
_RESIDUALS = (
    "energy_balance_residual_frac",
    "heat_balance_residual_frac",
    "token_balance_residual_frac",
)


class ScenarioSubject:
    """Runs of one scenario, each with its changes; what cases share is made, or lived, once.

    asked    a scenario, or its file
    places   where each varied value goes, by its name
    arms     named alternatives, each a set of changes by path
    wanted   outcomes that are needed; the economic figures of a run, which stand on its tables, are
             worked out only where one of them is no number of its summary
    """

    def __init__(
        self,
        asked: str | Path | Scenario,
        places: Mapping[str, VariedPath] | None = None,
        arms: Mapping[str, Mapping[str, Any]] | None = None,
        wanted: Sequence[str] = (),
    ) -> None:
        self.wanted = frozenset(wanted)
        self.designs = Designs(asked, places or {}, arms or {})

    def wanting(self, names: Iterable[str]) -> ScenarioSubject:
        """The same with further outcomes that are needed."""
        other = copy(self)
        other.wanted = self.wanted | set(names)
        return other

    def keyed(self, cases: Sequence[Case]) -> list[str]:
        """Of the scenario as resolved, the files it reads, the catalogue, the program, the seed.

        Raises InputError where a case's scenario cannot be asked, with each problem once.
        """
        keys = []
        problems: dict[tuple[str, str, str], Problem] = {}
        for case in cases:
            try:
                keys.append(self.designs.keys(case)[0])
            except InputError as error:
                for one in error.problems:
                    problems.setdefault((one.where, one.found, one.allowed), one)
        if problems:
            raise InputError(problems.values())
        self._refuse_unbuildable(cases)
        return keys

    def _refuse_unbuildable(self, cases: Sequence[Case]) -> None:
        """Raise InputError where the first case of an arm cannot be built, nor can its last: what
        only some points ask for is a failed case of the table, and no reason to run none.
        """
        problems: list[Problem] = []
        for arm in dict.fromkeys(case.arm for case in cases):
            own = [case for case in cases if case.arm == arm]
            first = self._unbuildable(own[0])
            problems += first if first and self._unbuildable(own[-1]) else []
        if problems:
            raise InputError(dict.fromkeys(problems))

    def _unbuildable(self, case: Case) -> list[Problem]:
        try:
            self.designs.facility(case)
        except InputError as error:
            return [replace(one, file=one.file or _said(case)) for one in error.problems]
        return []

    def pieces(self, cases: Sequence[Keyed], workers: int) -> list[list[Keyed]]:
        """Cases that may share a past together, in the order of their first: each worker that takes
        part in such a group lives through their past once.
        """
        groups = self._groups(cases)
        least = PIECE_MIN if len(groups) >= workers else 1
        return [piece for group in groups for piece in _dealt(group, workers, least)]

    def _groups(self, cases: Sequence[Keyed]) -> list[list[Keyed]]:
        groups: dict[str, list[Keyed]] = {}
        for key, case in cases:
            groups.setdefault(self.designs.keys(case)[1], []).append((key, case))
        return list(groups.values())

    def answers(self, cases: Sequence[Keyed], begins: Begins) -> Iterator[tuple[str, CaseAnswer]]:
        """The numbers of each run's summary, as `twin run` of the same scenario gives them."""
        for group in self._groups(cases):
            designs = len({self.designs.design(case) for _, case in group})
            most = RUNS_MAX if designs == 1 else TOGETHER_MAX
            for n in range(0, len(group), most):
                yield from self._answers(group[n : n + most], begins)

    def _answers(self, group: list[Keyed], begins: Begins) -> Iterator[tuple[str, CaseAnswer]]:
        facilities: dict[str, Facility] = {}
        for key, case in group:
            begins(key)
            made = answered(partial(self._make, facilities, key, case))
            if made.failure:
                yield key, made
        if not facilities:
            return
        past = Past(list(facilities.values()))
        keys = list(facilities)
        for place, make in past.runs():
            begins(keys[place])
            yield keys[place], answered(partial(self._outcomes, make))

    def _make(self, made: dict[str, Facility], key: str, case: Case) -> Mapping[str, float]:
        made[key] = self.designs.facility(case)
        return {}

    def _outcomes(self, make: Callable[[], Run]) -> Mapping[str, float]:
        """The outcomes of a run. Raises InputError for what cannot be run, and RunError for a run
        that cannot go on, or whose balances do not close.
        """
        run = make().until()
        totals = run.totals()
        _refuse_unbalanced(totals)
        found = numbers(totals.summary)
        return found if self.wanted <= found.keys() else outcomes(run.result())


def _said(case: Case) -> str:
    """A case by its arm and values, where a problem of it stands in no file."""
    values = [f"{name} {value}" for name, value in case.values.items()]
    return ", ".join(filter(None, [case.arm, *values]))


def _dealt(group: list[Keyed], workers: int, least: int) -> list[list[Keyed]]:
    """A group dealt out in turn, so that pieces are alike, `least` or more each."""
    count = max(1, min(workers, len(group) // least))
    return [group[n::count] for n in range(count)]


def _refuse_unbalanced(totals: Totals) -> None:
    wrong = {
        name: totals.summary[name]
        for name in _RESIDUALS
        if not abs(totals.summary[name]) <= RESIDUAL_MAX
    }
    if wrong:
        told = ", ".join(f"{name} is {value:.2g}" for name, value in wrong.items())
        raise RunError(f"the balances do not close: {told}")
