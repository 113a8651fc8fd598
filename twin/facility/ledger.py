"""Where the build writes down every component, and every problem, before anything is frozen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from twin.errors import InputError, Problem, did_you_mean
from twin.facility.model import Components, Place
from twin.findings import Finding
from twin.scenario.schema import Scenario
from twin.scenario.schema.names import Feed

Loc = tuple[str | int, ...]
IN_BLOCK = ("blocks[", "layout.blocks[")
"""How places in blocks begin."""
NUMBERS = re.compile(r"\d[\d.,]*")
"""By which the words of copies differ."""

FEEDS_MAX = 200_000
"""More feeds than this in one layout is refused."""


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
    stated_at: Loc = ()
    facing_deg: float = 180.0


MOST_NAMES = 12
"""Components told where none is near."""


@dataclass
class Ledger:
    """Components, groups, connections and problems of a build in progress."""

    scenario: Scenario
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where power and cooling components stand."""
    entries: list[Entry] = field(default_factory=list)
    row: dict[str, int] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    feeders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Power groups and their members: only these can feed."""
    fed: int = 0
    """Feeds so far."""
    edges: list[tuple[str, str, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)
    """What was asked and will not happen, or had to be filled in."""

    def complain(self, loc: Loc, found: str, allowed: str, hint: str = "") -> None:
        """Note a problem at a place in the scenario."""
        self.problems.append(self.scenario.problem(loc, found, allowed, hint))

    def covers(self, loc: Loc, what: str, time_s: np.ndarray, step_s: float) -> None:
        """A file whose rows begin or end too early or late for the run is a problem: the first and
        the last row stand for one more step of the file, and no longer.
        """
        horizon_s = self.scenario.horizon
        before_h = (time_s[0] - step_s) / 3600
        after_h = (horizon_s - time_s[-1] - step_s) / 3600
        if before_h > 1e-9:
            found = (
                f"{what} that begin at {time_s[0] / 3600:g} h of a run of {horizon_s / 3600:g} h"
            )
            self.complain(loc, found, "rows from the start on")
        if after_h > 1e-9:
            past_h = (horizon_s - time_s[-1]) / 3600
            found = (
                f"{what} that end at {time_s[-1] / 3600:g} h of a run of {horizon_s / 3600:g} h: "
                f"{past_h:g} h lie past the last row"
            )
            self.complain(loc, found, "rows to the end of the run, or a shorter horizon")

    def unknown(self, loc: Loc, name: str, known: Iterable[str], what: str) -> None:
        """Note a name that is none of the known ones."""
        self.complain(
            loc,
            repr(name),
            f"{what}: " + (", ".join(sorted(known)) or "none stated"),
            did_you_mean(name, known),
        )

    def unknown_component(
        self, loc: Loc, name: str, allowed: str = "a component of this layout"
    ) -> None:
        """Note a name that is no component, with the nearest, those that hold it, or one of each
        kind.
        """
        part = name.partition("/")[0]
        hint = did_you_mean(part, self.row) or self._holding(part) or self._one_a_kind()
        self.complain(loc, repr(name), allowed, hint)

    def _holding(self, word: str) -> str:
        """The first names in which a word stands; empty where it stands in none."""
        found = [name for name in self.row if word and word.casefold() in name.casefold()]
        more = f" and {len(found) - MOST_NAMES:,} more" if len(found) > MOST_NAMES else ""
        return f"with that in their name: {', '.join(found[:MOST_NAMES])}{more}" if found else ""

    def _one_a_kind(self) -> str:
        firsts: dict[str, str] = {}
        for entry in self.entries:
            firsts.setdefault(entry.kind, entry.id)
        return f"there are, among others, {', '.join(list(firsts.values())[:MOST_NAMES])}"

    def raise_problems(self) -> None:
        """Raise InputError with everything found so far, if anything was."""
        if self.problems:
            once = told_once(self.problems)
            raise InputError(sorted(once, key=lambda p: (p.file, p.line, p.column, p.where)))

    def add(self, loc: Loc, entry: Entry) -> int:
        """Enter a component; a second one of the same name is a problem."""
        if entry.id in self.row:
            self.complain(loc, f"a second component named {entry.id!r}", "names that differ")
        entry.stated_at = loc
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

    def power_group(self, loc: Loc, name: str, members: Sequence[str]) -> None:
        """Name a set of power components, by which, or one by one, others can be fed."""
        self.group(loc, name, members)
        self.feeders |= {name: tuple(members)} | {member: (member,) for member in members}

    def feeds(self, loc: Loc, feeds: Iterable[Feed], takers: int) -> list[list[str]]:
        """Supplies of each of `takers` members, in order of preference."""
        return [list(supplies) for supplies in self.entries_of(loc, feeds, takers)]

    def entries_of(self, loc: Loc, feeds: Iterable[Feed], takers: int) -> list[dict[str, int]]:
        """Supplies of each of `takers` members, each with the number of its entry in `feeds`."""
        out: list[dict[str, int]] = [{} for _ in range(takers)]
        for i, feed in enumerate(feeds):
            members = self.feeders.get(feed.source, ())
            self.fed += takers * (len(members) if feed.pairing == "all" else 1)
            if self._can_feed((*loc, i), feed, len(members), takers):
                self._give((*loc, i), feed, members, out)
        return out

    def _give(
        self, loc: Loc, feed: Feed, members: Sequence[str], out: list[dict[str, int]]
    ) -> None:
        """Add one feed to the supplies of each taker; a second cord to the same is a problem."""
        for taker, supplies in enumerate(out):
            chosen = members if feed.pairing == "all" else (members[taker % len(members)],)
            if supplies.keys() >= set(chosen):
                again = f"{', '.join(map(repr, chosen))} again for the same taker"
                whose = f", number {taker + 1} of {len(out)}" if len(out) > 1 else ""
                allowed = "a feed from something that does not feed it already, or one feed less"
                self.complain(loc, f"{again}{whose}", allowed)
                return
            for name in chosen:
                supplies.setdefault(name, int(loc[-1]))

    def _can_feed(self, loc: Loc, feed: Feed, members: int, takers: int) -> bool:
        if not members:
            allowed = "a power group of this layout, or one component of it"
            is_else = feed.source in self.groups
            found = (
                f"{feed.source!r}, which is no power equipment" if is_else else repr(feed.source)
            )
            self.complain(
                loc, found, allowed, "" if is_else else did_you_mean(feed.source, self.feeders)
            )
        elif feed.pairing == "matched" and members != takers:
            self.complain(
                loc,
                f"{takers} takers for {members} of {feed.source!r}",
                "equal counts where pairing is matched; spread deals unequal ones out",
            )
        elif self.fed > FEEDS_MAX:
            self.complain(
                loc,
                f"{takers:,} takers for {members:,} of {feed.source!r}",
                f"at most {FEEDS_MAX:,} feeds in one layout; pair them as matched or spread",
            )
            self.raise_problems()
        else:
            return True
        return False

    def freeze(self) -> Components:
        """The component table."""
        e = self.entries
        return Components(
            id=tuple(x.id for x in e),
            kind=tuple(x.kind for x in e),
            type=tuple(x.type for x in e),
            parent=tuple(x.parent for x in e),
            system=tuple(x.system for x in e),
            position_m=np.array([x.position_m for x in e], dtype=float).reshape(-1, 3),
            size_m=np.array([x.size_m for x in e], dtype=float).reshape(-1, 3),
            rating_w=np.array([x.rating_w for x in e], dtype=float),
            gpus=np.array([x.gpus for x in e], dtype=np.int64),
            nodes=np.array([x.nodes for x in e], dtype=np.int64),
            facing_deg=np.array([x.facing_deg for x in e], dtype=float),
            mtbf_h=np.array([x.mtbf_h for x in e], dtype=float),
            mttr_h=np.array([x.mttr_h for x in e], dtype=float),
            row=dict(self.row),
            stated_at=tuple(x.stated_at for x in e),
        )


def told_once(problems: Iterable[Problem]) -> list[Problem]:
    """Problems in their order; of those that copies of a block have alike, the first alone."""
    told: dict[Problem, Problem] = {}
    for problem in problems:
        told.setdefault(_once(problem), problem)
    return list(told.values())


def _once(problem: Problem) -> Problem:
    """What makes a problem one of its own: those of the copies of a block stand at one place and
    tell their copies by numbers only.
    """
    if not problem.where.startswith(IN_BLOCK):
        return problem
    found, allowed, hint = (
        NUMBERS.sub("0", text) for text in (problem.found, problem.allowed, problem.hint)
    )
    return replace(problem, found=found, allowed=allowed, hint=hint)
