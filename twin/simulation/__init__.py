"""Simulate: a facility lives through its horizon, and leaves a Result."""

from __future__ import annotations

from twin.simulation.run import Progress, Run, resume, simulate, start

__all__ = ["Progress", "Run", "resume", "simulate", "start"]
