"""Event counters of UPS: too many times on battery in too short a time lock them out.

A UPS that is locked out refuses the utility until a person resets it. It takes generators, which
the boards above it call as if the utility were away; where none come, and its battery is empty, it
passes the mains on over its bypass.
"""

from __future__ import annotations

import numpy as np

from twin.physics.battery import BATTERY_EMPTY_J
from twin.physics.flow import Wiring
from twin.results.enums import EventKind
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World


class Counters:
    """Part of the power discipline, whose block it writes."""

    def __init__(self, world: World, wires: Wiring) -> None:
        self.world = world
        self.own = world.state.ups
        self.tree = world.facility.power
        self.wires = wires
        world.clock.can("UPS lock-out ends", self._ends)
        world.clock.can("UPS is reset", self.reset)
        world.clock.can("UPS is bridged", self.bridge)
        world.clock.can("UPS is no longer bridged", self._bridged_no_more)

    def count(self, p: int) -> None:
        """A UPS has gone on battery: lock it out where that was once too often."""
        own = self.own
        ups = self.tree.ups
        times_s = own.battery_times_s
        times_s[p] = np.roll(times_s[p], 1)
        times_s[p, 0] = self.world.now_s
        if not np.isfinite(ups.lockout_count[p]) or own.locked_out[p]:
            return
        since_s = self.world.now_s - times_s[p, int(ups.lockout_count[p]) - 1]
        if since_s <= ups.lockout_window_s[p]:
            self._lock(p, float(since_s))

    def _lock(self, p: int, since_s: float) -> None:
        own = self.own
        reset_s = float(self.tree.ups.lockout_reset_s[p])
        load_w = float(self.world.state.supply.output_w[p])
        own.locked_out[p] = True
        own.lockouts.append([self.world.now_s, float(p), since_s, load_w, own.locked_w + load_w])
        own.locked_w += load_w
        ends = f"a person resets it after {reset_s:,.0f} s" if np.isfinite(reset_s) else "a reset"
        times = f"{self.tree.ups.lockout_count[p]:.0f} times on battery in {since_s:.1f} s"
        detail = f"{times}; {load_w / 1e3:,.0f} kW stay off the grid until {ends}"
        self.world.note(self.tree.id[p], EventKind.LOCKED_OUT, detail)
        if np.isfinite(reset_s):
            self.world.clock.wait(Stage.POWER, reset_s, "UPS lock-out ends", p, self.world.now_s)
        self._changed()

    def _ends(self, p: int, since_s: float) -> None:
        """A person comes for a lock-out, unless another has been there meanwhile."""
        if self.own.locked_out[p] and self.own.battery_times_s[p].max() >= since_s:
            self.reset(p)

    def reset(self, p: int) -> None:
        """Take a UPS back to its inverter and to the utility, whatever kept it from them."""
        own = self.own
        if own.locked_out[p]:
            own.locked_w -= next(row[3] for row in reversed(own.lockouts) if row[1] == p)
        own.locked_out[p] = False
        own.on_bypass[p] = own.maintained[p]
        own.kept_on_bypass[p] = False
        own.battery_times_s[p] = -np.inf
        own.overload_times_s[p] = -np.inf
        self.world.note(self.tree.id[p], EventKind.RESET, "by hand; it takes the utility again")
        self._changed()

    def bridge(self, p: int, duration_s: float) -> None:
        """Close the maintenance bypass of a UPS, where its input has voltage to carry on."""
        own = self.own
        name = self.tree.id[p]
        supply = self.world.state.supply
        if supply.on_battery[p] or not supply.live[p]:
            self.world.note(name, EventKind.ON_BYPASS, "not bridged: its input has no voltage")
            return
        own.maintained[p] = True
        own.on_bypass[p] = True
        detail = f"bridged for {duration_s:,.0f} s by its maintenance bypass; no battery behind it"
        self.world.note(name, EventKind.ON_BYPASS, detail)
        self.world.clock.wait(Stage.POWER, duration_s, "UPS is no longer bridged", p)
        self._changed()

    def _bridged_no_more(self, p: int) -> None:
        own = self.own
        own.maintained[p] = False
        own.on_bypass[p] = False
        self.world.note(self.tree.id[p], EventKind.OFF_BYPASS, "its maintenance bypass is open")
        self._changed()

    def look(self) -> None:
        """Have those pass the mains on that are locked out and empty."""
        own = self.own
        if not own.locked_out.any():
            return
        supply = self.world.state.supply
        empty = own.locked_out & ~own.on_bypass & (supply.battery_j <= BATTERY_EMPTY_J)
        for p in np.flatnonzero(empty & supply.live & self.tree.ups.has_bypass).tolist():
            own.on_bypass[p] = True
            detail = "locked out, its battery empty, and no generator there"
            self.world.note(self.tree.id[p], EventKind.ON_BYPASS, detail)
            self._changed()

    def _changed(self) -> None:
        self.own.version += 1
        self.world.state.supply.seen = np.zeros(0, dtype=bool)
        self.world.stale = True
