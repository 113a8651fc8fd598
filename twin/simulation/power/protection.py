"""Protection: inverse-time devices that run while overloaded, trip, and are closed again by
hand.
"""

from __future__ import annotations

import numpy as np

from twin.simulation.kernel.clock import Process, Stage
from twin.simulation.kernel.world import World
from twin.simulation.power.supply import TRIP_RESET_S, Supply

_DONE = 1.0 - 1e-9
"""Damage from which a device trips; the rest is rounding."""


class Protection:
    """The protection discipline of one run."""

    def __init__(self, world: World, supply: Supply) -> None:
        self.world = world
        self.supply = supply

    def advance(self, dt_s: float) -> None:
        """Run overloaded devices towards their trip; the others recover at once."""
        rate = self.supply.trip_rate
        state = self.world.state
        finite = np.where(np.isfinite(rate), rate, 0.0)
        state.damage = np.where(rate > 0, state.damage + finite * dt_s, 0.0)

    def next_s(self) -> float:
        """Seconds until the next trip."""
        rate = self.supply.trip_rate
        state = self.world.state
        running = np.flatnonzero(rate)
        if not running.size:
            return np.inf
        return float(np.maximum((1.0 - state.damage[running]) / rate[running], 0.0).min())

    def act(self) -> None:
        """Open whatever has run out of time."""
        rate = self.supply.trip_rate
        state = self.world.state
        tree = self.supply.tree
        due = (rate > 0) & ((state.damage >= _DONE) | np.isinf(rate)) & ~state.tripped
        for p in np.flatnonzero(due):
            state.tripped[p] = True
            state.damage[p] = 0.0
            self.world.note(
                tree.id[p],
                "tripped",
                f"{state.output_w[p] / 1e3:,.0f} kW on a rating of "
                f"{tree.rating_w[p] / 1e3:,.0f} kW",
            )
            self.world.clock.start(self._reset(int(p)))
            self.world.stale = True

    def _reset(self, p: int) -> Process:
        yield self.world.clock.wait(Stage.PROTECTION, TRIP_RESET_S)
        self.world.state.tripped[p] = False
        self.world.note(self.supply.tree.id[p], "closed again", "by hand after a trip")
        self.world.stale = True
