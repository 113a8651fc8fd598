"""Valves on the facility water of coolant units that hold the coolant they supply: shut, throttling
or open. Where nobody states a set-point they stand open, and coolant is as cold as water makes it.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Mask, add_at, total_by
from twin.simulation.faults.commands import COMPROMISE, FROZEN, SPOOFED, coolant_units, valves_now
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World

MEDDLING = (COMPROMISE, FROZEN, SPOOFED)
"""What somebody may do to the controller of a coolant unit."""


class Valves(Discipline):
    """The valves of one run; each follows the coolant of its loop as its controller sees it.

    Arrays are (unit,) over coolant units. Laws are those of coils that hold their air: the coolant
    supplied stands for the air drawn in, and the gain of the valve for the stream.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.valves
        self.cooling = world.facility.cooling
        units = self.cooling.units
        unit = coolant_units(world)
        self.name = [units.id[u] for u in unit.tolist()]
        self.loop = units.zone[unit]
        self.coolant = self.cooling.loop_node
        water = np.array([plant.node for plant in self.cooling.plants], dtype=np.int64)
        self.water = water[self.cooling.loop_plant]
        self._terms: tuple[Array, Array, Array] | None = None
        self._known: tuple[Array, bool] = (np.zeros(0), False)

    @property
    def governed(self) -> bool:
        """Whether any unit holds a set-point, or is kept from it."""
        return self._stated() or self._meddled()

    def _stated(self) -> bool:
        """Whether a set-point is; set-points that change are another array."""
        degc = self.world.state.controls.coolant_degc
        if self._known[0] is not degc:
            self._known = (degc, bool(np.isfinite(degc).any()))
        return self._known[1]

    def _meddled(self) -> bool:
        """Whether an intruder or a sensor is at any controller."""
        altered = self.world.state.faults.altered
        return any(what in MEDDLING and who in self.name for what, who, _ in altered)

    def hold(self) -> None:
        """Put every valve where its coolant asks for it."""
        self.choose()

    def choose(self) -> bool:
        """The same; True where one changed."""
        self._terms = None
        if not self.governed:
            return False
        before = self.own.piece
        self.own.piece = valves_now(self.world).piece(before, *self._degc())
        return not np.array_equal(before, self.own.piece)

    def _degc(self) -> tuple[Array, Array]:
        """(unit,) coolant supplied, and facility water."""
        degc = self.world.state.heat.temperature_degc
        return degc[self.coolant[self.loop]], degc[self.water[self.loop]]

    def terms(self) -> tuple[Array, Array, Array]:
        """(loop,) heat to the water as g_coolant T_coolant - g_water T_water + constant."""
        if not self.governed:
            open_w_k = self.world.state.flows.loop_w_k
            return open_w_k, open_w_k, np.zeros(open_w_k.size)
        if self._terms is None:
            found = valves_now(self.world).terms(self.own.piece)
            of_coolant, of_water, constant = (self._of_loop(one) for one in found)
            self._terms = (of_coolant, of_water, constant)
        return self._terms

    def _of_loop(self, values: Array) -> Array:
        return total_by(self.loop, values, self.coolant.size)

    def inject(self, heat_w: Array) -> None:
        """Enter the constant part of what passes into heat (..., node)."""
        if self.governed:
            constant_w = self.terms()[2]
            add_at(heat_w, self.coolant, -constant_w)
            add_at(heat_w, self.water, constant_w)

    def passed_j(self, degc_s: Array, span_s: Array | float) -> Array:
        """(..., loop) heat passed, from integrals of temperatures (..., node)."""
        coolant = degc_s[..., self.coolant]
        of_coolant, of_water, constant = self.terms()
        if of_coolant is of_water:
            return np.asarray(of_water * (coolant - degc_s[..., self.water]))
        passed = of_coolant * coolant - of_water * degc_s[..., self.water]
        return np.asarray(passed + constant * span_s)

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter the coolant at which a valve leaves its piece."""
        if not self.governed:
            return
        lows, highs = valves_now(self.world).ends_degc(self.own.piece, self._degc()[1])
        node = self.coolant[self.loop]
        np.minimum.at(upper, node, highs)
        np.maximum.at(lower, node, lows)

    def stays(self, stretch: Stretch) -> Mask:
        """(instant,) whether every valve is still on its piece at the end of an interval."""
        at = stretch.temperature_degc[1:]
        if not self.governed:
            return np.ones(len(at), dtype=bool)
        ends = (at[:, self.coolant[self.loop]], at[:, self.water[self.loop]])
        piece = valves_now(self.world).piece(self.own.piece, *ends)
        return np.asarray((piece == self.own.piece).all(axis=1))

    def limit(self, stretch: Stretch, upper: Array, lower: Array) -> None:
        """Enter into (instant, node) the coolant at which a valve leaves its piece in an interval
        of a stretch.
        """
        if not self.governed:
            return
        water = stretch.temperature_degc[:-1, self.water[self.loop]]
        lows, highs = valves_now(self.world).ends_degc(self.own.piece, water)
        node = self.coolant[self.loop]
        np.minimum.at(upper.T, node, highs.T)
        np.maximum.at(lower.T, node, lows.T)
