"""Milestones: what the end of a job means for a model in service."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Turn(StrEnum):
    """What becomes of a model."""

    GATE_FAILED = "gate failed"
    CANARY_FAILED = "canary failed"
    ROLLED_BACK = "rolled back"
    DEPLOYED = "deployed"


@dataclass(frozen=True)
class Milestone:
    """Told when the work of a job is done."""

    of: str
    """Whose model."""
    turn: Turn
    detail: str
    """One sentence for people."""
