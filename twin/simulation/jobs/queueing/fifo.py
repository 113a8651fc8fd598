"""First in, first out: the first of the queue waits for its whole gang, the others behind it."""

from __future__ import annotations

from twin.simulation.jobs.queueing.gpu_room import GpuRoom
from twin.simulation.jobs.queueing.view import Decision, FreeRoom, QueueView

Room = FreeRoom | GpuRoom


def room_of(view: QueueView) -> Room:
    """What is free: GPUs where jobs share nodes, else whole nodes."""
    return FreeRoom(view) if view.gpus is None else GpuRoom(view, view.gpus)


def fifo(view: QueueView) -> Decision:
    """Start from the front of the queue for as long as the next one fits."""
    return Decision(starts=from_the_front(view, room_of(view))[0])


def from_the_front(view: QueueView, room: Room) -> tuple[list[tuple[int, int]], int]:
    """Whom to start from the front, and the place in the queue of the first who does not fit."""
    starts: list[tuple[int, int]] = []
    for place, j in enumerate(view.queue.tolist()):
        kind = room.kind_for(j)
        if kind < 0:
            return starts, place
        room.take(j, kind)
        starts.append((j, kind))
    return starts, view.queue.size
