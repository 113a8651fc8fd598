"""What waits: data in simpy's event queue, never a suspended function, so that it can be stored.

A `Due` says what is to be done, in whose turn, and for whom. Who can do it has told the clock by
name. Stored and put back, the queue fires the same things at the same instants in the same order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import simpy

from twin.simulation.kernel.moments import moment_s
from twin.simulation.kernel.order import Stage

Argument = str | int | float
REPEAT = "repeat"
"""The action that calls another again and again."""


@dataclass(frozen=True)
class Due:
    """One thing that waits for its moment."""

    time_s: float
    stage: Stage
    action: str
    arguments: tuple[Argument, ...]


class Clock:
    """simpy's event queue, with the stage as priority."""

    def __init__(self) -> None:
        self.env = simpy.Environment()
        self.actions: dict[str, Callable[..., None]] = {REPEAT: self._repeat}
        self.waiting: dict[int, Due] = {}
        self._last = 0

    @property
    def now_s(self) -> float:
        """Seconds since the scenario's start."""
        return float(self.env.now)

    def can(self, action: str, act: Callable[..., None]) -> None:
        """Tell by what name an action is called for."""
        self.actions[action] = act

    def wait(self, stage: Stage, delay_s: float, action: str, *arguments: Argument) -> None:
        """Have an action called `delay_s` from now, in its stage's turn."""
        time_s = self.now_s + delay_s
        self._schedule(Due(time_s, stage, action, arguments), delay_s)

    def repeat(
        self, stage: Stage, step_s: float, end_s: float, action: str, *who: Argument
    ) -> None:
        """Have `action(*who, n)` called at n * step for n = 1, 2, ... up to the end.

        Moments are multiplied on one grid, never summed, so that instants stay equal.
        """
        self._wait_repeat(stage, step_s, end_s, action, *who, 1)

    def _wait_repeat(
        self, stage: Stage, step_s: float, end_s: float, action: str, *who: Any
    ) -> None:
        due = _repeated(self.now_s, stage, step_s, end_s, action, *who)
        if due is not None:
            self._schedule(due, moment_s(who[-1], step_s) - self.now_s)

    def _repeat(self, stage: Stage, step_s: float, end_s: float, action: str, *who: Any) -> None:
        self.actions[action](*who)
        self._wait_repeat(stage, step_s, end_s, action, *who[:-1], who[-1] + 1)

    def cancel(self, unwanted: Callable[[Due], bool]) -> None:
        """Drop everything that waits and is unwanted."""
        kept = [due for due in self.pending() if not unwanted(due)]
        self.put_back(self.now_s, kept)

    def skip(self, last: dict[Due, Due], now_s: float) -> None:
        """Go to an instant past repeated things that somebody else has acted for.

        last   by what waits of a repeated thing, the last time that somebody acted for it
        """
        kept = [due for due in self.pending() if due not in last]
        kept += [due for due in map(next_of, last.values()) if due is not None]
        self.put_back(now_s, sorted(kept, key=lambda due: (due.time_s, due.stage)))

    def pending(self) -> list[Due]:
        """Everything that waits, in the order in which it will fire."""
        order = sorted(
            self.waiting, key=lambda n: (self.waiting[n].time_s, self.waiting[n].stage, n)
        )
        return [self.waiting[n] for n in order]

    def put_back(self, now_s: float, pending: list[Due]) -> None:
        """Start again at an instant with what waited there; moments stay exactly what they were."""
        self.env = simpy.Environment()
        self.waiting = {}
        for due in pending:
            self._schedule(due, due.time_s)
        if now_s > 0:
            self._go_to(now_s)

    def _go_to(self, instant_s: float) -> None:
        """Move to an instant before which nothing is due.

        Asked to run until an instant, simpy 4.1.2 queues an event of its own, stops by an exception
        and puts that event back at the head of the queue; with nothing due the moment is all that
        it changes, and it is set.
        """
        self.env._now = instant_s

    def _schedule(self, due: Due, delay_s: float) -> None:
        self._last += 1
        number = self._last
        self.waiting[number] = due
        event = simpy.Event(self.env)
        event._ok = True
        event._value = None
        event.callbacks.append(lambda _: self._act(number))
        self.env.schedule(event, priority=due.stage, delay=delay_s)  # type: ignore[arg-type]

    def _act(self, number: int) -> None:
        due = self.waiting.pop(number)
        self.actions[due.action](*due.arguments)

    def peek_s(self) -> float:
        """When something that waits is due; inf if nothing waits."""
        return float(self.env.peek())

    def fire(self, instant_s: float) -> None:
        """Go to an instant and let everything due there act, in the order of stages."""
        if self.env.peek() > instant_s > self.env.now:
            self._go_to(instant_s)
        while self.env.peek() <= instant_s:
            self.env.step()
        if instant_s > self.env.now:
            self._go_to(instant_s)


def next_of(due: Due) -> Due | None:
    """When something that is repeated comes the next time; None where it does not."""
    stage, step_s, end_s, action, *who = due.arguments
    return _repeated(due.time_s, stage, step_s, end_s, action, *who[:-1], int(who[-1]) + 1)


def _repeated(
    now_s: float, stage: Any, step_s: Any, end_s: Any, action: Any, *who: Any
) -> Due | None:
    """The moment n * step of something repeated, seen from an instant; None past the end."""
    n = who[-1]
    if n > int(end_s / step_s * (1 + 1e-12)):
        return None
    time_s = now_s + (moment_s(n, step_s) - now_s)
    return Due(time_s, stage, REPEAT, (stage, step_s, end_s, action, *who))
