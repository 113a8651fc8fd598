"""Priority with preemption: first in, first out, but for a job that may take the nodes of running
ones of lower priority.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Index
from twin.simulation.jobs.queueing.fifo import from_the_front, room_of
from twin.simulation.jobs.queueing.gpu_room import GpuRoom
from twin.simulation.jobs.queueing.preemption_gpus import victims_of_gpus
from twin.simulation.jobs.queueing.view import SLACK_W, Decision, FreeRoom, QueueView


def preemptive(view: QueueView) -> Decision:
    """Start from the front; where the first waiting job does not fit, say who has to go.

    Nobody goes in vain: only where the nodes are then enough, and never for a job of the same
    priority. The lowest priority goes first, and of these who came last, who loses least.
    """
    room = room_of(view)
    starts, place = from_the_front(view, room)
    if place == view.queue.size:
        return Decision(starts=starts)
    head = int(view.queue[place])
    if isinstance(room, GpuRoom):
        return Decision(starts=starts, preempt=victims_of_gpus(view, head, room))
    victims = _victims(view, head, room)
    return Decision(starts=starts, preempt=victims)


def _victims(view: QueueView, head: int, room: FreeRoom) -> list[int]:
    """The fewest jobs that must go for one kind to be enough; none where no kind ever is."""
    lower = view.priority[view.running] < view.priority[head]
    order = np.lexsort((-view.placed_s, view.priority[view.running]))
    back = view.back()
    found = []
    for kind in np.flatnonzero(view.suits[head]).tolist():
        there = view.running_kind == kind
        going = there & view.leaving
        free = room.free[kind] + back[going].sum()
        watts = room.headroom_w + view.watts[view.running[view.leaving]].sum()
        left = [i for i in order.tolist() if (lower & there & ~view.leaving)[i]]
        gone = _enough(view, head, float(free), float(watts), left, back)
        if gone is not None:
            found.append(gone)
    return min(found, key=len, default=[])


def _enough(
    view: QueueView, head: int, free: float, watts: float, left: list[int], back: Index
) -> list[int] | None:
    """Who of those left must go until a job fits; None where all are not enough.

    back   (running,) nodes that come back: who gives none back goes for its watts alone
    """
    gone: list[int] = []
    for i in left:
        enough_w = watts >= view.watts[head] - SLACK_W
        if free >= view.nodes[head] and enough_w:
            return gone
        if enough_w and not back[i]:
            continue
        j = int(view.running[i])
        free += float(back[i])
        watts += float(view.watts[j])
        gone.append(j)
    fits = free >= view.nodes[head] and watts >= view.watts[head] - SLACK_W
    return gone if fits else None
