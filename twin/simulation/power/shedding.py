"""Load shedding: opens loads before what feeds them trips, and picks them up again in steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.catalogue.equipment_kinds import Role, of_role
from twin.physics import flow
from twin.results.enums import EventKind
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World
from twin.simulation.power.sheddable import Sheddable
from twin.simulation.power.supply import Supply

ROUNDING = 1e-9
"""A load this share above its limit is at it."""
NAMED_MAX = 5
"""Loads that an event names before it counts the rest."""


class Shedding(Discipline):
    """The load shedding of one run; idle where the scenario asks for none."""

    def __init__(
        self, world: World, supply: Supply, waiting_loads: Callable[[World], Mask]
    ) -> None:
        self.world = world
        self.waiting_loads = waiting_loads
        self.own = world.state.shedding
        self.supply = supply
        self.tree = supply.tree
        self.control = world.facility.scenario.controls.load_shedding
        self.sheddable = Sheddable(world, self.control.order if self.control else ())
        above = self.control.above if self.control else 1.0
        self.limit_w = self.tree.rating_w * (above * (1.0 + ROUNDING))
        self.takes_steps = of_role(self.tree.kind, Role.STANDBY, Role.PRIME)
        self.relays_act: Callable[[Array, Array], bool] = _nobody_acts
        world.clock.can("loads are shed", self._shed)
        world.clock.can("loads are picked up", self._pick_up)

    def at_rest(self) -> bool:
        """Nothing open or about to be."""
        own = self.own
        return not (own.acts_soon or own.picks_up_soon or own.opened.any())

    def foretell(self, stretch: Stretch) -> None:
        """A look after which something is overloaded is lived through as an event."""
        if self.control is not None:
            fine = (stretch.output_w[1:] <= self.limit_w).all(axis=1)
            stretch.cut_sets(np.asarray(fine))

    def hold(self) -> None:
        """Act soon where something is overloaded, a load is dark, or an open one could be fed."""
        if self.control is None:
            return
        own = self.own
        if not own.acts_soon and (self._overloaded() or self._dark().size):
            own.acts_soon = True
            self._wait(self.control.act_after, "loads are shed")
        if not own.picks_up_soon and self._could_return().size:
            own.picks_up_soon = True
            self._wait(self.control.pick_up_every, "loads are picked up")

    def _wait(self, delay_s: float, action: str) -> None:
        self.world.clock.wait(Stage.CONTROLS, delay_s, action)

    def _overloaded(self) -> list[int]:
        """Power nodes above their limit with a load below them that may be opened, and is not."""
        over = np.flatnonzero(self.world.state.supply.output_w > self.limit_w).tolist()
        return [node for node in over if self._below(node, self.own.opened).size]

    def _below(self, node: int, opened: Mask) -> Index:
        """Loads below a node that may be opened, and are not, in order."""
        below = flow.below(self.supply.wires, node)
        order = self.sheddable.order()
        return np.asarray(order[below[order] & ~opened[order]])

    def _dark(self) -> Index:
        """Loads that may be opened and have no voltage."""
        order = self.sheddable.order()
        return order[~self.world.state.supply.live[order] & ~self.own.opened[order]]

    def _could_return(self) -> Index:
        """Open loads with a live supply, those first that were to be opened last."""
        if not self.own.opened.any():
            return np.zeros(0, dtype=np.int64)
        last_first = self.sheddable.order()[::-1]
        others = np.setdiff1d(np.flatnonzero(self.own.opened), last_first)
        opened = np.concatenate([last_first[self.own.opened[last_first]], others])
        fed = flow.fed(self.supply.wires, self.world.state.supply.live)
        return np.asarray(opened[fed[opened]])

    def _shed(self) -> None:
        """Open loads that are dark, then those that overload something."""
        own = self.own
        own.acts_soon = False
        dark = np.zeros_like(own.opened)
        dark[self._dark()] = True
        self.open(dark, "no voltage")
        for node in self._overloaded():
            more = self.for_node(node, self.world.state.protection.tripped, own.opened)
            load_kw = self.world.state.supply.output_w[node] / 1e3
            on = f"on a rating of {self.tree.rating_w[node] / 1e3:,.0f} kW"
            self.open(more, f"{self.tree.id[node]} carries {load_kw:,.0f} kW {on}")

    def for_node(self, node: int, tripped: Mask, opened: Mask) -> Mask:
        """(power node,) loads to be opened besides, in order, until a node is at its limit; all
        below it where that is not enough, none where it is at its limit already.

        tripped, opened   (power node,) as they would be
        """
        first = self._below(node, opened)

        def fine(count: int) -> bool:
            changed = opened.copy()
            changed[first[:count]] = True
            output_w = self.supply.would_carry_w(self.supply.able_if(tripped, changed))
            return bool(output_w[node] <= self.limit_w[node])

        more = np.zeros_like(opened)
        more[first[: _least(len(first), fine)]] = True
        return more

    def _wanted_w(self) -> Array:
        """(power node,) what loads draw, or drew before they went dark; those that wait for work at
        least what they drew at work when some were opened.
        """
        wanted_w = self.supply.trial.wanted_w()
        waits = self.waiting_loads(self.world)
        return np.where(waits, np.maximum(wanted_w, self.own.at_work_w), wanted_w)

    def open(self, loads: Mask, why: str) -> None:
        """Open loads (power node,)."""
        if not loads.any():
            return
        own = self.own
        own.at_work_w = np.where(self.supply.is_load, self._wanted_w(), 0.0)
        own.opened |= loads
        self._changed(EventKind.SHED, np.flatnonzero(loads), f"; {why}")

    def _pick_up(self) -> None:
        """Close as many open loads as fit once work goes on, in order, within a step of the
        generators.
        """
        own = self.own
        own.picks_up_soon = False
        first = self._could_return()
        fits, why = self._fitting(first)
        if fits > 0:
            own.opened[first[:fits]] = False
            own.at_work_w = own.at_work_w * own.opened.any()
            rest = f"; {len(first) - fits} more stay open: {why}" if why else ""
            self._changed(EventKind.PICKED_UP, first[:fits], rest)
        self.world.stale = True

    def _fitting(self, first: Index) -> tuple[int, str]:
        """How many of these open loads fit, the first first, and what keeps the next one open."""
        tripped = self.world.state.protection.tripped
        wanted_w = self._wanted_w()

        def carried_w(count: int) -> Array:
            still = self.own.opened.copy()
            still[first[:count]] = False
            return self.supply.would_carry_w(self.supply.able_if(tripped, still), wanted_w)

        before_w = carried_w(0)
        now_w = np.minimum(before_w, self.world.state.supply.output_w)  # some are yet to restart
        most_w = np.maximum(np.minimum(self.limit_w, self._step_w(now_w)), before_w)

        def refused(count: int) -> str:
            after_w = carried_w(count)
            over = np.flatnonzero(after_w > most_w * (1.0 + ROUNDING))
            if over.size:
                p = int(over[0])
                most = f"more than the {most_w[p] / 1e3:,.0f} kW that it may now"
                return f"{self.tree.id[p]} would carry {after_w[p] / 1e3:,.0f} kW, {most}"
            if self.relays_act(now_w, after_w):
                return "under-frequency relays would act once their work goes on"
            return ""

        count = _least(len(first), lambda count: bool(refused(count)))
        why = refused(count)
        return (max(count - 1, 0) if why else count), why

    def _step_w(self, before_w: Array) -> Array:
        """(power node,) what it may carry after one step: generators, prime ones too, take a share
        of their rating at once.
        """
        step_w = self.tree.standby.load_step_frac * self.tree.rating_w
        return np.where(self.takes_steps, before_w + step_w, np.inf)

    def _changed(self, what: EventKind, loads: Index, why: str) -> None:
        names = [self.tree.id[p] for p in loads[:NAMED_MAX]]
        more = f" and {len(loads) - NAMED_MAX} more" if len(loads) > NAMED_MAX else ""
        self.world.note("load shedding", what, f"{', '.join(names)}{more}{why}")
        self.own.version += 1
        self.world.stale = True


def _nobody_acts(_: Array, __: Array) -> bool:
    """Without relays."""
    return False


def _least(count: int, holds: Callable[[int], bool]) -> int:
    """The least of 0 to `count` that holds, where all after it do; `count` where none does."""
    low = 0
    high = count
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
