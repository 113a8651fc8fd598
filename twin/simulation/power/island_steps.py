"""Steps of load on machines that carry an island, and what each does to its frequency."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from twin.arrays import Array
from twin.facility.power.island_frequency import FrequencyDip, frequency_dip
from twin.facility.power.load_steps import IslandStep, island_steps, judged
from twin.facility.power.loading import Loading
from twin.physics.island_frequency import Relay
from twin.results.enums import EventKind
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World

NOTED_FRAC = 0.05
"""Of the rating of a machine: what rises by less at once is not noted; assumed."""


class StepWatch(Protocol):
    """Relays that watch steps of load."""

    def settings(self, step: IslandStep) -> tuple[Relay, ...]:
        """What watches the island of a step now."""

    def follow(self, step: IslandStep, dip: FrequencyDip) -> None:
        """Have happen what a step has them do."""


class IslandSteps:
    """Part of the power discipline, whose block it writes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.supply
        tree = world.facility.power
        self.machines = np.flatnonzero(judged(tree))
        self.noted_w = NOTED_FRAC * tree.rating_w
        self.any = bool(self.machines.size)
        self.relays: StepWatch | None = None

    def look(self, before_w: Array) -> None:
        """Note what came on machines at this instant.

        before_w   (power node,) output until then
        """
        own = self.own
        if self.world.now_s <= 0.0 or self._fine(own.output_w - before_w).all():
            return
        now = Loading(own.output_w, own.input_w, own.live, own.share)
        for step in island_steps(self.world.facility, replace(now, output_w=before_w), now):
            if step.step_w > self.noted_w[step.machines].sum():
                self._note(step)

    def _fine(self, rise_w: Array) -> Array:
        """(..., machine) whether so little comes on it (..., power node)."""
        return np.asarray(rise_w[..., self.machines] <= self.noted_w[self.machines])

    def _note(self, step: IslandStep) -> None:
        first = int(step.machines[0])
        watch = self.relays.settings(step) if self.relays else ()
        dip = frequency_dip(self.world.facility, step, watch)
        frequency = (np.nan, np.nan, 0.0, np.nan)
        if dip:
            acted = zip(watch, dip.opened_s, strict=True)
            shed_w = sum(one.load_w for one, at_s in acted if np.isfinite([at_s, one.load_w]).all())
            frequency = (dip.nadir_hz, dip.recovery_s, shed_w, dip.trip_s)
        counts = (float(first), float(step.machines.size))
        row = [self.world.now_s, *counts, step.step_w, step.accepted_w, *frequency]
        self.own.island_steps.append(row)
        who = f" on {step.machines.size} machines" if step.machines.size > 1 else ""
        accepted = f"{step.step_w / 1e3:,.0f} kW at once{who}, {step.accepted_w / 1e3:,.0f} kW are"
        says = f"{accepted} accepted" + (f"; {dip.words}" if dip else "")
        self.world.note(self.world.facility.power.id[first], EventKind.LOAD_STEP, says)
        if self.relays and dip:
            self.relays.follow(step, dip)

    def foretell(self, stretch: Stretch) -> None:
        """A look at which much comes on a machine is lived through as an event."""
        fine = self._fine(np.diff(stretch.output_w, axis=0))
        stretch.cut_sets(np.asarray(fine.all(axis=1)))
