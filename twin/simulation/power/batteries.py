"""Batteries of UPS: what they give and take, when they are empty or full, and the walk-in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Array, Mask
from twin.physics.battery import BATTERY_EMPTY_J, weighted_power_w
from twin.quantities import percent
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World
from twin.simulation.power.trial import NEAR_J

WALK_IN_STEPS = 5
"""Equal steps in which a UPS takes its load back over its walk-in time."""


class Batteries:
    """Part of the power discipline, whose block it writes.

    `battery_j` is the energy left at the rated discharge time: a faster discharge takes more off
    it than it gives. What was truly taken is given back by recharging, so energy is conserved over
    a cycle.
    """

    def __init__(
        self,
        world: World,
        is_ups: Mask,
        bounds_j: Callable[[], tuple[Array, Array]],
        beside_gap_s: Array,
    ) -> None:
        """Batteries of `is_ups` (power node,); of what stands beside, the energy moves here too.

        bounds_j      (power node,) energies at which each is empty, and full
        beside_gap_s  (power node,) gap until what stands beside it carries a board
        """
        self.world = world
        self.own = world.state.supply
        self.tree = world.facility.power
        self.is_ups = is_ups
        self.any = bool((self.tree.battery_j > 0).any())
        self.cells = np.flatnonzero(is_ups | (self.tree.battery_j > 0))
        """Power nodes that give or take energy, a few of all."""
        self.bounds_j = bounds_j
        ups = self.tree.ups
        self.gap_s = np.maximum(ups.eco_gap_s, beside_gap_s)
        self.by_rate = bool((ups.peukert_exponent > 1).any())
        world.clock.can("UPS takes more load", self._walk_on)

    def stored(self) -> Mask:
        """(power node,) with energy behind its output."""
        on_bypass = self.world.state.ups.on_bypass
        return self.is_ups & (self.own.battery_j > BATTERY_EMPTY_J) & ~on_bypass

    def move(self) -> bool:
        """Whether one is emptied or filled."""
        own = self.own
        if not self.any:
            return False
        gives = own.drain_w.take(self.cells)
        return bool(gives.any() or own.recharge_w.take(self.cells).any())

    def at_rest(self) -> bool:
        """No UPS empties or fills its own, nor is about to."""
        own = self.own
        moving = (own.drain_w > 0) | (own.recharge_w > 0)
        return not (self.any and (own.on_battery.any() or moving[self.is_ups].any()))

    def cells_w(self, stretch: Stretch) -> tuple[Array, Array]:
        """What batteries take and what leaves them, (look + 1, power node) where one moves."""
        if stretch.drain_w.size:
            return stretch.recharge_w, stretch.drain_w
        return self.own.recharge_w, self.own.drain_w

    def foretell(self, stretch: Stretch) -> None:
        """Energies in a quiet stretch, which ends before one comes near to empty or full."""
        if not stretch.drain_w.size:
            return
        rate_w = self._rate_w(stretch.recharge_w, stretch.drain_w)
        moving = rate_w.any(axis=0)
        low, high = (bound[moving] for bound in self.bounds_j())
        rows = np.empty((len(stretch.time_s), moving.size))
        held = self.own.battery_j
        for i, (span_s, row) in enumerate(zip(stretch.span_s, stretch.row, strict=True)):
            held = self._later_j(held, rate_w[row], span_s)
            rows[i] = held
        stretch.battery_j = rows
        clear = (rows[:, moving] > low + NEAR_J) & (rows[:, moving] < high - NEAR_J)
        fine = clear.all(axis=1)
        if not fine.all():
            stretch.cut(int(np.argmin(fine)))

    def live_through(self, stretch: Stretch) -> None:
        """What a quiet stretch has left in them."""
        if not stretch.drain_w.size:
            return
        own = self.own
        for span_s, row in zip(stretch.span_s, stretch.row, strict=True):
            self._owe(stretch.recharge_w[row], stretch.drain_w[row], span_s)
        own.battery_j = stretch.battery_j[-1].copy()
        at_ends = stretch.battery_j[stretch.periods]
        stretch.samples["battery_j"] = at_ends.sum(axis=1)[:, None]
        stretch.samples["bess_j"] = at_ends[:, self.tree.bess.node]

    def ask_recharge(self) -> None:
        """Set what batteries that lack energy draw, where the mains carry the load."""
        own = self.own
        hungry = self.is_ups & (own.battery_j < self.tree.battery_j - BATTERY_EMPTY_J)
        if not hungry.any():
            own.recharge_w = np.zeros(own.recharge_w.size)
            return
        hungry &= own.live & ~own.on_battery & (own.walk_in_frac == 1.0)
        hungry &= ~(self.world.state.ups.locked_out & self.world.state.ups.on_bypass)
        own.recharge_w = np.where(hungry, self.tree.recharge_w, 0.0)

    def hold(self) -> None:
        """Take from batteries what the mains do not give; the inverter's loss is counted once."""
        own = self.own
        if not self.any:
            return
        if not (own.on_battery.any() or (own.walk_in_frac < 1.0).any()):
            own.drain_w = np.zeros(own.drain_w.size)
            return
        from_battery = np.where(own.on_battery, 1.0, 1.0 - own.walk_in_frac)
        from_battery = np.where(own.live & self.is_ups, from_battery, 0.0)
        own.drain_w = from_battery * own.output_w / self.tree.battery_discharge_frac
        own.input_w = own.input_w * (1.0 - from_battery) + own.drain_w

    def charge_w(self) -> Array:
        """(power node,) rate of change of the energy left."""
        return self._rate_w(self.own.recharge_w, self.own.drain_w)

    def _rate_w(self, recharge_w: Array, drain_w: Array) -> Array:
        """(..., power node) the same, of what goes in and leaves."""
        given_w = recharge_w * self.tree.battery_charge_frac
        if not self.by_rate:
            return given_w - drain_w
        ups = self.tree.ups
        falls_w = weighted_power_w(drain_w, ups.battery_rated_w, ups.peukert_exponent)
        return given_w * self._back_frac() - falls_w

    def _back_frac(self) -> Array:
        """(power node,) energy that is there again over energy given back, the same until full."""
        own = self.own
        missing_j = self.tree.battery_j - own.battery_j
        some = own.owed_j > 0
        back = missing_j / np.where(some, own.owed_j, 1.0)
        return np.where(some & (self.tree.ups.peukert_exponent > 1), back, 1.0)

    def advance(self, span_s: float) -> None:
        """Move on over a span."""
        if not self.move():
            return
        own = self.own
        energy_j = self._later_j(own.battery_j, self.charge_w(), span_s)
        self._owe(own.recharge_w, own.drain_w, span_s)
        own.battery_j = energy_j

    def _later_j(self, held_j: Array, rate_w: Array, span_s: float) -> Array:
        """(power node,) energy after a span."""
        return np.clip(held_j + rate_w * span_s, 0.0, self.tree.battery_j)

    def _owe(self, recharge_w: Array, drain_w: Array, span_s: float) -> None:
        """Count what was truly taken, where a fast discharge takes off more."""
        own = self.own
        if self.by_rate:
            given_w = recharge_w * self.tree.battery_charge_frac
            own.owed_j = np.maximum(own.owed_j + (drain_w - given_w) * span_s, 0.0)

    def next_s(self) -> float:
        """Seconds until one is empty or full."""
        if not self.move():
            return np.inf
        rate = self.charge_w()
        moving = np.flatnonzero(rate)
        if not moving.size:
            return np.inf
        held = self.own.battery_j[moving]
        low, high = self.bounds_j()
        room = np.where(rate[moving] < 0, held - low[moving], high[moving] - held)
        return float((np.maximum(room, 0.0) / np.abs(rate[moving])).min())

    def gap(self, taken: Mask) -> bool:
        """Leave those in eco mode whose input has just gone (power node,), and boards that a BESS
        takes over, without output until their inverter has it; True where there are some.
        """
        starts = taken & (self.gap_s > 0)
        if not starts.any():
            return False
        self.own.gap_until_s[starts] = self.world.now_s + self.gap_s[starts]
        return True

    def walk_in(self, back: Mask) -> None:
        """Begin to take the load back step by step where mains are there again (power node,)."""
        own = self.own
        own.walk_in_frac[own.on_battery | ~own.live] = 1.0
        for p in np.flatnonzero(back & (self.tree.ups.walk_in_s > 0)).tolist():
            own.walk_in_frac[p] = 1.0 / WALK_IN_STEPS
            own.walk_in_since_s[p] = self.world.now_s
            self._wait(p)

    def _wait(self, p: int) -> None:
        step_s = float(self.tree.ups.walk_in_s[p]) / WALK_IN_STEPS
        since_s = float(self.own.walk_in_since_s[p])
        self.world.clock.wait(Stage.POWER, step_s, "UPS takes more load", p, since_s)

    def _walk_on(self, p: int, since_s: float) -> None:
        """One step more, if the mains have not gone again meanwhile."""
        own = self.own
        if own.walk_in_frac[p] == 1.0 or own.walk_in_since_s[p] != since_s:
            return
        steps = round(own.walk_in_frac[p] * WALK_IN_STEPS) + 1
        own.walk_in_frac[p] = steps / WALK_IN_STEPS
        own.seen = np.zeros(0, dtype=bool)  # shares are to be worked out anew
        own.version += 1
        self.world.stale = True
        if steps < WALK_IN_STEPS:
            self._wait(p)

    def why_off(self, p: int) -> str:
        """Fed again with what margin, empty, or out of order; the load is that of the discharge."""
        own = self.own
        if not own.live[p]:
            return "empty" if own.battery_j[p] <= BATTERY_EMPTY_J else "out of order"
        left = own.battery_j[p] / self.tree.battery_j[p]
        rate_w = -self.charge_w()[p]
        if rate_w <= 0:
            return f"fed again; {percent(left)} left"
        return f"fed again; {percent(left)} left, {own.battery_j[p] / rate_w:,.0f} s at that load"
