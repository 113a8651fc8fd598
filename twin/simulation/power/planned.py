"""Planned transfers: boards that leave a utility which is there, and go back to it when asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Index, Mask
from twin.physics.flow import Wiring
from twin.quantities import duration
from twin.results.enums import EventKind
from twin.simulation.kernel.world import World


class Planned:
    """Part of the power discipline, whose block it writes.

    A board under a plan counts as one that the utility does not reach, so that its generators are
    called; it leaves the utility when they carry it. With a gap it is open for that long at each
    transfer; without one the new supply is closed before the old one is opened.
    """

    def __init__(self, world: World, wires: Wiring, back: Callable[[int], Index]) -> None:
        self.world = world
        self.own = world.state.supply
        self.tree = world.facility.power
        self.wires = wires
        self.back = back
        """Sends a board back to the utility: the edges that feed it then, none where it stays."""
        world.clock.can("transfer begins", self._begins)
        world.clock.can("transfer ends", self._ends)

    def any(self) -> Mask:
        """(power node,) boards that are to stand on their generators."""
        return np.isfinite(self.own.planned_gap_s)

    def over(self, b: int, edges: Index, gap_s: float) -> None:
        """A board has gone over to these edges, live all of them."""
        own = self.own
        supply = int(self.wires.supply[edges[0]])
        if self.tree.priority[b]:
            own.fed_through[b] = supply
        own.moving_until_s[b] = self.world.now_s + gap_s
        how = f"open for {duration(gap_s)}" if gap_s else "without a gap"
        detail = f"to {self.tree.id[supply]} as planned, {how}"
        self.world.note(self.tree.id[b], EventKind.TRANSFERS, detail)

    def _begins(self, b: int, gap_s: float) -> None:
        self.own.planned_gap_s[b] = gap_s
        self._changed()

    def _ends(self, b: int) -> None:
        gap_s = float(self.own.planned_gap_s[b])
        self.own.planned_gap_s[b] = np.nan
        edges = self.back(b)
        if edges.size:
            self.over(b, edges, gap_s)
        self._changed()

    def _changed(self) -> None:
        self.own.version += 1
        self.own.seen = np.zeros(0, dtype=bool)  # voltages are to be worked out anew
        self.world.stale = True
