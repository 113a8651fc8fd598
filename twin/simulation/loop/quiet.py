"""Quiet stretches: lived through at once, wherever nothing but looks around, periods and work that
moves by itself comes.

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
from twin.simulation.loop.work_ahead import LOOK, PERIOD, Course, WorkAhead
from twin.simulation.outcome.recorder import Recorder

FEWEST = 3
"""Instants from which a stretch is worth its arrays."""
FIRST = 8
"""Instants that the first one tries."""
MOST = 1024
"""Instants of the longest stretch."""
MOST_WORKING = 256
"""Instants of the longest in which work moves: what is taken back was moved in vain."""
MOST_NOTED = 1_200_000
"""Nodes times instants of that: what nodes do is noted."""
PAUSE_MOST = 64
"""Events that pass at most before work is moved ahead again, where that was in vain."""
VAIN_MOST = 0.25
"""Share of the instants lived that work may have been moved over in vain before it pauses."""
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
        world = run.world
        self.run = run
        self.world = world
        self.recorder = recorder
        self.resting = tuple(run.named(AT_REST))
        self.foreseeing = tuple(run.named(FORESEE))
        self.foretelling = tuple(run.named(FORETELL))
        self.living = tuple(run.named(LIVE_THROUGH))
        widest = max(len(world.facility.power.id), len(world.facility.racks.id))
        self.most = int(np.clip(MOST_NUMBERS // (4 * widest), FIRST, MOST))
        nodes = max(int(world.facility.racks.nodes.sum()), 1)
        self.most_working = int(np.clip(MOST_NOTED // nodes, FIRST, MOST_WORKING))
        self.work = WorkAhead(run, recorder)
        self._size = FIRST
        self._pause = 0
        self._paused = 0
        self._lived = 0
        self._in_vain = 0

    def live_through(self, until_s: float) -> bool:
        """Live through what is quiet before a moment; False where hardly anything is."""
        world = self.world
        if world.stale or world.state.recorder.due or not self._at_rest():
            return False
        if not self.work.stands():
            return self._work_through(until_s)
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

    def _work_through(self, until_s: float) -> bool:
        """The same where work moves: it goes ahead, and back where it went too far."""
        if self._paused < self._pause or self._in_vain > FIRST + VAIN_MOST * self._lived:
            self._paused += 1
            self._lived += 1
            return False
        if not self.work.may():
            return False
        kept = self.work.keep()
        course = self.work.go(until_s, min(self._size, self.most_working))
        asked = len(course.time_s)
        stretch = self._follow(course)
        instants = len(stretch.time_s)
        self._size = min(2 * self._size, self.most) if 0 < instants == asked else FIRST
        self._pause = 0 if instants >= FEWEST else min(2 * self._pause + 1, PAUSE_MOST)
        self._paused = 0
        self._lived += instants
        if instants < asked:
            self._in_vain += max(asked - 2 * instants, 0)
            self.work.take_back(kept)
        if not instants:
            return False
        if instants < asked:
            course = self.work.go(until_s, instants)
        course.enter(stretch)
        self._enter(stretch)
        return True

    def _follow(self, course: Course) -> Stretch:
        """What power and heat make of it, seen from where it began."""
        stretch = course.stretch()
        if not len(stretch.time_s):
            return stretch
        end_s = self.world.now_s
        self.world.now_s = course.start_s
        self._foretell(stretch)
        self.world.now_s = end_s
        return stretch

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
        rack_w = self.world.state.racks.rack_w
        names = [{tick.due.arguments[3] for tick in group} for group in ahead]
        looks = sum(LOOK in group for group in names)
        stretch = Stretch(
            self.world.now_s,
            np.array([group[0].time_s for group in ahead]),
            np.array([LOOK in group for group in names]),
            np.array([PERIOD in group for group in names]),
            np.array([LOOK in group for group in names]),
            np.broadcast_to(rack_w, (looks + 1, rack_w.size)),
        )
        self._foretell(stretch)
        return stretch

    def _foretell(self, stretch: Stretch) -> None:
        for discipline in self.foretelling:
            discipline.foretell(stretch)
            if not len(stretch.time_s):
                break

    def _live(self, stretch: Stretch, lived: list[list[_Tick]]) -> None:
        """Let everybody enter what the stretch changes, and the clock go on."""
        self._enter(stretch)
        self.world.now_s = float(stretch.time_s[-1])
        self.world.clock.skip(_last_of_each(lived), self.world.now_s)

    def _enter(self, stretch: Stretch) -> None:
        """Let everybody enter what the stretch changes."""
        for discipline in self.living:
            discipline.live_through(stretch)
        self.recorder.live_through(stretch)
        self.world.events += int(np.count_nonzero(stretch.sets))


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
