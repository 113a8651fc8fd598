"""EASY backfill: one reservation, for the first in the queue; others overtake where it starts no
later (Lifka 1995; Mu'alem and Feitelson, IEEE TPDS 2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Index, Mask
from twin.simulation.jobs.queueing.fifo import Room, from_the_front, room_of
from twin.simulation.jobs.queueing.gpu_room import GpuRoom, GpuShadow
from twin.simulation.jobs.queueing.view import SLACK_S, SLACK_W, Decision, FreeRoom, QueueView


@dataclass
class Shadow:
    """When the first in the queue can start, on which kind, and what is left over then."""

    view: QueueView
    time_s: float
    kind: int
    extra_nodes: int
    extra_w: float

    def leaves(self, behind: Index, fits: Mask) -> Mask:
        """(behind, kind) who fits and could run past the start of the first without delaying it."""
        elsewhere = np.arange(fits.shape[1]) != self.kind
        leaves_nodes = elsewhere | (self.view.nodes[behind, None] <= self.extra_nodes)
        leaves_w = (self.view.watts[behind] <= self.extra_w + SLACK_W)[:, None]
        return np.asarray(fits & leaves_nodes & leaves_w)

    def took(self, j: int, kind: int, ends_before: bool) -> None:
        """A job behind the first has started."""
        if not ends_before:
            self.extra_nodes -= int(self.view.nodes[j]) if kind == self.kind else 0
            self.extra_w -= float(self.view.watts[j])


def easy(view: QueueView) -> Decision:
    """Start from the front, then whoever leaves the first waiting job its reservation.

    A job that no nodes in service are enough for is passed over: it would hold everybody up.
    """
    room = room_of(view)
    starts, place = from_the_front(view, room)
    while place < view.queue.size:
        head = int(view.queue[place])
        kind = room.kind_for(head)
        if kind >= 0:
            room.take(head, kind)
            starts.append((head, kind))
        elif _has_a_future(view, head):
            _backfill(view, place, room, starts)
            break
        place += 1
    return Decision(starts=starts)


def _has_a_future(view: QueueView, j: int) -> bool:
    """Whether the nodes in service would be enough for a job."""
    return bool((view.suits[j] & (view.in_service >= view.nodes[j])).any())


def shadow_of(view: QueueView, head: int, room: FreeRoom, starts: list[tuple[int, int]]) -> Shadow:
    """The earliest start of a job once the others end as expected; the first kind of the
    earliest.
    """
    new = np.array([j for j, _ in starts], dtype=np.int64)
    jobs = np.concatenate([view.running, new])
    back = np.concatenate([view.back(), view.nodes[new]])
    kinds = np.concatenate([view.running_kind, [k for _, k in starts]]).astype(np.int64)
    ends_s = np.concatenate([view.ends_s, view.now_s + view.expected_s[new]])
    order = np.argsort(ends_s, kind="stable")
    jobs = jobs[order]
    back = back[order]
    kinds = kinds[order]
    ends_s = ends_s[order]
    watts = room.headroom_w + np.cumsum(view.watts[jobs])
    best = Shadow(view, np.inf, -1, 0, np.inf)
    for kind in np.flatnonzero(view.suits[head]).tolist():
        nodes = room.free[kind] + np.cumsum(np.where(kinds == kind, back, 0))
        enough = (nodes >= view.nodes[head]) & (watts >= view.watts[head] - SLACK_W)
        if enough.any() and ends_s[np.argmax(enough)] < best.time_s:
            time_s = float(ends_s[np.argmax(enough)])
            last = int(np.searchsorted(ends_s, time_s + SLACK_S, side="right")) - 1
            extra_nodes = int(nodes[last] - view.nodes[head])
            best = Shadow(view, time_s, kind, extra_nodes, float(watts[last] - view.watts[head]))
    return best


def _backfill(view: QueueView, place: int, room: Room, starts: list[tuple[int, int]]) -> None:
    """Start whoever behind the head fits now and ends before its start, or leaves it room."""
    head = int(view.queue[place])
    if isinstance(room, GpuRoom):
        shadow: Shadow | GpuShadow = GpuShadow(room, head, starts)
    else:
        shadow = shadow_of(view, head, room, starts)
    behind: Index = view.queue[place + 1 :]
    while behind.size and room.any_left():
        ends_before = view.now_s + view.expected_s[behind] <= shadow.time_s + SLACK_S
        fits = room.fits(behind)
        may = shadow.leaves(behind, fits)
        may[ends_before] = fits[ends_before]
        able = may.any(axis=1)
        if not able.any():
            return
        first = int(np.argmax(able))
        kind = int(np.argmax(may[first]))
        j = int(behind[first])
        shadow.took(j, kind, bool(ends_before[first]))
        room.take(j, kind)
        starts.append((j, kind))
        behind = behind[first + 1 :]
