"""Power: who is live, what flows, batteries and generators. Writes the electrical columns of the
state.
"""

from __future__ import annotations

import numpy as np

from twin.physics import flow
from twin.physics.power import trip_rate_per_s
from twin.seeds import member, stream
from twin.simulation.kernel.clock import Process, Stage
from twin.simulation.kernel.state import Array, Mask
from twin.simulation.kernel.world import World

GENERATOR_RUN_ON_S = 300.0
"""A generator runs on after the utility is back, before it stops; a usual retransfer delay,
assumed."""
START_TRIES = 3
"""Cranking attempts before a generator is given up: the usual three, assumed."""
TRIP_RESET_S = 1800.0
"""From a trip of its own protection to a hand that closes it again; assumed."""
HOLD_UP_S = 0.02
"""A power supply carries its load this long without input (OCP ORv3 at full load); faster transfers
are not felt."""
_FULL_J = 1.0
"""Energy that a battery may lack and still counts as full."""


class Supply:
    """The power discipline of one run."""

    def __init__(self, world: World) -> None:
        tree = world.facility.power
        self.world = world
        self.tree = tree
        self.wires = flow.wiring(tree.supply, tree.taker, tree.priority, tree.levels)
        kind = np.array(tree.kind)
        self.is_utility, self.is_generator, self.is_ups = (
            kind == k for k in ("utility", "generator", "ups")
        )
        self.is_load = np.zeros(kind.size, dtype=bool)
        self.is_load[tree.load_of_rack] = self.is_load[tree.load_of_unit] = True
        self.loss = (tree.loss_idle_frac, tree.loss_linear_frac, tree.loss_square_frac)
        self.starting: set[int] = set()
        self.given_up: set[int] = set()
        self.fed_through = np.full(kind.size, -1)
        self.moving_until_s = np.full(kind.size, -np.inf)
        self.share = np.zeros(tree.supply.size)
        self.recharge_w = np.zeros(kind.size)
        self.drain_w = np.zeros(kind.size)
        self.trip_rate = np.zeros(kind.size)
        self._seen: bytes = b""
        self._draws = {
            int(g): stream(world.facility.scenario.seed, "generator", member(tree.id[g]))
            for g in np.flatnonzero(self.is_generator)
        }

    def able(self) -> Mask:
        """(power node,) in working order; loads always are."""
        state = self.world.state
        return self.is_load | (state.component_ok[self.tree.component] & ~state.tripped)

    def topology(self) -> bool:
        """Find out who is live; True where that changed."""
        state = self.world.state
        able = self.able() & self._settled()
        stored = self.is_ups & (state.battery_j > _FULL_J)
        state.generator_on = state.generator_on & able
        key = np.concatenate([able, stored, state.generator_on]).tobytes()
        if key == self._seen:
            return False
        self._seen = key
        source = self.is_utility | (self.is_generator & state.generator_on)
        state.live = flow.live(self.wires, able, source, stored)
        fed = (
            np.bincount(
                self.wires.taker, weights=state.live[self.wires.supply], minlength=able.size
            )
            > 0
        )
        was = state.on_battery
        state.on_battery = self.is_ups & state.live & ~fed
        self.share = flow.shares(self.wires, state.live, state.on_battery)
        if self._transfers():
            return self.topology()
        self._log_batteries(was)
        self._call_generators(able)
        return True

    def _settled(self) -> Mask:
        """(power node,) not between two supplies."""
        return self.moving_until_s <= self.world.now_s

    def _transfers(self) -> bool:
        """Open the switches that change supply for longer than a power supply holds up; True where
        one does.
        """
        edges = np.flatnonzero((self.share > 0) & self.tree.priority[self.wires.taker])
        taker = self.wires.taker[edges]
        supply = self.wires.supply[edges]
        moved = (self.fed_through[taker] >= 0) & (self.fed_through[taker] != supply)
        slow = taker[moved & (self.tree.transfer_s[taker] > HOLD_UP_S)]
        self.fed_through[taker] = supply
        self.moving_until_s[slow] = self.world.now_s + self.tree.transfer_s[slow]
        for p in slow:
            self.world.note(self.tree.id[p], "transfers", f"to {self.tree.id[self.fed_through[p]]}")
        return bool(slow.size)

    def _log_batteries(self, was: Mask) -> None:
        now = self.world.state.on_battery
        for p in np.flatnonzero(now != was):
            self.world.note(
                self.tree.id[p],
                "on battery" if now[p] else "off battery",
                "its supplies are gone" if now[p] else "fed again, or empty",
            )

    def _call_generators(self, able: Mask) -> None:
        """Start generators that a load without utility power hangs on; stop those nobody needs."""
        state = self.world.state
        needed = self._wanted(able)
        for g in np.flatnonzero(self.is_generator):
            if not needed[g] or not able[g]:
                self.given_up.discard(int(g))
            if int(g) in self.starting or int(g) in self.given_up:
                continue
            if needed[g] and able[g] and not state.generator_on[g]:
                self.starting.add(int(g))
                self.world.clock.start(self._start(int(g)))
            elif not needed[g] and state.generator_on[g]:
                self.starting.add(int(g))
                self.world.clock.start(self._stop(int(g)))

    def _wanted(self, able: Mask) -> Mask:
        """(power node,) nodes upstream of a load that the utility alone does not reach."""
        wires = self.wires
        by_utility = flow.live(wires, able, self.is_utility, np.zeros_like(able))
        wanted = self.is_load & ~by_utility
        for edges in wires.edge_levels:
            wanted[wires.supply[edges[wanted[wires.taker[edges]]]]] = True
        return wanted & ~by_utility

    def _start(self, g: int) -> Process:
        """Crank until it runs, at most three times."""
        name = self.tree.id[g]
        state = self.world.state
        for attempt in range(1, START_TRIES + 1):
            yield self.world.clock.wait(Stage.POWER, float(self.tree.start_s[g]))
            if self._draws[g].random() >= self.tree.start_failure_probability[g]:
                state.generator_on[g] = True
                self.world.note(
                    name, "started", f"takes load after {attempt * self.tree.start_s[g]:.0f} s"
                )
                break
            self.world.note(name, "failed to start", f"attempt {attempt} of {START_TRIES}")
        else:
            self.given_up.add(g)
        self.starting.discard(g)
        self.world.stale = True

    def _stop(self, g: int) -> Process:
        """Run on for a while, then stop unless needed again."""
        yield self.world.clock.wait(Stage.POWER, GENERATOR_RUN_ON_S)
        self.starting.discard(g)
        if not self._wanted(self.able())[g]:
            self.world.state.generator_on[g] = False
            self.world.note(self.tree.id[g], "stopped", "utility power is back")
        self.world.stale = True

    def settle(self) -> None:
        """Flow power from the loads up, with what UPS batteries take or give."""
        state = self.world.state
        tree = self.tree
        load = np.zeros(len(tree.id))
        load[tree.load_of_rack] = state.rack_w
        load[tree.load_of_unit] = state.unit_w
        hungry = (
            self.is_ups
            & state.live
            & ~state.on_battery
            & (state.battery_j < tree.battery_j - _FULL_J)
        )
        self.recharge_w = np.where(hungry, tree.recharge_w, 0.0)
        state.output_w, state.input_w = flow.upward(
            self.wires, load + self.recharge_w, self.share, state.live, tree.rating_w, self.loss
        )
        self.drain_w = np.where(state.on_battery, state.input_w / tree.battery_discharge_frac, 0.0)
        self.trip_rate = trip_rate_per_s(
            state.output_w / tree.rating_w,
            tree.trip_pickup_frac,
            tree.trip_constant_s,
            tree.trip_instantaneous_frac,
        )

    def charge_w(self) -> Array:
        """(power node,) rate of change of the battery energy."""
        return self.recharge_w * self.tree.battery_charge_frac - self.drain_w

    def advance(self, dt_s: float) -> None:
        """Move batteries on; protection has its own."""
        state = self.world.state
        state.battery_j = np.clip(
            state.battery_j + self.charge_w() * dt_s, 0.0, self.tree.battery_j
        )

    def next_s(self) -> float:
        """Seconds until a battery is empty or full, or a switch has changed over."""
        moving_s = self.moving_until_s - self.world.now_s
        return min(self._battery_s(), float(np.where(moving_s > 0, moving_s, np.inf).min()))

    def _battery_s(self) -> float:
        rate = self.charge_w()
        state = self.world.state
        moving = np.flatnonzero(rate)
        if not moving.size:
            return np.inf
        held = state.battery_j[moving]
        most = self.tree.battery_j[moving]
        room = np.where(rate[moving] < 0, held, most - held)
        return float((room / np.abs(rate[moving])).min())

    def lost_w(self) -> Array:
        """(power node,) loss of each stage, battery conversion included."""
        state = self.world.state
        stage = np.where(self.is_load, 0.0, state.input_w - state.output_w - self.recharge_w)
        return (
            np.where(state.live, stage, 0.0)
            + self.drain_w
            - np.where(state.on_battery, state.input_w, 0.0)
            + self.recharge_w * (1.0 - self.tree.battery_charge_frac)
        )
