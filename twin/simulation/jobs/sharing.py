"""Sharing: who holds which nodes, whole or by their GPUs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.simulation.jobs.parts import Parts
from twin.simulation.jobs.placement import Placement
from twin.simulation.jobs.queueing.gpus import SLACK, best_nodes, gpus_on, has_host, room_on
from twin.simulation.jobs.reservations import Reservations
from twin.simulation.kernel.world import World
from twin.simulation.state.faults import most_gpus
from twin.simulation.state.work import FREE, SHARED

Holdings = tuple[Index, Index, Array]


class Sharing:
    """Part of the job discipline, whose block it writes: gives nodes and takes them back."""

    def __init__(self, world: World, placement: Placement, parts: Parts) -> None:
        self.world = world
        self.own = world.state.jobs
        self.placement = placement
        self.parts = parts
        self.reservations = Reservations(world, parts.jobs)
        self.gpus = np.maximum(placement.node_gpus, 1)
        """(node,) nodes without GPUs count as one, so that they are free or not."""
        if parts.any:
            slots = np.arange(most_gpus(world.facility))
            self.own.gpu_free = (slots < self.gpus[:, None]).astype(float)
            resources = parts.host.shape[2]
            self.own.host_free = np.ones((self.gpus.size, resources))
            jobs = self.own.phase.size
            self.own.held_gpus = [np.zeros(0, dtype=np.int64)] * jobs
            self.own.reserved_nodes = [np.zeros(0, dtype=np.int64)] * jobs
        self._held: tuple[int, Holdings, Array] = (-1, _nothing(), np.zeros(0))
        """Of the last version: holdings, and the share of each GPU that a job works on."""

    def free(self) -> Array:
        """(node, GPU) share of each that a job may have now."""
        return np.asarray(self.own.gpu_free * (self._open()[:, None] & self._gpus_ok()))

    def host_free(self) -> Array:
        """(node, resource) share of each node's cores and memory that a job may have now."""
        return np.asarray(self.own.host_free * self._open()[:, None])

    def _gpus_ok(self) -> Mask:
        """(node, GPU) in order; one for all where none has failed."""
        faults = self.world.state.faults
        return np.asarray(faults.gpu_reasons == 0 if faults.gpus_out else [[True]])

    def _open(self) -> Mask:
        """(node,) takes work now, as far as it has room."""
        owner = self.own.work_of_node
        return np.asarray(((owner == FREE) | (owner == SHARED)) & self.placement.ready())

    def without_faults(self) -> Array:
        """(node, GPU) share of each that jobs could have were every node in order; empty where no
        job takes a part of a node.
        """
        own = self.own
        if not self.parts.any:
            return own.gpu_free
        unheld = (own.work_of_node == FREE) | (own.work_of_node == SHARED)
        return np.asarray(own.gpu_free * unheld[:, None])

    def after(self, j: int, free: Array, suits: Mask) -> Array | None:
        """What is left of free shares (node, GPU) once a job has its own, on the first kind (kind,)
        that suits it; None where there is no room.
        """
        count = int(self.parts.class_nodes[self.parts.class_of_job[j]])
        for kind in np.flatnonzero(suits).tolist():
            need = float(self.parts.need[j, kind])
            room = room_on(free, self.gpus, need) & (self.placement.kind_of_node == kind)
            if np.count_nonzero(room) >= count:
                nodes = best_nodes(free, room, need, count, self.placement.rank)
                left = free.copy()
                left.flat[gpus_on(free, self.gpus, need, nodes)] -= min(need, 1.0)
                return np.asarray(left)
        return None

    def until_s(self, ends_s: Array) -> Array:
        """(node, GPU) when nobody is expected to hold any of it; inf for never.

        ends_s   (running,) when each is expected to end
        """
        place, gpu, share = self.of_use()
        gpu = gpu[share > 0.0]
        place = place[share > 0.0]
        there = np.arange(self.own.gpu_free.shape[1]) < self.gpus[:, None]
        usable = there & self._open()[:, None] & self._gpus_ok()
        idle_s = np.where(usable, self.world.now_s, np.inf)
        flat_s = np.full(idle_s.size, -np.inf)
        np.maximum.at(flat_s, gpu, ends_s[place])
        held_s = flat_s.reshape(idle_s.shape)
        return np.where(np.isneginf(held_s), idle_s, held_s)

    def take(self, j: int, kind: int, promised: Index | None) -> bool:
        """Give a job its nodes; False where they are not there after all.

        promised   nodes that it has to get, where a rule says which
        """
        nodes = self._nodes_for(j, kind, promised)
        if nodes is None:
            return False
        own = self.own
        own.hands += 1
        own.held[j] = nodes
        need = self.parts.of_job(j, nodes)
        if self.parts.any:
            own.held_gpus[j] = gpus_on(own.gpu_free * self._gpus_ok(), self.gpus, need, nodes)
            own.gpu_free.flat[own.held_gpus[j]] -= min(need, 1.0)
            own.host_free[nodes] -= self.parts.host_of(j, nodes)
        whole = np.isinf(need)
        own.work_of_node[nodes] = j if whole else SHARED
        of_each = self.parts.work_of(j, nodes)
        held = self.placement.node_gpus[nodes].sum() if whole else of_each * nodes.size
        own.gpus[j] = float(held)
        return True

    def _nodes_for(self, j: int, kind: int, promised: Index | None) -> Index | None:
        count = int(self.parts.class_nodes[self.parts.class_of_job[j]])
        need = float(self.parts.need[j, kind])
        windows = self.reservations.view()
        clear = None if windows is None else windows.clear(j)
        if promised is None and np.isinf(need):
            return self.placement.of_kind(kind, count, clear)
        free = self.free()
        room = room_on(free, self.gpus, need) & (self.placement.kind_of_node == kind)
        room &= has_host(self.host_free(), self.parts.host[j, kind])
        room &= True if clear is None else clear
        if promised is not None:
            return promised if room[promised].all() else None
        if np.count_nonzero(room) < count:
            return None
        return best_nodes(free, room, need, count, self.placement.rank)

    def release(self, j: int) -> None:
        """Take a job's nodes back; one that others share stays shared."""
        own = self.own
        own.hands += 1
        nodes = own.held[j]
        own.work_of_node[nodes] = FREE
        if not self.parts.any:
            return
        given = own.gpu_free.reshape(-1)[own.held_gpus[j]] + min(self.parts.of_job(j, nodes), 1.0)
        own.gpu_free.flat[own.held_gpus[j]] = np.where(given > 1.0 - SLACK, 1.0, given)
        host = own.host_free[nodes] + self.parts.host_of(j, nodes)
        own.host_free[nodes] = np.where(host > 1.0 - SLACK, 1.0, host)
        left = own.gpu_free[nodes].sum(axis=1) < self.gpus[nodes]
        left |= (own.host_free[nodes] < 1.0).any(axis=1)
        own.work_of_node[nodes[left]] = SHARED

    def holdings(self) -> Holdings:
        """(holding,) places among running jobs, GPUs numbered through (node, GPU), and the share of
        each; nothing where no job takes a part of a node.
        """
        return self._now_held()[0]

    def _now_held(self) -> tuple[Holdings, Array]:
        if self.parts.any and self._held[0] != self.own.version:
            self._held = (self.own.version, *self._all_held(self.own.running))
        return self._held[1:]

    def of_use(self) -> Holdings:
        """Holdings that others can have once their jobs end: nodes that drain give nothing back."""
        place, gpu, share = self.holdings()
        faults = self.world.state.faults
        if not (faults.gpus_out or faults.draining):
            return place, gpu, share
        back = faults.node_drains[self.node_of(gpu)] == 0
        return place[back], gpu[back], share[back]

    def _all_held(self, running: Sequence[int]) -> tuple[Holdings, Array]:
        own = self.own
        if not running:
            return _nothing(), np.zeros(0)
        sizes = [own.held_gpus[j].size for j in running]
        share = [min(self.parts.of_job(j, own.held[j]), 1.0) for j in running]
        work = [min(self.parts.work_of(j, own.held[j]), 1.0) for j in running]
        place = np.repeat(np.arange(len(running)), sizes)
        gpu = np.concatenate([own.held_gpus[j] for j in running])
        return (place, gpu, np.repeat(share, sizes)), np.repeat(work, sizes)

    def on_shared(self) -> Holdings:
        """(part,) jobs that share nodes, their GPUs, and the share of each that a job works on."""
        own = self.own
        (place, gpu, _), work = self._now_held()
        shared = own.work_of_node[self.node_of(gpu)] == SHARED
        jobs = np.array(own.running, dtype=np.int64)[place[shared]]
        return jobs, gpu[shared], work[shared]

    def host_holdings(self) -> Holdings:
        """(holding,) nodes and places among running jobs, and shares (holding, resource) of cores
        and memory that come back once the jobs end.
        """
        own = self.own
        resources = self.parts.host.shape[2]
        if not (resources and own.running):
            return (*_nothing()[:2], np.zeros((0, resources)))
        nodes = np.concatenate([own.held[j] for j in own.running])
        place = np.repeat(np.arange(len(own.running)), [own.held[j].size for j in own.running])
        share = np.array([self.parts.host_of(j, own.held[j]) for j in own.running])[place]
        back = self.world.state.faults.node_drains[nodes] == 0
        return nodes[back], place[back], share[back]

    def failed_gpus(self, j: int) -> Index:
        """(failed,) nodes of GPUs out of order that a job holds."""
        reasons = self.world.state.faults.gpu_reasons
        if not self.parts.any:
            held = self.own.held[j]
            return np.asarray(held[reasons[held].any(axis=1)])
        gpu = self.own.held_gpus[j]
        return self.node_of(gpu[reasons.reshape(-1)[gpu] > 0])

    def node_of(self, gpu: Index) -> Index:
        """(part,) nodes of some GPUs."""
        return np.asarray(gpu // max(self.own.gpu_free.shape[1], 1))


def _nothing() -> Holdings:
    none = np.zeros(0, dtype=np.int64)
    return none, none.copy(), np.zeros(0)
