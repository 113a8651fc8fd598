"""Boards that may stand on the utility or on generators: on which they stand, and when they go
back.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.physics import flow
from twin.physics.power import HOLD_UP_S
from twin.results.enums import EventKind
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World
from twin.simulation.power.planned import Planned
from twin.simulation.power.trial import Trial
from twin.simulation.power.tripping import LOOK_AGAIN_S, WouldTrip

ENOUGH_FRAC = 1.0 + 1e-9
"""Generators carry a load up to this share of their ratings; the rest is rounding."""


class Boards:
    """Which edges into such boards are closed; part of the power discipline, whose block it writes.

    A board takes its generators once they can carry what hangs on it, or no more of them are to
    come. It stays there until the utility has been back for the retransfer delay of its row and
    would carry it, its ties included, or the generators are gone.
    """

    def __init__(
        self, world: World, trial: Trial, generators: Index, able: Callable[[], Mask]
    ) -> None:
        self.world = world
        self.own = world.state.supply
        self.tree = world.facility.power
        self.trial = trial
        self.wires = trial.wires
        self.generators = generators
        self.able = able
        self.planned = Planned(world, self.wires, self._back_as_planned)
        self._find_edges()
        self._find_sets()
        self._find_locking()
        world.clock.can("board goes back", self._goes_back)

    def _find_edges(self) -> None:
        wires = self.wires
        trial = self.trial
        self.alone = flow.by_generators_alone(wires, trial.is_utility, trial.is_generator)
        into = self.alone[wires.supply] & ~self.alone[wires.taker]
        self.standby_edges = np.flatnonzero(into)
        self.nodes = np.unique(wires.taker[into])
        self.is_board = np.zeros(self.alone.size, dtype=bool)
        self.is_board[self.nodes] = True
        self.main_edges = np.flatnonzero(self.is_board[wires.taker] & ~into)

    def _find_sets(self) -> None:
        """(generator, board) whether the one may feed the other; delays of the boards."""
        size = self.alone.size
        self.serves = np.zeros((len(self.generators), len(self.nodes)), dtype=bool)
        supply = self.wires.supply[self.standby_edges]
        taker = self.wires.taker[self.standby_edges]
        every = np.ones(size, dtype=bool)
        for i, g in enumerate(self.generators):
            one = np.zeros(size, dtype=bool)
            one[g] = True
            reached = flow.live(self.wires, every, one, ~every)[supply]
            self.serves[i] = np.isin(self.nodes, taker[reached])
        delays = np.where(
            self.serves, self.tree.standby.retransfer_s[self.generators][:, None], 0.0
        )
        self.retransfer_s = np.zeros(size)
        self.retransfer_s[self.nodes] = delays.max(axis=0, initial=0.0)

    def _find_locking(self) -> None:
        """(UPS, board) whether a UPS that may lock out hangs on a board."""
        every = np.ones(self.alone.size, dtype=bool)
        self.locking = np.flatnonzero(np.isfinite(self.tree.ups.lockout_count))
        self.hangs_on = np.zeros((self.locking.size, self.nodes.size), dtype=bool)
        for i, b in enumerate(self.nodes if self.locking.size else ()):
            one = np.zeros(every.size, dtype=bool)
            one[b] = True
            self.hangs_on[:, i] = flow.live(self.wires, every, one, ~every)[self.locking]

    def refusing(self) -> Mask:
        """(power node,) boards that leave the utility: a UPS on them is locked out, or they are to
        stand on their generators.
        """
        refusing = self.planned.any()
        locked = self.world.state.ups.locked_out
        if self.locking.size and locked.any():
            refusing[self.nodes] |= self.hangs_on[locked[self.locking]].any(axis=0)
        return refusing

    def by_utility(self, able: Mask) -> Mask:
        """(power node,) for which a utility counts: those that refuse it are not reached."""
        refusing = self.refusing()
        if not refusing.any():
            return self.trial.by_utility(able)
        closed = np.ones(self.wires.taker.size, dtype=bool)
        closed[self.main_edges] = ~refusing[self.wires.taker[self.main_edges]]
        return self.trial.by_utility(able, closed)

    def needed(self) -> Mask:
        """(generator,) whether a board stands on it."""
        return np.asarray((self.serves & self.own.on_standby[self.nodes]).any(axis=1))

    def closed(self, able: Mask) -> Mask | None:
        """(edge,) not opened by switching; None where all are closed.

        able  (power node,) in working order
        """
        own = self.own
        if not (own.generator_on.any() or own.on_standby.any()):
            return None
        main_up = self._fed(self.main_edges, self.by_utility(able)) & ~self.refusing()
        given = self.trial.by_generators(able, own.generator_on) & self.alone
        stood = own.on_standby.copy()
        self._settle(main_up, self._fed(self.standby_edges, given), able)
        for b in np.flatnonzero(own.on_standby & ~stood & self.planned.any()).tolist():
            edges = self._into(b, self.standby_edges, given)
            self.planned.over(b, edges, float(own.planned_gap_s[b]))
        return self._edges(own.on_standby, main_up)

    def as_it_stands(self, able: Mask, on_standby: Mask | None = None) -> Mask | None:
        """(edge,) the same of boards as they stand, other components in working order.

        on_standby  (power node,) boards on their generators; as they are where not given
        """
        own = self.own
        if not (own.generator_on.any() or own.on_standby.any()):
            return None
        main_up = self._fed(self.main_edges, self.by_utility(able))
        return self._edges(own.on_standby if on_standby is None else on_standby, main_up)

    def as_it_would_stand(self, able: Mask, generator_on: Mask) -> Mask | None:
        """(edge,) the same once these generators give power: boards without utility take them."""
        if np.array_equal(generator_on, self.own.generator_on & able):
            return self.as_it_stands(able)
        main_up = self._fed(self.main_edges, self.by_utility(able))
        given = self.trial.by_generators(able, generator_on) & self.alone
        taking = self._fed(self.standby_edges, given) & ~main_up & self.is_board
        return self._edges(self.own.on_standby | taking, main_up)

    def _edges(self, on_standby: Mask, main_up: Mask) -> Mask:
        wires = self.wires
        closed = np.ones(wires.taker.size, dtype=bool)
        away = on_standby & (main_up | self.refusing())
        closed[self.main_edges] = ~away[wires.taker[self.main_edges]]
        closed[self.standby_edges] = on_standby[wires.taker[self.standby_edges]]
        return closed

    def _into(self, b: int, edges: Index, on: Mask) -> Index:
        """Those of some edges that feed a board from a live supply."""
        wires = self.wires
        return np.asarray(edges[(wires.taker[edges] == b) & on[wires.supply[edges]]])

    def _back_as_planned(self, b: int) -> Index:
        """A board goes back to a utility that is there; the edges that feed it then."""
        own = self.own
        edges = self._into(b, self.main_edges, self.by_utility(self.able()))
        if not (own.on_standby[b] and edges.size):
            return edges[:0]
        worst = self._would_trip(b)
        if worst is not None:
            own.main_back_s[b] = self.world.now_s
            self._tell_wait(b, worst)
            self._wait_again(b)
            return edges[:0]
        own.on_standby[b] = False
        own.main_back_s[b] = np.inf
        return edges

    def _fed(self, edges: Index, on: Mask) -> Mask:
        """(power node,) with a live supply among these edges."""
        given = flow.gives(self.wires, on)[edges]
        lives = np.bincount(self.wires.taker[edges], weights=given, minlength=on.size)
        return np.asarray(lives > 0)

    def _settle(self, main_up: Mask, standby_up: Mask, able: Mask) -> None:
        """Take generators, wait for the way back, or lose them."""
        own = self.own
        own.on_standby &= standby_up
        own.main_back_s[~(own.on_standby & main_up)] = np.inf
        self._take(standby_up & ~main_up & ~own.on_standby & self.is_board, main_up, able)
        back = own.on_standby & main_up & np.isinf(own.main_back_s)
        for b in np.flatnonzero(back):
            own.main_back_s[b] = self.world.now_s
            delay_s = float(self.retransfer_s[b])
            self.world.clock.wait(Stage.POWER, delay_s, "board goes back", int(b), self.world.now_s)

    def _take(self, asking: Mask, main_up: Mask, able: Mask) -> None:
        """Let boards take their generators, in order, as capacity arrives."""
        own = self.own
        for b in np.flatnonzero(asking):
            mine = self.generators[self.serves[:, np.searchsorted(self.nodes, b)]]
            coming = own.starting[mine] & ~own.generator_on[mine]
            if not coming.any() or self._carried(int(b), mine, main_up, able):
                own.on_standby[b] = True

    def _carried(self, b: int, mine: Index, main_up: Mask, able: Mask) -> bool:
        """Whether the generators that are there carry a board beside what they carry already."""
        own = self.own
        on_standby = own.on_standby.copy()
        on_standby[b] = True
        output_w = self.trial.output_w(able, own.generator_on, self._edges(on_standby, main_up))
        there = mine[own.generator_on[mine]]
        rating_w = self.tree.rating_w[there]
        return bool((output_w[there] <= rating_w * ENOUGH_FRAC).all())

    def _would_trip(self, b: int) -> WouldTrip | None:
        """What would trip first if a board went back now; None where nothing would."""
        on_standby = self.own.on_standby.copy()
        on_standby[b] = False
        before_w = self._carried_w(self.own.on_standby)
        return self.trial.tripping.first(self._carried_w(on_standby), before_w)

    def _carried_w(self, on_standby: Mask) -> Array:
        """(power node,) output in W with these boards on their generators."""
        able = self.able()
        closed = self.as_it_stands(able, on_standby)
        return self.trial.output_w(able, self.own.generator_on & able, closed)

    def _tell_wait(self, b: int, worst: WouldTrip) -> None:
        why = self.trial.tripping.words(worst)
        detail = f"stays on its generators: {why}"
        self.world.note(self.tree.id[b], EventKind.TRANSFER_WAITS, detail)

    def _wait_again(self, b: int) -> None:
        since_s = float(self.own.main_back_s[b])
        self.world.clock.wait(Stage.POWER, LOOK_AGAIN_S, "board goes back", b, since_s, 1)

    def _goes_back(self, b: int, since_s: float, waited: int = 0) -> None:
        """The utility has been back for long enough, if it has not gone again meanwhile: where
        something would trip, the board stays, says so once, and asks again.
        """
        own = self.own
        if not own.on_standby[b] or own.main_back_s[b] != since_s:
            return
        worst = self._would_trip(b)
        if worst is not None:
            if not waited:
                self._tell_wait(b, worst)
            self._wait_again(b)
            return
        own.on_standby[b] = False
        own.main_back_s[b] = np.inf
        own.version += 1
        self.world.stale = True
        if not (self.tree.priority[b] and self.tree.transfer_s[b] > HOLD_UP_S):
            detail = f"back to the utility, {self.world.now_s - since_s:,.0f} s after its return"
            self.world.note(self.tree.id[b], EventKind.TRANSFERS, detail)
