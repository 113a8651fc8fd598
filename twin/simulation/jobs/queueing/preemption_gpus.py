"""Who has to go for a job of higher priority, where jobs share nodes."""

from __future__ import annotations

import numpy as np

from twin.simulation.jobs.queueing.gpu_room import GpuRoom
from twin.simulation.jobs.queueing.gpus import has_host, room_on
from twin.simulation.jobs.queueing.view import SLACK_W, QueueView


def victims_of_gpus(view: QueueView, head: int, room: GpuRoom) -> list[int]:
    """The fewest jobs that must go for one kind to be enough; none where no kind ever is."""
    lower = view.priority[view.running] < view.priority[head]
    order = np.lexsort((-view.placed_s, view.priority[view.running]))
    found = []
    for kind in np.flatnonzero(view.suits[head]).tolist():
        may = lower & (view.running_kind == kind) & ~view.leaving
        gone = _enough(view, head, kind, room, [i for i in order.tolist() if may[i]])
        if gone is not None:
            found.append([int(view.running[i]) for i in gone])
    return min(found, key=len, default=[])


def _enough(
    view: QueueView, head: int, kind: int, room: GpuRoom, left: list[int]
) -> list[int] | None:
    """Places of those left who must go until a job fits; None where all are not enough.

    One whose GPUs turn out not to be needed beside those of who went after it stays.
    """
    gone: list[int] = []
    while not fits_without(view, head, kind, room, gone):
        if len(gone) == len(left):
            return None
        gone.append(left[len(gone)])
    for i in list(gone[:-1]):
        others = [one for one in gone if one != i]
        if fits_without(view, head, kind, room, others):
            gone = others
    return gone


def fits_without(view: QueueView, head: int, kind: int, room: GpuRoom, gone: list[int]) -> bool:
    """Whether a job fits once some running jobs, told by place, and those who leave are gone."""
    going = view.leaving.copy()
    going[gone] = True
    place, gpu, share = room.gpus.held
    given = going[place]
    free = room.free.copy()
    np.add.at(free.reshape(-1), gpu[given], share[given])
    host = room.gpus.host
    there = room.gpus.kind == kind
    if room.gpus.windows is not None:
        there &= room.gpus.windows.clear(head)
    on_gpus = room_on(free, room.gpus.count, room.gpus.need[head, kind])
    on_host = has_host(room.host.free + host.given_back(going), host.need[head, kind])
    nodes = np.count_nonzero(there & on_gpus & on_host)
    watts = room.headroom_w + float(view.watts[view.running[going]].sum())
    enough_w = watts >= view.watts[head] - SLACK_W
    return bool(nodes >= view.nodes[head] and enough_w)
