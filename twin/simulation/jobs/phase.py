"""Where a job stands."""

from __future__ import annotations

from enum import IntEnum


class Phase(IntEnum):
    """Where a job stands."""

    AWAITED = 0
    QUEUED = 1
    RUNNING = 2
    CHECKPOINTING = 3
    RESTARTING = 4
    COMPLETED = 5
    TOO_LARGE = 6


RUNNING = int(Phase.RUNNING)
CHECKPOINTING = int(Phase.CHECKPOINTING)
RESTARTING = int(Phase.RESTARTING)
"""Plain numbers for comparing whole arrays, which a member of an enumeration slows."""
