"""Static bypasses of UPS: over when the inverter has carried too much for too long, and back."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.physics.overload import step_rate_per_s
from twin.quantities import percent
from twin.results.enums import EventKind
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World

RETURN_S = 5.0
"""From an overload that has ended to the inverter taking the load back; assumed."""


class Bypasses:
    """UPS that go by overload steps; part of the power discipline, whose block it writes.

    On the bypass the output is the mains: no battery stands behind it.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.ups
        self.tree = world.facility.power
        ups = self.tree.ups
        self.rows: Index = np.flatnonzero(ups.has_steps)
        """(stepped UPS,) power nodes."""
        self.inverter = ups.inverter.at(self.rows)
        self.bypass = ups.bypass.at(self.rows)
        self.first_w = self.inverter.first_frac * self.tree.trip_rating_w[self.rows]
        world.clock.can("UPS returns to its inverter", self._return)

    def rate_per_s(self, output_w: Array) -> Array | None:
        """(..., stepped UPS) how fast each runs towards its end; None where no one does."""
        if not self.rows.size:
            return None
        carried_w = output_w[..., self.rows]
        on_bypass = self.own.on_bypass[self.rows]
        if not ((carried_w > self.first_w).any() or on_bypass.any()):
            return None
        load_frac = carried_w / self.tree.trip_rating_w[self.rows]
        inverter = step_rate_per_s(load_frac, self.inverter)
        return np.where(on_bypass, step_rate_per_s(load_frac, self.bypass), inverter)

    def takes_over(self, p: int) -> bool:
        """Put a UPS whose inverter has reached its end on its bypass; False where it has none, is
        on it already, or has no input to pass on.
        """
        own = self.own
        can = self.tree.ups.has_bypass[p] and not own.on_bypass[p] and self._fed(p)
        if not can:
            return False
        own.on_bypass[p] = True
        own.version += 1
        own.overload_times_s[p] = np.roll(own.overload_times_s[p], 1)
        own.overload_times_s[p, 0] = self.world.now_s
        load_frac = self.world.state.supply.output_w[p] / self.tree.rating_w[p]
        own.kept_on_bypass[p] = self._too_often(p)
        locked = "; stays there, too many overloads" if own.kept_on_bypass[p] else ""
        detail = f"{percent(load_frac, 0)} of its rating for too long; no battery behind it{locked}"
        self.world.note(self.tree.id[p], EventKind.ON_BYPASS, detail)
        return True

    def _fed(self, p: int) -> bool:
        supply = self.world.state.supply
        return bool(supply.live[p] and not supply.on_battery[p])

    def _too_often(self, p: int) -> bool:
        """Whether its last overloads were too many in too short a time."""
        ups = self.tree.ups
        if not np.isfinite(ups.lockout_overloads[p]):
            return False
        first_s = self.own.overload_times_s[p, int(ups.lockout_overloads[p]) - 1]
        return bool(self.world.now_s - first_s <= ups.overload_window_s[p])

    def opened(self, p: int) -> None:
        """A hand closes it on its inverter again."""
        if self.own.on_bypass[p]:
            self.own.on_bypass[p] = False
            self.own.kept_on_bypass[p] = False
            self.own.version += 1

    def look(self, output_w: Array) -> None:
        """Have those return soon whose overload has ended."""
        own = self.own
        if not own.on_bypass.any():
            return
        rows = self.rows
        fine = own.on_bypass[rows] & (output_w[rows] <= self.first_w)
        fine &= ~(own.returning[rows] | own.kept_on_bypass[rows])
        fine &= ~(own.locked_out[rows] | own.maintained[rows])
        for p in rows[fine].tolist():
            own.returning[p] = True
            self.world.clock.wait(Stage.PROTECTION, RETURN_S, "UPS returns to its inverter", p)

    def _return(self, p: int) -> None:
        """Take the load back, unless it has grown again or the unit has opened."""
        own = self.own
        own.returning[p] = False
        place = int(np.flatnonzero(self.rows == p)[0])
        light = self.world.state.supply.output_w[p] <= self.first_w[place]
        if not (own.on_bypass[p] and light):
            return
        own.on_bypass[p] = False
        own.version += 1
        self.world.stale = True
        self.world.note(self.tree.id[p], EventKind.OFF_BYPASS, "its inverter carries the load")


def bypass_losses(
    world: World, converters: tuple[Array, Array, Array]
) -> tuple[Array, Array, Array]:
    """Idle, linear and square coefficients (power node,), those of bypasses where UPS are on
    them.
    """
    ups = world.facility.power.ups
    on: Mask = world.state.ups.on_bypass
    idle, linear, square = converters
    return (
        np.where(on, ups.bypass_loss_idle_frac, idle),
        np.where(on, 0.0, linear),
        np.where(on, ups.bypass_loss_square_frac, square),
    )
