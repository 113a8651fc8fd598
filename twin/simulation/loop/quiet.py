"""Quiet stretches: lived through at once, wherever nothing but looks around and periods comes.

Whether a stretch was lived through at once or from event to event shows in no byte of the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import chain, groupby, islice, takewhile
from typing import NamedTuple

import numpy as np

from twin.simulation.disciplines import Disciplines
from twin.simulation.kernel.clock import REPEAT, Due, next_of
from twin.simulation.kernel.order import AT_REST, FORESEE, FORETELL, LIVE_THROUGH
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.outcome.recorder import Recorder

LOOK = "plant scan"
PERIOD = "period ends"
FEWEST = 3
"""Instants from which a stretch is worth its arrays."""
FIRST = 8
"""Instants that the first one tries."""
MOST = 1024
"""Instants of the longest stretch."""
MOST_NUMBERS = 4_000_000
"""Numbers that the largest array of a stretch may hold."""


class _Tick(NamedTuple):
    """What waits and comes again and again, at one of its moments."""

    time_s: float
    stage: int
    due: Due


class Quiet:
    """Lives one run through its quiet stretches."""

    def __init__(self, run: Disciplines, recorder: Recorder) -> None:
        self.run = run
        self.world = run.world
        self.recorder = recorder
        self.resting = tuple(run.named(AT_REST))
        self.foreseeing = tuple(run.named(FORESEE))
        self.foretelling = tuple(run.named(FORETELL))
        self.living = tuple(run.named(LIVE_THROUGH))
        widest = max(len(run.world.facility.power.id), len(run.world.facility.racks.id))
        self.most = int(np.clip(MOST_NUMBERS // (4 * widest), FIRST, MOST))
        self._size = FIRST

    def live_through(self, until_s: float) -> bool:
        """Live through what is quiet before a moment; False where hardly anything is."""
        world = self.world
        if world.stale or world.state.recorder.due or not self._at_rest():
            return False
        ahead = self._ahead(until_s)
        if len(ahead) < FEWEST:
            return False
        stretch = self._foretold(ahead)
        instants = len(stretch.time_s)
        self._size = min(2 * self._size, self.most) if instants == len(ahead) else FIRST
        if not instants:
            return False
        self._live(stretch, ahead[:instants])
        return True

    def _at_rest(self) -> bool:
        return all(discipline.at_rest() for discipline in self.resting)

    def _ahead(self, until_s: float) -> list[list[_Tick]]:
        """What ticks at the next instants, up to the first at which anything else is due."""
        world = self.world
        foreseen_s = world.now_s + min(d.next_s() for d in self.foreseeing)
        waiting = world.clock.waiting.values()
        others_s = (due.time_s for due in waiting if not _ticks(due))
        end_s = min(until_s, world.end_s, foreseen_s, *others_s)
        ticks = merge(*(_moments(due) for due in waiting if _ticks(due)))
        before = takewhile(lambda tick: tick.time_s < end_s, ticks)
        at_once = (list(group) for _, group in groupby(before, key=lambda tick: tick.time_s))
        return list(islice(at_once, self._size))

    def _foretold(self, ahead: list[list[_Tick]]) -> Stretch:
        """The stretch, cut before the first instant at which something would happen."""
        names = [{tick.due.arguments[3] for tick in group} for group in ahead]
        stretch = Stretch(
            self.world.now_s,
            np.array([group[0].time_s for group in ahead]),
            np.array([LOOK in group for group in names]),
            np.array([PERIOD in group for group in names]),
        )
        for discipline in self.foretelling:
            discipline.foretell(stretch)
            if not len(stretch.time_s):
                break
        return stretch

    def _live(self, stretch: Stretch, lived: list[list[_Tick]]) -> None:
        """Let everybody enter what the stretch changes."""
        world = self.world
        for discipline in self.living:
            discipline.live_through(stretch)
        self.recorder.live_through(stretch)
        world.events += int(np.count_nonzero(stretch.looks))
        world.now_s = float(stretch.time_s[-1])
        world.clock.skip(_last_of_each(lived), world.now_s)


def _last_of_each(lived: list[list[_Tick]]) -> dict[Due, Due]:
    """By the first time that something ticked, the last time."""
    first: dict[str, Due] = {}
    last: dict[Due, Due] = {}
    for tick in chain.from_iterable(lived):
        begun = first.setdefault(str(tick.due.arguments[3]), tick.due)
        last[begun] = tick.due
    return last


def _ticks(due: Due) -> bool:
    return due.action == REPEAT and due.arguments[3] in (LOOK, PERIOD)


def _moments(due: Due | None) -> Iterator[_Tick]:
    """The moments of something that comes again and again."""
    while due is not None:
        yield _Tick(due.time_s, int(due.stage), due)
        due = next_of(due)
