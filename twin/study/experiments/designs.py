"""Scenarios and facilities of cases: what differs in nothing but its seed is made once."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from twin.errors import InputError, Problem
from twin.facility import Facility, build
from twin.scenario import Scenario, load
from twin.scenario.inputs import contents, portable
from twin.scenario.yaml.positions import ABSENT, value_at
from twin.study.experiments.canonical import canonical
from twin.study.experiments.case import Case

HELD_MAX = 16
"""Facilities, or scenarios, that a process keeps: the last it made."""
KEYS_MAX = 100_000
"""Keys that it keeps; a scenario is resolved to make one."""
_HAPPENS: dict[str, Any] = {
    "seed": True,
    "faults": {"timeline", "seed"},
    "drills": True,
    "controls": {"actions"},
}
"""What scenarios may differ in whose runs share a past."""

_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
"""Parts of a place such as `faults.timeline[1].component`."""

Made = TypeVar("Made")


@dataclass(frozen=True)
class VariedPath:
    """Where a varied value goes: a path of the scenario or its layout, and the unit it is in."""

    path: str
    unit: str = ""

    def value(self, value: Any) -> Any:
        """A value as it stands in a scenario."""
        number = repr(value) if isinstance(value, float) else str(value)
        return f"{number} {self.unit}" if self.unit else value


class Designs:
    """The scenarios that a study makes of one, by what is changed in it.

    asked    a scenario, or its file
    places   where each varied value goes, by its name
    arms     named alternatives, each a set of changes by path
    """

    def __init__(
        self,
        asked: str | Path | Scenario,
        places: Mapping[str, VariedPath],
        arms: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.asked = asked
        self.places = dict(places)
        self.arms = {name: dict(changes) for name, changes in arms.items()}
        self._scenarios: OrderedDict[str, Scenario] = OrderedDict()
        self._facilities: OrderedDict[str, Facility] = OrderedDict()
        self._keys: OrderedDict[str, tuple[str, str, bool]] = OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process: the question, without what was made of it."""
        made = ("_scenarios", "_facilities", "_keys")
        return {**self.__dict__, **{name: OrderedDict() for name in made}}

    def changes(self, case: Case) -> dict[str, Any]:
        """What is changed for a case, by path: by its arm first, then by its own values."""
        own = {self.places[n].path: self.places[n].value(v) for n, v in case.values.items()}
        return {**self.arms.get(case.arm, {}), **own}

    def scenario(self, case: Case) -> Scenario:
        """The scenario of a case. Raises InputError with everything that cannot be asked."""
        made = _held(self._scenarios, self.design(case), lambda: self._scenario(case))
        return made.model_copy(update={"seed": case.seed})

    def design(self, case: Case) -> str:
        """What a case changes, as one text: the same for cases of one design."""
        return canonical(self.changes(case))

    def _scenario(self, case: Case) -> Scenario:
        changes = self.changes(case)
        if isinstance(self.asked, Scenario):
            named = {path.replace(".", "__"): value for path, value in changes.items()}
            return self.asked.with_(**named)
        return load(self.asked, {path: _text(value) for path, value in changes.items()})

    def facility(self, case: Case) -> Facility:
        """The facility of a case. Raises InputError with every reason why it cannot be built."""
        scenario = self.scenario(case)
        try:
            built = _held(self._facilities, self.design(case), lambda: build(scenario))
        except InputError as error:
            raise InputError([self._placed(one, scenario) for one in error.problems]) from error
        return replace(built, scenario=scenario)

    def _placed(self, one: Problem, made: Scenario) -> Problem:
        """A problem of a changed scenario, which stands in no file, at its line of the one that is
        asked, where that states the same there.
        """
        if one.file or not isinstance(self.asked, Scenario):
            return one
        loc = tuple(int(n) if n else name for n, name in _PART.findall(one.where))
        stated, changed = (value_at(s.model_dump(mode="json"), loc) for s in (self.asked, made))
        if changed is ABSENT or stated != changed:
            return one
        return self.asked.problem(loc, one.found, one.allowed, one.hint)

    def keys(self, case: Case) -> tuple[str, str]:
        """A case's key, and that of the group of cases with which it may share a past: of its own
        seed where that draws requests, which are others from the first moment.
        """
        made = _held(self._keys, self.design(case), lambda: _keys(self.scenario(case)), KEYS_MAX)
        whole, group, drawn = made
        return digest([whole, case.seed]), digest([group, case.seed]) if drawn else group


def _text(value: Any) -> str:
    """A plain value as `--set` takes it: lists and mappings in one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _held(
    made: OrderedDict[str, Made], key: str, make: Callable[[], Made], most: int = HELD_MAX
) -> Made:
    """What was made of a key before, or is made now; the oldest goes where there are too many."""
    if key not in made:
        made[key] = make()
        if len(made) > most:
            made.popitem(last=False)
    made.move_to_end(key)
    return made[key]


def _keys(scenario: Scenario) -> tuple[str, str, bool]:
    """Of the scenario as resolved but for its seed, the files it reads, the catalogue and the
    program; of the same without what happens to it; and whether its seed draws requests.
    """
    named, files = portable(scenario)
    read = {name: sha256(data).hexdigest() for name, data in contents(files).items()}
    rest = [read, scenario.catalogue.content_hash(), program()]
    whole = named.model_dump_json(exclude={"seed"})
    drawn = any(work.pools() for work in scenario.workload)
    return digest([whole, rest]), digest([named.model_dump_json(exclude=_HAPPENS), rest]), drawn


def digest(told: Any) -> str:
    """SHA-256 of plain values."""
    return sha256(canonical(told).encode()).hexdigest()


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
