"""Which coincident failures make which protection act: the flow itself is asked, state by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from twin.facility.dependency.chains import Class
from twin.facility.dependency.islands import Island, firm, islands
from twin.facility.model import Facility, Mask
from twin.facility.power.system import system
from twin.physics.carried_most import may_trip
from twin.physics.cascade import aftermath
from twin.physics.reliability.coincidences import Coincidence, Found, Judged, Search

_NODE_STATES = 4_000_000
_STATES = 20_000
"""States of an island that may be followed, and the same times its nodes: some seconds."""


@dataclass(frozen=True)
class Failed:
    """At least so many of these have failed; each is a chain of which any part will do."""

    chains: tuple[tuple[str, ...], ...]
    least: int


Cause = tuple[Failed, ...]
"""Failures that together make a protection act."""


@dataclass(frozen=True)
class Overloads:
    """Why protections act, component by component, and how far that was looked for."""

    causes: dict[str, tuple[Cause, ...]]
    """Minimal causes by the component that trips."""
    order: int | None
    """Highest number of coincident failures that all were followed; None where all were."""
    searched: tuple[tuple[str, ...], ...]
    """Components whose larger coincidences were not, island by island."""


def overloads(facility: Facility, fails: Mapping[str, float]) -> Overloads:
    """Follow the loads of a facility through every coincidence of failures that may overload
    something.

    fails  unavailability of each component that has a failure of its own
    """
    whole = _Whole(facility, fails)
    found: list[tuple[Island, Found]] = []
    for island in islands(whole.flow, whole.fails, np.flatnonzero(may_trip(whole.flow)).tolist()):
        judged, answer = whole.search(island, near=False)
        found += [(judged, answer)] if answer.complete else whole.divided(island)
    causes: dict[str, tuple[Cause, ...]] = {}
    for island, answer in found:
        names = [whole.names[node] for node in island.node]
        for trip, minimal in _by_trip(island, answer.minimal).items():
            causes[names[trip]] = tuple(_cause(island, names, chosen) for chosen in minimal)
    partly = [(island, answer) for island, answer in found if not answer.complete]
    return Overloads(
        causes,
        min((answer.order for _, answer in partly), default=None),
        tuple(whole.failing(island) for island, _ in partly),
    )


class _Whole:
    """The whole system, and searches in its islands."""

    def __init__(self, facility: Facility, fails: Mapping[str, float]) -> None:
        whole = system(facility)
        self.flow = whole.flow
        self.names = [facility.power.id[node] for node in whole.tree_node]
        self.chance = [fails.get(name, 0.0) for name in self.names]
        self.fails = np.array(self.chance) > 0
        rack = np.zeros(len(facility.power.id), dtype=bool)
        rack[facility.power.load_of_rack] = True
        self.rack = rack[whole.tree_node]
        self.known: dict[bytes, tuple[bool, Found]] = {}

    def search(self, island: Island, *, near: bool) -> tuple[Island, Found]:
        """What trips in an island, and why; alike islands are looked at once.

        The island comes with its chains parted where it matters which part of them has failed.
        """
        own = (self.rack[island.node], np.array([self.chance[node] for node in island.node]))
        key = island.fingerprint() + b"".join(column.tobytes() for column in own) + bytes([near])
        if key not in self.known:
            self.known[key] = self._search(island, near=near)
        parted, found = self.known[key]
        return (island.apart() if parted else island), found

    def _search(self, island: Island, *, near: bool) -> tuple[bool, Found]:
        """What trips, and whether chains had to be parted for it.

        Where the last of a chain fails, those before it still draw what they draw without load:
        that is the worst. If it is no worse than where the first fails, the chain is one.
        """
        worst = self._run(island, near=near, lowest=True)
        if not (any(worst.minimal) and island.has_idle_chains):
            return False, worst
        if self._run(island, near=near, lowest=False) == worst:
            return False, worst
        exact = self._run(island.apart(), near=near, lowest=True)
        return (True, exact) if exact.order >= worst.order else (False, worst)

    def _run(self, island: Island, *, near: bool, lowest: bool) -> Found:
        size = [len(group) for group in island.groups]
        chance = [
            sum(self.chance[island.node[n]] for one in group for n in one) / len(group)
            for group in island.groups
        ]
        budget = min(_STATES, _NODE_STATES // max(1, island.flow.size))
        judge = _Judge(island, self.rack[island.node], -1 if lowest else 0)
        return Search(size, chance, island.touched, judge, budget).run(near=near)

    def divided(self, island: Island) -> list[tuple[Island, Found]]:
        """Islands without the nodes that no two failures trip, and those by themselves.

        Those are looked at with large failures only; in the others they never act.
        """
        trips = {int(island.node[trip]) for trip in island.trips}
        apart = sorted(trips.intersection(firm(self.flow, self.fails)))
        parts = islands(self.flow, self.fails, sorted(trips.difference(apart)))
        found = [self.search(part, near=True) for part in parts]
        for part in islands(self.flow, self.fails, apart, large_only=True):
            judged, answer = self.search(part, near=True)
            found.append((judged, replace(answer, order=min(answer.order, 2), complete=False)))
        return found

    def failing(self, island: Island) -> tuple[str, ...]:
        """Components whose failures were combined in an island."""
        nodes = [n for group in island.groups for one in group for n in one]
        return tuple(self.names[island.node[n]] for n in nodes)


def _by_trip(
    island: Island, minimal: Sequence[tuple[Coincidence, ...]]
) -> dict[int, list[Coincidence]]:
    """Minimal coincidences by own node; what trips one of a group trips any that is left of it."""
    found = dict(zip(island.trips.tolist(), map(list, minimal), strict=True))
    for members in island.groups:
        nodes = [chain[0] for chain in members if len(chain) == 1 and chain[0] in found]
        together = sorted({chosen for node in nodes for chosen in found[node]})
        for node in nodes:
            found[node] = together
    return {node: chosen for node, chosen in found.items() if chosen}


class _Judge:
    """Follows states of an island to their end."""

    def __init__(self, island: Island, rack: Mask, part: int) -> None:
        self.island = island
        self.rack = rack
        self.part = part
        """Place in its chain of what fails: 0 the first, -1 the last."""

    def __call__(self, counts: NDArray[np.int64]) -> Judged:
        """What trips in each state, and whether it is an end: a rack is dark, or every load."""
        island = self.island
        failed = np.zeros((island.flow.size, len(counts)), dtype=bool)
        for group, members in enumerate(island.groups):
            for place, chain in enumerate(members):
                failed[chain[self.part]] |= counts[:, group] > place
        after = aftermath(island.flow, failed)
        dark = np.any(~after.live[self.rack], axis=0)
        ends = np.asarray(dark | ~np.any(after.live[island.flow.load_w > 0], axis=0))
        return Judged(after.tripped[island.trips], ends, island.load_frac(after.output_w))


def _cause(island: Island, names: Sequence[str], chosen: Coincidence) -> Cause:
    """The failures of one state, by name."""
    return tuple(
        Failed(tuple(_named(chain, names) for chain in island.groups[group]), chosen.count(group))
        for group in sorted(set(chosen))
    )


def _named(chain: Class, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names[node] for node in chain)
