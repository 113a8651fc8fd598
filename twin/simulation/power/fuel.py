"""Fuel of generators: what they burn, when a tank is dry, and who fills it again."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.model import PowerTree
from twin.physics.standby import DIESEL_M3_PER_J, EMPTY_M3, consumption_m3_s
from twin.results.enums import EventKind
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World


class Fuel:
    """Tanks of the generators; part of the power discipline, whose block it writes."""

    def __init__(self, world: World, rows: Index) -> None:
        self.world = world
        self.own = world.state.supply
        self.tree = world.facility.power
        self.rows = rows
        self.finite = bool(np.isfinite(self.tree.standby.tank_m3[rows]).any())
        world.clock.can("fuel is delivered", self._delivered)
        world.clock.can("tank is filled", self.fill)

    def there(self) -> Mask:
        """(power node,) not dry; true of all that burns none."""
        return self.own.fuel_m3 > EMPTY_M3

    def rate_m3_s(self, output_w: Array) -> Array:
        """(..., generator) fuel burnt at outputs (..., power node) by those that run now."""
        rows = self.rows
        tree = self.tree
        load_frac = output_w[..., rows] / tree.rating_w[rows]
        burnt = consumption_m3_s(
            load_frac, tree.standby.fuel_idle_m3_s[rows], tree.standby.fuel_half_m3_s[rows],
            tree.standby.fuel_full_m3_s[rows],
        )  # fmt: skip
        rated = np.isfinite(tree.rating_w[rows])
        burnt = np.where(rated, burnt, output_w[..., rows] * DIESEL_M3_PER_J)
        return np.where(self.own.running[rows], burnt, 0.0)

    def hold(self) -> None:
        """What is burnt from now on."""
        own = self.own
        if self.rows.size and (own.running.any() or own.fuel_rate_m3_s.any()):
            own.fuel_rate_m3_s[self.rows] = self.rate_m3_s(own.output_w)

    def moves(self) -> bool:
        """Whether a tank that can run dry is being emptied."""
        return self.finite and bool(self.own.fuel_rate_m3_s.any())

    def advance(self, span_s: float) -> None:
        """Burn over a span."""
        own = self.own
        if self.rows.size and own.fuel_rate_m3_s.any():
            burnt = own.fuel_rate_m3_s * span_s
            own.fuel_m3 = np.maximum(own.fuel_m3 - burnt, 0.0)

    def next_s(self) -> float:
        """Seconds until a tank is dry."""
        if not self.moves():
            return np.inf
        own = self.own
        burning = np.flatnonzero(own.fuel_rate_m3_s)
        return float((own.fuel_m3[burning] / own.fuel_rate_m3_s[burning]).min())

    def left(self, g: int) -> str:
        """How long the fuel of a generator lasts, in words; empty where it never ends."""
        full_m3_s = self.tree.standby.fuel_full_m3_s[g]
        if not np.isfinite(self.own.fuel_m3[g]) or full_m3_s <= 0:
            return ""
        return f"; fuel for {self.own.fuel_m3[g] / full_m3_s:,.0f} s at full load"

    def order(self, g: int) -> None:
        """Order a delivery for a generator that has started, where somebody brings fuel."""
        wait_s = float(self.tree.standby.refuel_s[g])
        if np.isfinite(wait_s) and not self.own.fuel_ordered[g]:
            self.own.fuel_ordered[g] = True
            self.world.clock.wait(Stage.POWER, wait_s, "fuel is delivered", g)

    def _delivered(self, g: int) -> None:
        self.own.fuel_ordered[g] = False
        self.fill(g, np.inf)
        if self.own.running[g]:
            self.order(g)

    def fill(self, g: int, amount_m3: float) -> None:
        """Put fuel into a tank, as much as it holds."""
        own = self.own
        room_m3 = float(_room_m3(self.tree, own.fuel_m3, g))
        poured_m3 = min(amount_m3, room_m3)
        own.fuel_m3[g] += poured_m3
        own.version += 1
        self.world.stale = True
        self.world.note(
            self.tree.id[g], EventKind.REFUELLED, f"{poured_m3 * 1e3:,.0f} L{self.left(g)}"
        )


def _room_m3(tree: PowerTree, fuel_m3: Array, g: int) -> float:
    """What still goes into a tank; nothing into one that never ends."""
    return (
        float(tree.standby.tank_m3[g] - fuel_m3[g]) if np.isfinite(tree.standby.tank_m3[g]) else 0.0
    )
