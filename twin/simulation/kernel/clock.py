"""The order of things at one instant, and waiting.

At equal instants disciplines act in the order of `Stage`: what fails comes before what protects,
that before what flows, and the recorder sees the settled outcome. The order stands here and nowhere
else.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from enum import IntEnum
from typing import Any

import simpy


class Stage(IntEnum):
    """Who acts first at one instant."""

    FAULTS = 10
    PROTECTION = 11
    POWER = 12
    PLANT = 13
    THROTTLING = 14
    JOBS = 15
    TRAFFIC = 16
    CONTROLS = 17
    RECORDER = 18


Process = Generator[Any, Any, None]


class Clock:
    """simpy's event queue, with the stage as priority."""

    def __init__(self) -> None:
        self.env = simpy.Environment()

    @property
    def now_s(self) -> float:
        """Seconds since the scenario's start."""
        return float(self.env.now)

    def wait(self, stage: Stage, delay_s: float) -> simpy.Event:
        """An event `delay_s` from now that fires in its stage's turn."""
        event = simpy.Event(self.env)
        event._ok = True
        event._value = None
        self.env.schedule(event, priority=stage, delay=delay_s)  # type: ignore[arg-type]
        return event

    def start(self, process: Process) -> None:
        """Let a process run beside the others."""
        self.env.process(process)

    def at(self, stage: Stage, moments_s: Iterable[float], act: Callable[[int], None]) -> None:
        """Call `act(n)` at each of the moments, in the stage's turn."""
        self.start(self._visits(stage, moments_s, act, 0))

    def _visits(
        self, stage: Stage, moments_s: Iterable[float], act: Callable[[int], None], first: int
    ) -> Process:
        for n, moment in enumerate(moments_s, first):
            yield self.wait(stage, moment - self.now_s)
            act(n)

    def every(self, stage: Stage, step_s: float, end_s: float, act: Callable[[int], None]) -> None:
        """Call `act(n)` at n * step for n = 1, 2, ...: multiplied, never summed, so that instants
        stay equal.
        """
        last = int(end_s / step_s * (1 + 1e-12))
        self.start(self._visits(stage, (n * step_s for n in range(1, last + 1)), act, 1))

    def peek_s(self) -> float:
        """When something that waits is due; inf if nothing waits."""
        return float(self.env.peek())

    def fire(self, instant_s: float) -> None:
        """Go to an instant and let everything due there act, in the order of stages."""
        if self.env.peek() > instant_s > self.env.now:
            self.env.run(until=instant_s)
        while self.env.peek() <= instant_s:
            self.env.step()
        if instant_s > self.env.now:
            self.env.run(until=instant_s)

    def crews(self, count: int) -> simpy.Resource:
        """A pool of crews that repairs queue for."""
        return simpy.Resource(self.env, capacity=count)
