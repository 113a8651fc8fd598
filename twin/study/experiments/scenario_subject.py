"""A scenario with values put in by path, as `--set` does: what most studies evaluate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from twin.errors import InputError, Problem, RunError
from twin.facility import Facility, build
from twin.scenario import Scenario, load
from twin.scenario.inputs import contents, portable
from twin.simulation import Totals, start
from twin.simulation.outcome.summary import RESIDUAL_MAX
from twin.study.experiments.canonical import canonical
from twin.study.experiments.case import Case
from twin.study.experiments.outcomes import outcomes

HELD_MAX = 64
"""Facilities that a process keeps, the last asked for."""
_RESIDUALS = (
    "energy_balance_residual_frac",
    "heat_balance_residual_frac",
    "token_balance_residual_frac",
)


@dataclass(frozen=True)
class VariedPath:
    """Where a varied value goes: a path of the scenario or its layout, and the unit it is in."""

    path: str
    unit: str = ""

    def text(self, value: Any) -> str:
        """A value as `--set` takes it."""
        number = repr(value) if isinstance(value, float) else str(value)
        return f"{number} {self.unit}" if self.unit else setting(value)


def setting(value: Any) -> str:
    """A plain value as `--set` takes it: lists and mappings in one line."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


class ScenarioSubject:
    """Runs of one scenario, each with its changes; what cases share is made once a process."""

    def __init__(
        self,
        asked: str | Path | Scenario,
        places: Mapping[str, VariedPath],
        arms: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.asked = asked
        self.places = dict(places)
        self.arms = {name: dict(changes) for name, changes in (arms or {}).items()}
        self._held: dict[str, Facility] = {}

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process: the question, without what was made of it."""
        return {**self.__dict__, "_held": {}}

    def changes(self, case: Case) -> dict[str, str]:
        """What `--set` would say for a case, but for its seed."""
        arm = self.arms.get(case.arm, {})
        own = {self.places[name].path: self.places[name].text(v) for name, v in case.values.items()}
        return {**{path: setting(value) for path, value in arm.items()}, **own}

    def scenario(self, case: Case) -> Scenario:
        """The scenario of a case. Raises InputError with everything that cannot be asked."""
        if not isinstance(self.asked, Scenario):
            return load(self.asked, self.changes(case), case.seed)
        arm = self.arms.get(case.arm, {})
        own = {
            self.places[name].path: self.places[name].text(v) if self.places[name].unit else v
            for name, v in case.values.items()
        }
        put = {path.replace(".", "__"): value for path, value in {**arm, **own}.items()}
        return self.asked.with_(**put, seed=case.seed)

    def check(self, cases: Sequence[Case]) -> None:
        """Raise InputError where a case's scenario cannot be asked, each problem once, with the
        first case that has it.
        """
        problems: dict[tuple[str, str, str], Problem] = {}
        for case in cases:
            try:
                self.scenario(case)
            except InputError as error:
                for one in error.problems:
                    problems.setdefault((one.where, one.found, one.allowed), one)
        if problems:
            raise InputError(problems.values())

    def key(self, case: Case) -> str:
        """Of the scenario as resolved, the files it reads, the catalogue and the program."""
        scenario = self.scenario(case)
        named, files = portable(scenario)
        held = {name: sha256(data).hexdigest() for name, data in contents(files).items()}
        told = [named.model_dump_json(), held, scenario.catalogue.content_hash(), program()]
        return sha256(canonical(told).encode()).hexdigest()

    def shared(self, case: Case) -> str:
        """All but the seed: cases that differ in nothing else live in one facility."""
        return canonical([case.arm, self.changes(case)])

    def facility(self, case: Case) -> Facility:
        """The facility of a case."""
        return build(self.scenario(case))

    def outcomes(self, case: Case) -> Mapping[str, float]:
        """The numbers of a run's summary, as `twin run` of the same scenario gives them.

        Raises InputError for what cannot be built or run, and RunError for a run that cannot go on
        or whose balances do not close.
        """
        totals = start(self.facility(case)).until().totals()
        _refuse_unbalanced(totals)
        return outcomes(totals)


def _refuse_unbalanced(totals: Totals) -> None:
    wrong = {
        name: totals.summary[name]
        for name in _RESIDUALS
        if not abs(totals.summary[name]) <= RESIDUAL_MAX
    }
    if wrong:
        told = ", ".join(f"{name} is {value:.2g}" for name, value in wrong.items())
        raise RunError(f"the balances do not close: {told}")


@cache
def program() -> str:
    """The program: its version, and SHA-256 of its files, for answers of another one are no answers
    of this one.
    """
    root = Path(__file__).parents[2]
    told = sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            told.update(f"{path.relative_to(root).as_posix()}\n".encode())
            told.update(sha256(path.read_bytes()).digest())
    return f"{version('ai-factory-twin')} {told.hexdigest()}"
