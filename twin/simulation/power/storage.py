"""BESS at their boards: what their rules ask of them, what they can do, and boards they carry."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Array, Mask, total_by
from twin.physics import flow
from twin.physics.battery import BATTERY_EMPTY_J
from twin.physics.least_supply import asking_less, helped_w, reached_w, stands_alone
from twin.quantities import percent
from twin.results.enums import EventKind
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World
from twin.simulation.power.storage_rules import Rules
from twin.simulation.state.power import SupplyState

NEAR_W = 1e-3
"""A board that arrays carry needs no more than this of its store: rounding."""
Flow = Callable[[Array], tuple[Array, Array]]
"""Output and input of every power node, of what is drawn at each."""


class BoardStorage:
    """Part of the power discipline, whose blocks it writes.

    What a BESS takes stands in `recharge_w` of its node and what leaves its cells in `drain_w`, as
    with the battery of a UPS, so that energies, balance and the record have one way for both.
    """

    def __init__(self, world: World, wires: flow.Wiring) -> None:
        self.world = world
        self.own = world.state.storage
        self.tree = world.facility.power
        self.bess = self.tree.bess
        self.any = bool(self.bess.node.size)
        self.wires = wires
        self.rules = Rules(world)
        self.rating_w = self.tree.rating_w[self.bess.node]
        self.forming = np.isfinite(self.bess.forming_s)
        self.is_board = np.zeros(len(self.tree.id), dtype=bool)
        self.is_board[self.bess.board[self.forming]] = True
        self.gap_s = np.zeros(len(self.tree.id))
        np.maximum.at(self.gap_s, self.bess.board[self.forming], self.bess.forming_s[self.forming])

    @property
    def supply(self) -> SupplyState:
        """The block of the power discipline."""
        return self.world.state.supply

    def held_j(self) -> Array:
        """(BESS,) energy in each."""
        return self.supply.battery_j[self.bess.node]

    def islanded(self) -> Mask:
        """(BESS,) whose board has no supply but them."""
        return self.supply.on_battery[self.bess.board] & self.forming

    def helping(self) -> Mask:
        """(BESS,) that give what the supplies of their board do not reach."""
        return (self.own.help_w[self.bess.board] > 0) & self.forming

    def ready(self, able: Mask) -> Mask:
        """(BESS,) in working order that could carry their board now."""
        held = self.held_j() > self.bess.soc_min_frac * self.bess.energy_j + BATTERY_EMPTY_J
        return np.asarray(held & able[self.bess.node] & self.forming)

    def take_part(
        self, ready: Mask, able: Mask, source: Mask, stored: Mask, closed: Mask | None
    ) -> tuple[Mask, flow.Wiring]:
        """(power node,) boards that BESS could carry alone, and the wiring in which boards whose
        supplies reach too little are helped by theirs; who is helped is kept.

        ready  (BESS,); the rest as for `twin.physics.least_supply.helped_w`
        """
        wires = self.wires
        store_w = total_by(self.bess.board, np.where(ready, self.rating_w, 0.0), stored.size)
        plain = (store_w > 0) & (wires.minimum_w <= 0)
        help_w = helped_w(wires, able, source, stored | plain, store_w, closed)
        if not np.array_equal(help_w, self.own.help_w):
            self.own.help_w = help_w
        return plain | stands_alone(wires, help_w), asking_less(wires, help_w)

    def bounds_j(self) -> tuple[Array, Array]:
        """(power node,) energy at which each battery of the tree is empty, and full."""
        low = np.zeros(len(self.tree.id))
        high = self.tree.battery_j
        if self.any:
            high = high.copy()
            low[self.bess.node], high[self.bess.node] = self._window_j()
        return low, high

    def _window_j(self) -> tuple[Array, Array]:
        """(BESS,) energies between which each may move now."""
        bess = self.bess
        counted_on = self.islanded() | self.helping()
        reserve = np.where(counted_on, 0.0, bess.reserve_frac)
        low = np.maximum(bess.soc_min_frac, reserve) * bess.energy_j
        high = bess.soc_max_frac * bess.energy_j
        kept = self.rules.kept_frac() * bess.energy_j
        heading = np.where(counted_on, 0, self.rules.heading())
        low = np.where(heading < 0, np.maximum(low, kept), low)
        return low, np.where(heading > 0, np.minimum(high, kept), high)

    def room_w(self, output_w: Array) -> tuple[Array, Array]:
        """(BESS,) most that each may give and take now, at outputs (power node,) without them."""
        bess = self.bess
        held = self.held_j()
        low = np.maximum(bess.soc_min_frac, bess.reserve_frac) * bess.energy_j
        with_grid = self.supply.live[bess.node] & ~self.islanded() & ~self.helping()
        with_grid &= not self.supply.generator_on.any()
        sharers = np.bincount(bess.board, minlength=len(self.tree.id))[bess.board]
        drawn = np.maximum(output_w[bess.board], 0.0) / np.maximum(sharers, 1)
        gives = with_grid & (held > low + BATTERY_EMPTY_J)
        takes = with_grid & (held < bess.soc_max_frac * bess.energy_j - BATTERY_EMPTY_J)
        most_given = np.where(gives, np.minimum(self.rating_w, drawn), 0.0)
        return most_given, np.where(takes, self.tree.recharge_w[bess.node], 0.0)

    def island_room_w(self) -> Array:
        """(power node,) what stores that carry their board alone can take of its sun."""
        return total_by(self.bess.board, self._takes_alone_w(), len(self.tree.id))

    def _takes_alone_w(self) -> Array:
        """(BESS,) the same of each."""
        bess = self.bess
        some = self.held_j() < bess.soc_max_frac * bess.energy_j - BATTERY_EMPTY_J
        takes = some & self.islanded() & self.supply.live[bess.node]
        return np.where(takes, self.tree.recharge_w[bess.node], 0.0)

    def _surplus_w(self, output_w: Array) -> Array:
        """(BESS,) what each takes of the sun that the board which they carry leaves over."""
        output_w = output_w[self.bess.board]
        if not (output_w < -NEAR_W).any():
            return np.zeros(output_w.size)
        left_w = np.where(output_w < -NEAR_W, -output_w, 0.0)
        room_w = self.island_room_w()[self.bess.board]
        share = np.minimum(left_w / np.where(room_w > 0, room_w, 1.0), 1.0)
        return self._takes_alone_w() * share

    def standby_w(self) -> Array:
        """(power node,) what BESS with voltage draw for themselves."""
        drawn = np.zeros(len(self.tree.id))
        drawn[self.bess.node] = np.where(self.supply.live[self.bess.node], self.bess.standby_w, 0.0)
        return drawn

    def decide(self, drawn_w: Array, through: Flow) -> Array:
        """Set what each BESS takes or gives, and return what is drawn at every node with that.

        drawn_w  (power node,) without them, standby included
        """
        own = self.own
        output_w, input_w = through(drawn_w)
        gives_w, takes_w = self.room_w(output_w)
        power_w = self.rules.ask(drawn_w, input_w, (gives_w, takes_w), through)
        power_w = power_w + self._surplus_w(output_w) - self._help_w(input_w)
        own.given_w = np.maximum(-power_w, 0.0)
        self.supply.recharge_w[self.bess.node] = np.maximum(power_w, 0.0)
        self._tell_spent()
        asked = drawn_w.copy()
        asked[self.bess.node] += power_w
        return asked

    def _help_w(self, input_w: Array) -> Array:
        """(BESS,) what each gives beside supplies that reach too little: the rest of what its
        board draws, by their ratings.
        """
        helping = self.helping()
        if not helping.any():
            return np.zeros(helping.size)
        missing_w = np.maximum(input_w - reached_w(self.wires, self.supply.share > 0), 0.0)
        weight = np.where(helping & self.ready(self.supply.live), self.rating_w, 0.0)
        whole = total_by(self.bess.board, weight, input_w.size)[self.bess.board]
        need_w = weight / np.where(whole > 0, whole, 1.0) * missing_w[self.bess.board]
        return np.where(self.islanded(), 0.0, need_w)

    def _tell_spent(self) -> None:
        """Note who is asked for more than it holds, once."""
        own = self.own
        bess = self.bess
        low = np.maximum(bess.soc_min_frac, bess.reserve_frac) * bess.energy_j
        wanted = self.rules.wants_to_give()
        spent = wanted & (self.held_j() <= low + BATTERY_EMPTY_J)
        spent &= ~(self.islanded() | self.helping())
        for k in np.flatnonzero(spent & ~own.spent).tolist():
            name = self.tree.id[bess.node[k]]
            self.world.note(name, EventKind.STORAGE_EMPTY, "its rule asks for more than it holds")
        own.spent = spent

    def hold(self) -> None:
        """Take out of the cells what is given; carry the boards that have no other supply."""
        supply = self.supply
        bess = self.bess
        alone = self.islanded()
        if alone.any():
            self._carry(alone)
        supply.drain_w[bess.node] = self.own.given_w / self.tree.battery_discharge_frac[bess.node]
        taken_w = supply.recharge_w[bess.node]
        self.enter(supply.input_w, supply.output_w, taken_w, self.own.given_w)

    def enter(self, input_w: Array, output_w: Array, taken_w: Array, given_w: Array) -> None:
        """Let (..., power node) have what each takes and gives (..., BESS)."""
        node = self.bess.node
        input_w[..., node] = np.where(self.supply.live[node], taken_w + self.bess.standby_w, 0.0)
        output_w[..., node] = given_w

    def _carry(self, alone: Mask) -> None:
        """Let each board that stands alone take its input from its BESS, by their ratings; where
        arrays carry it all, standby included, they give nothing.
        """
        supply = self.supply
        bess = self.bess
        low = bess.soc_min_frac * bess.energy_j + BATTERY_EMPTY_J
        gives = alone & supply.live[bess.node] & (self.held_j() > low)
        weight = np.where(gives, self.rating_w, 0.0)
        whole = np.bincount(bess.board, weights=weight, minlength=len(self.tree.id))
        share = weight / np.where(whole > 0, whole, 1.0)[bess.board]
        need_w = share * supply.input_w[bess.board]
        need_w = np.where(need_w > NEAR_W, need_w, 0.0)
        self.own.given_w = np.where(alone, need_w, self.own.given_w)

    def helped(self) -> Mask:
        """(power node,) boards on supplies that reach enough with their BESS alone."""
        own = self.supply
        return np.asarray((self.own.help_w > 0) & own.live & ~own.on_battery)

    def tell_help(self, was: Mask) -> None:
        """Note which boards BESS have begun to help, or help no longer (power node,)."""
        for board in np.flatnonzero(self.helped() != was).tolist():
            what = EventKind.OFF_BATTERY if was[board] else EventKind.ON_BATTERY
            self.world.note(self.tree.id[board], what, self._why_helped(board, bool(was[board])))

    def _why_helped(self, board: int, was: bool) -> str:
        names = self._names(board)
        if was:
            return f"{names} no longer makes up for a supply"
        return f"its supplies reach less than its minimum_supply; {names} gives the rest"

    def tell(self, board: int, carried: bool) -> None:
        """Note that a board is on its BESS, or is no longer."""
        what = EventKind.ON_BATTERY if carried else EventKind.OFF_BATTERY
        self.world.note(self.tree.id[board], what, self._why(board, carried))

    def _why(self, board: int, carried: bool) -> str:
        names = self._names(board)
        if carried:
            return f"its supplies are gone; {names} carries it"
        mine = self._mine(board)
        left = float(self.held_j()[mine].sum() / self.bess.energy_j[mine].sum())
        fed = self.supply.live[board]
        return f"{'fed again' if fed else 'dark'}; {percent(left)} left in {names}"

    def _mine(self, board: int) -> Mask:
        """(BESS,) that may carry a board."""
        return np.asarray((self.bess.board == board) & self.forming)

    def _names(self, board: int) -> str:
        return ", ".join(self.tree.id[p] for p in self.bess.node[self._mine(board)])

    def drained_w(self, drain_w: Array) -> Array:
        """(..., power node) what leaves the cells of BESS: with it, what their stages take less
        what they give is what discharging and standby lose.
        """
        lost = np.zeros(drain_w.shape)
        lost[..., self.bess.node] = drain_w[..., self.bess.node]
        return lost

    def moves(self) -> bool:
        """Whether one takes or gives."""
        return bool(self.own.given_w.any() or self.supply.recharge_w[self.bess.node].any())

    def live_through(self, stretch: Stretch) -> None:
        """What each gave and took at the last look holds."""
        if stretch.given_w.size:
            self.own.given_w = stretch.given_w[-1].copy()
            self.supply.recharge_w = stretch.recharge_w[-1].copy()
            self.supply.drain_w = stretch.drain_w[-1].copy()
