"""Jobs: a queue, whole gangs or none, failures and restarts."""

from __future__ import annotations

from bisect import insort

import numpy as np

from twin.arrays import Index, Mask
from twin.facility.stop_causes import node_causes
from twin.results.enums import Cause, EventKind
from twin.simulation.compute.node_power import NodePower
from twin.simulation.compute.racks import Compute
from twin.simulation.cooling.flows import Flows
from twin.simulation.jobs.booking import Booking
from twin.simulation.jobs.deferral import Deferral
from twin.simulation.jobs.departures import JobDepartures
from twin.simulation.jobs.eligibility import Eligibility
from twin.simulation.jobs.grace import Grace
from twin.simulation.jobs.job_energy import JobMeter
from twin.simulation.jobs.learning import Learning
from twin.simulation.jobs.nodes_of_jobs import NodesOfJobs
from twin.simulation.jobs.parts import Parts
from twin.simulation.jobs.phase import Phase
from twin.simulation.jobs.placement import Placement
from twin.simulation.jobs.progress import JobProgress
from twin.simulation.jobs.sharing import Sharing
from twin.simulation.jobs.swings import Swings
from twin.simulation.jobs.turns import Turns
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World
from twin.simulation.record.losses import Losses
from twin.workload import Job


class Scheduler(Discipline):
    """The job discipline of one run."""

    def __init__(
        self, world: World, jobs: tuple[Job, ...], compute: Compute, flows: Flows, losses: Losses
    ) -> None:
        self.world = world
        self.own = world.state.jobs
        self.jobs = jobs
        self.compute = compute
        self.losses = losses
        self._enter()
        self.placement = Placement(world, compute, flows)
        self.parts = Parts(jobs, self.placement, world.facility.scenario.controls.scheduler)
        self.sharing = Sharing(world, self.placement, self.parts)
        self.learning = Learning(world, jobs, self.placement)
        self.of_nodes = NodesOfJobs(world, jobs, self.placement, self.learning, self.sharing)
        self.swings = Swings(world, jobs, self.learning)
        self.progress = JobProgress(world, jobs, self.learning, losses)
        self.departures = JobDepartures(world, jobs, self.progress)
        self.turns = Turns(world, jobs, self.placement, self.sharing)
        parts = (compute, self.placement, self.learning, losses)
        self.booking = Booking(world, jobs, *parts, self.turns, self.progress.pace)
        self.meter = JobMeter(world, NodePower(world, compute), self.of_nodes)
        self.eligibility = Eligibility(world, jobs, self._join)
        self.deferral = Deferral(world, jobs, self.departures, self._go)
        self.grace = Grace(world, self.departures, self._go, self.eligibility.see)
        self.causes = tuple(node_causes(world.facility.scenario))
        self._whole: tuple[int, ...] = ()

    def _enter(self) -> None:
        """What jobs bring with them."""
        own = self.own
        own.work_s[:] = [job.work_s for job in self.jobs]
        own.gpu_activity[:] = [job.gpu_activity for job in self.jobs]
        own.cpu_activity[:] = [job.cpu_activity for job in self.jobs]

    def schedule(self) -> None:
        """Put the first arrival, and what is reserved, on the clock."""
        self.sharing.reservations.schedule()
        self.eligibility.schedule()

    def _join(self, j: int) -> bool:
        """Let a job join the queue; False where it can never start."""
        never = self._never(j)
        if never:
            self.own.phase[j] = Phase.TOO_LARGE
            self.world.note(self.jobs[j].name, EventKind.TOO_LARGE, never)
        else:
            self.own.phase[j] = Phase.QUEUED
            self._enqueue(j)
            self.deferral.arrives(j)
        self.progress.changed()
        return not never

    def _never(self, j: int) -> str:
        """Why a job can never start; empty where it can."""
        if lacks := self.parts.lacks(j, self.turns.kinds[j]):
            return lacks
        nodes = self.jobs[j].nodes
        most = self.placement.most_nodes(self.turns.suits[j])
        if nodes > most:
            return f"{nodes} nodes; at most {most} of one type{self._beside()}"
        need_w = float(self.turns.power.of_jobs(np.array([j]))[j])
        most_w = self.turns.power.most_w()
        if need_w > most_w:
            return f"{need_w / 1e3:,.1f} kW; the power cap leaves {most_w / 1e3:,.1f} kW for jobs"
        return ""

    def _beside(self) -> str:
        """Who holds nodes for the whole run, in words."""
        names = [p.name for w in self.world.facility.scenario.workload for p in w.pools()]
        return f" beside {', '.join(names)}" if names else ""

    def _enqueue(self, j: int) -> None:
        insort(self.own.queue, j, key=self.turns.place)

    def claim(self, nodes: Index, owner: int) -> None:
        """Give nodes to a service for good."""
        self.own.work_of_node[nodes] = owner
        self.own.hands += 1
        self.own.version += 1

    def advance(self, span_s: float) -> None:
        """Move work and waits on."""
        if self.own.running:
            self.progress.advance(span_s)
        self.turns.advance(span_s)

    def next_s(self) -> float:
        """Seconds until a gang reaches its next checkpoint, its end, or the end of a wait."""
        if not self.own.running:
            return np.inf
        return min(self.progress.next_s(), self.departures.next_s())

    def at_rest(self) -> bool:
        """No job runs or waits for nodes."""
        return not (self.own.running or self.own.queue)

    def apart(self) -> bool:
        """No series is counted off, which no state holds."""
        return not self.eligibility.followers.series

    def has_asked(self) -> bool:
        """Whether the rule of the queue has answered what would be asked now."""
        return self.own.answered == self.turns.question()

    def taken_back(self, asked: bool) -> None:
        """All stands as it once did, and so does whether the rule has answered."""
        self.own.answered = self.turns.question() if asked else []

    def act(self) -> None:
        """Carry jobs over into their next phase; who follows those that end comes after all."""
        if not self.own.running:
            return
        ended: list[int] = []
        for j in self.progress.due():
            if self.progress.end_phase(j):
                ended.append(j)
                self._release(j)
            elif self.grace.over(j) and not self._go(j):
                ended.append(j)
        for j in self.departures.overdue():
            self.departures.time_out(j)
            ended.append(j)
            self._release(j)
        self.eligibility.see(ended)

    def settle(self) -> bool:
        """Stop gangs that lost a node or their network, start gangs that fit, set speeds; True
        where nodes changed hands.
        """
        stopped = self._stop_broken()
        stopped |= self._end_cut_off()
        started = self._start_queued()
        self.progress.set_speeds()
        return stopped or started

    def _stop_broken(self) -> bool:
        state = self.world.state
        versions = (state.faults.version, state.racks.version, self.own.hands)
        if versions == self._whole:
            return False
        self._whole = versions
        in_order = state.faults.node_ok.all() and state.racks.rack_on.all()
        if in_order and not state.faults.gpus_out:
            return False
        dead = ~(state.faults.node_ok & state.racks.rack_on[self.compute.rack_of_node])
        if not (dead.any() or state.faults.gpus_out):
            return False
        lost = [(j, self._lost_node(j, dead)) for j in self.own.running]
        broken = [(j, node) for j, node in lost if node >= 0]
        self.eligibility.see([j for j, node in broken if not self._fail(j, node)])
        return bool(broken)

    def _end_cut_off(self) -> bool:
        """Let gangs look at switches; True where some that are not run again ended by them."""
        ended = self.progress.see_switches()
        for j in ended:
            self._release(j)
        self.eligibility.see(ended)
        return bool(ended)

    def _lost_node(self, j: int, dead: Mask) -> int:
        """A node that a job has lost, or a GPU of it; -1 where all that it holds is in order."""
        held = self.own.held[j]
        if dead[held].any():
            return int(held[np.argmax(dead[held])])
        if self.jobs[j].cpu_only or not self.world.state.faults.gpus_out:
            return -1
        failed = self.sharing.failed_gpus(j)
        return int(failed[0]) if failed.size else -1

    def _fail(self, j: int, node: int) -> bool:
        """Roll a gang back and queue it again; False where it is not run again."""
        own = self.own
        rack = int(self.compute.rack_of_node[node])
        dark = self.world.state.faults.node_ok[node] and not self.world.state.racks.rack_on[rack]
        cause = self.compute.why_off(rack) if dark else Cause.FAILED
        own.cause[j] = cause
        component = "" if dark else self._component(node)
        self.progress.roll_back(j, cause, self.world.facility.racks.id[rack], component)
        if not self.jobs[j].requeue:
            self.progress.end(j, Phase.NODE_FAIL)
            self._release(j)
            return False
        own.phase[j] = Phase.QUEUED
        self._release(j)
        self._enqueue(j)
        return True

    def _component(self, node: int) -> str:
        """Which component of a node failed; empty where that was not drawn."""
        cause = int(self.world.state.faults.node_cause[node])
        return self.causes[cause] if cause >= 0 else ""

    def _release(self, j: int) -> None:
        own = self.own
        self.sharing.release(j)
        own.running.remove(j)
        own.speed[j] = 0.0
        own.version += 1

    def _start_queued(self) -> bool:
        """Whose turn it is by the rule of the queue starts; who has to make way does."""
        own = self.own
        if not own.queue or self.turns.question() == own.answered:
            return False
        decision = self.turns.decide()
        for j, promise in decision.promises.items():
            own.reserved_s[j], own.reserved_kind[j] = promise
        for j, nodes in decision.nodes.items():
            own.reserved_nodes[j] = nodes
        started = [j for j, kind in decision.starts if self._take(j, kind, decision.nodes.get(j))]
        gone = [j for j in decision.preempt if self.grace.leave(j)]
        self.eligibility.see([j for j in gone if not self._go(j)])
        own.answered = [] if gone else self.turns.question()
        return bool(started or gone)

    def _take(self, j: int, kind: int, promised: Index | None) -> bool:
        """Give a job its nodes; False where they are not there after all."""
        if not self.sharing.take(j, kind, promised):
            return False
        self.own.queue.remove(j)
        self.own.reserved_s[j] = np.inf
        self._place(j, self.own.held[j])
        return True

    def _go(self, j: int) -> bool:
        """A job has made way: it gives its nodes back and queues again; False where it does not."""
        again = self.departures.gone(j)
        self._release(j)
        if again:
            self._enqueue(j)
        return again

    def _place(self, j: int, nodes: Index) -> None:
        own = self.own
        own.placed_s[j] = self.world.now_s
        self._enter_share(j)
        own.running.append(j)
        self.progress.set_bandwidth(j)
        self.learning.learn(j, nodes)
        if np.isnan(own.started_s[j]):
            own.started_s[j] = self.world.now_s
            self.swings.judge(j)
            self.eligibility.began(j)
        self.progress.start(j, "")

    def _enter_share(self, j: int) -> None:
        """A job that works on fewer GPUs than it holds leaves the others idle."""
        job = self.jobs[j]
        if np.isfinite(job.gpus) and job.steps is None:
            share = min(job.gpus / (self.own.gpus[j] or 1.0), 1.0)
            self.own.gpu_activity[j] = job.gpu_activity * share

    def hold(self) -> None:
        """Enter what each job does not make now, and why."""
        self.booking.hold()

    def tokens(self) -> float:
        """Tokens trained so far, rolled-back work taken off."""
        own = self.own
        with_tokens = np.flatnonzero(own.tokens_per_s)
        return float(sum((own.tokens_per_s[with_tokens] * own.done_s[with_tokens]).tolist()))
