"""Throttling: each rack's clock steps down at the slowdown limit and up again when there is room.

Clocks are the steps real GPUs have, so power is constant between events; the next step is predicted
from the exact motion of the temperatures. The clock settles where the next step up would pass the
limit less a hysteresis wider than one step's effect, and so does not chatter.
"""

from __future__ import annotations

import numpy as np

from twin.errors import InputError, Problem
from twin.physics.chip import dynamic_frac
from twin.simulation.compute.racks import Compute
from twin.simulation.cooling.inlet_air import InletAir
from twin.simulation.kernel.state import Array, Index
from twin.simulation.kernel.world import World

TOUCH_K = 1e-6
"""A limit counts as reached this close to it: the resolution of the crossing search."""
COOL_AGAIN_K = 15.0
"""A rack that shut down may restart this far below the slowdown limit; assumed."""


class Throttling:
    """The throttling discipline of one run."""

    def __init__(self, world: World, compute: Compute, inlet_air: InletAir) -> None:
        racks = world.facility.racks
        self.world = world
        self.compute = compute
        self.inlet_air = inlet_air
        self.racks = racks
        self.hysteresis_k = world.facility.scenario.controls.throttle_hysteresis_k
        depth = np.floor((1 - racks.clock_floor_frac) / racks.clock_step_frac + 1e-9).astype(
            np.int64
        )
        self.floor = np.where(np.isfinite(racks.slowdown_degc), depth, 0)
        self.steps = np.arange(int(self.floor.max(initial=0)) + 1)
        self.power_frac = dynamic_frac(1 - np.outer(racks.clock_step_frac, self.steps))
        self.refuse_chatter()

    def refuse_chatter(self) -> None:
        """Refuse a hysteresis within one clock step's effect on the coolant: the clock would never
        settle.

        What a step does to the chip itself is in the limits already; what it does to the coolant
        comes later.
        """
        racks = self.racks
        step = np.abs(np.diff(self.power_frac, axis=1)).max(axis=1, initial=0.0) * racks.gpu_span_w
        coolant_w = step * racks.nodes * racks.gpus_per_node * racks.gpu_gain
        effect = float((coolant_w / np.maximum(racks.stream_w_k, 1e-9)).max(initial=0.0))
        if self.hysteresis_k <= effect:
            raise InputError(
                [
                    Problem(
                        "controls.throttle_hysteresis_k",
                        f"{self.hysteresis_k:g} K",
                        f"above {effect:.2f} K, the effect of one clock step",
                    )
                ]
            )

    def limit_degc(self, notch: Index, margin_k: float = 0.0) -> Array:
        """(rack,) coolant temperature at which the busiest GPU stands `margin_k` under slowdown at
        a notch.
        """
        rows = np.arange(len(self.racks.id))
        frac = self.power_frac[rows, np.clip(notch, 0, self.steps[-1])]
        busy = np.where(self.world.state.rack_on, self.world.state.peak_activity, 0.0)
        chip = self.racks.gpu_idle_w + self.racks.gpu_span_w * busy * frac
        return self.racks.slowdown_degc - margin_k - self.world.state.junction_k_w * chip

    def top(self) -> Index:
        """(rack,) the notch of the clock ceiling."""
        wanted = np.ceil((1 - self.world.state.ceiling_frac) / self.racks.clock_step_frac - 1e-9)
        return np.minimum(wanted, self.floor).astype(np.int64)

    def settle(self) -> bool:
        """Choose every rack's clock and shut down the overheated; True where something changed."""
        state = self.world.state
        coolant = state.temperature_degc[: len(self.racks.id)]
        top = self.top()
        notch = np.where(state.rack_on, np.maximum(state.notch, top), top)
        notch = self._up(self._down(notch, coolant), top, coolant)
        changed = bool((notch != state.notch).any())
        self._log(state.notch, notch, top)
        state.notch = notch
        state.clock_frac = 1.0 - self.racks.clock_step_frac * notch
        return self._shutdown(coolant) or changed

    def _down(self, notch: Index, coolant: Array) -> Index:
        state = self.world.state
        hot = np.flatnonzero(
            state.rack_on & (coolant >= self.limit_degc(notch) - TOUCH_K) & (notch < self.floor)
        )
        for r in hot:
            fits = coolant[r] < self._ladder_degc(int(r)) - TOUCH_K
            fits[: notch[r] + 1] = False
            notch[r] = min(int(np.argmax(fits)), self.floor[r]) if fits.any() else self.floor[r]
        return notch

    def _up(self, notch: Index, top: Index, coolant: Array) -> Index:
        state = self.world.state
        room = self.limit_degc(notch - 1, self.hysteresis_k)
        for r in np.flatnonzero(state.rack_on & (notch > top) & (coolant <= room + TOUCH_K)):
            fits = coolant[r] <= self._ladder_degc(int(r)) - self.hysteresis_k + TOUCH_K
            fits[: top[r]] = False
            notch[r] = int(np.argmax(fits))
        return notch

    def _ladder_degc(self, rack: int) -> Array:
        """Coolant limit at every notch of one rack."""
        racks = self.racks
        busy = self.world.state.peak_activity[rack]
        chip = racks.gpu_idle_w[rack] + racks.gpu_span_w[rack] * busy * self.power_frac[rack]
        return np.asarray(racks.slowdown_degc[rack] - self.world.state.junction_k_w[rack] * chip)

    def _shutdown_degc(self) -> Array:
        state = self.world.state
        return self.racks.shutdown_degc - state.junction_k_w * self.compute.gpu_peak_w(
            state.clock_frac
        )

    def _shutdown(self, coolant: Array) -> bool:
        state = self.world.state
        chip = coolant >= self._shutdown_degc() - TOUCH_K
        air = self.inlet_air.too_hot()
        hot = state.rack_lit & ~state.overheated & (chip | air)
        cool = (
            state.overheated
            & (coolant <= self.racks.slowdown_degc - COOL_AGAIN_K + TOUCH_K)
            & self.inlet_air.within()
        )
        for r in np.flatnonzero(hot):
            why = (
                f"GPU at {self.racks.shutdown_degc[r]:.0f} °C"
                if chip[r]
                else "inlet air far above its limit"
            )
            self.world.note(self.racks.id[r], "shut down", why)
        state.overheated = (state.overheated | hot) & ~cool
        return bool(hot.any() or cool.any())

    def _log(self, before: Index, after: Index, top: Index) -> None:
        for r in np.flatnonzero((before <= top) & (after > top) & self.world.state.rack_on):
            self.world.note(self.racks.id[r], "throttled", "hottest GPU at its slowdown limit")
        for r in np.flatnonzero((before > top) & (after <= top) & self.world.state.rack_on):
            self.world.note(self.racks.id[r], "full clock", "room below the slowdown limit again")

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter each rack's coolant temperatures at which its clock must be chosen anew."""
        racks = len(self.racks.id)
        upper[:racks], lower[:racks] = self._range_degc()

    def _range_degc(self) -> tuple[Array, Array]:
        """(rack,) coolant temperatures above and below which this discipline must act again."""
        state = self.world.state
        top = self.top()
        down = np.where(
            state.rack_on & (state.notch < self.floor), self.limit_degc(state.notch), np.inf
        )
        upper = np.where(state.rack_lit, np.minimum(down, self._shutdown_degc()), np.inf)
        room = self.limit_degc(state.notch - 1, self.hysteresis_k)
        lower = np.where(state.rack_on & (state.notch > top), room, -np.inf)
        cooled = self.racks.slowdown_degc - COOL_AGAIN_K
        coolant = state.temperature_degc[: len(self.racks.id)]
        lower = np.where(
            state.overheated, np.where(coolant > cooled + TOUCH_K, cooled, -np.inf), lower
        )
        return upper, lower
