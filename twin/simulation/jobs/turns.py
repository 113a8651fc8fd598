"""Turns: whose turn it is, by the rule of `controls.scheduler`.

Looks at queue, nodes and power, asks the rule, and says whom to start where.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from twin.arrays import Array, Index, total_by
from twin.simulation.jobs.phase import RUNNING
from twin.simulation.jobs.placement import Placement
from twin.simulation.jobs.predicted_power import PredictedPower
from twin.simulation.jobs.queueing import POLICIES, Decision, GpusView, HostsView, QueueView
from twin.simulation.jobs.sharing import Sharing
from twin.simulation.kernel.world import World
from twin.simulation.state.work import SHARED
from twin.workload import Job

OVERDUE_S = 1.0
"""A job that runs longer than expected is expected to end this long from now."""


class Turns:
    """Part of the job discipline; asks the rule of the queue."""

    def __init__(
        self, world: World, jobs: Sequence[Job], placement: Placement, sharing: Sharing
    ) -> None:
        self.world = world
        self.own = world.state.jobs
        self.placement = placement
        self.sharing = sharing
        self.parts = sharing.parts
        self.asked = world.facility.scenario.controls.scheduler
        self.policy = POLICIES[self.asked.policy]
        self.nodes = np.array([job.nodes for job in jobs], dtype=np.int64)
        self.priority = np.array([job.priority for job in jobs], dtype=np.int64)
        self.limit_s = np.array([job.limit_s for job in jobs])
        self.limited = np.isfinite(self.limit_s)
        self.expected_s = self.limit_s.copy()
        self.delay_s = np.array([job.restart_delay_s for job in jobs])
        self.kinds = placement.suits(jobs)
        """(job, kind) on which each could run, were cores and memory enough."""
        self.suits = self.kinds & self.parts.fits
        users = sorted({job.user for job in jobs})
        self.user = np.array([users.index(job.user) for job in jobs], dtype=np.int64)
        self.share = np.array([self.asked.shares.get(user, 1.0) for user in users])
        self.fair = self.asked.policy == "fair_share"
        self.power = PredictedPower(world, jobs, placement, self.parts, self.asked.power_cap)
        whole = self.asked.power_cap is None and not self.parts.any
        self.first_alone = self.asked.policy == "fifo" and whole
        """Whether the answer hangs on free nodes and on who is first in the queue alone."""

    def question(self) -> list[int]:
        """All that the rule's answer hangs on: while it stays, nobody need ask again."""
        state = self.world.state
        nodes = [state.racks.version, state.flows.version, state.faults.version, self.own.hands]
        if not self.first_alone:
            return [*nodes, self.own.version]
        waiting = (j for j in self.own.queue if not self.own.held_back[j])
        return [*nodes, *islice(waiting, 1)]

    def decide(self) -> Decision:
        """What the rule says now."""
        return self.policy(self._view())

    def place(self, j: int) -> tuple[int, float, int]:
        """What a job's place in the queue goes by: priority, then when it joined."""
        return (-int(self.priority[j]), float(self.own.eligible_s[j]), j)

    def queue(self) -> Index:
        """Jobs that wait, in turn."""
        queue = np.array(self.own.queue, dtype=np.int64)
        waiting: Index = queue[~self.own.held_back[queue]]
        if not self.fair:
            return waiting
        usage = self.own.usage_node_s[: self.share.size] / self.share
        user = self.user[waiting]
        order = np.lexsort((usage[user], -self.priority[waiting]))
        return np.asarray(waiting[order])

    def advance(self, span_s: float) -> None:
        """Let what users had fade, and count what they have."""
        if not self.fair:
            return
        own = self.own
        running = np.array(own.running, dtype=np.int64)
        nodes = self.nodes[running] * self.parts.node_shares(own.running, own.held)
        held = total_by(self.user[running], nodes, self.share.size)
        fade = np.log(2.0) / self.asked.half_life
        left = np.exp(-fade * span_s)
        usage = own.usage_node_s[: self.share.size]
        own.usage_node_s[: self.share.size] = usage * left + held * (1.0 - left) / fade

    def _view(self) -> QueueView:
        own = self.own
        looked_at = [] if self.first_alone else own.running
        running = np.array(looked_at, dtype=np.int64)
        queue = self.queue()
        kinds = self.placement.kinds_of([own.held[j] for j in looked_at])
        free = self.placement.free_of_kinds()
        watts = self.power.of_jobs(np.concatenate([queue, running]))
        ends_s = self._ends_s(running)
        drained = self._drained(running)
        return QueueView(
            now_s=self.world.now_s,
            queue=queue,
            nodes=self.nodes,
            watts=watts,
            expected_s=self._expected_s(queue),
            suits=self.suits,
            free=free,
            in_service=free + self._held_of_kinds(running, kinds, free.size, drained),
            running=running,
            running_kind=kinds,
            ends_s=ends_s,
            headroom_w=self.power.headroom_w(watts, running),
            priority=self.priority,
            placed_s=own.placed_s[running],
            leaving=own.leaving[running],
            reserved_s=own.reserved_s,
            reserved_kind=own.reserved_kind,
            depth=self.asked.depth,
            gpus=self._gpus_view(ends_s) if self.parts.any else None,
            drained=drained,
        )

    def _drained(self, running: Index) -> Index:
        """(running,) nodes of each that nobody gets once it ends; empty where none drains."""
        faults = self.world.state.faults
        if not (faults.draining or faults.gpus_out):
            return np.zeros(0, dtype=np.int64)
        drains = faults.node_drains > 0
        counts = [np.count_nonzero(drains[self.own.held[j]]) for j in running.tolist()]
        return np.array(counts, dtype=np.int64)

    def _held_of_kinds(self, running: Index, kinds: Index, count: int, drained: Index) -> Index:
        """(kind,) nodes on which jobs run, and others may after them."""
        if self.parts.any:
            owner = self.own.work_of_node
            held = ((owner >= 0) | (owner == SHARED)) & (self.world.state.faults.node_drains == 0)
            kinds = self.placement.kind_of_node[held]
            return np.bincount(kinds[kinds >= 0], minlength=count).astype(np.int64)
        nodes = self.nodes[running] - drained if drained.size else self.nodes[running]
        return total_by(kinds, nodes.astype(float), count).astype(np.int64)

    def _gpus_view(self, ends_s: Array) -> GpusView:
        """Free GPUs, and when those of jobs that run are expected to be."""
        parts = self.parts
        sharing = self.sharing
        return GpusView(
            free=sharing.free(),
            until_s=sharing.until_s(ends_s),
            count=sharing.gpus,
            kind=self.placement.kind_of_node,
            rank=self.placement.rank,
            need=parts.need,
            class_of_job=parts.class_of_job,
            class_nodes=parts.class_nodes,
            class_need=parts.class_need,
            held=sharing.of_use(),
            reserved=self.own.reserved_nodes,
            host=self._hosts_view(),
            windows=sharing.reservations.view(),
        )

    def _hosts_view(self) -> HostsView:
        """Free cores and memory, and who holds the rest."""
        node, place, share = self.sharing.host_holdings()
        parts = self.parts
        free = self.sharing.host_free()
        return HostsView(free, parts.host, parts.class_host, node, place, share)

    def _expected_s(self, queue: Index) -> Array:
        """(job,) its time limit; without one, of those that wait what is left of their work at full
        speed.
        """
        free = queue[~self.limited[queue]]
        own = self.own
        again_s = np.where(own.restarts[free] + own.preemptions[free] > 0, self.delay_s[free], 0.0)
        self.expected_s[free] = own.work_s[free] - own.done_s[free] + again_s
        return self.expected_s

    def _ends_s(self, running: Index) -> Array:
        """(running,) when each is expected to end."""
        own = self.own
        now = self.world.now_s
        limited = own.placed_s[running] + self.limit_s[running]
        waits_s = np.where(own.phase[running] == RUNNING, 0.0, own.wait_s[running])
        left = now + own.work_s[running] - own.done_s[running] + waits_s
        ends_s = np.where(self.limited[running], limited, left)
        return np.maximum(ends_s, now + OVERDUE_S)
