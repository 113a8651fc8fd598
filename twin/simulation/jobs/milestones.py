"""Milestones of models, as events."""

from __future__ import annotations

from twin.results.enums import EventKind
from twin.simulation.kernel.world import World
from twin.workload import Job
from twin.workload.milestone import Turn

KINDS = {
    Turn.GATE_FAILED: EventKind.GATE_FAILED,
    Turn.CANARY_FAILED: EventKind.CANARY_FAILED,
    Turn.ROLLED_BACK: EventKind.ROLLED_BACK,
    Turn.DEPLOYED: EventKind.DEPLOYED,
}


def tell(world: World, job: Job) -> None:
    """What the end of a job's work means for a model, where it means anything."""
    reached = job.milestone
    if reached:
        world.note(reached.of, KINDS[reached.turn], reached.detail)
