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
    CUT_OFF = 7
    """Holds its nodes, and no network joins them: it stands idle until one does."""


RUNNING = int(Phase.RUNNING)
CHECKPOINTING = int(Phase.CHECKPOINTING)
RESTARTING = int(Phase.RESTARTING)
CUT_OFF = int(Phase.CUT_OFF)
"""Plain numbers for comparing whole arrays, which a member of an enumeration slows."""
