"""What a rule of the queue sees, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.simulation.jobs.queueing.windows import SLACK_S as SLACK_S
from twin.simulation.jobs.queueing.windows import WindowsView

SLACK_W = 1e-6


@dataclass(frozen=True)
class HostsView:
    """Cores and host memory of every node as shares of it; no resource where none are counted."""

    free: Array
    """(node, resource) that a job may have now."""
    need: Array
    """(job, kind, resource) of each of its nodes."""
    class_need: Array
    """(class, kind, resource) as `need`."""
    node: Index
    """(holding,)"""
    place: Index
    """(holding,) places among running jobs."""
    share: Array
    """(holding, resource)"""

    def given_back(self, gone: Mask) -> Array:
        """(node, resource) what running jobs give back once some of them (running,) are gone."""
        given = gone[self.place]
        back = np.zeros(self.free.shape)
        np.add.at(back, self.node[given], self.share[given])
        return back


@dataclass(frozen=True)
class GpusView:
    """GPUs of every node, where jobs share nodes. Nodes without any count as one."""

    free: Array
    """(node, GPU) share that a job may have now."""
    until_s: Array
    """(node, GPU) when nobody is expected to hold any of it; inf for never."""
    count: Index
    """(node,) GPUs."""
    kind: Index
    """(node,) -1 for none."""
    rank: Index
    """(node,) place in the order of placement."""
    need: Array
    """(job, kind) GPUs of each of its nodes, a share of one, or inf for all of the node."""
    class_of_job: Index
    """(job,) jobs of one class ask for the same."""
    class_nodes: Index
    """(class,) nodes."""
    class_need: Array
    """(class, kind) as `need`."""
    held: tuple[Index, Index, Array]
    """(holding,) places among running jobs, GPUs numbered through (node, GPU), and shares."""
    host: HostsView
    reserved: list[Index] = field(default_factory=list)
    """(job)(node,) that conservative backfill promised."""
    windows: WindowsView | None = None
    """Nodes that are to be empty for a while; None where none are."""


@dataclass(frozen=True)
class QueueView:
    """The queue at one instant. A kind is one type of node: gangs never mix kinds."""

    now_s: float
    queue: Index
    """(waiting,) jobs, the first in turn first."""
    nodes: Index
    """(job,) size of each gang."""
    watts: Array
    """(job,) what it would draw above idle; kept up for those that wait or run alone."""
    expected_s: Array
    """(job,) for how long it would hold its nodes, as far as anybody knows; inf for ever. Kept up
    for those that wait alone."""
    suits: Mask
    """(job, kind) where it can run."""
    free: Index
    """(kind,) free nodes."""
    in_service: Index
    """(kind,) nodes that are free or hold jobs, and do not drain: no gang can be larger now."""
    running: Index
    """(running,) jobs."""
    running_kind: Index
    """(running,)"""
    ends_s: Array
    """(running,) when each is expected to give its nodes back; not before now."""
    headroom_w: float = np.inf
    """What the power cap leaves."""
    priority: Index = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(job,)"""
    placed_s: Array = field(default_factory=lambda: np.zeros(0))
    """(running,) since when each holds its nodes."""
    leaving: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """(running,) writes its last checkpoint before it gives its nodes back."""
    reserved_s: Array = field(default_factory=lambda: np.zeros(0))
    """(job,) start that was promised; inf for none."""
    reserved_kind: Index = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(job,) kind of node that was promised."""
    depth: int = 100
    """Jobs that may hold a promise."""
    gpus: GpusView | None = None
    """GPUs of every node, where jobs share nodes; None where all take theirs whole."""
    drained: Index = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(running,) nodes of each that take no new work, for they are to be taken out; empty where
    none drains."""

    def back(self) -> Index:
        """(running,) nodes that others can have once each ends."""
        nodes: Index = self.nodes[self.running]
        return nodes - self.drained if self.drained.size else nodes


@dataclass
class Decision:
    """Whom to start where, in this order, and who has to go."""

    starts: list[tuple[int, int]] = field(default_factory=list)
    """Job and kind of node."""
    preempt: list[int] = field(default_factory=list)
    """Running jobs that must write a checkpoint and queue again."""
    promises: dict[int, tuple[float, int]] = field(default_factory=dict)
    """Start and kind that every job with a reservation is promised from now on."""
    nodes: dict[int, Index] = field(default_factory=dict)
    """Nodes that it is promised, where jobs share nodes."""


class FreeRoom:
    """Free nodes and watts that shrink as jobs are started."""

    def __init__(self, view: QueueView) -> None:
        self.view = view
        self.free = view.free.astype(np.int64).copy()
        self.headroom_w = view.headroom_w

    def kind_for(self, j: int) -> int:
        """The first kind that suits a job and has room; -1 for none."""
        view = self.view
        if view.watts[j] > self.headroom_w + SLACK_W:
            return -1
        fits = view.suits[j] & (self.free >= view.nodes[j])
        return int(np.argmax(fits)) if fits.any() else -1

    def any_left(self) -> bool:
        """Whether anybody could start."""
        return bool(self.free.max() > 0)

    def take(self, j: int, kind: int) -> None:
        """Give a job its nodes."""
        self.free[kind] -= self.view.nodes[j]
        self.headroom_w -= self.view.watts[j]

    def fits(self, jobs: Index) -> Mask:
        """(job, kind) of some jobs, where each would fit now."""
        view = self.view
        by_nodes = view.suits[jobs] & (view.nodes[jobs, None] <= self.free)
        return np.asarray(by_nodes & (view.watts[jobs] <= self.headroom_w + SLACK_W)[:, None])
