"""JobDepartures: jobs that give their nodes back before their work is done, at their time limit or
for one of higher priority.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.results.enums import Cause, EventKind
from twin.simulation.jobs.phase import CHECKPOINTING, RUNNING, Phase
from twin.simulation.jobs.progress import JobProgress
from twin.simulation.kernel.world import World
from twin.workload import Job

_DONE_S = 1e-7
"""Time left that counts as none: rounding."""


class JobDepartures:
    """Part of the job discipline, whose block it writes."""

    def __init__(self, world: World, jobs: tuple[Job, ...], progress: JobProgress) -> None:
        self.world = world
        self.own = world.state.jobs
        self.jobs = jobs
        self.progress = progress
        self.limit_s = np.array([job.limit_s for job in jobs])
        self.limited = bool(np.isfinite(self.limit_s).any())

    def next_s(self) -> float:
        """Seconds until a running job comes to its time limit."""
        if not self.limited:
            return np.inf
        soonest_s = self._to_limit_s(self.progress.pace.now().running).min(initial=np.inf)
        return max(float(soonest_s), 0.0)

    def _to_limit_s(self, running: Index) -> Array:
        """(running,) until each has held its nodes for as long as it may."""
        return np.asarray(self.own.placed_s[running] + self.limit_s[running] - self.world.now_s)

    def overdue(self) -> list[int]:
        """Running jobs that have come to their time limit."""
        if not self.limited:
            return []
        running = self.progress.pace.now().running
        found: list[int] = running[self._to_limit_s(running) <= _DONE_S].tolist()
        return found

    def time_out(self, j: int) -> None:
        """Stop a job at its time limit; what it has done stays done."""
        self.progress.end(j, Phase.TIMED_OUT)
        limit = f"{self.limit_s[j]:,.0f} s"
        self.world.note(self.jobs[j].name, EventKind.STOPPED, f"at its time limit of {limit}")

    def leave(self, j: int, grace_s: float = np.inf) -> bool:
        """Let a job make way for one of higher priority; True where it has already gone.

        One that writes checkpoints writes a last one first, and keeps its nodes so long. One that
        only has an interval keeps what it has done; one without begins anew. Where the time to go
        is limited, one without goes on for so long, and so does one whose checkpoint takes longer.
        """
        own = self.own
        own.leaving[j] = True
        own.version += 1
        self.world.stale = True
        if own.phase[j] != RUNNING and not self._copies_aside(j):
            return bool(own.phase[j] != CHECKPOINTING)
        if not own.checkpoint_bytes[j] and np.isfinite(self.jobs[j].interval_s):
            own.kept_s[j] = own.done_s[j]
            return True
        return self._writes_last(j, grace_s)

    def _copies_aside(self, j: int) -> bool:
        """Whether a checkpoint is being copied, which is none before it is written."""
        return bool(self.own.phase[j] == CHECKPOINTING and self.jobs[j].asynchronous)

    def _writes_last(self, j: int, grace_s: float) -> bool:
        """Begin a last checkpoint, or go on without another one; True for a job that goes now."""
        own = self.own
        write_s = self.progress.checkpoints.write_s(j) if own.checkpoint_bytes[j] else np.inf
        if np.isfinite(write_s) and write_s <= grace_s:
            own.phase[j] = CHECKPOINTING
            own.wait_s[j] = write_s
            return False
        own.phase[j] = RUNNING
        own.target_s[j] = own.work_s[j]
        return grace_s == 0.0 or np.isinf(grace_s)

    def gone(self, j: int) -> bool:
        """A job has made way and queues again, with what it has kept; False where it is not run
        again. Who is held back, and not put off, always is.
        """
        own = self.own
        self.progress.checkpoints.keep_written(j)
        own.write_ends_s[j] = np.inf
        again = bool(own.held_back[j]) or self.jobs[j].requeue
        lost_s = float(own.done_s[j] - own.kept_s[j])
        tokens = float(lost_s * own.tokens_per_s[j])
        self.progress.losses.usual_at_once((Cause.PREEMPTED, "", self.jobs[j].name), tokens)
        self.progress.take_back(j, tokens)
        own.leaving[j] = False
        own.preemptions[j] += 1
        own.cause[j] = Cause.PREEMPTED
        own.phase[j] = Phase.QUEUED
        why = "is held back" if own.held_back[j] else "makes way for a higher priority"
        end = "" if again else "; it is not run again"
        detail = f"{why}; {lost_s:,.0f} s of work lost{end}"
        self.world.note(self.jobs[j].name, EventKind.STOPPED, detail)
        self.progress.changed()
        if not again:
            self.progress.end(j, Phase.PREEMPTED)
        return again
