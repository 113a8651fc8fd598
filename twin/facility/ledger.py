"""Where the build writes down every component, and every problem, before anything is frozen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from twin.errors import InputError, Problem, did_you_mean
from twin.facility.model import Components
from twin.scenario.layout import Feed
from twin.scenario.schema import Scenario

Loc = tuple[str | int, ...]


@dataclass
class Entry:
    """One component as the build knows it."""

    id: str
    kind: str
    type: str
    parent: str
    system: str
    position_m: tuple[float, float, float]
    size_m: tuple[float, float, float]
    rating_w: float = 0.0
    gpus: int = 0
    nodes: int = 0
    mtbf_h: float = float("nan")
    mttr_h: float = float("nan")


@dataclass
class Ledger:
    """Components, groups, connections and problems of a build in progress."""

    scenario: Scenario
    entries: list[Entry] = field(default_factory=list)
    row: dict[str, int] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    edges: list[tuple[str, str, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, loc: Loc, found: str, allowed: str, hint: str = "") -> None:
        """Note a problem at a place in the scenario."""
        self.problems.append(self.scenario.problem(loc, found, allowed, hint))

    def raise_problems(self) -> None:
        """Raise InputError with everything found so far, if anything was."""
        if self.problems:
            raise InputError(sorted(set(self.problems), key=lambda p: (p.file, p.line, p.column, p.where)))

    def add(self, loc: Loc, entry: Entry) -> int:
        """Enter a component; a second one of the same name is a problem."""
        if entry.id in self.row:
            self.complain(loc, f"a second component named {entry.id!r}", "names that differ")
        self.row[entry.id] = len(self.entries)
        self.entries.append(entry)
        return len(self.entries) - 1

    def group(self, loc: Loc, name: str, members: Sequence[str]) -> None:
        """Name a set of components, so that others can be fed by it."""
        if name in self.groups and tuple(self.groups[name]) != tuple(members):
            self.complain(loc, f"a second group named {name!r}", "names that differ")
        self.groups[name] = tuple(members)
        for member in members:
            self.groups.setdefault(member, (member,))

    def feeds(self, loc: Loc, feeds: Iterable[Feed], takers: int) -> list[list[str]]:
        """Supplies of each of `takers` members, in order of preference."""
        out: list[list[str]] = [[] for _ in range(takers)]
        for i, feed in enumerate(feeds):
            members = self.groups.get(feed.source)
            if members is None:
                self.complain((*loc, i), repr(feed.source), "a power group or component of this layout",
                              did_you_mean(feed.source, self.groups))
                continue
            if feed.pairing == "matched" and len(members) != takers:
                self.complain((*loc, i), f"{takers} takers for {len(members)} of {feed.source!r}",
                              "equal counts where pairing is matched")
                continue
            for taker, supplies in enumerate(out):
                found = members if feed.pairing == "all" else [members[taker % len(members)]]
                supplies.extend(m for m in found if m not in supplies)
        return out

    def freeze(self) -> Components:
        """The component table."""
        e = self.entries
        return Components(
            id=tuple(x.id for x in e), kind=tuple(x.kind for x in e), type=tuple(x.type for x in e),
            parent=tuple(x.parent for x in e), system=tuple(x.system for x in e),
            position_m=np.array([x.position_m for x in e], dtype=float).reshape(-1, 3),
            size_m=np.array([x.size_m for x in e], dtype=float).reshape(-1, 3),
            rating_w=np.array([x.rating_w for x in e], dtype=float),
            gpus=np.array([x.gpus for x in e], dtype=np.int64), nodes=np.array([x.nodes for x in e], dtype=np.int64),
            mtbf_h=np.array([x.mtbf_h for x in e], dtype=float), mttr_h=np.array([x.mttr_h for x in e], dtype=float),
            row=dict(self.row),
        )


def members(name: str, count: int) -> list[str]:
    """Names of a group's members: the name itself for one, name_1 and so on for more."""
    return [name] if count == 1 else [f"{name}_{i + 1}" for i in range(count)]
