"""The coupled loop: jobs -> power -> heat -> cooling -> throttling -> tokens, from event to
event.

Who speaks when stands in `kernel.order`; this file obeys it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.errors import RunError
from twin.simulation.disciplines import Disciplines
from twin.simulation.kernel.order import ACT, ACT_AT_END, ADVANCE, FORESEE, HOLD, SETTLE
from twin.simulation.loop.quiet import Quiet
from twin.simulation.loop.work_ahead import ROUNDS_MAX
from twin.simulation.outcome.recorder import Recorder

Progress = Callable[[float, float], None]
"""Called with the share done and the simulated seconds."""

STILL_S = 1e-5
"""Events closer than this bring a run no further."""
STILL_MAX = 10_000
"""Such events on end before the run is given up as stuck."""


class Loop:
    """One run's disciplines and recorder, moved from event to event."""

    def __init__(self, run: Disciplines) -> None:
        self.run = run
        self.world = run.world
        self.recorder = Recorder(run)
        self.quiet = Quiet(run, self.recorder)
        self.still = 0
        self.settling = tuple(run.named(SETTLE))
        self.holding = tuple(run.named(HOLD))
        self.advancing = tuple(run.named(ADVANCE))
        self.foreseeing = tuple(run.named(FORESEE))
        self.acting_at_end = tuple(run.named(ACT_AT_END))

    def begin(self) -> None:
        """Start in the steady state of what is asked at the first instant."""
        run = self.run
        run.schedule()
        plants = self.world.facility.cooling.plants
        run.heat.warm(np.array([p.supply_degc + 0.5 * p.band_k for p in plants]))
        self.world.clock.fire(0.0)
        self.settle()
        run.heat.start_steady()
        self.world.stale = True
        run.plants.rescan()
        self.settle()
        self.recorder.schedule()

    @property
    def done(self) -> bool:
        """Whether the horizon is reached."""
        return self.world.now_s >= self.world.end_s

    def step(self, until_s: float = np.inf) -> bool:
        """Live through the next event, or a quiet stretch; False where it lies at or beyond
        `until_s`, and did not happen.

        Raises RunError, naming the instant, where the disciplines cannot agree.
        """
        if self.quiet.live_through(until_s):
            self.still = 0
            return True
        instant = self.next_instant()
        if instant >= until_s:
            return False
        self._count_still(instant)
        self.advance(instant)
        self.act()
        self._agree()
        if self.world.state.recorder.due or self.done:
            self.recorder.record()
        return True

    def _agree(self) -> None:
        """Settle what has changed, or set what a look around of the controls changes."""
        scanned = self.run.plants.scan_due
        self.world.events += self.world.stale or scanned
        if self.world.stale:
            self.settle()
        elif scanned:
            self.hold()

    def _count_still(self, instant: float) -> None:
        moved = instant - self.world.now_s >= STILL_S
        self.still = 0 if moved else self.still + 1
        if self.still > STILL_MAX:
            when = f"{self.world.now_s:.6f} s"
            raise RunError(f"no progress at {when} after {STILL_MAX} events on end")

    def next_instant(self) -> float:
        """The next moment at which anything changes.

        What was foreseen, rather than waited for, makes the world stale.
        """
        world = self.world
        now = world.now_s
        foreseen = now + min(discipline.next_s() for discipline in self.foreseeing)
        waited = min(world.clock.peek_s(), world.end_s)
        soonest = min(foreseen, waited)
        crossing = self.run.heat.next_crossing(soonest - now) if soonest > now else None
        world.stale = crossing is not None or foreseen <= waited
        return now + crossing.time_s if crossing is not None else soonest

    def advance(self, instant_s: float) -> None:
        """Move everything on to an instant, exactly."""
        span_s = instant_s - self.world.now_s
        if span_s > 0:
            for discipline in self.advancing:
                discipline.advance(span_s)
        self.world.now_s = instant_s

    def act(self) -> None:
        """Let what is due happen; what is due exactly at the end belongs to the next run."""
        if self.done:
            self.recorder.look_back()
            for discipline in self.acting_at_end:
                discipline.act()
            return
        for name in ACT:
            if name == "clock":
                self.world.clock.fire(self.world.now_s)
            else:
                getattr(self.run, name).act()

    def settle(self) -> None:
        """Bring power, plant, throttling, jobs and traffic into agreement at this instant."""
        for _ in range(ROUNDS_MAX):
            changed = [discipline.settle() for discipline in self.settling]
            if not any(changed):
                break
        else:
            when = f"{self.world.now_s:.3f} s"
            raise RunError(f"power, cooling and jobs do not agree at {when}")
        self.hold()

    def hold(self) -> None:
        """Set what holds until the next event: powers, heat, and what is being lost."""
        for discipline in self.holding:
            discipline.hold()
        self.world.stale = False
