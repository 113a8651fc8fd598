"""Voltage sags: when they begin and end, who sees them, and how long equipment rides through."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.physics.flow import Wiring
from twin.physics.power import HOLD_UP_S
from twin.physics.sag import GOOD_FRAC, Regulating, ride_through_s, voltages
from twin.quantities import percent
from twin.results.enums import EventKind
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World


class Sags:
    """Part of the power discipline, whose block it writes."""

    def __init__(self, world: World, wires: Wiring, is_ups: Mask) -> None:
        self.world = world
        self.own = world.state.supply
        self.tree = world.facility.power
        self.wires = wires
        self.is_ups = is_ups
        self.loads: Index = self.tree.loads
        world.clock.can("sag begins", self._begins)
        world.clock.can("sag ends", self._ends)

    def any(self) -> bool:
        """Whether a sag is under way."""
        return bool(self.own.sags)

    def _begins(self, p: int, remaining: float, duration_s: float) -> None:
        ends_s = self.world.now_s + duration_s
        self.own.sags.append([float(p), remaining, ends_s])
        self.world.clock.wait(Stage.POWER, duration_s, "sag ends", p, ends_s)
        detail = f"{percent(remaining, 0)} of nominal voltage for {duration_s:g} s"
        self.world.note(self.tree.id[p], EventKind.SAG, detail)
        self._set()

    def _ends(self, p: int, ends_s: float) -> None:
        """One sag of a node has ended; the deepest of the others holds."""
        gone = next(sag for sag in self.own.sags if (sag[0], sag[2]) == (p, ends_s))
        self.own.sags.remove(gone)
        self._set()

    def _set(self) -> None:
        own = self.own
        own.sag_frac = np.ones(own.sag_frac.size)
        for p, remaining, _ in own.sags:
            own.sag_frac[int(p)] = min(own.sag_frac[int(p)], remaining)
        own.seen = np.zeros(0, dtype=bool)  # voltages are to be worked out anew
        own.version += 1
        self.world.stale = True

    def look(self, stored: Mask, closed: Mask | None) -> Array:
        """Work out voltages (power node,); the remaining voltage at the inputs.

        Without a sag they are nominal or nothing.
        """
        own = self.own
        if not own.sags:
            own.good = own.live
            own.ride_s = np.full(own.ride_s.size, HOLD_UP_S)
            return np.ones(own.live.size)
        on_bypass = self.world.state.ups.on_bypass
        least = 1.0 - self.tree.ups.input_window_frac
        regulating = Regulating(self.is_ups & ~on_bypass, stored, least)
        output, inputs = voltages(
            self.wires, own.live, own.sag_frac, regulating, closed, self._kept()
        )
        own.good = own.live & (output >= GOOD_FRAC)
        own.ride_s = np.where(own.live & ~own.good, ride_through_s(output), HOLD_UP_S)
        return inputs

    def _kept(self) -> Index:
        """(power node,) supply that a switch waits to leave; -1 for the others."""
        waits = self.own.leaves_s > self.world.now_s
        return np.where(waits, self.own.fed_through, -1)

    def usable(self, closed: Mask | None) -> Mask:
        """(edge,) to be taken: good supplies, live ones where a taker has no good one, and what a
        switch has not left yet.
        """
        own = self.own
        wires = self.wires
        every = np.ones(wires.taker.size, dtype=bool) if closed is None else closed
        good = every & own.good[wires.supply]
        count = np.bincount(wires.taker, weights=good, minlength=own.good.size)
        usable = np.where(count[wires.taker] > 0, good, every)
        kept = self._kept()[wires.taker]
        return np.where(kept >= 0, wires.supply == kept, usable) & every

    def next_s(self) -> float:
        """Seconds until a load that rides through a sag gives up."""
        if not self.own.sags:
            return np.inf
        ahead_s = self._gives_up_s() - self.world.now_s
        return float(ahead_s[ahead_s > 0].min(initial=np.inf))

    def _gives_up_s(self) -> Array:
        own = self.own
        riding = own.live[self.loads] & ~own.good[self.loads]
        return (own.lost_s + own.ride_s)[self.loads[riding]]

    def gave_up(self, since_s: float) -> bool:
        """Whether one did since a moment; then everybody looks again."""
        if not self.own.sags:
            return False
        ends_s = self._gives_up_s()
        return bool(((ends_s > since_s) & (ends_s <= self.world.now_s)).any())
