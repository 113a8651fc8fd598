"""Learning: a training job's pace comes from the GPUs that it is given."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.errors import InputError, Problem
from twin.facility.gpu_profiles import profiled, refused
from twin.physics.chip import clock_for_power
from twin.physics.training import WHOLE, FabricShare, Sending
from twin.simulation.jobs.placement import Placement
from twin.simulation.jobs.step_times import TrainingSpeed, Wave
from twin.simulation.kernel.world import World
from twin.workload import Job


class Learning:
    """Step times of every job that has steps, learned anew on another type of GPU."""

    def __init__(self, world: World, jobs: tuple[Job, ...], placement: Placement) -> None:
        self.world = world
        self.own = world.state.jobs
        self.jobs = jobs
        self.placement = placement
        self.has_steps = np.array([job.steps is not None for job in jobs], dtype=bool)
        self.paced = np.flatnonzero(self.has_steps)
        """Jobs with steps: no other has tokens."""
        self.sensitivity = np.array([job.clock_sensitivity for job in jobs], dtype=float)
        self.speeds: dict[tuple[int, str, int, int], TrainingSpeed] = {}
        """By job, and the GPUs it learned from: what was worked out once holds for the run."""
        self.refuse_impossible()
        self.reference_tokens_per_s = self.own.tokens_per_s.copy()
        """(job,) at full speed on the first type of GPU that suits it: what it is measured by."""

    def refuse_impossible(self) -> None:
        """A training job that could run on no GPU type here is refused before the run, every
        reason at once.
        """
        problems: list[Problem] = []
        for j, job in enumerate(self.jobs):
            if job.steps is not None:
                problems += self._problems(j, job)
        if problems:
            raise InputError(problems)

    def _problems(self, j: int, job: Job) -> list[Problem]:
        """Why no GPU type with enough nodes suits a job; none where one does."""
        found: list[Problem] = []
        for nodes in self.placement.first_of_each_type(job.nodes):
            try:
                self._refuse_too_many(job, nodes)
                self.learn(j, nodes)
                return []
            except InputError as error:
                found += error.problems
        return found

    def _refuse_too_many(self, job: Job, nodes: Index) -> None:
        """A gang that asks for more GPUs of each node than these have."""
        there = int(self.placement.node_gpus[nodes].sum())
        if np.isfinite(job.gpus) and job.gpus > there:
            each = f"{job.gpus / job.nodes:,.0f} GPUs of each node"
            allowed = f"at most {there // job.nodes} of a node"
            raise refused(self.world.facility.scenario, job.name, [(each, allowed)])

    def learn(self, j: int, nodes: Index) -> None:
        """Take on the pace of these nodes; the same type again changes nothing."""
        facility = self.world.facility
        own = self.own
        steps = self.jobs[j].steps
        gpu = facility.racks.gpu_type[int(self.placement.rack_of_node[nodes[0]])]
        if steps is None or own.gpu_type[j] == gpu:
            return
        own.gpu_type[j] = gpu
        own.learned_rack[j] = self.placement.rack_of_node[nodes[0]]
        there = int(self.placement.node_gpus[nodes].sum())
        own.learned_gpus[j] = self.jobs[j].gpus_of(there)
        speed = self._speed(j)
        same_tokens = own.tokens_per_s[j] / speed.tokens_per_s
        own.done_s[j] *= same_tokens
        own.kept_s[j] *= same_tokens
        own.written_s[j] *= same_tokens
        own.tokens_per_s[j] = speed.tokens_per_s
        own.gpu_activity[j] = speed.activity
        own.checkpoint_bytes[j] = speed.checkpoint_bytes
        own.work_s[j] = steps.tokens / speed.tokens_per_s if steps.tokens else np.inf

    def _speed(self, j: int) -> TrainingSpeed:
        """The step times that a job has learned, worked out once for each type of GPU."""
        own = self.own
        key = (j, own.gpu_type[j], int(own.learned_rack[j]), int(own.learned_gpus[j]))
        if key not in self.speeds:
            self.speeds[key] = self._work_out(j)
        return self.speeds[key]

    def _work_out(self, j: int) -> TrainingSpeed:
        facility = self.world.facility
        steps = self.jobs[j].steps
        assert steps is not None
        rails_b_s = facility.fabric.rails * facility.fabric.nic_bandwidth_b_s
        gpus_per_node = int(facility.racks.gpus_per_node[self.own.learned_rack[j]])
        return TrainingSpeed(
            facility.scenario,
            self.jobs[j].name,
            steps,
            profiled(facility.scenario, self.own.gpu_type[j], facility.profiles),
            int(self.own.learned_gpus[j]),
            rails_b_s / max(gpus_per_node, 1),
        )

    def wave(self, j: int) -> Wave | None:
        """How a job's power swings within a step; None for a job without steps, or before it
        starts.
        """
        known = self.has_steps[j] and bool(self.own.gpu_type[j])
        return self._speed(j).wave if known else None

    def held_clock(self, j: int) -> float:
        """Clock that boards hold at their limit in a job's steps, of the full one; 1 for a job
        without steps, or before it starts.
        """
        known = self.has_steps[j] and bool(self.own.gpu_type[j])
        return self._speed(j).held_frac if known else 1.0

    def clocks_within(self, jobs: Index, activity: Array, power_frac: Array) -> Array:
        """(node,) share of the clock that its boards hold, at which the job on it draws at most
        that of the span from a GPU's power at rest to its highest.

        activity   (node,) of its GPUs at the full clock, of jobs without steps
        """
        found = np.asarray(clock_for_power(0.0, 1.0, activity, power_frac))
        for j in np.unique(jobs[self.has_steps[jobs]]).tolist():
            mine = np.flatnonzero(jobs == j)
            lowest = float(power_frac[mine].min())
            found[mine] = self._speed(j).clock_within(lowest) if np.isfinite(lowest) else 1.0
        return found

    def busier(self, j: int, clock_frac: float) -> float:
        """What a training job's GPUs draw at a share of the clock, over what their activity at the
        full clock would draw there.
        """
        return self._speed(j).busier(clock_frac)

    def progress_per_s(self, j: int, clock_frac: float, fabric_frac: float) -> float:
        """Rate of progress of a job with steps, beside those that it shares links with, over that
        at full clock and whole fabric.
        """
        return self._speed(j).speed(clock_frac, fabric_frac, self.beside(j))

    def beside(self, j: int) -> FabricShare:
        """What gangs on the same links leave a job."""
        share = self.own.link_share
        return FabricShare(*share[j].tolist()) if share.size else WHOLE

    def sending(self, j: int) -> Sending:
        """When a step of a training job sends over the fabric."""
        return self._speed(j).sending

    def senders(self, j: int, place: Index, places: int) -> Array:
        """(phase, place) nodes of a training job that send out of the place in which they stand.

        place   (node,) of its nodes in the order of ranks
        """
        each = max(int(self.own.learned_gpus[j]) // place.size, 1)
        return self._speed(j).senders(each, place, places)

    def clock_share(self, jobs: Index, clock_frac: Array) -> Array:
        """(job,) rate of progress over that at full clock, of jobs that bring their own time."""
        sensitivity = self.sensitivity[jobs]
        return np.asarray(1.0 / (1.0 - sensitivity + sensitivity / clock_frac))
