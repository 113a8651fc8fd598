"""Coils of air handlers that hold their supply air: shut, throttling or open."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from twin.arrays import Array, Mask
from twin.simulation.cooling.dampers import outdoor_frac
from twin.simulation.faults.commands import coils_now
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World


class Coils(Discipline):
    """Valves follow the air as they see it at each instant; between two, they hold their piece."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.coils
        self.air = world.facility.cooling.air
        self.water = world.facility.cooling.water_of_handler
        self._terms: tuple[Array, Array, Array] | None = None

    @cached_property
    def governed(self) -> bool:
        """Whether any handler has a set-point."""
        return bool(np.isfinite(self.air.supply_degc).any())

    def hold(self) -> None:
        """Put every valve where the air asks for it."""
        self.choose()
        self._terms = coils_now(self.world).terms(self.own.piece)

    def mix(self, return_degc: Array) -> None:
        """Set the dampers by the air of the hall (handler,), once a look around."""
        scan = self.world.state.plants.scan
        if self.own.scan != scan:
            self.own.scan = scan
            self.own.outdoor_frac = outdoor_frac(self.world, coils_now(self.world), return_degc)

    def choose(self) -> bool:
        """The same; True where one changed."""
        if not self.governed:
            return False
        degc = self.world.state.heat.temperature_degc
        before = self.own.piece
        piece = coils_now(self.world).piece(before, degc[self.air.handler_node], degc[self.water])
        self.own.piece = piece
        self._terms = None
        return not np.array_equal(before, piece)

    def terms(self) -> tuple[Array, Array, Array]:
        """(handler,) heat to the water as g_air T_drawn - g_water T_water + constant."""
        if self._terms is None:
            self._terms = coils_now(self.world).terms(self.own.piece)
        return self._terms

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter the air drawn in at which a valve leaves its piece."""
        if not self.governed:
            return
        degc = self.world.state.heat.temperature_degc
        lows, highs = coils_now(self.world).ends_degc(self.own.piece, degc[self.water])
        upper[self.air.handler_node] = highs
        lower[self.air.handler_node] = lows

    def ends(self, stretch: Stretch) -> tuple[Array, Array]:
        """(instant, handler) the same at the beginning of every interval of a stretch."""
        water = stretch.temperature_degc[:-1, self.water]
        return coils_now(self.world).ends_degc(self.own.piece, water)

    def stays(self, stretch: Stretch) -> Mask:
        """(instant,) whether every valve is still on its piece at the end of an interval."""
        at = stretch.temperature_degc[1:]
        if not self.governed:
            return np.ones(len(at), dtype=bool)
        piece = coils_now(self.world).piece(
            self.own.piece, at[:, self.air.handler_node], at[:, self.water]
        )
        return np.asarray((piece == self.own.piece).all(axis=1))
