"""Operator actions on the time line."""

from __future__ import annotations

import numpy as np

from twin.controls import (
    ClockCeiling,
    CoolantSupply,
    GpuPowerCap,
    MaintenanceBypass,
    Refuel,
    ResetUps,
)
from twin.quantities import percent
from twin.results.enums import EventKind
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World


class Controls(Discipline):
    """The control discipline of one run."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.controls
        self.actions = world.facility.scenario.controls.actions
        world.clock.can("operator acts", self._act)
        world.clock.can("operator sets water", self._set_water)
        world.clock.can("cap ends", self._lift)

    def schedule(self) -> None:
        """Put every action on the clock."""
        for i, action in enumerate(self.actions):
            self.world.clock.wait(Stage.CONTROLS, action.at, "operator acts", i)

    def _act(self, i: int) -> None:
        action = self.actions[i]
        if isinstance(action, ClockCeiling):
            self.own.ceiling_frac = action.clock
            detail = f"{percent(action.clock, 0)} of full clock"
            self.world.note("operators", EventKind.CLOCK_CEILING, detail)
        elif isinstance(action, GpuPowerCap):
            self._cap(action)
        elif isinstance(action, Refuel):
            self._refuel(action)
        elif isinstance(action, MaintenanceBypass):
            for p in self._power_nodes(action.ups):
                self.world.clock.wait(Stage.POWER, 0.0, "UPS is bridged", p, float(action.duration))
        elif isinstance(action, ResetUps):
            for p in self._power_nodes(action.ups):
                self.world.clock.wait(Stage.POWER, 0.0, "UPS is reset", p)
        elif isinstance(action, CoolantSupply):
            self._set_coolant(action)
        else:
            self._set_water(action.plant, action.temperature)
        self.world.stale = True

    def _cap(self, action: GpuPowerCap) -> None:
        """Let a cap on GPUs hold, and put its end on the clock."""
        most_w = np.inf if action.power is None else float(action.power)
        share = np.inf if action.share is None else float(action.share)
        self.own.caps = [*self.own.caps, [action.ends_s, most_w, share, *action.of]]
        if np.isfinite(action.ends_s):
            left_s = max(action.ends_s - self.world.now_s, 0.0)
            self.world.clock.wait(Stage.CONTROLS, left_s, "cap ends")
        most = f"{most_w:,.0f} W" if action.share is None else f"{percent(share, 0)} of the highest"
        for name in action.of or ("operators",):
            self.world.note(name, EventKind.POWER_CAP, f"GPUs at {most} at most")

    def _lift(self) -> None:
        """Let caps go that end now."""
        now_s = self.world.now_s + 1e-6
        for cap in [one for one in self.own.caps if float(one[0]) <= now_s]:
            for name in cap[3:] or ("operators",):
                self.world.note(str(name), EventKind.POWER_CAP, "lifted")
        self.own.caps = [one for one in self.own.caps if float(one[0]) > now_s]
        self.world.stale = True

    def _set_water(self, plant: str, degc: float) -> None:
        """Change the set-point of a plant."""
        plants = [one.id for one in self.world.facility.cooling.plants]
        self.own.supply_degc[plants.index(plant)] = degc
        self.world.note(plant, EventKind.SET_POINT, f"{degc:g} °C")
        self.world.stale = True

    def _set_coolant(self, action: CoolantSupply) -> None:
        """Change the set-point of every loop of a group of coolant units."""
        units = self.world.facility.cooling.units
        names = self.world.facility.components.members(action.loop)
        mine = [u for u, name in enumerate(units.id) if name in names]
        degc = self.own.coolant_degc.copy()
        degc[units.zone[mine]] = action.temperature
        self.own.coolant_degc = degc
        self.world.note(action.loop, EventKind.SET_POINT, f"{action.temperature:g} °C")

    def _refuel(self, action: Refuel) -> None:
        """Have the tank of every generator meant filled in power's turn."""
        amount_m3 = np.inf if action.amount is None else action.amount
        for g in self._power_nodes(action.generator):
            self.world.clock.wait(Stage.POWER, 0.0, "tank is filled", g, float(amount_m3))

    def _power_nodes(self, group: str) -> list[int]:
        """Power nodes of a group, or the one of that name."""
        names = self.world.facility.components.members(group)
        return [p for p, name in enumerate(self.world.facility.power.id) if name in names]
