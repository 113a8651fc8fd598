"""How running jobs get on, as it holds until a job changes its phase or its speed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.simulation.jobs.job_speeds import JobSpeeds
from twin.simulation.jobs.phase import RUNNING
from twin.simulation.state.work import JobState

SHORT = 1e-12
"""Share of the full rate below which nothing is missing."""


@dataclass(frozen=True)
class Pace:
    """Running jobs, in the order in which they got their nodes."""

    running: Index
    works: Mask
    """(running,) whose work goes on; the others wait."""
    speed: Array
    """(running,) rate of progress."""
    target_s: Array
    """(running,) work at which its phase ends."""
    waiting: Index
    """Those that wait."""
    moves: Mask
    """(running,) whose work gets on."""
    short: list[int]
    """Those that make less than they could."""


class PaceOfJobs:
    """Part of the job discipline."""

    def __init__(self, own: JobState, speeds: JobSpeeds) -> None:
        self.own = own
        self.speeds = speeds
        self._known: tuple[tuple[int, int], Pace] | None = None

    def now(self) -> Pace:
        """How they get on now."""
        turn = (self.own.version, self.speeds.turn)
        if self._known is None or self._known[0] != turn:
            self._known = (turn, self._anew())
        return self._known[1]

    def _anew(self) -> Pace:
        own = self.own
        running = np.array(own.running, dtype=np.int64)
        works = own.phase.take(running) == RUNNING
        speed = own.speed.take(running)
        return Pace(
            running=running,
            works=works,
            speed=speed,
            target_s=own.target_s.take(running),
            waiting=running[~works],
            moves=works & (speed > 0),
            short=running[~works | (speed < 1.0 - SHORT)].tolist(),
        )
