"""Leakage of chips: what racks draw more, or less, as their GPUs warm.

Power holds between events, so the temperature that leakage is taken at goes in steps of a kelvin;
a step is taken where the chip is more than `BAND_K` from it, in agreement with its own leakage.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.physics.leakage import extra_w, settled_degc
from twin.simulation.kernel.world import World

BAND_K = 0.75
"""Half a step is where the nearest one changes; the rest keeps it from going back and forth."""
TOUCH_K = 1e-6
"""A mark counts as reached this close to it."""
_ALL = slice(None)


class Leakage:
    """The leakage of one run's GPUs; it has nothing to do where no hall states any."""

    def __init__(self, world: World) -> None:
        racks = world.facility.racks
        self.world = world
        self.own = world.state.leakage
        self.racks = racks
        self.rows = len(racks.id)
        self.gpus = (racks.nodes * racks.gpus_per_node).astype(float)
        self.rated_w = racks.gpu_idle_w + racks.gpu_span_w
        self.leaks_w = np.where(self.gpus > 0, racks.leakage_frac * self.rated_w, 0.0)
        self.hold_degc = racks.leakage_degc
        self.works = bool((self.leaks_w > 0).any())

    def settle(self) -> bool:
        """Take leakage at the chips' present temperatures; True where it changed."""
        if not self.works:
            return False
        own = self.own
        degc = self._degc()
        far = np.abs(degc - own.step_degc) >= BAND_K - TOUCH_K
        step = np.where(far, np.round(degc), own.step_degc)
        chip_w = self._extra_w(step)
        rack_w = self.gpus * self.racks.gpu_gain * chip_w
        changed = not (np.array_equal(chip_w, own.chip_w) and np.array_equal(rack_w, own.rack_w))
        own.step_degc = step
        own.chip_w = chip_w
        own.rack_w = rack_w
        return changed

    def _degc(self) -> Array:
        """(rack,) mean GPU in agreement with its leakage."""
        state = self.world.state
        return settled_degc(
            state.heat.temperature_degc[: self.rows],
            state.flows.junction_k_w,
            self._chip_w(),
            self.leaks_w,
            self.hold_degc,
            self.rated_w - self._chip_w(),
        )

    def _chip_w(self) -> Array:
        """(rack,) mean power of a GPU without what temperature adds; those at work are alike."""
        state = self.world.state
        racks = state.racks
        busy = np.where(racks.rack_on, racks.busy_nodes / np.maximum(self.racks.nodes, 1), 0.0)
        moved = self.racks.gpu_span_w * racks.peak_activity * busy * state.throttling.power_frac
        return np.where(racks.rack_lit, self.racks.gpu_idle_w + moved, 0.0)

    def _extra_w(self, degc: Array) -> Array:
        room_w = self.rated_w - self._chip_w()
        more_w = extra_w(degc, self.leaks_w, self.hold_degc, room_w)
        return np.where(self.world.state.racks.rack_lit, more_w, 0.0)

    def at_degc(self, degc: Array, chip_w: Array, rack: int | slice = _ALL) -> Array:
        """What a GPU of `chip_w` draws more at a temperature, of all racks or of one."""
        if not self.works:
            return np.zeros(np.shape(chip_w))
        leaks_w = self.leaks_w[rack]
        hold = self.hold_degc[rack]
        known = np.where(np.isfinite(degc), degc, hold)
        return extra_w(known, leaks_w, hold, self.rated_w[rack] - chip_w)

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter the coolant temperatures at which a chip leaves its step."""
        if not self.works:
            return
        rows = self.rows
        rise = self.world.state.flows.junction_k_w * (self._chip_w() + self.own.chip_w)
        watched = self.world.state.racks.rack_lit & (self.leaks_w > 0)
        high = np.where(watched, self.own.step_degc + BAND_K - rise, np.inf)
        low = np.where(watched, self.own.step_degc - BAND_K - rise, -np.inf)
        upper[:rows] = np.minimum(upper[:rows], high)
        lower[:rows] = np.maximum(lower[:rows], low)
