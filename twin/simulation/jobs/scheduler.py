"""Scheduler: a queue, gangs, phases, failures and restarts. Work is counted in seconds at full speed."""

from __future__ import annotations

import numpy as np

from twin.errors import InputError, Problem
from twin.facility.fabric import bandwidth_frac
from twin.simulation.compute.racks import Compute
from twin.simulation.cooling.flows import Flows
from twin.simulation.jobs.job import Job, Phase, gangs
from twin.simulation.kernel.clock import Stage
from twin.simulation.kernel.state import Index, Mask
from twin.simulation.kernel.world import World
from twin.simulation.record.losses import Losses
from twin.simulation.step_times import TrainingSpeed, profiled
from twin.workload import Training

WAITING_ACTIVITY = 0.05
"""GPU activity while a gang writes a checkpoint or restarts; assumed, near idle."""
_DONE_S = 1e-7
"""Work left that counts as none: rounding."""


class Scheduler:
    """The job discipline of one run."""

    def __init__(self, world: World, compute: Compute, coolant: Flows, losses: Losses) -> None:
        self.world = world
        self.compute = compute
        self.coolant = coolant
        self.losses = losses
        racks = world.facility.racks
        self.node_gpus = racks.gpus_per_node[compute.rack_of_node]
        kinds = sorted(set(racks.gpu_type) - {""})
        self.node_type = np.array([kinds.index(g) if g else -1 for g in racks.gpu_type])[
            compute.rack_of_node
        ]
        self.most_nodes = int(np.bincount(self.node_type[self.node_type >= 0], minlength=1).max())
        self.jobs = gangs(world.facility.scenario)
        self._refuse_impossible()
        count = len(self.jobs)
        self.done_s = np.zeros(count)
        self.wait_s = np.zeros(count)
        self.target_s = np.full(count, np.inf)
        self.speed = np.zeros(count)
        self.wait_rate = np.ones(count)
        self.fabric_frac = np.ones(count)
        self.holding_s = np.zeros(count)
        self.running: list[int] = []
        self.queue: list[int] = []
        self.switch_ok = np.ones(len(world.facility.fabric.switches), dtype=bool)
        self.switch_feeds = self._switch_feeds()
        order = sorted(range(count), key=lambda j: self.jobs[j].submit_s)
        world.clock.at(
            Stage.JOBS, (self.jobs[j].submit_s for j in order), lambda n: self._submit(order[n])
        )

    def claim(self, nodes: Index, code: int) -> None:
        """Give nodes to a service for good."""
        self.world.state.work_of_node[nodes] = code

    def _submit(self, j: int) -> None:
        job = self.jobs[j]
        job.phase = Phase.TOO_LARGE if job.nodes > self.most_nodes else Phase.QUEUED
        if job.phase == Phase.QUEUED:
            self._enqueue(j)
        else:
            self.world.note(
                job.name, "too large", f"{job.nodes} nodes; at most {self.most_nodes} of one type"
            )
        self.world.stale = True

    def _refuse_impossible(self) -> None:
        """A training job that could run on no GPU type here is refused before the run, every reason
        at once.
        """
        problems: list[Problem] = []
        for job in (j for j in self.jobs if j.kind == "training"):
            for kind in np.unique(self.node_type[self.node_type >= 0]):
                nodes = np.flatnonzero(self.node_type == kind)[: job.nodes]
                if nodes.size < job.nodes:
                    continue
                try:
                    self._measure(job, nodes)
                    break
                except InputError as error:
                    problems += error.problems
            else:
                continue
            problems = [p for p in problems if not p.found.startswith(f"{job.name}: ")]
        if problems:
            raise InputError(problems)

    def _enqueue(self, j: int) -> None:
        self.queue.append(j)
        self.queue.sort(key=lambda i: (-self.jobs[i].priority, self.jobs[i].submit_s, i))

    def advance(self, dt_s: float) -> None:
        """Move work and waits on."""
        self.done_s += self.speed * dt_s
        for j in self.running:
            self.holding_s[j] += dt_s
            if self.jobs[j].phase != Phase.RUNNING:
                self.wait_s[j] -= dt_s * self.wait_rate[j]

    def next_s(self) -> float:
        """Seconds until a gang reaches its next checkpoint, its end, or the end of a wait."""
        soonest = np.inf
        for j in self.running:
            if self.jobs[j].phase == Phase.RUNNING:
                if self.speed[j] > 0:
                    soonest = min(soonest, (self.target_s[j] - self.done_s[j]) / self.speed[j])
            else:
                soonest = min(soonest, self.wait_s[j] / self.wait_rate[j])
        return max(float(soonest), 0.0)

    def act(self) -> None:
        """Carry jobs over into their next phase."""
        for j in list(self.running):
            job = self.jobs[j]
            if job.phase == Phase.RUNNING and self.target_s[j] - self.done_s[j] <= _DONE_S:
                self._reached(j)
            elif job.phase != Phase.RUNNING and self.wait_s[j] <= _DONE_S:
                self._resume(j)

    def _reached(self, j: int) -> None:
        job = self.jobs[j]
        self.world.stale = True
        if job.work_s - self.done_s[j] <= _DONE_S:
            self.done_s[j] = job.kept_s = job.work_s
            job.phase = Phase.COMPLETED
            job.finished_s = self.world.now_s
            self._release(j)
        elif job.checkpoint_bytes:
            job.phase = Phase.CHECKPOINTING
            self.wait_s[j] = self.world.facility.storage.checkpoint_s(
                job.checkpoint_bytes, job.nodes
            )
        else:
            self._resume(j)

    def _resume(self, j: int) -> None:
        """Go on after a checkpoint or a restart; a checkpoint keeps what is done."""
        job = self.jobs[j]
        if job.phase != Phase.RESTARTING:
            job.kept_s = float(self.done_s[j])
            job.checkpoints += 1
        job.phase = Phase.RUNNING
        job.cause = ""
        self.target_s[j] = min(job.work_s, self.done_s[j] + job.interval_s)
        self.world.stale = True

    def settle(self) -> bool:
        """Stop gangs that lost a node, start gangs that fit, set speeds; True where nodes changed
        hands.
        """
        moved = self._stop_broken()
        moved = self._start_queued() or moved
        self._speeds()
        return moved

    def _stop_broken(self) -> bool:
        state = self.world.state
        dead = ~(state.node_ok & state.rack_on[self.compute.rack_of_node])
        if not dead.any():
            return False
        broken = [j for j in self.running if dead[self.jobs[j].held].any()]
        for j in broken:
            self._fail(j, int(self.jobs[j].held[np.argmax(dead[self.jobs[j].held])]))
        return bool(broken)

    def _fail(self, j: int, node: int) -> None:
        """Roll a gang back to its checkpoint and queue it again."""
        job = self.jobs[j]
        state = self.world.state
        rack = int(self.compute.rack_of_node[node])
        job.cause = "failed" if not state.node_ok[node] else self.compute.why_off(rack)
        self._roll_back(j, job.cause, self.world.facility.racks.id[rack])
        job.phase = Phase.QUEUED
        self._release(j)
        self._enqueue(j)

    def _roll_back(self, j: int, cause: str, rack: str) -> None:
        """Take a gang's work back to its last checkpoint."""
        job = self.jobs[j]
        back_s = float(self.done_s[j]) - job.kept_s
        self.losses.at_once(("rolled_back", rack, job.name), back_s * job.tokens_per_s)
        where = f" in {rack}" if rack else ""
        self.world.note(
            job.name, "stopped", f"{cause.replace('_', ' ')}{where}; {back_s:,.0f} s of work lost"
        )
        self.done_s[j] = job.kept_s
        job.restarts += 1

    def _restart_s(self, job: Job) -> float:
        load_s = (
            self.world.facility.storage.load_s(job.checkpoint_bytes, job.nodes)
            if job.checkpoint_bytes
            else 0.0
        )
        return job.restart_delay_s + load_s

    def _release(self, j: int) -> None:
        state = self.world.state
        job = self.jobs[j]
        state.work_of_node[job.held] = -1
        self.running.remove(j)
        self.speed[j] = 0.0

    def _start_queued(self) -> bool:
        """First in, first out: the head of the queue waits for its whole gang, and others wait
        behind it.
        """
        started = False
        while self.queue:
            free = self._of_one_type(self.free(), self.jobs[self.queue[0]].nodes)
            if free is None:
                break
            self._place(self.queue.pop(0), free)
            started = True
        return started

    def _of_one_type(self, free: Index, nodes: int) -> Index | None:
        """The first nodes that are enough and all hold one type of GPU."""
        for kind in dict.fromkeys(self.node_type[free].tolist()):
            alike = free[self.node_type[free] == kind]
            if alike.size >= nodes:
                return np.asarray(alike[:nodes])
        return None

    def free(self) -> Index:
        """Free nodes in the order of placement."""
        state = self.world.state
        racks = self.world.facility.racks
        accepts = (state.rack_on & self.coolant.served())[self.compute.rack_of_node]
        ready = (state.work_of_node == -1) & state.node_ok & accepts
        free = np.flatnonzero(ready & (self.node_gpus > 0))
        if self.world.facility.scenario.controls.placement == "spread":
            rank = free - racks.first_node[self.compute.rack_of_node[free]]
            free = free[np.lexsort((free, rank))]
        return free

    def _place(self, j: int, free: Index) -> None:
        job = self.jobs[j]
        state = self.world.state
        job.held = free
        job.gpus = int(self.node_gpus[job.held].sum())
        state.work_of_node[job.held] = j
        self.running.append(j)
        self._bandwidth(j)
        again = job.restarts > 0
        if job.kind == "training":
            self._measure(job, job.held)
        if np.isnan(job.started_s):
            job.started_s = self.world.now_s
        self.target_s[j] = min(job.work_s, self.done_s[j] + job.interval_s)
        job.phase = Phase.RESTARTING if again else Phase.RUNNING
        if again:
            self.wait_s[j] = self._restart_s(job)
            self.world.note(
                job.name, "restarting", f"from its last checkpoint on {job.nodes} nodes"
            )

    def _measure(self, job: Job, nodes: Index) -> None:
        """A training job learns its pace from the GPUs it is given; the same type again changes
        nothing.
        """
        facility = self.world.facility
        rack = int(self.compute.rack_of_node[nodes[0]])
        if job.pace is not None and job.pace.gpu == facility.racks.gpu_type[rack]:
            return
        gpus = int(self.node_gpus[nodes].sum())
        spec = next(w for w in facility.scenario.workload if w.name == job.name)
        assert isinstance(spec, Training)
        on = profiled(facility.scenario, facility.racks.gpu_type[rack])
        nic_b_s = (
            facility.fabric.rails
            * facility.fabric.nic_bandwidth_b_s
            / max(facility.racks.gpus_per_node[rack], 1)
        )
        job.pace = TrainingSpeed(facility.scenario, spec, on, gpus, nic_b_s)
        job.tokens_per_s = job.pace.tokens_per_s
        job.gpu_activity = job.pace.activity
        job.checkpoint_bytes = job.pace.checkpoint_bytes
        job.work_s = spec.tokens / job.tokens_per_s if spec.tokens else np.inf

    def _switch_feeds(self) -> tuple[Index, Index]:
        """(feed,) switch and power node of every feed that a layout gives its switches."""
        facility = self.world.facility
        switch = {name: i for i, name in enumerate(facility.fabric.switches)}
        node = {name: i for i, name in enumerate(facility.power.id)}
        pairs = [
            (switch[b], node[a])
            for a, b, system, _ in facility.edges
            if system == "power" and b in switch and a in node
        ]
        return (
            np.array([s for s, _ in pairs], dtype=np.int64),
            np.array([p for _, p in pairs], dtype=np.int64),
        )

    def _switch_up(self) -> Mask:
        """(switch,) in order, and fed where its feeds are stated."""
        state = self.world.state
        count = self.switch_ok.size
        switch, node = self.switch_feeds
        stated = np.bincount(switch, minlength=count) > 0
        fed = np.bincount(switch, weights=state.live[node], minlength=count) > 0
        return state.component_ok[self.world.facility.switch_component] & (fed | ~stated)

    def _switches(self) -> None:
        """Bandwidth of every gang, after a switch changed state; who lost a leaf stops and restarts
        without it.
        """
        switch_ok = self._switch_up()
        if np.array_equal(self.switch_ok, switch_ok):
            return
        lost = self.switch_ok & ~switch_ok
        self.switch_ok = switch_ok
        fabric = self.world.facility.fabric
        for j in self.running:
            held = self.jobs[j].held
            self._bandwidth(j)
            if held.size > 1 and lost[fabric.leaf_of_domain[fabric.domain_of_node[held]]].any():
                self._interrupt(j, "fabric", "")

    def _interrupt(self, j: int, cause: str, rack: str) -> None:
        """Roll a gang back to its checkpoint where it stands; the collective library aborts on a
        lost link.
        """
        job = self.jobs[j]
        self._roll_back(j, cause, rack)
        job.phase = Phase.RESTARTING
        self.wait_s[j] = self._restart_s(job)

    def _bandwidth(self, j: int) -> None:
        held = self.jobs[j].held.astype(np.int32)
        self.fabric_frac[j] = bandwidth_frac(self.world.facility.fabric, held, self.switch_ok)

    def _speeds(self) -> None:
        state = self.world.state
        self._switches()
        for j in self.running:
            job = self.jobs[j]
            clock = float(state.clock_frac[self.compute.rack_of_node[job.held]].min())
            self.speed[j] = (
                self._speed(job, clock, float(self.fabric_frac[j]))
                if job.phase == Phase.RUNNING
                else 0.0
            )
        self._share_storage()

    def _share_storage(self) -> None:
        """Gangs that write a checkpoint at once share the file system alike."""
        writing = [j for j in self.running if self.jobs[j].phase == Phase.CHECKPOINTING]
        for j in self.running:
            self.wait_rate[j] = 1.0
        for j in writing if len(writing) > 1 else ():
            job = self.jobs[j]
            storage = self.world.facility.storage
            alone = storage.checkpoint_s(job.checkpoint_bytes, job.nodes)
            self.wait_rate[j] = alone / storage.checkpoint_s(
                job.checkpoint_bytes, job.nodes, len(writing)
            )

    def _speed(self, job: Job, clock: float, fabric: float) -> float:
        if job.pace is not None:
            return job.pace.speed(clock, fabric)
        return 1.0 / (1.0 - job.clock_sensitivity + job.clock_sensitivity / clock)

    def activity(self, gpu: np.ndarray, cpu: np.ndarray) -> None:
        """Enter the activity of every gang's nodes."""
        for j in self.running:
            job = self.jobs[j]
            working = job.phase == Phase.RUNNING
            gpu[job.held] = job.gpu_activity if working else WAITING_ACTIVITY
            cpu[job.held] = job.cpu_activity if working else WAITING_ACTIVITY

    def lose(self) -> None:
        """Enter what each job is losing now, by its slowest rack or by why it waits."""
        state = self.world.state
        racks = self.world.facility.racks
        for j in self.running:
            job = self.jobs[j]
            if job.phase == Phase.RUNNING and self.speed[j] < 1.0 - 1e-12:
                held = np.unique(self.compute.rack_of_node[job.held])
                slowest = held[state.clock_frac[held] == state.clock_frac[held].min()]
                hot = state.clock_frac[slowest[0]] < 1.0
                keys = (
                    [("throttled", racks.id[r], job.name) for r in slowest]
                    if hot
                    else [("fabric", "", job.name)]
                )
                for key in keys:
                    share = (1.0 - self.speed[j]) / len(keys)
                    self.losses.rate(key, share * job.tokens_per_s, share * job.gpus)
            elif job.phase == Phase.RESTARTING:
                self.losses.rate(("restarting", "", job.name), job.tokens_per_s, job.gpus)
        for job in (self.jobs[j] for j in self.queue):
            if job.restarts:
                self.losses.rate((job.cause, "", job.name), job.tokens_per_s, job.gpus)

    def tokens(self) -> float:
        """Tokens trained so far, rolled-back work taken off."""
        return float(
            sum(
                job.tokens_per_s * self.done_s[j]
                for j, job in enumerate(self.jobs)
                if job.tokens_per_s
            )
        )
