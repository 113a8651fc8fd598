"""Demand response: looks at the site's draw and lets work give way, by clocks first."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.catalogue.equipment_kinds import Role, of_role
from twin.controls.demand_response import DemandEvent
from twin.physics.chip import dynamic_frac
from twin.quantities import percent
from twin.results.enums import Cause, EventKind
from twin.simulation.compute.throttling import Throttling
from twin.simulation.faults.commands import meters
from twin.simulation.jobs.scheduler import Scheduler
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World
from twin.simulation.serving.serving import Serving
from twin.simulation.state.record import SITE
from twin.simulation.state.work import FIRST_POOL, holders

LEVELS = 200
"""Steps between full clocks and the lowest that tiers allow."""
REBOUND_S = 3600.0
"""After an event, energy above the baseline counts as its rebound for so long; assumed."""
EDGES = 5
"""Moments at which an event is metered; those of its baseline come after them."""
TIERS = 4
GIVEN_WAY = (Cause.CURTAILED, Cause.THROTTLED, Cause.PREEMPTED, Cause.RESTARTING)
"""Causes that an event books tokens to, in the tiers that give way and the one that does not."""


class Response(Discipline):
    """The demand response of one run; idle where the scenario asks for none."""

    def __init__(
        self, world: World, throttling: Throttling, jobs: Scheduler, serving: Serving
    ) -> None:
        self.world = world
        self.own = world.state.response
        self.asked = world.facility.scenario.controls.demand_response
        self.throttling = throttling
        self.jobs = jobs
        self.serving = serving
        self.racks = world.facility.racks
        self.utilities = np.flatnonzero(of_role(world.facility.power.kind, Role.SUPPLY))
        if self.asked:
            self.workload_of = self._workloads()
            tiers = self.asked.tiers
            self.tier_of_job = np.array([tiers.get(w, 0) for w in self.workload_of], dtype=int)
        world.clock.can("response is announced", self._announce)
        world.clock.can("response looks", self._look)
        world.clock.can("response is metered", self._mark)

    def _workloads(self) -> list[str]:
        """(job,) name of its workload."""
        scenario = self.world.facility.scenario
        return [w.name for w in scenario.workload for _ in w.jobs(scenario.seed)]

    def schedule(self) -> None:
        """Put every event on the clock, and the edges at which it is metered."""
        for i, event in enumerate(self.asked.events if self.asked else ()):
            before = [at_s for span in self._baseline(i) for at_s in span]
            edges = (event.at, event.held_s, event.released_s, event.over_s,
                     event.over_s + REBOUND_S, *before)  # fmt: skip
            for k, at_s in enumerate(edges):
                at_s = min(at_s, self.world.end_s * (1 - 1e-12))
                self.world.clock.wait(Stage.CONTROLS, at_s, "response is metered", i, k)
            self.world.clock.wait(
                Stage.CONTROLS, max(event.at - event.notice, 0.0), "response is announced", i
            )
            self.world.clock.wait(Stage.CONTROLS, event.at, "response looks", i)

    def _announce(self, i: int) -> None:
        event = self._event(i)
        what = (
            f"{percent(event.depth, 0)} less for {event.duration:,.0f} s, from {event.at:,.0f} s on"
        )
        self.world.note(event.name, EventKind.DEMAND_EVENT, what)

    def _baseline(self, i: int) -> tuple[tuple[float, float], ...]:
        assert self.asked is not None
        return self.asked.baseline_spans(i)

    def _event(self, i: int) -> DemandEvent:
        assert self.asked is not None
        return self.asked.events[i]

    def _mark(self, i: int, edge: int) -> None:
        """Note what has been metered so far."""
        site = self.world.state.accounts.site
        dropped = sum(service.total("dropped") for service in self.serving.services)
        lost = self._lost_by_tier()
        self.own.marks[f"{i}.{edge}"] = np.array([site[SITE.index("utility")], *lost, dropped])

    def _lost_by_tier(self) -> list[float]:
        """Tokens that work of each tier has not made for giving way or for slower clocks."""
        assert self.asked is not None
        tier = {work: self.asked.tiers.get(work, 0) for work in self.workload_of}
        tier |= {job.name: tier[w] for job, w in zip(self.jobs.jobs, self.workload_of, strict=True)}
        tiers = {
            pool.pool.name: self.asked.tiers.get(pool.pool.name, 0)
            for pool in self.serving.services
        }
        lost = [0.0] * TIERS
        for booked in (self.world.state.losses.tokens, self.world.state.losses.usual):
            for (cause, _, name), tokens in booked.items():
                if cause in GIVEN_WAY:
                    lost[(tier | tiers).get(name, 0)] += tokens
        return lost

    def baseline_w(self, i: int) -> float:
        """Mean draw over the stated time before event `i`, without events before it."""
        spans = self._baseline(i)
        marks = [float(self.own.marks[f"{i}.{EDGES + k}"][0]) for k in range(2 * len(spans))]
        drawn_j = sum(marks[1::2]) - sum(marks[::2])
        return drawn_j / sum(end - begin for begin, end in spans)

    def _draw_w(self) -> float:
        return float(self.world.state.accounts.site_rate[SITE.index("utility")])

    def _read_w(self) -> float:
        """What the site's own meters read, by which work gives way."""
        told = meters(self.world, self.utilities)
        if told is None:
            return self._draw_w()
        return float(told.read_w(self.world.state.supply.input_w[self.utilities]).sum())

    def _look(self, i: int) -> None:
        """Compare the draw with what it is to be, and give way or take back."""
        assert self.asked is not None
        event = self._event(i)
        now_s = self.world.now_s
        target_w = self.target_w(i, now_s)
        asked_w = self.baseline_w(i) * (1.0 - event.depth)
        if now_s < event.released_s and self._draw_w() <= asked_w * (1 + 1e-9):
            self.own.reached_s[i] = min(self.own.reached_s[i], now_s)
        if now_s < event.released_s - 1e-9:
            self._give_way(target_w)
            self.own.released_level = self.own.level
        else:
            self._take_back(event)
        if now_s < event.over_s - 1e-9:
            self.world.clock.wait(Stage.CONTROLS, self.asked.look_every, "response looks", i)

    def target_w(self, i: int, now_s: float) -> float:
        """What the site is to draw by the next look, before the release."""
        event = self._event(i)
        assert self.asked is not None
        ahead_s = now_s + self.asked.look_every - event.at
        share = min(ahead_s / event.ramp, 1.0) if event.ramp > 0 else 1.0
        return self.baseline_w(i) * (1.0 - event.depth * share)

    def _give_way(self, target_w: float) -> None:
        """Choose the least level at which the draw meets its target, by what clocks save; pause a
        job where the lowest do not.
        """
        notches = self._deepest()
        levels = np.arange(LEVELS + 1) / LEVELS
        saved_w = np.array([self._saved_w(notches, float(level)) for level in levels])
        missing_w = self._read_w() - target_w
        need_w = self._saved_w(notches, self.own.level) + missing_w
        enough = np.flatnonzero(saved_w >= need_w)
        if not enough.size:
            self._pause_one()
        self._set(notches, float(levels[enough[0]]) if enough.size else 1.0)

    def _saved_w(self, notches: Index, level: float) -> float:
        """Power that racks save at a level, of what they draw at full clock."""
        racks = self.racks
        clock = 1.0 - racks.clock_step_frac * np.floor(notches * level + 1e-9)
        state = self.world.state.racks
        dynamic_w = racks.gpu_gain * np.where(state.rack_on, state.gpu_w, 0.0)
        return float((dynamic_w * (1.0 - dynamic_frac(clock))).sum())

    def _deepest(self) -> Index:
        """(rack,) clock steps that the work on it may lose; none where any of it gives nothing."""
        state = self.world.state
        deepest = np.where(np.isfinite(self.racks.slowdown_degc), self.throttling.floor, 0)
        nodes, owner = holders(state.jobs)
        rack = self.jobs.compute.rack_of_node[nodes]
        for one in np.unique(owner).tolist():
            racks = np.unique(rack[owner == one])
            most = self._notches(one, float(self.racks.clock_step_frac[racks].max()))
            deepest[racks] = np.minimum(deepest[racks], most)
        busy = np.zeros(deepest.size, dtype=bool)
        busy[rack] = True
        return np.where(busy, deepest, 0)

    def _notches(self, owner: int, step: float) -> int:
        """Clock steps that a job, or a pool of replicas, may lose."""
        assert self.asked is not None
        if owner >= 0:
            tier = int(self.tier_of_job[owner])
        else:
            name = self.serving.services[FIRST_POOL - owner].pool.name
            tier = self.asked.tiers.get(name, 0)
        if tier == 0:
            return 0
        least = 1.0 - self.asked.most_lost[tier - 1]
        clocks = 1.0 - step * np.arange(int(1.0 / step), dtype=np.float64)
        fine = self._speeds(owner, clocks) >= least - 1e-9
        return int(fine.size if fine.all() else np.argmin(fine)) - 1

    def _speeds(self, owner: int, clocks: Array) -> Array:
        """(clock,) throughput over that at full clock; of a service its clock, an upper bound of
        what it loses.
        """
        learning = self.jobs.learning
        if owner < 0:
            return clocks
        if not learning.has_steps[owner]:
            return learning.clock_share(np.full(clocks.size, owner), clocks)
        fabric = float(self.world.state.jobs.fabric_frac[owner])
        speeds = np.array([learning.progress_per_s(owner, float(c), fabric) for c in clocks])
        return np.asarray(speeds / max(speeds[0], 1e-300))

    def _set(self, notches: Index, level: float) -> None:
        """Enter the ceilings of a level."""
        own = self.own
        own.level = level
        ceiling = 1.0 - self.racks.clock_step_frac * np.floor(notches * level + 1e-9)
        if not np.array_equal(ceiling, own.ceiling_frac):
            own.ceiling_frac = ceiling
            own.version += 1
            self.world.stale = True

    def _take_back(self, event: DemandEvent) -> None:
        """Give back what was taken, evenly over the ramp; paused jobs come back one by one."""
        since_s = self.world.now_s - event.released_s
        left = max(1.0 - since_s / event.ramp, 0.0) if event.ramp > 0 else 0.0
        over = self.world.now_s >= event.over_s - 1e-9
        self._set(self._deepest(), 0.0 if over else self.own.released_level * left)
        if self.own.paused:
            j = self.own.paused.pop()
            self.world.clock.wait(Stage.JOBS, 0.0, "job may run", j)

    def _pause_one(self) -> None:
        """Pause the next job of those that may be; those that run are asked."""
        assert self.asked is not None
        for work in self.asked.pause:
            for j in self.world.state.jobs.running:
                if self.workload_of[j] == work and j not in self.own.paused:
                    self.own.paused.append(j)
                    self.world.clock.wait(Stage.JOBS, 0.0, "job is held back", j)
                    return

    def rows(self) -> list[dict[str, float | str]]:
        """One row an event that is over: what was asked, met, lost and paid."""
        found = []
        for i, event in enumerate(self.asked.events if self.asked else ()):
            if f"{i}.2" in self.own.marks and event.released_s <= self.world.now_s:
                found.append(self._row(i, event))
        return found

    def _row(self, i: int, event: DemandEvent) -> dict[str, float | str]:
        marks = [self.own.marks.get(f"{i}.{k}", self.own.marks[f"{i}.2"]) for k in range(EDGES)]
        base_w = self.baseline_w(i)
        held_j = float(marks[2][0] - marks[1][0])
        saved_j = base_w * event.duration - held_j
        lost = marks[3] - marks[0]
        after_j = float(marks[4][0] - marks[3][0])
        after_s = max(min(event.over_s + REBOUND_S, self.world.end_s) - event.over_s, 0.0)
        return {
            "event": event.name,
            "at_s": event.at,
            "baseline_w": base_w,
            "asked_frac": event.depth,
            "reduction_w": saved_j / event.duration,
            "reduction_frac": saved_j / event.duration / base_w if base_w > 0 else 0.0,
            "response_s": self.own.reached_s[i] - event.at,
            "rebound_j": max(after_j - base_w * after_s, 0.0),
            **{f"tokens_lost_tier_{k}": float(lost[1 + k]) for k in range(TIERS)},
            "tokens_dropped": float(lost[1 + TIERS]),
            "payment_usd": max(saved_j, 0.0) * event.payment,
        }
