"""Free GPUs and watts that shrink as jobs are started, where jobs share nodes."""

from __future__ import annotations

from copy import copy

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.simulation.jobs.queueing.gpus import (
    SLACK,
    best_nodes,
    gpus_on,
    has_host,
    room_on,
    whole_free,
)
from twin.simulation.jobs.queueing.host_room import HostRoom
from twin.simulation.jobs.queueing.view import SLACK_S, SLACK_W, GpusView, QueueView


class GpuRoom:
    """Says of GPUs what `FreeRoom` says of whole nodes, by the same names."""

    def __init__(self, view: QueueView, gpus: GpusView) -> None:
        self.view = view
        self.gpus = gpus
        self.free = self.gpus.free.copy()
        self.until_s = self.gpus.until_s.copy()
        self.host = HostRoom(view, gpus.host)
        self.headroom_w = view.headroom_w
        place, gpu, share = self.gpus.held
        partly = share < 1.0
        self.shares = [(gpu[partly], share[partly], view.ends_s[place[partly]])]
        """Shares of GPUs: which, how much, and until when."""
        self._room: Mask | None = None

    def nodes_with(self, j: int, kind: int) -> Mask:
        """(node,) of a kind that have what a job needs of each."""
        there: Mask = self.gpus.kind == kind
        need = float(self.gpus.need[j, kind])
        on_host = has_host(self.host.free, self.gpus.host.need[j, kind])
        if self.gpus.windows is not None:
            there &= self.gpus.windows.clear(j)
        return there & room_on(self.free, self.gpus.count, need) & on_host

    def kind_for(self, j: int) -> int:
        """The first kind that suits a job and has room; -1 for none."""
        view = self.view
        if view.watts[j] > self.headroom_w + SLACK_W:
            return -1
        fits = view.suits[j] & self._room_for(np.array([j]))[0]
        return int(np.argmax(fits)) if fits.any() else -1

    def fits(self, jobs: Index) -> Mask:
        """(job, kind) of some jobs, where each would fit now."""
        view = self.view
        room = self._room_for(jobs)
        by_watts = (view.watts[jobs] <= self.headroom_w + SLACK_W)[:, None]
        return np.asarray(view.suits[jobs] & room & by_watts)

    def _room_for(self, jobs: Index) -> Mask:
        """(of jobs, kind) whether each has room now."""
        windows = self.gpus.windows
        before = 0 if windows is None else windows.bucket(jobs)
        return np.asarray(self._room_of_classes()[before, self.gpus.class_of_job[jobs]])

    def _room_of_classes(self) -> Mask:
        """(bound, class, kind) whether a job of each that ends before a reservation has room now;
        one bound where nothing is reserved.
        """
        if self._room is None:
            windows = self.gpus.windows
            may = [self.gpus.kind >= 0]
            if windows is not None:
                may = [windows.next_s >= bound_s for bound_s in windows.bounds_s.tolist()]
            kinds = range(self.gpus.class_need.shape[1])
            counts = np.array([[self._count_with(k, one) for k in kinds] for one in may])
            self._room = counts.transpose(0, 2, 1) >= self.gpus.class_nodes[:, None]
        return self._room

    def _count_with(self, kind: int, may: Mask) -> Index:
        """(class,) nodes of a kind with what a job of each needs, of those (node,) that it may
        have.
        """
        there = may & (self.gpus.kind == kind)
        free = self.free[there]
        whole = whole_free(free)
        need = self.gpus.class_need[:, kind]
        if self.host.free.shape[1]:
            return self._count_with_hosts(kind, there, free, whole)
        least = np.sort(whole)
        count = least.size - np.searchsorted(least, np.where(np.isinf(need), 0.0, need))
        most = np.sort(free.max(axis=1, initial=0.0))
        of_shares = most.size - np.searchsorted(most, need - SLACK)
        count = np.where(need < 1.0, of_shares, count)
        empty = np.count_nonzero(whole == self.gpus.count[there])
        return np.where(np.isinf(need), empty, count).astype(np.int64)

    def _count_with_hosts(self, kind: int, there: Mask, free: Array, whole: Index) -> Index:
        """The same where cores and memory count: both have to be on one node.

        free, whole   of the nodes (node,) there: (node, GPU) and (node,)
        """
        need = self.gpus.class_need[:, kind, None]
        largest = free.max(axis=1, initial=0.0)
        on_gpus = np.where(need < 1.0, largest >= need - SLACK, whole >= need)
        on_gpus = np.where(np.isinf(need), whole == self.gpus.count[there], on_gpus)
        on_host = has_host(self.host.free[there], self.gpus.host.class_need[:, kind, None, :])
        return np.asarray((on_gpus & on_host).sum(axis=1), dtype=np.int64)

    def any_left(self) -> bool:
        """Whether anybody could start, be it on CPUs alone."""
        return bool((self.free > 0.0).any() or (self.host.free > 0.0).any())

    def pick(self, j: int, kind: int) -> tuple[Index, Index]:
        """Nodes for a job that fits, and its GPUs on them, numbered through."""
        need = float(self.gpus.need[j, kind])
        room = self.nodes_with(j, kind)
        nodes = best_nodes(self.free, room, need, int(self.view.nodes[j]), self.gpus.rank)
        return nodes, gpus_on(self.free, self.gpus.count, need, nodes)

    def take(self, j: int, kind: int) -> Index:
        """Give a job its GPUs; (its nodes,)."""
        return self.take_on(j, kind, self.pick(j, kind)[0])

    def take_on(self, j: int, kind: int, nodes: Index) -> Index:
        """Give a job GPUs of some nodes; (its nodes,)."""
        held = gpus_on(self.free, self.gpus.count, float(self.gpus.need[j, kind]), nodes)
        share = min(float(self.gpus.need[j, kind]), 1.0)
        end_s = float(self.view.now_s + self.view.expected_s[j])
        self._hold(held, share, end_s)
        self.host.take(nodes, self.gpus.host.need[j, kind], end_s)
        if share < 1.0:
            self.shares.append((held, np.full(held.size, share), np.full(held.size, end_s)))
        self.headroom_w -= float(self.view.watts[j])
        self._room = None
        return nodes

    def _hold(self, held: Index, share: float, end_s: float) -> None:
        """Enter who has a share of GPUs until when; who works on CPUs alone holds none."""
        if share > 0.0:
            self.free.flat[held] -= share
            self.until_s.flat[held] = np.maximum(self.until_s.reshape(-1)[held], end_s)

    def with_taken_for_ever(self, j: int, kind: int) -> GpuRoom:
        """The room that is left were a job to start and never end."""
        nodes, held = self.pick(j, kind)
        trial = copy(self)
        trial.host = self.host.copy()
        trial.host.take(nodes, self.gpus.host.need[j, kind], np.inf)
        trial.free = self.free.copy()
        trial.until_s = self.until_s.copy()
        trial._hold(held, min(float(self.gpus.need[j, kind]), 1.0), np.inf)
        return trial

    def ready_s(self, j: int, kind: int) -> float:
        """When a job has room on a kind, once those there end as expected."""
        need = float(self.gpus.need[j, kind])
        there = self.gpus.kind == kind
        nodes = int(self.view.nodes[j])
        if np.count_nonzero(there) < nodes:
            return np.inf
        if need < 1.0:
            each = self._share_ready_s(need)[there].min(axis=1)
        else:
            each = _nth_ready_s(self.until_s[there], self.gpus.count[there], need)
        each = np.maximum(each, self.host.ready_s(self.gpus.host.need[j, kind])[there])
        if self.gpus.windows is not None:
            ready_s = np.full(there.size, np.inf)
            ready_s[there] = each
            return self.gpus.windows.first_s(j, ready_s, nodes)
        return float(np.partition(each, nodes - 1)[nodes - 1])

    def _share_ready_s(self, need: float) -> Array:
        """(node, GPU) when there is a share free, as others who share it end."""
        ready = np.where(self.free >= need - SLACK, self.view.now_s, self.until_s).reshape(-1)
        gpu, share, end_s = (np.concatenate(column) for column in zip(*self.shares, strict=True))
        order = np.lexsort((end_s, gpu))
        gpu = gpu[order]
        given = np.cumsum(share[order])
        first = np.flatnonzero(np.diff(gpu, prepend=-1))
        before = np.repeat((given - share[order])[first], np.diff([*first, gpu.size]))
        enough = self.free.reshape(-1)[gpu] + given - before >= need - SLACK
        np.minimum.at(ready, gpu[enough], end_s[order][enough])
        return np.asarray(ready.reshape(self.free.shape))


def _nth_ready_s(until_s: Array, count: Index, need: float) -> Array:
    """(node,) when so many of its GPUs are free; inf for one that has not so many."""
    ordered = np.sort(until_s, axis=1)
    last = count - 1 if np.isinf(need) else np.full(count.size, int(need) - 1)
    return np.asarray(ordered[np.arange(count.size), np.minimum(last, until_s.shape[1] - 1)])


class GpuShadow:
    """When the first in the queue can start, and who leaves it its GPUs then."""

    def __init__(self, room: GpuRoom, head: int, starts: list[tuple[int, int]]) -> None:
        self.room = room
        self.head = head
        self.time_s = np.inf
        self.kind = -1
        self.extra_w = np.inf
        enough_w_s = self._watts_ready_s(starts)
        for kind in np.flatnonzero(room.view.suits[head]).tolist():
            time_s = max(room.ready_s(head, kind), enough_w_s)
            if time_s < self.time_s:
                self.time_s = time_s
                self.kind = kind
        self.extra_w = self._watts_left(starts)
        self._leaves: dict[int, bool] = {}
        """By class of job and what is reserved for it, until the next one starts."""

    def _ends(self, starts: list[tuple[int, int]]) -> tuple[Array, Array]:
        """When each running job ends, and the watts that it gives back."""
        view = self.room.view
        new = np.array([j for j, _ in starts], dtype=np.int64)
        ends_s = np.concatenate([view.ends_s, view.now_s + view.expected_s[new]])
        return ends_s, np.concatenate([view.watts[view.running], view.watts[new]])

    def _watts_ready_s(self, starts: list[tuple[int, int]]) -> float:
        ends_s, watts = self._ends(starts)
        need_w = float(self.room.view.watts[self.head]) - SLACK_W
        if self.room.headroom_w >= need_w:
            return float(self.room.view.now_s)
        order = np.argsort(ends_s, kind="stable")
        enough = self.room.headroom_w + np.cumsum(watts[order]) >= need_w
        return float(ends_s[order][np.argmax(enough)]) if enough.any() else np.inf

    def _watts_left(self, starts: list[tuple[int, int]]) -> float:
        ends_s, watts = self._ends(starts)
        back_w = float(watts[ends_s <= self.time_s + SLACK_S].sum())
        return self.room.headroom_w + back_w - float(self.room.view.watts[self.head])

    def leaves(self, behind: Index, fits: Mask) -> Mask:
        """(behind, kind) who fits and could run past the start of the first without delaying it."""
        classes = self._alike(behind)
        enough_w = self.room.view.watts[behind] <= self.extra_w + SLACK_W
        found = fits & enough_w[:, None]
        if self.kind < 0:
            return found
        asking = found[:, self.kind]
        for one in np.unique(classes[asking]).tolist():
            alike = asking & (classes == one)
            if one not in self._leaves:
                self._leaves[one] = self._leaves_room(int(behind[np.argmax(alike)]))
            found[alike, self.kind] = self._leaves[one]
        return found

    def _alike(self, behind: Index) -> Index:
        """(behind,) a number that those share who ask for the same and may have the same nodes."""
        classes = self.room.gpus.class_of_job[behind]
        windows = self.room.gpus.windows
        if windows is None:
            return classes
        return np.asarray(classes * windows.bounds_s.size + windows.bucket(behind))

    def _leaves_room(self, j: int) -> bool:
        """Whether the first still starts in time, were a job to stay for ever."""
        trial = self.room.with_taken_for_ever(j, self.kind)
        return trial.ready_s(self.head, self.kind) <= self.time_s + SLACK_S

    def took(self, j: int, kind: int, ends_before: bool) -> None:
        """A job behind the first has started."""
        self._leaves = {}
        if not ends_before:
            self.extra_w -= float(self.room.view.watts[j])
