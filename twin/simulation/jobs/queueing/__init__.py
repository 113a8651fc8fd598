"""Rules of the queue: each is a pure function of who waits, who runs, what is free, and now."""

from __future__ import annotations

from collections.abc import Callable

from twin.simulation.jobs.queueing.conservative import conservative
from twin.simulation.jobs.queueing.easy import easy
from twin.simulation.jobs.queueing.fifo import fifo
from twin.simulation.jobs.queueing.preemption import preemptive
from twin.simulation.jobs.queueing.view import Decision, GpusView, HostsView, QueueView

POLICIES: dict[str, Callable[[QueueView], Decision]] = {
    "fifo": fifo,
    "easy": easy,
    "conservative": conservative,
    "priority": preemptive,
    "fair_share": easy,
}
"""By the names of `controls.scheduler`; fair share orders the queue and backfills as EASY does."""

__all__ = ["POLICIES", "Decision", "GpusView", "HostsView", "QueueView"]
