"""Operator actions on the time line."""

from __future__ import annotations

from twin.controls import Action, ClockCeiling
from twin.simulation.kernel.clock import Process, Stage
from twin.simulation.kernel.world import World


class Controls:
    """The control discipline of one run."""

    def __init__(self, world: World) -> None:
        self.world = world
        for action in world.facility.scenario.controls.actions:
            world.clock.start(self._act(action))

    def _act(self, action: Action) -> Process:
        yield self.world.clock.wait(Stage.CONTROLS, action.at)
        state = self.world.state
        if isinstance(action, ClockCeiling):
            state.ceiling_frac = action.clock
            self.world.note("operators", "clock ceiling", f"{action.clock:.0%} of full clock")
        else:
            row = [p.id for p in self.world.facility.cooling.plants].index(action.plant)
            state.supply_degc[row] = action.temperature
            self.world.note(action.plant, "set-point", f"{action.temperature:g} °C")
        self.world.stale = True
