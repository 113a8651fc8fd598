"""Relays of islands that machines carry: what a step of load has them do, and their doing it."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.power.island_frequency import FrequencyDip, frequency_dip
from twin.facility.power.load_steps import IslandStep, machine_islands
from twin.facility.power.loading import Loading
from twin.physics.island_frequency import Relay
from twin.physics.load_step import left_for_machines_w
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World
from twin.simulation.power.protection import Protection
from twin.simulation.power.sheddable import Sheddable
from twin.simulation.power.shedding import Shedding
from twin.simulation.power.supply import Supply


class FrequencyRelays:
    """The under-frequency relays of one run; idle where the scenario states none."""

    def __init__(
        self, world: World, supply: Supply, shedding: Shedding, protection: Protection
    ) -> None:
        self.world = world
        self.supply = supply
        self.shedding = shedding
        self.protection = protection
        self.control = world.facility.scenario.controls.under_frequency
        self.stages = self.control.stages if self.control else ()
        self.loads = [Sheddable(world, stage.open) for stage in self.stages]
        world.clock.can("frequency opens loads", self._open)
        world.clock.can("frequency trips machines", self._trip)
        supply.boards.steps.relays = self
        if self.control is not None:
            shedding.relays_act = self.would_act

    def settings(self, step: IslandStep) -> tuple[Relay, ...]:
        """(stage, and the machines' own,) what watches the island of a step now."""
        if self.control is None:
            return ()
        relieved_w = self._relieved_w(step.machines)
        watch = [
            Relay(self._below(stage.below_hz), stage.after, load_w)
            for stage, load_w in zip(self.stages, relieved_w, strict=True)
        ]
        machines = self.control.machines
        if machines is not None:
            watch.append(Relay(self._below(machines.below_hz), machines.after, np.inf))
        return tuple(watch)

    def _below(self, hertz: float) -> float:
        return hertz / self.world.facility.scenario.site.frequency_hz - 1.0

    def _relieved_w(self, machines: Index) -> list[float]:
        """By how much each stage's loads relieve machines (machine,), once those before it are
        open.
        """
        opened = self.world.state.shedding.opened
        before_w = self._carried_w(opened)[machines].sum()
        relieved = []
        for loads in self.loads:
            opened = opened | self._mask(loads)
            after_w = self._carried_w(opened)[machines].sum()
            relieved.append(max(float(before_w - after_w), 0.0))
            before_w = after_w
        return relieved

    def _carried_w(self, opened: Mask) -> Array:
        tripped = self.world.state.protection.tripped
        return self.supply.would_carry_w(self.supply.able_if(tripped, opened))

    def _mask(self, loads: Sheddable) -> Mask:
        """(power node,) of these, those that have voltage."""
        mask = np.zeros(len(self.supply.tree.id), dtype=bool)
        mask[loads.order()] = True
        return mask & self.world.state.supply.live

    def would_act(self, before_w: Array, after_w: Array) -> bool:
        """Whether a rise of load (power node,) is one after which relays open something."""
        own = self.world.state.supply
        facility = self.world.facility
        then = Loading(after_w, own.input_w, own.live, own.share)
        for island in machine_islands(facility, then):
            mine = island.machines
            rise_w = float((after_w - before_w)[mine].sum())
            step_w = left_for_machines_w(rise_w, island.store_w)
            if step_w <= 0.0:
                continue
            step = IslandStep(mine, before_w[mine], step_w, island.largest_step_w())
            dip = frequency_dip(facility, step, self.settings(step))
            if dip is not None and (np.isfinite(dip.opened_s).any() or np.isfinite(dip.trip_s)):
                return True
        return False

    def follow(self, step: IslandStep, dip: FrequencyDip) -> None:
        """Have happen what a step has them do."""
        if self.control is None:
            return
        for stage, after_s in enumerate(dip.opened_s[: len(self.stages)]):
            if np.isfinite(after_s):
                self._wait(Stage.CONTROLS, after_s, "frequency opens loads", stage)
        if np.isfinite(dip.trip_s):
            for p in step.machines.tolist():
                self._wait(Stage.PROTECTION, dip.trip_s, "frequency trips machines", p)

    def _wait(self, stage: Stage, after_s: float, action: str, of: int) -> None:
        self.world.clock.wait(stage, after_s, action, of)

    def _open(self, stage: int) -> None:
        """Open what is not open, of a stage."""
        relay = self.stages[stage]
        loads = self._mask(self.loads[stage]) & ~self.world.state.shedding.opened
        self.shedding.open(loads, f"below {relay.below_hz:g} Hz for {relay.after:g} s")

    def _trip(self, p: int) -> None:
        """A machine that runs trips."""
        if self.world.state.supply.output_w[p] > 0.0:
            self.protection.trip(p, "under-frequency")
