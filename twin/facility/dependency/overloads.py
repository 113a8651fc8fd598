"""Which coincident failures make which protection act: the flow itself is asked, state by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.facility.dependency.islands import Class, Island, islands
from twin.facility.model import Facility, Mask
from twin.facility.power.system import System, system
from twin.physics.cascade import aftermath
from twin.physics.reliability.coincidences import Coincidence, Judged, Search

_NODE_STATES = 8_000_000
_STATES = 40_000
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
    whole = system(facility)
    names = [facility.power.id[node] for node in whole.tree_node]
    mask = np.array([name in fails for name in names], dtype=bool)
    causes: dict[str, tuple[Cause, ...]] = {}
    orders: list[int] = []
    left: list[tuple[str, ...]] = []
    for island in islands(whole.flow, mask):
        mine = [names[node] for node in island.node]
        size = [len(group) for group in island.groups]
        chance = [_chance(group, mine, fails) for group in island.groups]
        budget = min(_STATES, _NODE_STATES // max(1, island.flow.size))
        judge = _Judge(island, _racks(facility, whole, island))
        found = Search(size, chance, island.touched, judge, budget).run()
        for trip, minimal in _by_trip(island, found.minimal).items():
            causes[mine[trip]] = tuple(_cause(island, mine, chosen) for chosen in minimal)
        if not found.complete:
            orders.append(found.order)
            left.append(tuple(mine[n] for group in island.groups for one in group for n in one))
    return Overloads(causes, min(orders, default=None), tuple(left))


def _chance(group: tuple[Class, ...], names: Sequence[str], fails: Mapping[str, float]) -> float:
    """Mean probability that a class of a group is down."""
    return sum(fails[names[node]] for chain in group for node in chain) / len(group)


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


def _racks(facility: Facility, whole: System, island: Island) -> Mask:
    """(own node,) loads that are racks: once one is dark, nothing worse need be looked for."""
    rack = np.zeros(len(facility.power.id), dtype=bool)
    rack[facility.power.load_of_rack] = True
    return np.asarray(rack[whole.tree_node[island.node]])


class _Judge:
    """Follows states of an island to their end."""

    def __init__(self, island: Island, rack: Mask) -> None:
        self.island = island
        self.rack = rack

    def __call__(self, counts: NDArray[np.int64]) -> Judged:
        """What trips in each state, and whether it is an end: a rack is dark, or every load."""
        island = self.island
        failed = np.zeros((island.flow.size, len(counts)), dtype=bool)
        for group, members in enumerate(island.groups):
            for place, chain in enumerate(members):
                failed[chain[0]] |= counts[:, group] > place
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
