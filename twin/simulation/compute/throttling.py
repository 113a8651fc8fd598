"""Throttling: each rack's clock steps down at the slowdown limit and up again when there is room.

Clocks are the steps real GPUs have, so power is constant between events; the next step is predicted
from the exact motion of the temperatures. The clock settles where the next step up would pass the
limit less a hysteresis wider than one step's effect, and so does not chatter.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.errors import InputError, Problem
from twin.physics.chip import dynamic_frac
from twin.results.enums import EventKind
from twin.simulation.compute.leakage import Leakage
from twin.simulation.compute.power_caps import Allowed, PowerCaps
from twin.simulation.compute.racks import Compute
from twin.simulation.cooling.inlet_air import InletAir
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World

TOUCH_K = 1e-6
"""A limit counts as reached this close to it: the resolution of the crossing search."""
COOL_AGAIN_K = 15.0
"""A rack that shut down may restart this far below the slowdown limit; assumed."""


class Orders(Protocol):
    """Who knows what work does at the clocks of racks."""

    def clocks_under(self, allowed: Allowed) -> Array:
        """(rack,) share of the clock that boards hold, at which no more is done than is allowed."""

    def busier_at(self, clock_frac: Array) -> Array:
        """(rack,) activity of what runs at shares of that clock, over that at full clock."""


class Throttling(Discipline):
    """The throttling discipline of one run."""

    def __init__(self, world: World, compute: Compute, inlet_air: InletAir, orders: Orders) -> None:
        racks = world.facility.racks
        self.world = world
        self.own = world.state.throttling
        self.compute = compute
        self.inlet_air = inlet_air
        self.orders = orders
        self.caps = PowerCaps(world)
        self.leakage = Leakage(world)
        self.racks = racks
        self.rows = np.arange(len(racks.id))
        self.cooled_degc = racks.slowdown_degc - COOL_AGAIN_K
        self.hysteresis_k = world.facility.scenario.controls.throttle_hysteresis_k
        depth = np.floor((1 - racks.clock_floor_frac) / racks.clock_step_frac + 1e-9)
        limited = np.isfinite(racks.slowdown_degc)
        self.floor = np.where(limited, depth.astype(np.int64), 0)
        self.steps = np.arange(int(self.floor.max(initial=0)) + 1)
        self.power_frac = dynamic_frac(1 - np.outer(racks.clock_step_frac, self.steps))
        self._given: tuple[object, Index] = (None, np.zeros(0, np.int64))
        self._slow: tuple[object, Array] = (None, np.zeros(0))
        self._room: tuple[object, Array] = (None, np.zeros(0))
        self._shutdown: tuple[object, Array] = (None, np.zeros(0))
        self.refuse_chatter()

    def refuse_chatter(self) -> None:
        """Refuse a hysteresis within one clock step's effect on the coolant: the clock would never
        settle.

        What a step does to the chip itself is in the limits already; what it does to the coolant
        comes later.
        """
        racks = self.racks
        step = np.abs(np.diff(self.power_frac, axis=1)).max(axis=1, initial=0.0)
        chips = racks.nodes * racks.gpus_per_node * racks.gpu_gain
        coolant_w = step * racks.gpu_span_w * chips
        effect = float((coolant_w / np.maximum(racks.stream_w_k, 1e-9)).max(initial=0.0))
        if self.hysteresis_k <= effect:
            found = f"{self.hysteresis_k:g} K"
            allowed = f"above {effect:.2f} K, the effect of one clock step"
            raise InputError([Problem("controls.throttle_hysteresis_k", found, allowed)])

    def _versions(self) -> tuple[int, ...]:
        state = self.world.state
        versions = (state.racks.version, state.activity.version, state.flows.version)
        return (*versions, self.own.version)

    def slow_degc(self, notch: Index) -> Array:
        """(rack,) coolant temperature at which a clock of this notch steps down."""
        key = (*self._versions(), notch.tobytes())
        if self._slow[0] != key:
            self._slow = (key, self._limit_degc(notch, 0.0))
        return self._slow[1]

    def room_degc(self, notch: Index) -> Array:
        """(rack,) coolant temperature at which the next step up would stand the hysteresis below
        slowdown.
        """
        key = (*self._versions(), notch.tobytes())
        if self._room[0] != key:
            self._room = (key, self._limit_degc(notch - 1, self.hysteresis_k))
        return self._room[1]

    def _limit_degc(self, notch: Index, margin_k: float, peak: Array | None = None) -> Array:
        """(..., rack) coolant temperature at which the busiest GPU, at activities (..., rack) given
        or of now, stands `margin_k` under slowdown at a notch.
        """
        state = self.world.state
        frac = self.power_frac[self.rows, np.minimum(np.maximum(notch, 0), self.steps[-1])]
        frac = frac * self.own.busier_frac
        peak = state.racks.peak_activity if peak is None else peak
        busy = np.where(state.racks.rack_on, peak, 0.0)
        chip = self.racks.gpu_idle_w + self.racks.gpu_span_w * busy * frac
        leaks = self.leakage.at_degc(self.racks.slowdown_degc, chip)
        rise = state.flows.junction_k_w * (chip + leaks)
        return np.asarray(self.racks.slowdown_degc - margin_k - rise)

    def top(self, ordered: Index) -> Index:
        """(rack,) the notch of what operators order and of the ceilings of demand response."""
        response = self.world.state.response
        if self._given[0] != response.version:
            self._given = (response.version, self._notches(response.ceiling_frac))
        return np.maximum(ordered, self._given[1])

    def _ordered(self) -> Index:
        """(rack,) the notch of what operators order. They count from the full clock, notches from
        the one that boards hold.
        """
        allowed = self.caps.allowed()
        if allowed is None:
            return np.zeros_like(self.floor)
        return self._notches(self.orders.clocks_under(allowed))

    def _notches(self, clock_frac: Array) -> Index:
        wanted = np.ceil((1 - clock_frac) / self.racks.clock_step_frac - 1e-9)
        return np.minimum(wanted, self.floor).astype(np.int64)

    def _busier(self) -> Array:
        """(rack,) how much busier chips are at clocks that operators lowered."""
        own = self.own
        if not own.ordered_notch.any():
            return np.ones(self.rows.size)
        busier = self.orders.busier_at(own.clock_frac)
        return np.where(own.ordered_notch > 0, busier, 1.0)

    def settle(self) -> bool:
        """Choose every rack's clock and shut down the overheated; True where something changed."""
        own = self.own
        on = self.world.state.racks.rack_on
        coolant = self._coolant_degc()
        ordered = self._ordered()
        top = self.top(ordered)
        lifted = (ordered == 0) & (own.busier_frac != 1.0)
        if lifted.any():
            own.busier_frac = np.where(lifted, 1.0, own.busier_frac)
            own.version += 1
        notch = np.where(on, np.maximum(own.notch, top), top)
        notch = self._up(self._down(notch, coolant), top, coolant)
        changed = bool((notch != own.notch).any())
        if changed:
            self._log(own.notch, notch, top)
            own.notch = notch
            own.clock_frac = 1.0 - self.racks.clock_step_frac * notch
        own.ceiling_notch = top
        own.ordered_notch = ordered
        busier = self._busier()
        if changed or lifted.any() or not np.array_equal(busier, own.busier_frac):
            changed = True
            own.busier_frac = busier
            own.power_frac = dynamic_frac(own.clock_frac) * busier
            own.version += 1
        leaks_otherwise = self.leakage.settle()
        return self._shut_down(coolant) or changed or leaks_otherwise

    def _coolant_degc(self) -> Array:
        return self.world.state.heat.temperature_degc[: self.rows.size]

    def _down(self, notch: Index, coolant: Array) -> Index:
        slow = self.slow_degc(notch)
        hot = self.world.state.racks.rack_on & (coolant >= slow - TOUCH_K) & (notch < self.floor)
        for r in np.flatnonzero(hot):
            fits = coolant[r] < self._ladder_degc(int(r)) - TOUCH_K
            fits[: notch[r] + 1] = False
            deepest = self.floor[r]
            notch[r] = min(int(np.argmax(fits)), deepest) if fits.any() else deepest
        return notch

    def _up(self, notch: Index, top: Index, coolant: Array) -> Index:
        throttled = self.world.state.racks.rack_on & (notch > top)
        if not throttled.any():
            return notch
        room = self.room_degc(notch)
        for r in np.flatnonzero(throttled & (coolant <= room + TOUCH_K)):
            fits = coolant[r] <= self._ladder_degc(int(r)) - self.hysteresis_k + TOUCH_K
            fits[: top[r]] = False
            notch[r] = int(np.argmax(fits))
        return notch

    def _ladder_degc(self, rack: int) -> Array:
        """Coolant limit at every notch of one rack."""
        racks = self.racks
        state = self.world.state
        busy = state.racks.peak_activity[rack] * self.own.busier_frac[rack]
        chip = racks.gpu_idle_w[rack] + racks.gpu_span_w[rack] * busy * self.power_frac[rack]
        leaks = self.leakage.at_degc(racks.slowdown_degc[rack], chip, rack)
        limit = racks.slowdown_degc[rack] - state.flows.junction_k_w[rack] * (chip + leaks)
        return np.asarray(limit)

    def shutdown_degc(self) -> Array:
        """(rack,) coolant temperature at which the busiest GPU turns its rack off."""
        key = self._versions()
        if self._shutdown[0] != key:
            chip = self.compute.gpu_peak_w()
            leaks = self.leakage.at_degc(self.racks.shutdown_degc, chip)
            rise = self.world.state.flows.junction_k_w * (chip + leaks)
            self._shutdown = (key, self.racks.shutdown_degc - rise)
        return self._shutdown[1]

    def _shut_down(self, coolant: Array) -> bool:
        own = self.own
        chip = coolant >= self.shutdown_degc() - TOUCH_K
        too_hot = chip | self.inlet_air.too_hot()
        hot = self.world.state.racks.rack_lit & ~own.overheated & too_hot
        cool = self._cooled(coolant)
        if not (hot.any() or cool.any()):
            return False
        for r in np.flatnonzero(hot):
            self._note_shutdown(int(r), bool(chip[r]))
        own.overheated = (own.overheated | hot) & ~cool
        own.version += 1
        return True

    def _cooled(self, coolant: Array) -> Mask:
        """(rack,) shut down by temperature, and cool enough to start again."""
        if not self.own.overheated.any():
            return self.own.overheated
        below = coolant <= self.cooled_degc + TOUCH_K
        return self.own.overheated & below & self.inlet_air.within()

    def _note_shutdown(self, rack: int, by_chip: bool) -> None:
        at_chip = f"GPU at {self.racks.shutdown_degc[rack]:.0f} °C"
        why = at_chip if by_chip else "inlet air far above its limit"
        self.world.note(self.racks.id[rack], EventKind.SHUT_DOWN, why)

    def _log(self, before: Index, after: Index, top: Index) -> None:
        on = self.world.state.racks.rack_on
        throttled = before > self.own.ceiling_notch
        for r in np.flatnonzero(~throttled & (after > top) & on):
            why = "hottest GPU at its slowdown limit"
            self.world.note(self.racks.id[r], EventKind.THROTTLED, why)
        for r in np.flatnonzero(throttled & (after <= top) & on):
            why = "room below the slowdown limit again"
            self.world.note(self.racks.id[r], EventKind.FULL_CLOCK, why)

    def at_rest(self) -> bool:
        """Racks that shut down have yet to cool: the limit that they cool to ends a stretch."""
        cooled = self._coolant_degc() <= self.cooled_degc + TOUCH_K
        return not (self.own.overheated & cooled).any()

    def apart(self) -> bool:
        """All run at full clock, whatever is at work, and leak the same."""
        own = self.own
        slow = own.notch.any() or own.ceiling_notch.any() or (own.busier_frac != 1.0).any()
        return not (slow or self.leakage.works or self.caps.allowed())

    def foretell(self, stretch: Stretch) -> None:
        """The coolant at which clocks step down, or racks off, where work moves."""
        if not stretch.works:
            return
        state = self.world.state
        down = self._limit_degc(self.own.notch, 0.0, stretch.peak_activity)
        down[..., ~(state.racks.rack_on & (self.own.notch < self.floor))] = np.inf
        hottest_w = self.compute.hottest_at_w(stretch.peak_activity)
        off = self.racks.shutdown_degc - state.flows.junction_k_w * hottest_w
        stretch.warmest_degc = np.where(state.racks.rack_lit, np.minimum(down, off), np.inf)

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter each rack's coolant temperatures at which this discipline must act again."""
        own = self.own
        racks = self.rows.size
        on = self.world.state.racks.rack_on
        down = np.where(on & (own.notch < self.floor), self.slow_degc(own.notch), np.inf)
        first = np.minimum(down, self.shutdown_degc())
        upper[:racks] = np.where(self.world.state.racks.rack_lit, first, np.inf)
        throttled = on & (own.notch > own.ceiling_notch)
        if throttled.any():
            lower[:racks] = np.where(throttled, self.room_degc(own.notch), -np.inf)
        if own.overheated.any():
            self._enter_cooled(lower)
        self.leakage.limits(upper, lower)

    def _enter_cooled(self, lower: Array) -> None:
        """Racks that shut down wait until they have cooled."""
        cooled = self._coolant_degc() <= self.cooled_degc + TOUCH_K
        wait = np.where(cooled, -np.inf, self.cooled_degc)
        racks = self.rows.size
        lower[:racks] = np.where(self.own.overheated, wait, lower[:racks])
