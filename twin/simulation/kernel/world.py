"""What every discipline shares: the facility, the state, the clock and the log."""

from __future__ import annotations

from dataclasses import dataclass, field

from twin.facility.model import Facility
from twin.results.enums import EventKind
from twin.simulation.kernel.clock import Clock
from twin.simulation.state import State


@dataclass(frozen=True)
class Event:
    """One line of the events table."""

    time_s: float
    component: str
    what: EventKind
    detail: str


@dataclass
class World:
    """A run in progress."""

    facility: Facility
    state: State
    clock: Clock = field(default_factory=Clock)
    now_s: float = 0.0
    events: int = 0
    log: list[Event] = field(default_factory=list)
    stale: bool = True
    """Something changed at this instant that flows and temperatures have not seen yet."""

    def note(self, component: str, what: EventKind, detail: str) -> None:
        """Write a line into the events table."""
        self.log.append(Event(self.now_s, component, what, detail))

    @property
    def end_s(self) -> float:
        """End of the horizon."""
        return self.facility.scenario.horizon
