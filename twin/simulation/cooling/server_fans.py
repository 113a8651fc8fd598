"""Fans of servers: each rack's take a step when the air at its inlet passes a mark."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.cooling.wanted_air import support_flow_frac
from twin.physics.server_fans import extra_power_w, faster_above_degc, flow_frac, slower_below_degc
from twin.quantities import counted
from twin.results.enums import EventKind
from twin.simulation.kernel.world import World

TOUCH_K = 1e-6
"""A mark counts as reached this close to it."""


def working_frac(world: World, busy_nodes: Array) -> Array:
    """(...,) share of all nodes at work, which racks without nodes follow.

    busy_nodes   (..., rack)
    """
    racks = world.facility.racks
    count = float(racks.nodes.sum())
    working = (busy_nodes * world.state.racks.rack_on).sum(axis=-1)
    return np.asarray(working / count if count else np.zeros_like(working))


class ServerFans:
    """The fans of one run's servers; it has nothing to do where none follows the air."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.fans
        self.racks = world.facility.racks
        self.fans = world.facility.cooling.air.fans
        self.follow = self.fans.follow
        self.by_air = bool(np.isfinite(self.fans.begin_degc).any())
        self._seen: tuple[Index | None, float] = (None, np.nan)
        """Steps and share at work for which the flow was worked out."""

    def settle(self) -> bool:
        """Take the steps that the air asks for; True where any fan turns otherwise."""
        if not self.follow:
            return False
        stepped = self.by_air and self._step()
        return self._turn() or stepped

    def followed(self) -> bool:
        """Whether they turn as what is at work now asks for, as far as is known."""
        return not self.follow or self._seen[1] == self._working_frac()

    def _working_frac(self) -> float:
        return float(working_frac(self.world, self.world.state.racks.busy_nodes))

    def _step(self) -> bool:
        """Whether any fan takes a step, and that step."""
        own = self.own
        inlet = self.world.state.heat.temperature_degc[self.racks.air_node]
        lit = self.world.state.racks.rack_lit
        faster = lit & (inlet >= self._faster_degc() - TOUCH_K)
        slower = (own.step > 0) & (~lit | (inlet <= self._slower_degc() + TOUCH_K))
        if not (faster.any() or slower.any()):
            return False
        was_rated = own.step == 0
        own.step = np.where(lit, own.step + faster - (slower & ~faster), 0)
        self._note(EventKind.FANS_FASTER, was_rated & (own.step > 0))
        self._note(EventKind.FANS_AT_RATED_FLOW, ~was_rated & (own.step == 0))
        return True

    def _turn(self) -> bool:
        """Flow and power of the steps, and of the power that racks without nodes draw; True where
        the flow changed.
        """
        own = self.own
        seen = (own.step, self._working_frac())
        if self._seen[0] is seen[0] and self._seen[1] == seen[1]:
            return False
        self._seen = seen
        by_air = flow_frac(own.step, self.fans.most_frac)
        own.power_w = extra_power_w(by_air, self.fans.rated_w)
        flow = by_air * self._by_power_frac(seen[1])
        if np.array_equal(flow, own.flow_frac):
            return False
        own.flow_frac = flow
        return True

    def _by_power_frac(self, working: float) -> Array:
        """(rack,) flow for the power that racks without nodes draw, by the share of nodes at
        work.
        """
        racks = self.racks
        drawn_w = racks.idle_w + working * (racks.rated_w - racks.idle_w)
        return support_flow_frac(self.world.facility, drawn_w)

    def _faster_degc(self) -> Array:
        fans = self.fans
        return faster_above_degc(self.own.step, fans.begin_degc, fans.step_k)

    def _slower_degc(self) -> Array:
        fans = self.fans
        return slower_below_degc(self.own.step, fans.begin_degc, fans.step_k)

    def _note(self, what: EventKind, racks: Mask) -> None:
        for h, hall in enumerate(self.world.facility.cooling.hall_id):
            count = int((racks & (self.racks.hall == h)).sum())
            if count:
                self.world.note(hall, what, f"of {counted(count, 'rack')}")

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter the inlet air at which fans of any rack take a step."""
        if not self.by_air:
            return
        lit = self.world.state.racks.rack_lit
        node = self.racks.air_node
        np.minimum.at(upper, node, np.where(lit, self._faster_degc(), np.inf))
        np.maximum.at(lower, node, np.where(lit, self._slower_degc(), -np.inf))
