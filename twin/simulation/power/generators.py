"""Standby generators: called by a board without utility, cranked, run on, stopped."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Index, Mask
from twin.physics.power import TRANSFER_CONFIRM_S
from twin.results.enums import EventKind
from twin.seeds import member, stream
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World

RUN_ON_S = 300.0
"""A generator runs on after the utility is back, before it stops; a usual retransfer delay,
assumed."""
START_TRIES = 3
"""Cranking attempts before a generator is given up: the usual three, assumed. They share one cause,
so that the row's probability is that of the demand, all its attempts included."""


class Generators:
    """Starts and stops generators; part of the power discipline, whose block it writes."""

    def __init__(
        self, world: World, rows: Index, able: Callable[[], Mask], asked: Callable[[Mask], Mask]
    ) -> None:
        self.world = world
        self.own = world.state.supply
        self.tree = world.facility.power
        self.rows = rows
        self.able = able
        self.asked = asked
        seed = world.facility.scenario.seed
        for g in self.rows:
            name = self.tree.id[g]
            self.own.draws[name] = stream(seed, "generator", member(name))
        world.clock.can("generator cranks", self._crank)
        world.clock.can("generator stops", self._stop)

    def call(self, able: Mask) -> None:
        """Start generators whose board the utility does not reach; stop those nobody needs."""
        if not self.rows.size:
            return
        own = self.own
        needed = self.asked(able)
        own.given_up[self.rows] &= (needed & able)[self.rows]
        self._call_off(needed)
        for g in self.rows:
            if own.starting[g] or own.given_up[g]:
                continue
            if needed[g] and able[g] and not own.generator_on[g]:
                own.starting[g] = True
                own.called_s[g] = self.world.now_s
                self._wait_crank(int(g), 1)
            elif not needed[g] and own.generator_on[g]:
                own.starting[g] = True
                self.world.clock.wait(Stage.POWER, RUN_ON_S, "generator stops", int(g))

    def _call_off(self, needed: Mask) -> None:
        """A dip starts no generator: the call ends where the need does before it is confirmed."""
        own = self.own
        brief = self.world.now_s < own.called_s + TRANSFER_CONFIRM_S
        off = own.starting & ~own.generator_on & ~needed & brief
        if off.any():
            own.starting &= ~off
            who = set(np.flatnonzero(off).tolist())
            self.world.clock.cancel(
                lambda due: due.action == "generator cranks" and due.arguments[0] in who
            )

    def _wait_crank(self, g: int, attempt: int) -> None:
        start_s = float(self.tree.start_s[g])
        self.world.clock.wait(Stage.POWER, start_s, "generator cranks", g, attempt)

    def _crank(self, g: int, attempt: int) -> None:
        """One attempt has ended: it runs, tries again, or is given up after the third.

        What made the first attempt fail makes the others fail: the demand is drawn once.
        """
        name = self.tree.id[g]
        if attempt == 1 and not self._fails(g):
            self.own.generator_on[g] = True
            detail = f"takes load after {attempt * self.tree.start_s[g]:.0f} s"
            self.world.note(name, EventKind.STARTED, detail)
            self._done(g)
            return
        detail = f"attempt {attempt} of {START_TRIES}"
        self.world.note(name, EventKind.FAILED_TO_START, detail)
        if attempt < START_TRIES:
            self._wait_crank(g, attempt + 1)
        else:
            self.own.given_up[g] = True
            self._done(g)

    def _fails(self, g: int) -> bool:
        """Whether a demand fails: by a cause that all sets of its type called now share, or alone.

        Both together have the row's probability.
        """
        chance = float(self.tree.start_failure_probability[g])
        shared = float(self.tree.common_cause_frac[g]) * chance
        alone = (chance - shared) / (1.0 - shared) if shared < 1.0 else 0.0
        kind = self.world.facility.components.type[self.tree.component[g]]
        seed = self.world.facility.scenario.seed
        called = repr(float(self.own.called_s[g]))
        common = stream(seed, "generator", "common cause", kind, called).random()
        own = self.own.draws[self.tree.id[g]].random()
        return bool(common < shared or own < alone)

    def _done(self, g: int) -> None:
        self.own.starting[g] = False
        self.own.version += 1
        self.world.stale = True

    def _stop(self, g: int) -> None:
        """It has run on for a while, and stops unless needed again."""
        if not self.asked(self.able())[g]:
            self.own.generator_on[g] = False
            self.world.note(self.tree.id[g], EventKind.STOPPED, "utility power is back")
        self._done(g)
