"""Work moved ahead of power and heat: jobs and services go from instant to instant by themselves.

While no clock is down, no rack goes dark and nothing trips, neither power nor temperature changes
what jobs and services do. So they are moved on first, over many instants, and what racks draw is
kept; power and heat follow for all of these instants at once. Where that finds that something would
happen after all, work is taken back to where it stood, and moved on up to there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np

from twin.errors import RunError
from twin.simulation.disciplines import Disciplines
from twin.simulation.kernel.clock import REPEAT, Due
from twin.simulation.kernel.order import ADVANCE, APART, FORESEE, HOLD, SETTLE, WORK
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.meters import WorkDrawn
from twin.simulation.outcome.recorder import Recorder, Sample
from twin.simulation.serving.service import ENERGY

LOOK = "plant scan"
PERIOD = "period ends"
OF_WORK = (
    "job arrives", "job follows", "job has begun", "job may run", "job is held back",
    "window begins", LOOK, PERIOD,
)  # fmt: skip
"""What may be due while work moves ahead."""
ROUNDS_MAX = 200
"""Rounds in which one instant must settle; more means two disciplines undo each other."""
APART_S = 1e-5
"""Instants closer than this are left to events."""
RACKS = "racks"
"""What they draw follows work at once."""


@dataclass
class Course:
    """What work did from instant to instant; rows begin with what held before."""

    start_s: float
    drawn: WorkDrawn
    time_s: list[float] = field(default_factory=list)
    looks: list[bool] = field(default_factory=list)
    sets: list[bool] = field(default_factory=list)
    periods: list[bool] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    """One a period."""

    def stretch(self) -> Stretch:
        """The same as arrays."""
        rows = self.drawn.rows
        return Stretch(
            self.start_s,
            np.array(self.time_s),
            np.array(self.looks),
            np.array(self.periods),
            np.array(self.sets),
            rows.rack_w,
            works=True,
            peak_activity=rows.sums.peak_activity,
            busy_nodes=rows.sums.busy_nodes,
        )

    def enter(self, stretch: Stretch) -> None:
        """Add what work drew, and enter what the record takes of work at periods of a stretch, of
        all of whose instants this is the course.
        """
        energies_j = self.drawn.enter()
        for name in self.samples[0] if self.samples else ():
            stretch.samples[name] = np.array([sample[name] for sample in self.samples])
        if self.samples:
            for k, energy_j in enumerate(energies_j):
                stretch.samples[f"service {k}"][:, ENERGY] = energy_j[stretch.periods]


class WorkAhead:
    """Jobs and services of one run, ahead of the rest."""

    def __init__(self, run: Disciplines, recorder: Recorder) -> None:
        self.run = run
        self.world = run.world
        self.recorder = recorder
        self.asked = tuple(run.named(APART))
        self.foreseeing = tuple(run.named(_of_work(FORESEE)))
        self.others = tuple(run.named(tuple(name for name in FORESEE if name not in WORK)))
        self.advancing = tuple(run.named(_of_work(ADVANCE)))
        self.settling = tuple(run.named(_of_work(SETTLE)))
        self.holding = tuple(run.named(_of_work(HOLD)))
        self._looks = False
        self._ends: list[Sample] = []

    def stands(self) -> bool:
        """Whether there is no work at all."""
        return self.run.jobs.at_rest() and self.run.serving.at_rest()

    def may(self) -> bool:
        """Whether work may move ahead now."""
        return all(discipline.apart() for discipline in self.asked)

    def go(self, until_s: float, most: int) -> Course:
        """Move work on over so many instants before a moment at most."""
        world = self.world
        course = Course(world.now_s, self.run.meters.ahead())
        end_s = min(until_s, world.end_s, self._others_s())
        with self._ticking(), course.drawn.noting():
            while len(course.time_s) < most and self._step(course, end_s):
                pass
        return course

    def _others_s(self) -> float:
        """When anybody else acts, as long as nothing happens."""
        world = self.world
        waiting_s = (due.time_s for due in world.clock.waiting.values() if not _may_be_due(due))
        foreseen_s = world.now_s + min(discipline.next_s() for discipline in self.others)
        return min([foreseen_s, *waiting_s])

    @contextmanager
    def _ticking(self) -> Iterator[None]:
        """Looks around and ends of periods are only noted."""
        actions = self.world.clock.actions
        known = {name: actions[name] for name in (LOOK, PERIOD)}
        actions[LOOK] = self._note_look
        actions[PERIOD] = self._note_end
        try:
            yield
        finally:
            actions.update(known)

    def _note_look(self, _: int) -> None:
        self._looks = True

    def _note_end(self, _: int) -> None:
        self._ends.append(self.recorder.of_work())

    def _step(self, course: Course, end_s: float) -> bool:
        """Live through one instant, as far as work goes; False where it is not before the end."""
        world = self.world
        foreseen_s = world.now_s + min(discipline.next_s() for discipline in self.foreseeing)
        waited_s = min(world.clock.peek_s(), world.end_s)
        instant_s = min(foreseen_s, waited_s)
        if instant_s >= end_s or instant_s - world.now_s < APART_S:
            return False
        world.stale = foreseen_s <= waited_s
        course.drawn.span(instant_s - world.now_s)
        self._move(instant_s)
        sets = world.stale or self._looks
        if world.stale:
            self._settle()
        if sets:
            for discipline in self.holding:
                discipline.hold()
            course.drawn.set_anew()
        course.samples += self._ends
        world.stale = False
        course.time_s.append(instant_s)
        course.looks.append(self._looks)
        course.sets.append(sets)
        course.periods.append(bool(self._ends))
        return True

    def _move(self, instant_s: float) -> None:
        """To an instant, and let happen what is due there."""
        world = self.world
        span_s = instant_s - world.now_s
        for discipline in self.advancing:
            discipline.advance(span_s)
        world.now_s = instant_s
        self._looks = False
        self._ends = []
        world.clock.fire(instant_s)
        self.run.jobs.act()

    def _settle(self) -> None:
        for _ in range(ROUNDS_MAX):
            changed = [discipline.settle() for discipline in self.settling]
            if not any(changed):
                return
        raise RunError(f"jobs and services do not agree at {self.world.now_s:.3f} s")

    def keep(self) -> WorkStood:
        """Where work stands."""
        world = self.world
        blocks = {name: _copied(getattr(world.state, name)) for name in (*WORK, RACKS)}
        asked = self.run.jobs.has_asked()
        return WorkStood(world.now_s, len(world.log), world.clock.pending(), blocks, asked)

    def take_back(self, kept: WorkStood) -> None:
        """Back to where work stood. Versions go on, so that nobody takes what comes for what they
        have seen.
        """
        world = self.world
        for name, fields_ in kept.blocks.items():
            _restore(getattr(world.state, name), fields_)
        del world.log[kept.logged :]
        world.now_s = kept.now_s
        world.stale = False
        world.clock.put_back(kept.now_s, kept.pending)
        self.run.jobs.taken_back(kept.asked)


@dataclass(frozen=True)
class WorkStood:
    """Where work stood at an instant."""

    now_s: float
    logged: int
    pending: list[Due]
    blocks: dict[str, dict[str, Any]]
    asked: bool
    """Whether the rule of the queue had answered; asked again later it may answer otherwise."""


_VERSIONS = ("version", "hands")
"""Of a block, which go on."""


def _copied(value: Any) -> Any:
    """A copy that nobody else holds, a dataclass as its fields."""
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list):
        some = bool(value) and is_dataclass(value[0])
        return [_copied(item) for item in value] if some else value.copy()
    if is_dataclass(value):
        return {f.name: _copied(getattr(value, f.name)) for f in fields(value)}
    return value


def _restore(block: Any, kept: dict[str, Any]) -> None:
    """Set the fields of a block, in place, so that whoever holds it sees them."""
    for name, value in kept.items():
        now = getattr(block, name)
        if name in _VERSIONS:
            setattr(block, name, now + 1)
        elif isinstance(now, list) and now and is_dataclass(now[0]):
            for item, parts in zip(now, value, strict=True):
                _restore(item, parts)
        else:
            setattr(block, name, value)


def _of_work(names: tuple[str, ...]) -> tuple[str, ...]:
    """Of some disciplines those that move with work, in their order."""
    return tuple(name for name in names if name in WORK)


def _may_be_due(due: Due) -> bool:
    return (due.arguments[3] if due.action == REPEAT else due.action) in OF_WORK
