"""Free GPUs of every node, and watts, from now on, as steps in time: what conservative backfill
promises from, where jobs share nodes.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.simulation.jobs.queueing.gpu_room import GpuRoom
from twin.simulation.jobs.queueing.gpus import has_host
from twin.simulation.jobs.queueing.profile import place_of
from twin.simulation.jobs.queueing.view import SLACK_S, SLACK_W, GpusView, QueueView

Promise = tuple[float, int, Index]
"""Start, kind and nodes."""


class GpuProfile:
    """What will be free once everybody ends as expected, in whole GPUs.

    A share of a GPU is promised a whole one: what is left of it goes to those who come when it is
    held already, and never puts a promise at risk.
    """

    def __init__(self, view: QueueView, gpus: GpusView) -> None:
        self.view = view
        self.gpus = gpus
        moments_s = np.unique(gpus.until_s[np.isfinite(gpus.until_s)])
        moments_s = np.unique(np.concatenate([[view.now_s], moments_s, _bounds_s(view, gpus)]))
        self.times_s: list[float] = moments_s.tolist()
        """Where steps begin; the last lasts for ever."""
        self.free = [(gpus.until_s <= t + SLACK_S).sum(axis=1) for t in self.times_s]
        """(step)(node,)"""
        self.hosts = [self._hosts_at(t) for t in self.times_s]
        """(step)(node, resource)"""
        self.watts = [self._watts_at(t) for t in self.times_s]

    def _watts_at(self, time_s: float) -> float:
        view = self.view
        back = view.ends_s <= time_s + SLACK_S
        return view.headroom_w + float(view.watts[view.running[back]].sum())

    def _hosts_at(self, time_s: float) -> Array:
        host = self.gpus.host
        return np.asarray(host.free + host.given_back(self.view.ends_s <= time_s + SLACK_S))

    def _step_at(self, time_s: float) -> int:
        """The step that begins at a moment, made where there is none."""
        place, there = place_of(self.times_s, time_s)
        if there:
            return place
        before = max(place - 1, 0)
        self.times_s.insert(place, time_s)
        self.free.insert(place, self.free[before].copy())
        self.hosts.insert(place, self.hosts[before].copy())
        self.watts.insert(place, self.watts[before])
        return place

    def _each(self, j: int, kind: int, nodes: Index | None = None) -> Index:
        """GPUs that a job has of each node, of some or of all."""
        count = self.gpus.count if nodes is None else self.gpus.count[nodes]
        need = float(self.gpus.need[j, kind])
        return np.asarray(np.minimum(np.ceil(need), count).astype(np.int64))

    def take(self, j: int, promise: Promise, sign: int = 1, on_gpus: bool = True) -> None:
        """Let a job have what it is promised; with sign -1 it gives that back. Beside others on a
        GPU it takes none of its own.
        """
        start_s, kind, nodes = promise
        end_s = start_s + float(self.view.expected_s[j])
        first = self._step_at(start_s)
        last = self._step_at(end_s) if np.isfinite(end_s) else len(self.times_s)
        each = self._each(j, kind, nodes) if on_gpus else 0
        for step in range(first, last):
            self.free[step][nodes] -= sign * each
            self.hosts[step][nodes] -= sign * self.gpus.host.need[j, kind]
            self.watts[step] -= sign * float(self.view.watts[j])

    def holds(self, j: int, promise: Promise) -> bool:
        """Whether there is room for a job where and when it was promised."""
        start_s, kind, nodes = promise
        first = self._step_at(start_s)
        last = self._last_before(start_s + float(self.view.expected_s[j]))
        need = self._each(j, kind, nodes)
        room = all((self.free[step][nodes] >= need).all() for step in range(first, last))
        room = room and self._on_hosts(j, kind, nodes, first, last)
        enough_w = min(self.watts[first:last], default=np.inf) >= self.view.watts[j] - SLACK_W
        return bool(room and enough_w)

    def _on_hosts(self, j: int, kind: int, nodes: Index, first: int, last: int) -> bool:
        """Whether some nodes have cores and memory for a job in all of some steps."""
        need = self.gpus.host.need[j, kind]
        return all(has_host(self.hosts[step][nodes], need).all() for step in range(first, last))

    def _last_before(self, end_s: float) -> int:
        """The first step that begins no earlier than an end."""
        return bisect_left(self.times_s, end_s - SLACK_S)

    def _clear(self, j: int, time_s: float, there: Index) -> Mask | bool:
        """(of there,) nodes that no reservation takes from a job that starts then."""
        windows = self.gpus.windows
        if windows is None:
            return True
        return ~windows.taken(time_s, float(windows.limit_s[j]))[there]

    def earliest(self, j: int, kind: int) -> Promise:
        """The first moment from which there is room for a whole job, and the nodes that then have
        least left; inf for never.
        """
        nodes = int(self.view.nodes[j])
        there = np.flatnonzero(self.gpus.kind == kind)
        free = np.array(self.free)[:, there]
        lacks = free < self._each(j, kind)[there]
        if self.gpus.host.free.shape[1]:
            hosts = np.array(self.hosts)[:, there]
            lacks |= ~has_host(hosts, self.gpus.host.need[j, kind])
        lacks_w = np.array(self.watts) < self.view.watts[j] - SLACK_W
        misses = _sums(lacks)
        misses_w = _sums(lacks_w[:, None])
        span_s = float(self.view.expected_s[j])
        for step, time_s in enumerate(self.times_s):
            last = self._last_before(time_s + span_s)
            room = (misses[last] == misses[step]) & self._clear(j, time_s, there)
            if np.count_nonzero(room) >= nodes and misses_w[last] == misses_w[step]:
                least = free[step:last].min(axis=0, initial=np.iinfo(np.int64).max)
                return time_s, kind, there[_tightest(room, least, self.gpus.rank[there], nodes)]
        return np.inf, kind, np.zeros(0, dtype=np.int64)

    def beside_others(self, j: int, kind: int, room: GpuRoom) -> Promise | None:
        """Where a share of a GPU fits now beside shares that others hold; None where it would put
        a promise at risk.
        """
        need = float(self.gpus.need[j, kind])
        fits = need < 1.0 and room.nodes_with(j, kind).any() and self.view.nodes[j] == 1
        if not fits or self.view.watts[j] > min(self.watts) + SLACK_W:
            return None
        nodes, held = room.pick(j, kind)
        until_s = float(room.until_s.reshape(-1)[held].min())
        now_s = self.view.now_s
        partly = room.free.reshape(-1)[held[0]] < 1.0
        inside = until_s >= now_s + float(self.view.expected_s[j]) - SLACK_S
        last = self._last_before(now_s + float(self.view.expected_s[j]))
        on_host = self._on_hosts(j, kind, nodes, 0, last)
        return (now_s, kind, nodes) if partly and inside and on_host else None


def _bounds_s(view: QueueView, gpus: GpusView) -> Array:
    """Ends of reservations that are still to come."""
    ends_s = np.zeros(0) if gpus.windows is None else gpus.windows.end_s
    return np.asarray(ends_s[ends_s > view.now_s + SLACK_S])


def _sums(lacks: Mask) -> Index:
    """(step + 1, ...) how many of the steps before each lack room."""
    none = np.zeros((1, lacks.shape[1]), dtype=np.int64)
    return np.concatenate([none, np.cumsum(lacks, axis=0)])


def _tightest(room: Mask, least: Index, rank: Index, nodes: int) -> Index:
    """(nodes,) of those with room the ones that have least left."""
    there = np.flatnonzero(room)
    return np.asarray(there[np.lexsort((rank[there], least[there]))[:nodes]])
