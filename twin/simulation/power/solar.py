"""Solar arrays at their boards: what daylight gives them, and what the site lets them give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.catalogue.equipment_kinds import Role, of_role
from twin.physics.flow import Wiring
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World
from twin.simulation.power.arbitrage import SiteDraw
from twin.simulation.power.storage_rules import least_draw_w
from twin.simulation.state.power import SupplyState

Flow = Callable[[Array], tuple[Array, Array]]
"""Output and input of every power node, of what is drawn at each."""
_NEAR_W = 1e-6
"""Draws closer than this are the same."""
_ABOUT_ONE = 0.9
"""Of what is held back, losses leave so much or more to the source that is watched."""


class BoardSolar:
    """Part of the power discipline, whose blocks it writes.

    An array is a node of the tree that draws less than nothing. Its inverters follow the grid: they
    rest without voltage and while generators run; at a board that a battery store carries they give
    no more than the board draws and the store can take. Where no more may leave the site all are
    held back alike; those that a machine runs beside, so that it keeps the least load it runs on.
    """

    def __init__(self, world: World, wires: Wiring) -> None:
        self.world = world
        self.own = world.state.solar
        self.wires = wires
        self.solar = world.facility.power.solar
        self.any = bool(self.solar.node.size)
        self.utilities = np.flatnonzero(of_role(world.facility.power.kind, Role.SUPPLY))
        self.prime = np.flatnonzero(of_role(world.facility.power.kind, Role.PRIME))
        self.least_load_w = world.facility.power.least_load_w
        self.least_w = least_draw_w(world)
        world.clock.can("daylight changes", self._change)

    @property
    def supply(self) -> SupplyState:
        """The block of the power discipline."""
        return self.world.state.supply

    def schedule(self) -> None:
        """Put the first change of daylight on the clock; each calls the next."""
        if self.any:
            self._wait(0)

    def _wait(self, step: int) -> None:
        if step < self.solar.time_s.size:
            delay_s = max(float(self.solar.time_s[step]) - self.world.clock.now_s, 0.0)
            self.world.clock.wait(Stage.POWER, delay_s, "daylight changes", step)

    def _change(self, step: int) -> None:
        self.own.available_w = self.solar.available_w[step].copy()
        self.world.stale = True
        self._wait(step + 1)

    def offer(self, drawn_w: Array, room_w: Array, through: Flow) -> Array:
        """What is drawn at every node (power node,) with what arrays could give.

        room_w  (power node,) what stores that carry a board alone can take
        """
        supply = self.supply
        node = self.solar.node
        could = supply.live[node] & (not supply.generator_on.any())
        given = np.where(could, self.own.available_w, 0.0)
        if given.any() and supply.on_battery.any():
            given = self._within_islands(given, drawn_w, room_w, through)
        self.own.given_w = given
        return self._more(drawn_w, -given)

    def _within_islands(self, given: Array, drawn_w: Array, room_w: Array, through: Flow) -> Array:
        """(array,) what boards without other supplies, and their stores, take of what is given."""
        above = self._above()
        for board in np.flatnonzero(self.supply.on_battery & above.any(axis=0)).tolist():
            asked_w = self._more(drawn_w, -given)

            def output_w(back_w: Array, board: int = board, asked_w: Array = asked_w) -> float:
                return float(through(self._more(asked_w, back_w))[0][board])

            below_w = np.where(above[:, board], given, 0.0)
            given = given - _too_much_w(below_w, output_w, -float(room_w[board]))
        return given

    def _above(self) -> Mask:
        """(array, power node) through which nodes each gives now."""
        flows = self.supply.share > 0
        taker = self.wires.taker[flows]
        giver = self.wires.supply[flows]
        above = np.zeros((len(self.supply.live), self.solar.node.size), dtype=bool)
        above[self.solar.board, np.arange(self.solar.node.size)] = True
        for _ in self.wires.levels:
            np.logical_or.at(above, giver, above[taker])
        return above.T

    def hold_back(self, drawn_w: Array, through: Flow) -> Array:
        """What is drawn at every node once no more leaves the site than may, and machines run on
        no less than they can.
        """
        above = self._above() if self.own.given_w.any() else None
        if above is None:
            return drawn_w
        if np.isfinite(self.least_w) and self.utilities.size:
            drawn_w = self._within_export(above, drawn_w, through)
        return self._above_least_loads(above, drawn_w, through) if self.prime.size else drawn_w

    def _within_export(self, above: Mask, drawn_w: Array, through: Flow) -> Array:
        """The same with arrays that reach a utility held back, all alike."""

        def site_w(back_w: Array) -> float:
            return float(through(self._more(drawn_w, back_w))[1][self.utilities].sum())

        there = above[:, self.utilities].any(axis=1)
        given_w = np.where(there, self.own.given_w, 0.0)
        return self._held(drawn_w, _too_much_w(given_w, site_w, self.least_w))

    def _above_least_loads(self, above: Mask, drawn_w: Array, through: Flow) -> Array:
        """The same with arrays held back, machine by machine, for the least load of each: what is
        held back for one only loads others more.

        above  (array, power node) through which nodes each gives now
        """
        for machine in self._loaded().tolist():
            given_w = np.where(above[:, machine], self.own.given_w, 0.0)
            if given_w.any():
                drawn_w = self._held(drawn_w, self._back_w(machine, given_w, drawn_w, through))
        return drawn_w

    def _back_w(self, machine: int, given_w: Array, drawn_w: Array, through: Flow) -> Array:
        """(array,) what those that give a machine's takers something hold back for it."""

        def machine_w(back_w: Array) -> float:
            return float(through(self._more(drawn_w, back_w))[0][machine])

        return _too_much_w(given_w, machine_w, float(self.least_load_w[machine]))

    def _loaded(self) -> Index:
        """Power nodes of machines that something takes from now."""
        gives = np.zeros(len(self.supply.live), dtype=bool)
        gives[self.wires.supply[self.supply.share > 0]] = True
        return self.prime[self.supply.live[self.prime] & gives[self.prime]]

    def _held(self, drawn_w: Array, back_w: Array) -> Array:
        """What is drawn once so much (array,) is held back."""
        self.own.given_w = self.own.given_w - back_w
        return self._more(drawn_w, back_w)

    def _more(self, drawn_w: Array, back_w: Array) -> Array:
        drawn = drawn_w.copy()
        drawn[self.solar.node] += back_w
        return drawn

    def hold(self) -> None:
        """What each gives leaves it, and nothing comes in."""
        self._enter(self.supply.output_w, self.supply.input_w)

    def _enter(self, output_w: Array, input_w: Array) -> None:
        output_w[..., self.solar.node] = self.own.given_w
        input_w[..., self.solar.node] = 0.0

    def generated_w(self) -> Array:
        """(power node,) what arrays make of daylight, which their stages give on."""
        made = np.zeros(len(self.supply.live))
        made[self.solar.node] = self.own.given_w
        return made

    def held_back(self) -> bool:
        """Whether the site, and not daylight, says what they give."""
        return bool((self.own.given_w < self.own.available_w).any())

    def foretell(self, stretch: Stretch) -> None:
        """A look after which more would leave than may, or a machine would run on less than it can,
        is lived through as an event.
        """
        self._enter(stretch.output_w, stretch.input_w)
        if not self.own.given_w.any():
            return
        site_w = stretch.input_w[:, self.utilities].sum(axis=1)
        machines = self._loaded()
        enough = stretch.output_w[1:, machines] >= self.least_load_w[machines]
        stretch.cut_sets((site_w[1:] >= self.least_w) & enough.all(axis=1))


def _too_much_w(given_w: Array, reached_w: Callable[[Array], float], least_w: float) -> Array:
    """(array,) what arrays hold back, all alike, so that a power does not fall below its least.

    given_w     (array,) what those that can help are to give; 0 of others
    reached_w   that power, where arrays hold back so much (array,)
    least_w     negative where power may flow back
    """
    whole_w = float(given_w.sum())
    if whole_w <= 0.0:
        return np.zeros(given_w.size)

    def at_w(held_w: float) -> float:
        return reached_w(given_w * (held_w / whole_w))

    base_w = at_w(0.0)
    if base_w >= least_w - _NEAR_W:
        return np.zeros(given_w.size)
    gain = (at_w(whole_w) - base_w) / whole_w
    if gain <= 0.0:
        return np.zeros(given_w.size)
    gain = gain if gain < _ABOUT_ONE else 1.0  # of sources that share, each sees a part
    over = SiteDraw(at_w, base_w, least_w).over(gain)
    return np.asarray(given_w * (over.met(over.least_w, 0.0, whole_w) / whole_w))
