"""Grace: how long who makes way for a higher priority may go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from twin.simulation.jobs.departures import JobDepartures
from twin.simulation.jobs.phase import CHECKPOINTING
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World

_DONE_S = 1e-7
"""Time left that counts as none: rounding."""


class Grace:
    """Part of the job discipline, whose block it writes: who is stopped when its grace ends."""

    def __init__(
        self,
        world: World,
        departures: JobDepartures,
        go: Callable[[int], bool],
        see: Callable[[Sequence[int]], None],
    ) -> None:
        self.world = world
        self.own = world.state.jobs
        self.departures = departures
        self.go = go
        self.see = see
        asked_s = world.facility.scenario.controls.scheduler.grace
        self.grace_s = np.inf if asked_s is None else float(asked_s)
        world.clock.can("grace ends", self._ends)

    def leave(self, j: int) -> bool:
        """Let a job make way for one of higher priority; True where it has already gone."""
        gone = self.departures.leave(j, self.grace_s)
        if not gone and np.isfinite(self.grace_s):
            placed_s = float(self.own.placed_s[j])
            self.world.clock.wait(Stage.JOBS, self.grace_s, "grace ends", j, placed_s)
        return gone

    def over(self, j: int) -> bool:
        """Whether a job whose phase has ended makes way now."""
        return bool(self.own.leaving[j] and self.own.phase[j] != CHECKPOINTING)

    def _ends(self, j: int, placed_s: float) -> None:
        """Stop a job that has not gone meanwhile, unless it is done this instant."""
        own = self.own
        here = j in own.running and own.leaving[j] and own.placed_s[j] == placed_s
        if not here or self._done(j):
            return
        if not self.go(j):
            self.see([j])

    def _done(self, j: int) -> bool:
        """Whether its last checkpoint is whole, or all of its work done."""
        own = self.own
        writes = own.phase[j] == CHECKPOINTING
        left_s = own.wait_s[j] if writes else own.work_s[j] - own.done_s[j]
        return bool(left_s <= _DONE_S)
