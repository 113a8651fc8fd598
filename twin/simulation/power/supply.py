"""Power: who is live, what flows, and batteries. Generators are in a file of their own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Array, Mask
from twin.catalogue.equipment_kinds import MAINS, Role, of_role
from twin.facility.model import PowerTree
from twin.facility.power.loading import wiring
from twin.physics import flow
from twin.results.enums import EventKind
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World
from twin.simulation.power.at_boards import AtBoards
from twin.simulation.power.batteries import Batteries
from twin.simulation.power.bypass import bypass_losses
from twin.simulation.power.counters import Counters
from twin.simulation.power.generators import Generators
from twin.simulation.power.sags import Sags
from twin.simulation.power.transfers import Transfers
from twin.simulation.power.trial import Trial


class _Before(NamedTuple):
    """How an instant began, (power node,)."""

    good: Mask
    on_battery: Mask
    helped: Mask


_Flowed = tuple[tuple[flow.Stage, ...], tuple[Array, Array, Mask], tuple[Array, Array]]
"""A tree, what was drawn at it over which shares, and the output and input that came of it."""


class Supply(Discipline):
    """The power discipline of one run."""

    def __init__(self, world: World) -> None:
        tree = world.facility.power
        self.world = world
        self.own = world.state.supply
        self.tree = tree
        self.wires = wiring(world.facility)
        self.stages = flow.stages(self.wires, tree.rating_w, _losses(tree))
        self._bypassed_stages = (-1, self.stages)
        self._flowed: _Flowed | None = None
        self.is_utility = of_role(tree.kind, Role.SUPPLY)
        self.is_mains = of_role(tree.kind, *MAINS)
        self.is_generator = of_role(tree.kind, Role.STANDBY)
        self.is_ups = of_role(tree.kind, Role.STORE)
        self.is_load = np.zeros(len(tree.id), dtype=bool)
        self.is_load[tree.loads] = True
        self.has_ups = bool(self.is_ups.any())
        self.boards = AtBoards(world, self.wires)
        self.storage = self.boards.storage
        self.has_batteries = self.has_ups or self.storage.any
        self.trial = Trial(world, self.wires, self.stages)
        self.generators = Generators(
            world, self.trial, np.flatnonzero(self.is_generator), self.able
        )
        bridged = self.is_ups | self.storage.is_board | tree.ring_board
        self.transfers = Transfers(world, self.wires, bridged)
        self.counters = Counters(world, self.wires)
        beside = (self.storage.bounds_j, self.storage.gap_s)
        self.batteries = Batteries(world, self.is_ups, *beside)
        self.sags = Sags(world, self.wires, self.is_ups)
        self._seen_version = (-1, -1, -1, -1, -1)
        self._seen_s = -np.inf
        self._able_version = (-1, -1, -1, -1)
        self._able = self.is_load

    def schedule(self) -> None:
        """Put what lists ask of BESS on the clock, and daylight."""
        self.boards.schedule()

    def able(self) -> Mask:
        """(power node,) in working order, and closed; loads are unless the controls opened them."""
        state = self.world.state
        opened = (state.protection.version, state.shedding.version)
        version = (state.faults.version, *opened, state.ups.version)
        if version != self._able_version:
            self._able = self.able_if(state.protection.tripped, state.shedding.opened)
            self._able_version = version
        return self._able

    def would_carry_w(self, able: Mask, wanted_w: Array | None = None) -> Array:
        """(power node,) output in W if these were in order and closed, and called sets ran."""
        generator_on = self.generators.would_give(able)
        closed = self.generators.boards.as_it_would_stand(able, generator_on)
        return self.trial.output_w(able, generator_on, closed, wanted_w)

    def able_if(self, tripped: Mask, opened: Mask) -> Mask:
        """(power node,) the same with these tripped, and these loads opened."""
        in_order = self.world.state.faults.component_ok[self.tree.component]
        in_order = in_order | self.world.state.ups.maintained
        return (self.is_load | (in_order & ~tripped)) & ~opened

    def settle(self) -> bool:
        """Find out who is live; True where that changed."""
        if self._nothing_new():
            return False
        before = _Before(self.own.good, self.own.on_battery, self.storage.helped())
        changed = self._voltages(before)
        self._log_batteries(before.on_battery)
        self.storage.tell_help(before.helped)
        self.counters.look()
        return changed

    def _voltages(self, before: _Before) -> bool:
        """Work out who has voltage; True where that may have changed."""
        own = self.own
        stored = self.batteries.stored()
        self.generators.fall_out(self.able())
        closed = self.transfers.opened(self.generators.boards.closed(self.able()))
        able = self.able() & self.transfers.settled()
        fuelled = self.generators.fuel.there()
        left = own.leaves_s <= self.world.now_s
        moving = own.moving_until_s > self.world.now_s
        ready = self.storage.ready(able)
        standing = (able, stored, ready, own.generator_on, own.on_standby)
        seen = np.concatenate([*standing, fuelled, left, moving])
        if np.array_equal(seen, own.seen):
            return False
        own.seen = seen
        source = self.is_mains | (self.is_generator & own.generator_on)
        carried, wires = self.storage.take_part(ready, able, source, stored, closed)
        own.live = flow.live(wires, able, source, stored | carried, closed)
        input_frac = self.sags.look(stored, closed)
        closed = self.sags.usable(closed) if self.sags.any() else closed
        fed = flow.fed(wires, own.live, closed)
        own.on_battery = self._on_battery(fed, stored, carried, input_frac, closed)
        if self.batteries.gap(before.good & own.on_battery & ~before.on_battery):
            own.on_battery = before.on_battery
            return self._voltages(before)
        self.batteries.walk_in(before.on_battery & ~own.on_battery & own.live)
        own.share = flow.shares(wires, own.live, own.on_battery, closed)
        own.share *= own.walk_in_frac[self.wires.taker]
        own.version += 1
        self._lose(before.good & ~own.good)
        if self.transfers.move():
            return self._voltages(before)
        self.generators.call(able)
        return True

    def _on_battery(
        self, fed: Mask, stored: Mask, carried: Mask, input_frac: Array, closed: Mask | None
    ) -> Mask:
        """(power node,) UPS that their input does not feed, or feeds with too low a voltage, and
        boards without a supply that a BESS carries.
        """
        own = self.own
        if self.sags.any():
            fed &= (input_frac >= 1.0 - self.tree.ups.input_window_frac) | ~stored
        locked = self.world.state.ups.locked_out
        if locked.any():
            reached = flow.live(self.wires, own.live, self.is_utility, ~own.live, closed)
            fed &= ~(locked & flow.fed(self.wires, reached, closed) & stored)
        return (self.is_ups | carried) & own.live & ~fed

    def _lose(self, gone: Mask) -> None:
        """Note when voltage went, and what loads that ran drew until then."""
        own = self.own
        own.lost_s[gone] = self.world.now_s
        ran = gone & self.is_load & (own.input_w > 0)
        ran[self.tree.load_of_rack] &= self.world.state.racks.rack_on
        own.lost_input_w[ran] = own.input_w[ran]

    def _nothing_new(self) -> bool:
        """Whether nothing that decides about voltage can have changed since it was worked out."""
        state = self.world.state
        own = self.own
        ups = state.ups.version
        opened = (state.protection.version, state.shedding.version)
        version = (state.faults.version, *opened, own.version, ups)
        unchanged = (
            version == self._seen_version
            and self.transfers.last_s <= self._seen_s
            and not self.batteries.move()
            and not self.generators.fuel.moves()
        )
        if self.sags.gave_up(self._seen_s):
            own.version += 1
        self._seen_version = version
        self._seen_s = self.world.now_s
        self.transfers.look()
        return unchanged

    def _log_batteries(self, was: Mask) -> None:
        now = self.own.on_battery
        for p in np.flatnonzero(now != was):
            if not self.is_ups[p]:
                self.storage.tell(int(p), bool(now[p]))
            elif now[p]:
                self.world.note(self.tree.id[p], EventKind.ON_BATTERY, self._why_on_battery(int(p)))
                self.counters.count(int(p))
            else:
                why = self.batteries.why_off(int(p))
                self.world.note(self.tree.id[p], EventKind.OFF_BATTERY, why)

    def _why_on_battery(self, p: int) -> str:
        live = self.own.live[self.wires.supply[self.wires.taker == p]]
        return "its input is out of its window" if live.any() else "its supplies are gone"

    def hold(self) -> None:
        """Flow power from the loads up, with what UPS batteries take or give."""
        own = self.own
        tree = self.tree
        load = np.zeros(len(tree.id))
        load[tree.load_of_rack] = self.world.state.racks.rack_w
        load[tree.load_of_unit] = self.world.state.units.unit_w
        load[tree.load_of_other] = tree.other_load_w
        self.batteries.ask_recharge()
        drawn = self.boards.decide(load + own.recharge_w, self._through)
        own.output_w, own.input_w = self._through(drawn)
        self.batteries.hold()
        self.boards.hold()
        own.lost_w = self._lost_w(own.output_w, own.input_w, own.recharge_w, own.drain_w)
        self.generators.fuel.hold()

    def _through(self, drawn_w: Array) -> tuple[Array, Array]:
        """(..., power node) output and input, of what is drawn at each."""
        own = self.own
        stages = self._stages()
        known = self._flowed
        asked = (drawn_w.copy(), own.share, own.live)
        if known is None or known[0] is not stages or not all(map(np.array_equal, known[1], asked)):
            known = (stages, asked, flow.through(stages, *asked))
            self._flowed = known
        output_w, input_w = known[2]
        return output_w.copy(), input_w.copy()

    def _stages(self) -> tuple[flow.Stage, ...]:
        """The tree as it is now: UPS on their bypasses lose less."""
        ups = self.world.state.ups
        if not (self.has_ups and ups.on_bypass.any()):
            return self.stages
        if ups.version != self._bypassed_stages[0]:
            losses = bypass_losses(self.world, _losses(self.tree))
            staged = flow.stages(self.wires, self.tree.rating_w, losses)
            self._bypassed_stages = (ups.version, staged)
        return self._bypassed_stages[1]

    def _lost_w(self, output_w: Array, input_w: Array, recharge_w: Array, drain_w: Array) -> Array:
        """(..., power node) loss of each stage, battery conversion included."""
        stage = np.where(self.is_load, 0.0, input_w - output_w - recharge_w)
        stage = stage + self.boards.made_w(drain_w)
        charging = recharge_w * (1.0 - self.tree.battery_charge_frac)
        return np.where(self.own.live, stage, 0.0) + charging

    def at_rest(self) -> bool:
        """No battery of a UPS moves, and no tank that may run dry."""
        burns = self.generators.fuel.moves()
        return not burns and self.boards.at_rest() and self.batteries.at_rest()

    def apart(self) -> bool:
        """Nothing at a board answers what racks draw."""
        return not self.boards.any

    def foretell(self, stretch: Stretch) -> None:
        """Flow the power of every set."""
        tree = self.tree
        load = np.zeros((len(stretch.unit_w), len(tree.id)))
        load[:, tree.load_of_rack] = stretch.rack_w
        load[:, tree.load_of_unit] = stretch.unit_w
        load[:, tree.load_of_other] = tree.other_load_w
        drawn = self.boards.foretold_w(stretch, load, self._through)
        stretch.output_w, stretch.input_w = self._through(drawn)
        self.boards.foretell(stretch)
        stretch.lost_w = self._lost_w(
            stretch.output_w, stretch.input_w, *self.batteries.cells_w(stretch)
        )
        self.batteries.foretell(stretch)

    def live_through(self, stretch: Stretch) -> None:
        """The last look's power holds."""
        self.own.output_w = stretch.output_w[-1].copy()
        self.own.input_w = stretch.input_w[-1].copy()
        self.own.lost_w = stretch.lost_w[-1].copy()
        self.boards.storage.live_through(stretch)
        self.batteries.live_through(stretch)
        self.generators.fuel.hold()

    def advance(self, span_s: float) -> None:
        """Move batteries and tanks on; protection has its own."""
        self.generators.fuel.advance(span_s)
        self.batteries.advance(span_s)

    def next_s(self) -> float:
        """Seconds until a battery is empty or full, a tank dry, or a switch has changed over."""
        parts = (self.batteries, self.sags, self.transfers, self.generators.fuel)
        return min(part.next_s() for part in parts)


def _losses(tree: PowerTree) -> tuple[Array, Array, Array]:
    return tree.loss_idle_frac, tree.loss_linear_frac, tree.loss_square_frac
