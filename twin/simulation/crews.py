"""Crews: counted people who repair components and close what has tripped."""

from __future__ import annotations

from twin.facility.crews import class_of_kind, crew_classes
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World


class Crews(Discipline):
    """The crews of one run: each kind of component has one class that sees to it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.crews
        self.classes = crew_classes(world.facility.scenario)
        self.class_of = class_of_kind(self.classes, world.facility.components.kind)
        self.first: dict[str, str] = {}
        """By the action that ends a piece of work, the one that begins it, where there is one."""
        world.clock.can("crew is done", self._done)

    def close_s(self, kind: str) -> float:
        """From a trip of such a component to its closing, where a crew is free."""
        crew = self.classes[self.class_of[kind]]
        return crew.travel + crew.diagnose + crew.close

    def send(self, kind: str, work_s: float, action: str, *who: str | int | float) -> None:
        """Have an action called when a crew has worked for so long; waits while all are busy."""
        self.own.waiting.append([self.class_of[kind], float(work_s), action, *who])
        self._send()

    def _send(self) -> None:
        """First come, first served, within each class."""
        own = self.own
        left: list[list[str | int | float]] = []
        for task in own.waiting:
            c, work_s, action, *who = task
            c = int(c)
            if c >= 0 and own.busy[c] < self.classes[c].count:
                own.busy[c] += 1
                self._begin(str(action), *who)
                self.world.clock.wait(
                    Stage.FAULTS, float(work_s), "crew is done", c, str(action), *who
                )
            else:
                left.append(task)
        own.waiting = left

    def _begin(self, action: str, *who: str | int | float) -> None:
        if action in self.first:
            self.world.clock.actions[self.first[action]](*who)

    def _done(self, c: int, action: str, *who: str | int | float) -> None:
        self.own.busy[c] -= 1
        self.world.clock.actions[action](*who)
        self._send()
