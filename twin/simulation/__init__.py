"""Simulate: a facility lives through its horizon, and leaves a Result."""

from __future__ import annotations

from twin.simulation.checkpoint import Stored, read
from twin.simulation.outcome.totals import Totals
from twin.simulation.run import Progress, Run, continued, resume, simulate, start, store

__all__ = [
    "Progress",
    "Run",
    "Stored",
    "Totals",
    "continued",
    "read",
    "resume",
    "simulate",
    "start",
    "store",
]
