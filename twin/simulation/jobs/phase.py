"""Where a job stands."""

from __future__ import annotations

from enum import IntEnum

from twin.traces import JobEnd


class Phase(IntEnum):
    """Where a job stands."""

    AWAITED = 0
    QUEUED = 1
    RUNNING = 2
    CHECKPOINTING = 3
    RESTARTING = 4
    COMPLETED = 5
    TOO_LARGE = 6
    CUT_OFF = 7
    """Holds its nodes, and no network joins them: it stands idle until one does."""
    FAILED = 8
    """Ended by a fault of its own, as the job list says."""
    CANCELLED = 9
    """Ended by its user, as the job list says."""
    TIMED_OUT = 10
    """Stopped at its time limit."""
    NEVER_ELIGIBLE = 11
    """Those it waits for can never be as it asks."""
    NODE_FAIL = 12
    """Stopped by a fault, and not run again."""
    PREEMPTED = 13
    """Made way for a higher priority, and not run again."""


QUEUED = int(Phase.QUEUED)
RUNNING = int(Phase.RUNNING)
CHECKPOINTING = int(Phase.CHECKPOINTING)
RESTARTING = int(Phase.RESTARTING)
CUT_OFF = int(Phase.CUT_OFF)
"""Plain numbers for comparing whole arrays, which a member of an enumeration slows."""
ENDED = (
    *(Phase.COMPLETED, Phase.FAILED, Phase.CANCELLED, Phase.TIMED_OUT),
    *(Phase.NODE_FAIL, Phase.PREEMPTED),
)
"""Phases of jobs that held nodes and never will again."""
END_PHASE = {
    JobEnd.COMPLETED: Phase.COMPLETED,
    JobEnd.FAILED: Phase.FAILED,
    JobEnd.CANCELLED: Phase.CANCELLED,
    JobEnd.TIMED_OUT: Phase.TIMED_OUT,
}
"""Where a job stands once its work is done, by how its list says that it ended."""
