"""Standby generators: called by a board without utility, cranked, brought onto a bus, stopped."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Index, Mask
from twin.physics import flow
from twin.physics.power import TRANSFER_CONFIRM_S
from twin.physics.standby import run_until_failure_h
from twin.results.enums import EventKind
from twin.seeds import member, stream
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World
from twin.simulation.power.boards import Boards
from twin.simulation.power.fuel import Fuel
from twin.simulation.power.trial import Trial

START_TRIES = 3
"""Cranking attempts before a generator is given up: the usual three, assumed. They share one cause,
so that the row's probability is that of the demand, all its attempts included."""
HOUR_S = 3600.0


class Generators:
    """Starts and stops generators; part of the power discipline, whose block it writes."""

    def __init__(self, world: World, trial: Trial, rows: Index, able: Callable[[], Mask]) -> None:
        self.world = world
        self.own = world.state.supply
        self.tree = world.facility.power
        self.trial = trial
        self.rows = rows
        self.able = able
        self.boards = Boards(world, trial, rows, able)
        self.fuel = Fuel(world, rows)
        self.seed = world.facility.scenario.fault_seed
        for g in self.rows:
            name = self.tree.id[g]
            self.own.draws[name] = stream(self.seed, "generator", member(name))
        world.clock.can("generator cranks", self._crank)
        world.clock.can("generator joins", self._join)
        world.clock.can("generator stops", self._stop)

    def fall_out(self, able: Mask) -> None:
        """Stop generators that are out of order or dry."""
        own = self.own
        if not own.running.any():
            return
        dry = own.running & ~self.fuel.there()
        for g in np.flatnonzero(dry):
            self.world.note(self.tree.id[g], EventKind.RAN_DRY, "its tank is empty")
        gone = own.running & (dry | ~able)
        own.running &= ~gone
        own.starting &= ~gone
        own.generator_on &= own.running

    def call(self, able: Mask) -> None:
        """Start generators whose board the utility does not reach; stop those nobody needs."""
        if not self.rows.size:
            return
        own = self.own
        needed = self._needed(able)
        ready = able & self.fuel.there()
        own.given_up[self.rows] &= (needed & ready)[self.rows]
        self._call_off(needed)
        free = ~(own.starting | own.given_up | own.running)
        for g in self.rows[(needed & ready & free)[self.rows]]:
            own.starting[g] = True
            own.called_s[g] = self.world.now_s
            self._wait_crank(int(g), 1)
        self._let_idle(own.running & ~own.starting & ~needed)

    def would_give(self, able: Mask) -> Mask:
        """(power node,) that would give power with these closed: sets that are open now are called
        once they are closed, and start where there is fuel.
        """
        called = np.zeros_like(able)
        called[self.rows] = (~self.able() & self.fuel.there())[self.rows]
        return np.asarray((self.own.generator_on | called) & able)

    def _needed(self, able: Mask) -> Mask:
        """(power node,) called by a board without utility, or carrying one."""
        trial = self.trial
        needed = flow.asked(
            trial.wires, able, trial.is_utility, trial.is_generator, self.boards.alone,
            self.boards.by_utility(able),
        )  # fmt: skip
        needed[self.rows] |= self.boards.needed()
        return needed

    def _let_idle(self, idle: Mask) -> None:
        """Cool down generators that nobody needs any more."""
        own = self.own
        own.idle_since_s[~idle] = np.inf
        for g in np.flatnonzero(idle & np.isinf(own.idle_since_s)):
            own.idle_since_s[g] = self.world.now_s
            delay_s = float(self.tree.standby.cool_down_s[g])
            now_s = self.world.now_s
            self.world.clock.wait(Stage.POWER, delay_s, "generator stops", int(g), now_s)

    def _call_off(self, needed: Mask) -> None:
        """A dip starts no generator: the call ends where the need does before it is confirmed."""
        own = self.own
        brief = self.world.now_s < own.called_s + TRANSFER_CONFIRM_S
        off = own.starting & ~own.running & ~needed & brief
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
        if attempt == 1 and not self._fails(g):
            self._run(g)
            return
        detail = f"attempt {attempt} of {START_TRIES}"
        self.world.note(self.tree.id[g], EventKind.FAILED_TO_START, detail)
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
        called = repr(float(self.own.called_s[g]))
        common = stream(self.seed, "generator", "common cause", kind, called).random()
        own = self.own.draws[self.tree.id[g]].random()
        return bool(common < shared or own < alone)

    def _run(self, g: int) -> None:
        """It runs: the first of its bus joins it at once, each further one is synchronised."""
        own = self.own
        now_s = self.world.now_s
        mates = self._mates(g)
        wait_s = 0.0
        if mates.size:
            free_s = max(now_s, float(own.joins_s[mates].max()))
            wait_s = free_s - now_s + float(self.tree.standby.synchronise_s[g])
        own.running[g] = True
        own.running_since_s[g] = now_s
        own.joins_s[g] = now_s + wait_s
        self.fuel.order(g)
        self._draw_failure(g)
        if wait_s > 0:
            self.world.clock.wait(Stage.POWER, wait_s, "generator joins", g, now_s)
            self._changed()
        else:
            self._join(g, now_s)

    def _mates(self, g: int) -> Index:
        """Other generators that run and feed what this one feeds."""
        wires = self.trial.wires
        mine = set(wires.taker[wires.supply == g].tolist())
        running = self.rows[self.own.running[self.rows]]
        same = [m for m in running if set(wires.taker[wires.supply == m].tolist()) == mine]
        return np.array([m for m in same if m != g], dtype=np.int64)

    def _draw_failure(self, g: int) -> None:
        """When this run of it would end in a failure: drawn once a start."""
        name = self.tree.id[g]
        since_s = float(self.own.running_since_s[g])
        draw = stream(self.seed, "generator", "runs", member(name), repr(since_s)).exponential()
        hours = run_until_failure_h(
            draw,
            float(self.tree.standby.run_failure_first_hour_probability[g]),
            float(self.tree.standby.run_failure_rate_per_h[g]),
        )
        if since_s + hours * HOUR_S < self.world.end_s:
            after_s = hours * HOUR_S
            self.world.clock.wait(Stage.FAULTS, after_s, "fault while running", name, g, since_s)

    def _join(self, g: int, since_s: float) -> None:
        """It is on its bus, if it has not stopped since."""
        own = self.own
        if not own.running[g] or own.running_since_s[g] != since_s:
            return
        own.generator_on[g] = True
        waited_s = self.world.now_s - own.called_s[g]
        detail = f"takes load after {waited_s:.0f} s{self.fuel.left(g)}"
        self.world.note(self.tree.id[g], EventKind.STARTED, detail)
        self._done(g)

    def _done(self, g: int) -> None:
        self.own.starting[g] = False
        self._changed()

    def _changed(self) -> None:
        self.own.version += 1
        self.world.stale = True

    def _stop(self, g: int, since_s: float) -> None:
        """It has cooled down, and stops if nobody needed it meanwhile."""
        own = self.own
        if not own.running[g] or own.idle_since_s[g] != since_s:
            return
        if not self._needed(self.able())[g]:
            own.running[g] = False
            own.generator_on[g] = False
            own.idle_since_s[g] = np.inf
            self.world.note(self.tree.id[g], EventKind.STOPPED, "utility power is back")
        self._changed()
