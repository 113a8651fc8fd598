"""What followed from what: each event of a run with the event that brought it about.

A result records what happened, not why. The cause is looked for among what broke before and was
still out of order: first along the connections that feed and cool the component, then among what
shares a load with it, whose part it carries or whose place it takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from twin.digraph import Digraph
from twin.members import is_member
from twin.results import Result
from twin.results.enums import MENDS, EventKind

TOGETHER_S = 1.0
"""Events of one kind this close are told as one."""
JOB_S = 60.0
"""A job stops no later than this after what stopped it."""
MOST = 60
"""Links that are looked for: a year of faults would be no chain to read."""

CAUSES = (
    EventKind.FAILED, EventKind.TAKEN_OUT, EventKind.OPENED_BY_MISTAKE, EventKind.TRIPPED,
    EventKind.SAG, EventKind.SHED, EventKind.LEAKS, EventKind.AIR_LOCK, EventKind.VALVE_CLOSED,
    EventKind.TILE_CLOSED, EventKind.DOOR_OPEN, EventKind.FAILED_TO_START, EventKind.RAN_DRY,
    EventKind.COOLANT_LOST, EventKind.LOCKED_OUT, EventKind.SHUT_DOWN, EventKind.OFF,
    EventKind.SWITCHED_BY_INTRUDER, EventKind.SET_POINT_BY_INTRUDER,
    EventKind.SENSOR_SPOOFED,
)  # fmt: skip
"""Kinds that bring others about."""
EFFECTS = (
    EventKind.TRIPPED, EventKind.TRANSFERS, EventKind.ON_BATTERY, EventKind.ON_BYPASS,
    EventKind.STARTED, EventKind.FAILED_TO_START, EventKind.SHED, EventKind.LOCKED_OUT,
    EventKind.OFF, EventKind.THROTTLED, EventKind.SHUT_DOWN, EventKind.INLET_TOO_WARM,
    EventKind.COOLANT_LOW, EventKind.COOLANT_LOST, EventKind.COOLANT_TOO_WARM,
    EventKind.COIL_SATURATED, EventKind.EXCHANGER_SATURATED, EventKind.STOPPED,
    EventKind.RESTARTING, EventKind.STORE_GIVES, EventKind.COILS_CONDENSE,
)  # fmt: skip
"""Kinds that follow from others."""


@dataclass(frozen=True)
class Link:
    """Components to which one thing happened together, and the link that it follows from."""

    time_s: float
    names: tuple[str, ...]
    what: EventKind
    cause: int | None
    """Place of the cause in the chain; None where it began of itself, or the cause is not known."""
    after_s: float
    """Seconds after its cause; NaN without one."""
    how: str
    """Why the cause reaches it."""
    times: int = 1
    """How often it happened to them from that cause."""


def chain(result: Result) -> list[Link]:
    """Links in order of time; what began of itself has no cause. Racks that mended are left out."""
    reach = _Reach(result)
    held: list[Link] = []
    known: dict[Any, int] = {}
    broken: dict[str, int] = {}
    for time_s, what, names in _groups(result.frame("events")):
        if what in MENDS:
            for name in names:
                broken.pop(name, None)
            continue
        found = reach.cause_of(names[0], what, time_s, held, broken) if what in EFFECTS else None
        if (found is None and what not in CAUSES) or _says_again(what, names, broken):
            continue
        link = _link(time_s, what, names, found, held)
        place = known.setdefault((names, what, link.cause), len(held))
        if place == len(held) < MOST:
            held.append(link)
        elif place < len(held):
            held[place] = _again(held[place])
        if what in CAUSES and place < len(held):
            broken |= dict.fromkeys(names, place)
    return held


def _link(
    time_s: float,
    what: EventKind,
    names: tuple[str, ...],
    found: tuple[int, str] | None,
    held: list[Link],
) -> Link:
    if found is None:
        return Link(time_s, names, what, None, float("nan"), "")
    cause, how = found
    return Link(time_s, names, what, cause, time_s - held[cause].time_s, how)


def _says_again(what: EventKind, names: tuple[str, ...], broken: Mapping[str, int]) -> bool:
    """Whether it only tells that what broke stands still."""
    return what in (EventKind.STOPPED, EventKind.OFF) and all(name in broken for name in names)


def _again(link: Link) -> Link:
    return Link(
        link.time_s, link.names, link.what, link.cause, link.after_s, link.how, link.times + 1
    )


def _groups(events: pd.DataFrame) -> Iterator[tuple[float, EventKind, tuple[str, ...]]]:
    """Events of one kind that follow one another within a second, in order of time."""
    told = events[events["what"].isin({*CAUSES, *EFFECTS, *MENDS})]
    change = (told["what"] != told["what"].shift()) | (told["time_s"].diff() > TOGETHER_S)
    for _, rows in told.groupby(change.cumsum(), sort=False):
        names = tuple(dict.fromkeys(map(str, rows["component"])))
        yield float(rows["time_s"].iloc[0]), EventKind(str(rows["what"].iloc[0])), names


class _Reach:
    """Who feeds, cools and holds whom."""

    def __init__(self, result: Result) -> None:
        self._result = result
        self._above: dict[str, frozenset[str]] = {}

    @cached_property
    def graph(self) -> Digraph:
        """From feed to fed: power, coolant and air; parts to what they are parts of."""
        edges = self._result.frame("edges")
        edges = edges[edges["system"].isin(("power", "cooling"))]
        graph = Digraph()
        graph.add_edges(zip(edges["source"], edges["target"], strict=True))
        components = self._result.frame("components")
        inside = components[components["parent"].isin(components["id"])]
        graph.add_edges(zip(inside["id"], inside["parent"], strict=True))
        return graph

    @cached_property
    def jobs(self) -> frozenset[str]:
        """Names of jobs and services."""
        held = {*self._result.frame("jobs")["job"], *self._result.frame("losses")["workload"]}
        return frozenset(map(str, held))

    def cause_of(
        self, name: str, what: EventKind, time_s: float, held: list[Link], broken: Mapping[str, int]
    ) -> tuple[int, str] | None:
        """Place of the latest cause that reaches a component, and how it does."""
        others = {one: place for one, place in broken.items() if one != name}
        if name in self.jobs:
            recent = [n for n in others.values() if time_s - held[n].time_s <= JOB_S]
            return (max(recent), "its work ran there") if recent else None
        above = [n for one, n in others.items() if self._feeds(one, name)]
        if above:
            return max(above), "hangs on it"
        beside = [n for one, n in others.items() if self._shares_load(one, name)]
        how = "takes its place" if what is EventKind.STARTED else "carries its share"
        return (max(beside), how) if beside else None

    def _feeds(self, one: str, name: str) -> bool:
        """Whether something stands above a component, is a part of it, or of its loop or plant."""
        part = one.partition("/")[0] == name or one.startswith(f"{name}_")
        loop = name.endswith("_loop") and one.startswith(name.removesuffix("_loop"))
        plant = any(is_member(above, one) for above in self.above(name))
        return part or loop or plant or one in self.above(name)

    def _shares_load(self, one: str, name: str) -> bool:
        """Whether two feed something in common, directly or through others."""
        if one not in self.graph or name not in self.graph:
            return False
        return any(one in self.above(below) for below in self.graph.successors(name))

    def above(self, name: str) -> frozenset[str]:
        """All that a component hangs on."""
        if name not in self._above:
            found = self.graph.ancestors(name) if name in self.graph else ()
            self._above[name] = frozenset(found)
        return self._above[name]


def culprits(result: Result, links: list[Link] | None = None) -> dict[str, tuple[str, ...]]:
    """By job, what stopped it: the components of the links that its stops follow from."""
    held = chain(result) if links is None else links
    jobs = set(result.frame("jobs")["job"])
    found: dict[str, list[str]] = {}
    for link in held:
        if link.cause is None:
            continue
        for name in jobs.intersection(link.names):
            found.setdefault(name, []).extend(held[link.cause].names)
    return {job: tuple(dict.fromkeys(names)) for job, names in found.items()}
