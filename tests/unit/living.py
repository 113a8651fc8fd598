"""Runs for tests of the simulation: a scenario lived through, with the disciplines still at
hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import twin
from twin import Facility, Scenario
from twin.simulation.disciplines import Disciplines, wire
from twin.simulation.loop.run import begin, live
from twin.simulation.outcome.recorder import Recorder


@dataclass(frozen=True)
class Lived:
    """The disciplines and the recorder after the horizon."""

    on: Disciplines
    recorder: Recorder

    def times(self, component: str, what: str) -> list[float]:
        """Seconds at which this happened to a component."""
        return [h.time_s for h in self.on.world.log if h.component == component and h.what == what]


def live_through(
    scenario: Scenario | Facility, prepare: Callable[[Disciplines], Any] = lambda on: None
) -> Lived:
    """Run a scenario (or a facility made from one) to its horizon, after `prepare` has had its
    way.
    """
    on = wire(twin.build(scenario) if isinstance(scenario, Scenario) else scenario)
    prepare(on)
    begin(on)
    recorder = Recorder(on)
    live(on, recorder)
    return Lived(on, recorder)


def outage(at_s: float, out_s: float) -> dict[str, Any]:
    """A drill: the utility is away."""
    return {"kind": "utility_outage", "at": f"{at_s} s", "duration": f"{out_s} s"}
