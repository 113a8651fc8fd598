"""Runs for tests of the simulation: a scenario simulated to its end, its disciplines at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import twin
from twin import Facility, Scenario
from twin.arrays import Array
from twin.simulation.disciplines import Disciplines, wire
from twin.simulation.kernel.world import World
from twin.simulation.loop.run import Loop
from twin.simulation.outcome.recorder import Recorder
from twin.simulation.outcome.time_tables import time_tables
from twin.simulation.state import State


@dataclass(frozen=True)
class Finished:
    """The disciplines and the recorder after the horizon."""

    disciplines: Disciplines
    recorder: Recorder

    @property
    def world(self) -> World:
        """Facility, clock and log."""
        return self.disciplines.world

    @property
    def state(self) -> State:
        """The blocks at the end."""
        return self.world.state

    def times(self, component: str, what: str) -> list[float]:
        """Seconds at which this happened to a component."""
        return [
            event.time_s
            for event in self.world.log
            if event.component == component and event.what == what
        ]

    def recorded(self, column: str) -> Array:
        """(period, member) of a column such as `racks.power_w`."""
        table, name = column.split(".")
        tables = time_tables(self.disciplines, self.recorder)
        (columns,) = (make() for of, make in tables if of.name == table)
        periods = np.unique(columns["time_s"]).size
        return np.asarray(columns[name], dtype=float).reshape(periods, -1)

    def recorded_at(self, column: str, time_s: float) -> Array:
        """(member,) of a column in the period that ends then."""
        (period,) = np.flatnonzero(self.recorder.held("time_s")[:, 0] == time_s)
        return self.recorded(column)[period]


def outage(at_s: float, duration_s: float) -> dict[str, Any]:
    """A drill that takes the utility away for a while."""
    return {"kind": "utility_outage", "at": f"{at_s} s", "duration": f"{duration_s} s"}


def finished(
    scenario: Scenario | Facility, prepare: Callable[[Disciplines], Any] = lambda run: None
) -> Finished:
    """Simulate a scenario, or a facility made from one, to its end; `prepare` may change what was
    wired before anything happens.
    """
    run = wire(twin.build(scenario) if isinstance(scenario, Scenario) else scenario)
    prepare(run)
    loop = Loop(run)
    loop.begin()
    while not loop.done:
        loop.step()
    return Finished(run, loop.recorder)
