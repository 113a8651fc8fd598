"""Cores and host memory of nodes that shrink as jobs start; nothing where none are counted."""

from __future__ import annotations

from copy import copy

import numpy as np

from twin.arrays import Array, Index
from twin.simulation.jobs.queueing.gpus import SLACK
from twin.simulation.jobs.queueing.view import HostsView, QueueView


class HostRoom:
    """Free shares of every node's cores and memory, and when others come back."""

    def __init__(self, view: QueueView, host: HostsView) -> None:
        self.now_s = view.now_s
        self.free: Array = host.free.copy()
        """(node, resource)"""
        self.held = [(host.node, host.share, view.ends_s[host.place])]
        """Nodes, shares of each (holding, resource), and until when."""

    def copy(self) -> HostRoom:
        """The same, to be tried on."""
        trial = copy(self)
        trial.free = self.free.copy()
        trial.held = list(self.held)
        return trial

    def take(self, nodes: Index, need: Array, end_s: float) -> None:
        """Give a job its part of some nodes."""
        self.free[nodes] -= need
        shares = np.tile(need, (nodes.size, 1))
        self.held.append((nodes, shares, np.full(nodes.size, end_s)))

    def ready_s(self, need: Array) -> Array:
        """(node,) when each has what a job needs, once those there end; inf for never."""
        ready = np.full(self.free.shape[0], self.now_s)
        if not need.size:
            return ready
        node, share, end_s = (np.concatenate(column) for column in zip(*self.held, strict=True))
        order = np.lexsort((end_s, node))
        node = node[order]
        for r in range(need.size):
            of_one = self._ready_s(r, float(need[r]), node, share[order, r], end_s[order])
            ready = np.maximum(ready, of_one)
        return ready

    def _ready_s(self, r: int, need: float, node: Index, share: Array, end_s: Array) -> Array:
        """(node,) of one resource; holdings come by node, the first to end first."""
        enough_now = self.free[:, r] >= need - SLACK
        ready = np.where(enough_now, self.now_s, np.inf)
        given = np.cumsum(share)
        first = np.flatnonzero(np.diff(node, prepend=-1))
        before = np.repeat((given - share)[first], np.diff([*first, node.size]))
        enough = self.free[node, r] + given - before >= need - SLACK
        np.minimum.at(ready, node[enough], end_s[enough])
        return np.where(enough_now, self.now_s, ready)
