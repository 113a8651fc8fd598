"""Protection: inverse-time devices that run while overloaded, trip, and are closed again by
crews, who close nothing that would trip again.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.results.enums import EventKind
from twin.simulation.crews import Crews
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World
from twin.simulation.power.shedding import Shedding
from twin.simulation.power.supply import Supply
from twin.simulation.power.tripping import LOOK_AGAIN_S, WouldTrip

_DONE = 1.0 - 1e-9
"""Damage from which a device trips; the rest is rounding."""


class Protection(Discipline):
    """The protection discipline of one run."""

    def __init__(self, world: World, supply: Supply, crews: Crews, shedding: Shedding) -> None:
        self.world = world
        self.supply = supply
        self.shedding = shedding
        self.crews = crews
        self.own = world.state.protection
        self.tree = world.facility.power
        self.tripping = supply.trial.tripping
        self.bypasses = self.tripping.bypasses
        self._known: tuple[Array, bool] = (np.zeros(0), False)
        world.clock.can("protection is closed", self._close)
        world.clock.can("protection is looked at", self._look)

    def hold(self) -> None:
        """How fast each device runs towards its trip at the present load."""
        output_w = self.world.state.supply.output_w
        self.own.trip_rate_per_s = self.tripping.rate_per_s(output_w)
        self.bypasses.look(output_w)

    def _runs(self) -> bool:
        """Whether a device runs towards its trip; each load has another array of rates."""
        rate = self.own.trip_rate_per_s
        if self._known[0] is not rate:
            self._known = (rate, bool(rate.any()))
        return self._known[1]

    def at_rest(self) -> bool:
        """No device runs towards its trip."""
        return not (self._runs() or self.own.damage.any())

    def foretell(self, stretch: Stretch) -> None:
        """A look after which a device would run is lived through as an event."""
        still = (self.tripping.rate_per_s(stretch.output_w[1:]) == 0.0).all(axis=1)
        stretch.cut_sets(np.asarray(still))

    def advance(self, span_s: float) -> None:
        """Run overloaded devices towards their trip; the others recover at once."""
        own = self.own
        rate = own.trip_rate_per_s
        if not (self._runs() or own.damage.any()):
            return
        finite = np.where(np.isfinite(rate), rate, 0.0)
        own.damage = np.where(rate > 0, own.damage + finite * span_s, 0.0)

    def next_s(self) -> float:
        """Seconds until the next trip."""
        if not self._runs():
            return np.inf
        rate = self.own.trip_rate_per_s
        running = np.flatnonzero(rate)
        return float(np.maximum((1.0 - self.own.damage[running]) / rate[running], 0.0).min())

    def act(self) -> None:
        """Open whatever has run out of time."""
        own = self.own
        rate = own.trip_rate_per_s
        if not self._runs():
            return
        due = (rate > 0) & ((own.damage >= _DONE) | np.isinf(rate)) & ~own.tripped
        for p in np.flatnonzero(due):
            self._trip(int(p))

    def _trip(self, p: int) -> None:
        self.own.damage[p] = 0.0
        if self.bypasses.takes_over(p):
            self._changed()
            return
        load_kw = abs(self.world.state.supply.output_w[p]) / 1e3
        self.trip(p, f"{load_kw:,.0f} kW on a rating of {self.tree.rating_w[p] / 1e3:,.0f} kW")

    def trip(self, p: int, why: str) -> None:
        """Open a power node, and call who closes it."""
        own = self.own
        own.tripped[p] = True
        own.tripped_s[p] = self.world.now_s
        self.bypasses.opened(p)
        self.world.note(self.tree.id[p], EventKind.TRIPPED, why)
        self._call_crew(p)
        self._changed()

    def _call_crew(self, p: int) -> None:
        kind = self.tree.kind[p]
        since_s = float(self.own.tripped_s[p])
        self.crews.send(kind, self.crews.close_s(kind), "protection is closed", p, since_s)

    def _close(self, p: int, since_s: float) -> None:
        """A crew closes what stays closed: it, with all that others have left open, or alone; it
        does nothing where somebody has closed it meanwhile.
        """
        if not self.own.tripped[p] or self.own.tripped_s[p] != since_s:
            return
        left = np.flatnonzero(self.own.left_open | (np.arange(len(self.tree.id)) == p))
        for chosen in (left, np.array([p])):
            if self._worst(chosen) is None:
                self._close_all(chosen)
                return
        if self._shed_for(left):
            self._close_all(left)
        else:
            self._leave_open(p)

    def _shed_for(self, closed: Index) -> bool:
        """Have loads opened so that these hold once they are closed; False where that is not
        enough, and then none is.
        """
        opened = self.world.state.shedding.opened.copy()
        tripped = self.own.tripped.copy()
        tripped[closed] = False
        worst = self._worst(closed, opened)
        while worst is not None:
            more = self.shedding.for_node(worst.node, tripped, opened)
            if not more.any():
                return False
            opened |= more
            worst = self._worst(closed, opened)
        self.shedding.open(opened & ~self.world.state.shedding.opened, "before a closing")
        return True

    def _close_all(self, chosen: Index) -> None:
        own = self.own
        own.tripped[chosen] = False
        own.left_open[chosen] = False
        for p in chosen:
            after_s = self.world.now_s - own.tripped_s[p]
            detail = f"by hand, {after_s:,.0f} s after its trip"
            self.world.note(self.tree.id[p], EventKind.CLOSED_AGAIN, detail)
        self._changed()

    def _leave_open(self, p: int) -> None:
        """It would trip again: look again whether it still would, and call a crew then."""
        worst = self._worst(np.array([p]))
        self.own.left_open[p] = True
        why = self.tripping.words(worst) if worst else ""
        self.world.note(self.tree.id[p], EventKind.LEFT_OPEN, why)
        self._wait_look(p)

    def _wait_look(self, p: int) -> None:
        self.world.clock.wait(Stage.PROTECTION, LOOK_AGAIN_S, "protection is looked at", p)

    def _look(self, p: int) -> None:
        """The control room looks whether what was left open would hold now."""
        if not self.own.left_open[p]:
            return
        if self._worst(np.flatnonzero(self.own.left_open)) is None or (
            self._worst(np.array([p])) is None
        ):
            self._call_crew(p)
        else:
            self._wait_look(p)

    def _worst(self, closed: Index, opened: Mask | None = None) -> WouldTrip | None:
        """What would trip first if these were closed, and these loads opened; None where nothing
        would run faster towards its trip than as the tree stands.
        """
        opened = self.world.state.shedding.opened if opened is None else opened
        tripped = self.own.tripped.copy()
        tripped[closed] = False
        supply = self.supply
        output_w = supply.would_carry_w(supply.able_if(tripped, opened))
        return self.tripping.first(output_w, supply.would_carry_w(supply.able()))

    def _changed(self) -> None:
        self.own.version += 1
        self.world.stale = True
