"""How busy nodes are by the jobs that hold them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index, total_by
from twin.physics.chip import clock_for_power
from twin.simulation.compute.power_caps import Allowed
from twin.simulation.jobs.learning import Learning
from twin.simulation.jobs.phase import CUT_OFF, RUNNING
from twin.simulation.jobs.placement import Placement
from twin.simulation.jobs.sharing import Sharing
from twin.simulation.kernel.world import World
from twin.simulation.state.work import FREE, SHARED
from twin.workload import Job

WAITING_ACTIVITY = 0.05
"""GPU activity while a gang writes a checkpoint or restarts; assumed, near idle. A gang without a
network does nothing at all."""


@dataclass(frozen=True)
class PartsAtWork:
    """Jobs on GPUs of nodes that they share; arrays are (part,), one a GPU or a share of it."""

    job: Index
    gpu: Index
    """Numbered through (node, GPU)."""
    node: Index
    of_gpu: Array
    """Share of the GPU that the job works on."""
    of_node: Array
    """That in shares of the whole node."""
    of_cpus: Array
    """Share of the node's CPUs: of its cores where they are counted, else as `of_node`."""
    gpu_activity: Array
    cpu_activity: Array
    gain: Array
    """Share of its rack's gain that its work takes."""
    chips_w: Array
    """Power of chips above idle at full clock, without that gain."""


class NodesOfJobs:
    """Part of the job discipline; tells who is how busy."""

    def __init__(
        self,
        world: World,
        jobs: tuple[Job, ...],
        placement: Placement,
        learning: Learning,
        sharing: Sharing,
    ) -> None:
        racks = world.facility.racks
        rack = placement.rack_of_node
        self.own = world.state.jobs
        self.learning = learning
        self.sharing = sharing
        self.work_frac = racks.work_frac[rack]
        self.gpu_span_w = placement.node_gpus * racks.gpu_span_w[rack]
        self.cpu_span_w = racks.cpu_span_w[rack]
        self.rack_of_node = rack
        self.kind_of_node = placement.kind_of_node
        self.works_on = np.array([job.gpus for job in jobs])
        self._place = np.zeros(len(jobs), dtype=np.int64)
        self._owner = np.full(rack.size, FREE, dtype=np.int64)
        self._asked: tuple[int, tuple[int | bytes, ...]] = (-1, ())
        self._busy_of = np.full((3, len(jobs)), np.nan)
        """Whose each node was, and what each job did, when last asked what has moved."""

    def places(self, running: Index, owner: Index) -> Index:
        """(owner,) places among running jobs of some of them."""
        self._place[running] = np.arange(running.size)
        return np.asarray(self._place.take(owner))

    def asked(self) -> tuple[int | bytes, ...]:
        """All that activities of nodes depend on: who holds which, and how busy each job is."""
        if self._asked[0] != self.own.version:
            self._asked = (self.own.version, self._asked_now())
        return self._asked[1]

    def _asked_now(self) -> tuple[int | bytes, ...]:
        own = self.own
        running = np.array(own.running, dtype=np.int64)
        busy = (own.phase, own.gpu_activity, own.cpu_activity)
        parts = self.sharing.on_shared() if self.sharing.parts.any else ()
        changes = (*parts, *(values[running] for values in busy))
        return (own.hands, *(values.tobytes() for values in changes))

    def clocks_under(self, allowed: Allowed) -> Array:
        """(rack,) share of the clock that boards hold, at which no job's GPUs do more than is
        allowed; where jobs share nodes as if theirs held the full one, infinite where none runs.
        """
        own = self.own
        held_frac = np.ones(own.work_s.size)
        for j in own.running:
            held_frac[j] = self.learning.held_clock(j)
        held = np.flatnonzero((own.work_of_node >= 0) | (own.work_of_node == SHARED))
        owner = own.work_of_node.take(held)
        whole = owner >= 0
        rack = self.rack_of_node.take(held)
        most = allowed.power_frac.take(rack)
        of_node = np.where(whole, allowed.clock_frac / held_frac.take(owner), allowed.clock_frac)
        if np.isfinite(most).any():
            within = np.zeros(held.size)
            works = own.gpu_activity.take(owner[whole]) / self._works_frac(owner[whole])
            within[whole] = self.learning.clocks_within(owner[whole], works, most[whole])
            busiest = self._shared_activity().take(held[~whole])
            within[~whole] = clock_for_power(0.0, 1.0, busiest, most[~whole])
            of_node = np.minimum(of_node, within)
        found = np.full(allowed.power_frac.size, np.inf)
        np.minimum.at(found, rack, np.minimum(of_node, 1.0))
        return found

    def _shared_activity(self) -> Array:
        """(node,) activity of the busiest GPU of nodes that jobs share."""
        if not self.sharing.parts.any:
            return np.zeros(self.own.work_of_node.size)
        return self._busiest(self.parts())

    def busier_at(self, clock_frac: Array) -> Array:
        """(node,) what GPUs of training jobs draw at a rack's share of the clock, over what their
        activity at the full clock would draw there; 1 elsewhere.
        """
        found = np.ones(self.own.work_of_node.size)
        for j in self.own.running:
            nodes = self.own.held[j]
            if self.learning.has_steps[j] and self.own.work_of_node[nodes[0]] == j:
                clock = float(clock_frac[self.rack_of_node[nodes]].min())
                found[nodes] = self.learning.busier(j, clock)
        return found

    def moved(self) -> Index:
        """Nodes that changed hands since last asked, or whose job does something else; of jobs that
        hold whole nodes.
        """
        own = self.own
        running = np.array(own.running, dtype=np.int64)
        busy_gpu, busy_cpu = self._busy(running)
        busy = np.array([busy_gpu, busy_cpu, busy_gpu / self._works_frac(running)])
        moved = own.work_of_node != self._owner
        for j in running[(busy != self._busy_of[:, running]).any(axis=0)].tolist():
            moved[own.held[j]] = True
        self._busy_of[:, running] = busy
        self._owner = own.work_of_node.copy()
        return np.flatnonzero(moved)

    def enter(self, gpu: Array, cpu: Array, gain: Array, busiest: Array) -> None:
        """Enter activities of every gang's nodes, of their busiest GPUs, and shares of their racks'
        gain.
        """
        self.enter_whole(np.arange(gpu.size), gpu, cpu, gain, busiest)
        if self.sharing.parts.any:
            self._enter_parts(gpu, cpu, gain, busiest)

    def enter_whole(
        self, nodes: Index, gpu: Array, cpu: Array, gain: Array, busiest: Array
    ) -> None:
        """The same (of nodes,) of those of some nodes that jobs hold whole."""
        own = self.own
        owner = own.work_of_node.take(nodes)
        held = np.flatnonzero(owner >= 0)
        if not held.size:
            return
        owner = owner.take(held)
        running = np.array(own.running, dtype=np.int64)
        place = self.places(running, owner)
        busy_gpu, busy_cpu = self._busy(running)
        gpu[held] = busy_gpu.take(place)
        cpu[held] = busy_cpu.take(place)
        gain[held] = self._gain(owner, nodes.take(held))
        busiest[held] = (busy_gpu / self._works_frac(running)).take(place)

    def _busy(self, jobs: Index) -> tuple[Array, Array]:
        """(of jobs,) activity of the GPUs and of the CPUs that each holds, at what it does now."""
        own = self.own
        phase = own.phase.take(jobs)
        working = phase == RUNNING
        waiting = np.where(phase == CUT_OFF, 0.0, WAITING_ACTIVITY)
        gpu = np.where(working, own.gpu_activity.take(jobs), waiting)
        return gpu, np.where(working, own.cpu_activity.take(jobs), waiting)

    def _works_frac(self, jobs: Index) -> Array:
        """(of jobs,) share of the GPUs that it holds on which it works; 1 where it uses none."""
        works_on = self.works_on.take(jobs)
        gpus = self.own.gpus.take(jobs)
        some = (works_on > 0) & (works_on < gpus) & (self.own.phase.take(jobs) == RUNNING)
        return np.where(some, works_on / np.maximum(gpus, 1e-9), 1.0)

    def _gain(self, owner: Index, node: Index) -> Array:
        """(held,) share of its rack's gain that a job takes on a node."""
        return np.where(self.learning.has_steps.take(owner), self.work_frac.take(node), 1.0)

    def _enter_parts(self, gpu: Array, cpu: Array, gain: Array, busiest: Array) -> None:
        """Nodes that jobs share are as busy as these are on their parts; free GPUs are idle."""
        parts = self.parts()
        if not parts.node.size:
            return
        nodes = gpu.size
        gpu += total_by(parts.node, parts.of_node * parts.gpu_activity, nodes)
        cpu += total_by(parts.node, parts.of_cpus * parts.cpu_activity, nodes)
        asked_w = total_by(parts.node, parts.chips_w, nodes)
        drawn_w = total_by(parts.node, parts.chips_w * parts.gain, nodes)
        drawing = asked_w > 0
        gain[drawing] = drawn_w[drawing] / asked_w[drawing]
        np.maximum(busiest, self._busiest(parts), out=busiest)

    def _busiest(self, parts: PartsAtWork) -> Array:
        """(node,) activity of the busiest GPU: shares of one add up."""
        of_gpu = parts.of_gpu * parts.gpu_activity / self._works_frac(parts.job)
        width = self.own.gpu_free.shape[1]
        every = total_by(parts.gpu, of_gpu, self.own.gpu_free.size)
        return np.asarray(every.reshape(-1, width).max(axis=1))

    def parts(self) -> PartsAtWork:
        """What jobs do on nodes that they share."""
        job, gpu, of_gpu = self.sharing.on_shared()
        node = self.sharing.node_of(gpu)
        of_node = of_gpu / self.sharing.gpus[node]
        busy_gpu, busy_cpu = self._busy(job)
        of_cpus = self._of_cpus(job, node, of_node)
        chips_w = of_node * busy_gpu * self.gpu_span_w.take(node)
        chips_w += of_cpus * busy_cpu * self.cpu_span_w.take(node)
        return PartsAtWork(
            job=job,
            gpu=gpu,
            node=node,
            of_gpu=of_gpu,
            of_node=of_node,
            gpu_activity=busy_gpu,
            cpu_activity=busy_cpu,
            gain=self._gain(job, node),
            chips_w=chips_w,
            of_cpus=of_cpus,
        )

    def _of_cpus(self, job: Index, node: Index, of_node: Array) -> Array:
        """(part,) of its node; what a job has of it is spread over its GPUs there."""
        parts = self.sharing.parts
        if not parts.host.shape[2]:
            return of_node
        kind = self.kind_of_node[node]
        cores = parts.host[job, kind, 0]
        gpus = np.maximum(parts.need[job, kind], 1.0)
        return np.asarray(np.where(cores > 0, cores / gpus, of_node))
