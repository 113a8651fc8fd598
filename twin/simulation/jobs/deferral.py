"""Jobs held back: those that wait for their hour, and those that an event pauses."""

from __future__ import annotations

from collections.abc import Callable

from twin.facility.shifting import ShiftPlan, shift_plans
from twin.results.enums import EventKind
from twin.simulation.jobs.departures import JobDepartures
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World
from twin.workload import Job


class Deferral:
    """Part of the job discipline, whose block it writes: who may not be given nodes now."""

    def __init__(
        self,
        world: World,
        jobs: tuple[Job, ...],
        departures: JobDepartures,
        go: Callable[[int], bool],
    ) -> None:
        self.world = world
        self.own = world.state.jobs
        self.jobs = jobs
        self.departures = departures
        self.go = go
        plans = shift_plans(world.facility) if any(job.shift for job in jobs) else {}
        self.plans: dict[int, ShiftPlan] = {
            j: plans[job.name] for j, job in enumerate(jobs) if job.name in plans
        }
        world.clock.can("job may run", self.let_go)
        world.clock.can("job is held back", self.hold_back)

    def arrives(self, j: int) -> None:
        """Hold a job back until its first piece begins, and between its pieces."""
        plan = self.plans.get(j)
        if plan is None:
            return
        now_s = self.world.now_s
        later_s = float(plan.run.begin_s[0]) - now_s
        if later_s > 0:
            self.own.held_back[j] = True
            name = self.jobs[j].name
            self.world.note(name, EventKind.SHIFTED, f"by {later_s:,.0f} s, for less {plan.by}")
            self.world.clock.wait(Stage.JOBS, later_s, "job may run", j)
        for end_s, begin_s in zip(plan.run.end_s[:-1], plan.run.begin_s[1:], strict=True):
            self.world.clock.wait(Stage.JOBS, float(end_s) - now_s, "job is held back", j)
            self.world.clock.wait(Stage.JOBS, float(begin_s) - now_s, "job may run", j)

    def hold_back(self, j: int) -> None:
        """Give a job no nodes, and have one that has some keep what it has done and leave them: at
        once, or when the checkpoint is whole that it writes.
        """
        own = self.own
        own.held_back[j] = True
        own.version += 1
        self.world.stale = True
        if j in own.running and self.departures.leave(j):
            self.go(j)

    def let_go(self, j: int) -> None:
        """Let a job have nodes again, in its turn."""
        own = self.own
        own.held_back[j] = False
        own.version += 1
        self.world.stale = True
