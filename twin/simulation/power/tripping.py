"""What would trip under a load: asked before a hand closes, and before a board goes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array
from twin.physics.power import trip_rate_per_s
from twin.simulation.kernel.world import World
from twin.simulation.power.bypass import Bypasses

LOOK_AGAIN_S = 300.0
"""How often the control room looks whether what it did not close would hold now; assumed."""
_SAME = 1.0 + 1e-9
"""A rate within this factor has not risen; the rest is rounding."""


@dataclass(frozen=True)
class WouldTrip:
    """What would trip, under what load, and how fast it would run towards that."""

    node: int
    load_w: float
    rate_per_s: float


class Tripping:
    """Curves and steps of everything that trips; changes nothing."""

    def __init__(self, world: World) -> None:
        self.tree = world.facility.power
        self.bypasses = Bypasses(world)
        stepped = self.tree.ups.has_steps
        self.pickup_frac = np.where(stepped, np.inf, self.tree.trip_pickup_frac)
        """(power node,) of those that go by a curve; UPS go by steps."""

    def rate_per_s(self, output_w: Array) -> Array:
        """(..., power node) how fast each runs towards its trip at a load (..., power node)."""
        tree = self.tree
        rate = trip_rate_per_s(
            np.abs(output_w) / tree.trip_rating_w,
            self.pickup_frac,
            tree.trip_constant_s,
            tree.trip_instantaneous_frac,
        )
        by_steps = self.bypasses.rate_per_s(output_w)
        if by_steps is not None:
            rate[..., self.bypasses.rows] = by_steps
        return rate

    def first(self, output_w: Array, before_w: Array) -> WouldTrip | None:
        """What would trip first at a load (power node,); None where nothing would run faster
        towards its trip than it does before.

        before_w  (power node,) the load without the step that is asked about, found alike
        """
        rate = self.rate_per_s(output_w)
        rate[rate <= self.rate_per_s(before_w) * _SAME] = 0.0
        first = int(np.argmax(rate))
        if rate[first] <= 0:
            return None
        return WouldTrip(first, float(output_w[first]), float(rate[first]))

    def words(self, trip: WouldTrip) -> str:
        """What would trip, of what and when."""
        rating_kw = self.tree.rating_w[trip.node] / 1e3
        return (
            f"{self.tree.id[trip.node]} would carry {trip.load_w / 1e3:,.0f} kW on a rating of "
            f"{rating_kw:,.0f} kW and trip after {1.0 / trip.rate_per_s:,.0f} s"
        )
