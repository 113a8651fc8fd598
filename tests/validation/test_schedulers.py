"""Claim: each rule of the queue keeps what it promises, whatever the jobs.

The rules are asked at every instant of a second, smaller world: nodes, jobs with time limits that
users overstate, and nothing else. EASY never delays the reservation of the first in the queue;
conservative never delays any; first in, first out keeps its order; nobody gets nodes that are not
free, and no gang a part of its nodes; nodes do not stand idle while the first in the queue fits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.simulation.jobs.queueing import POLICIES, Decision, QueueView
from twin.simulation.jobs.queueing.easy import shadow_of
from twin.simulation.jobs.queueing.view import FreeRoom


@dataclass
class Jobs:
    submit_s: np.ndarray
    run_s: np.ndarray
    limit_s: np.ndarray
    nodes: np.ndarray
    priority: np.ndarray


@dataclass
class SmallWorld:
    """Jobs on kinds of nodes, from event to event."""

    jobs: Jobs
    there: np.ndarray
    policy: str
    now_s: float = 0.0
    queue: list[int] = field(default_factory=list)
    held: dict[int, tuple[float, int]] = field(default_factory=dict)
    started_s: dict[int, float] = field(default_factory=dict)
    promised: dict[int, tuple[float, int]] = field(default_factory=dict)
    decisions: list[tuple[QueueView, Decision]] = field(default_factory=list)

    def view(self) -> QueueView:
        count = len(self.jobs.nodes)
        free = self.there.copy()
        for j, (_, kind) in self.held.items():
            free[kind] -= self.jobs.nodes[j]
        assert (free >= 0).all()
        reserved = np.full(count, np.inf)
        kinds = np.zeros(count, dtype=np.int64)
        for j, (at_s, kind) in self.promised.items():
            reserved[j], kinds[j] = at_s, kind
        running = list(self.held)
        order = sorted(self.queue, key=lambda j: (-self.jobs.priority[j], self.jobs.submit_s[j], j))
        return QueueView(
            now_s=self.now_s,
            queue=np.array(order, dtype=np.int64),
            nodes=self.jobs.nodes,
            watts=np.zeros(count),
            expected_s=self.jobs.limit_s,
            suits=np.ones((count, self.there.size), dtype=bool),
            free=free,
            in_service=self.there,
            running=np.array(running, dtype=np.int64),
            running_kind=np.array([self.held[j][1] for j in running], dtype=np.int64),
            ends_s=np.array([self.held[j][0] + self.jobs.limit_s[j] for j in running]),
            priority=self.jobs.priority,
            placed_s=np.array([self.held[j][0] for j in running]),
            leaving=np.zeros(len(running), dtype=bool),
            reserved_s=reserved,
            reserved_kind=kinds,
        )

    def decide(self) -> None:
        view = self.view()
        decision = POLICIES[self.policy](view)
        self.decisions.append((view, decision))
        for j in decision.preempt:
            del self.held[j]
            self.queue.append(j)
        for j, kind in decision.starts:
            self.queue.remove(j)
            self.held[j] = (self.now_s, kind)
            self.started_s[j] = self.now_s
            decision.promises.pop(j, None)
        self.promised = {j: p for j, p in decision.promises.items() if np.isfinite(p[0])}
        if decision.preempt:
            self.decide()

    def live(self) -> SmallWorld:
        coming = sorted(range(len(self.jobs.nodes)), key=lambda j: (self.jobs.submit_s[j], j))
        while coming or self.queue or self.held:
            ends = [at_s + self.jobs.run_s[j] for j, (at_s, _) in self.held.items()]
            arrives = [self.jobs.submit_s[coming[0]]] if coming else []
            self.now_s = min([*ends, *arrives])
            ended = {j: at_s + self.jobs.run_s[j] for j, (at_s, _) in self.held.items()}
            for j in [j for j, end_s in ended.items() if end_s <= self.now_s]:
                del self.held[j]
            while coming and self.jobs.submit_s[coming[0]] <= self.now_s:
                self.queue.append(coming.pop(0))
            self.decide()
        return self


@st.composite
def some_jobs(draw: st.DrawFn, most: int = 8) -> Jobs:
    count = draw(st.integers(1, 14))
    seconds = st.integers(1, 40).map(float)
    run_s = np.array(draw(st.lists(seconds, min_size=count, max_size=count)))
    over = np.array(draw(st.lists(st.sampled_from([1, 1, 2, 5]), min_size=count, max_size=count)))
    arrive = st.integers(0, 60).map(float)
    return Jobs(
        submit_s=np.array(draw(st.lists(arrive, min_size=count, max_size=count))),
        run_s=run_s,
        limit_s=run_s * over,
        nodes=np.array(draw(st.lists(st.integers(1, most), min_size=count, max_size=count))),
        priority=np.zeros(count, dtype=np.int64),
    )


ONE_KIND = np.array([8])
CHECK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@CHECK
@given(some_jobs())
def test_first_in_first_out_keeps_its_order(jobs: Jobs) -> None:
    world = SmallWorld(jobs, ONE_KIND, "fifo").live()
    order = sorted(range(len(jobs.nodes)), key=lambda j: (jobs.submit_s[j], j))
    starts = [world.started_s[j] for j in order]
    assert starts == sorted(starts)


@CHECK
@given(some_jobs(), st.sampled_from(["easy", "conservative", "fair_share"]))
def test_every_job_runs_and_the_first_in_the_queue_never_waits_beside_enough_nodes(
    jobs: Jobs, policy: str
) -> None:
    world = SmallWorld(jobs, ONE_KIND, policy).live()
    assert len(world.started_s) == len(jobs.nodes)
    for view, decision in world.decisions:
        room = FreeRoom(view)
        for j, kind in decision.starts:
            room.take(j, kind)
        assert (room.free >= 0).all()
        left = [j for j in view.queue.tolist() if j not in dict(decision.starts)]
        assert not left or room.kind_for(left[0]) < 0


@CHECK
@given(some_jobs(), st.sampled_from([ONE_KIND, np.array([8, 5])]))
def test_easy_never_delays_the_reservation_of_the_first_in_the_queue(
    jobs: Jobs, there: np.ndarray
) -> None:
    world = SmallWorld(jobs, there, "easy").live()
    for view, _ in world.decisions:
        room = FreeRoom(view)
        front = []
        for j in view.queue.tolist():
            if (kind := room.kind_for(j)) < 0:
                shadow = shadow_of(view, j, room, front)
                assert world.started_s[j] <= shadow.time_s + 1e-6
                break
            room.take(j, kind)
            front.append((j, kind))


@CHECK
@given(some_jobs(), st.sampled_from([ONE_KIND, np.array([8, 5])]))
def test_conservative_never_delays_any_promise(jobs: Jobs, there: np.ndarray) -> None:
    world = SmallWorld(jobs, there, "conservative")
    kept: dict[int, float] = {}
    decide = world.decide

    def watched() -> None:
        decide()
        for j, (at_s, _) in world.promised.items():
            assert at_s <= kept.get(j, np.inf) + 1e-6
            kept[j] = at_s

    world.decide = watched  # type: ignore[method-assign]
    world.live()
    assert all(world.started_s[j] <= at_s + 1e-6 for j, at_s in kept.items())


@CHECK
@given(some_jobs())
def test_backfill_with_true_limits_delays_nobody_against_first_in_first_out_promises(
    jobs: Jobs,
) -> None:
    """With limits that are met exactly, no job of conservative starts later than first in, first
    out would start it.
    """
    exact = Jobs(jobs.submit_s, jobs.run_s, jobs.run_s, jobs.nodes, jobs.priority)
    plain = SmallWorld(exact, ONE_KIND, "fifo").live().started_s
    filled = SmallWorld(exact, ONE_KIND, "conservative").live().started_s
    assert all(filled[j] <= plain[j] + 1e-6 for j in plain)


def world_of(rows: list[tuple[float, float, int, int]], policy: str) -> SmallWorld:
    """A world of jobs as (submission, run, nodes, priority) on eight nodes."""
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    submit_s, run_s = (column.astype(float) for column in columns[:2])
    jobs = Jobs(submit_s, run_s, run_s, columns[2], columns[3])
    return SmallWorld(jobs, ONE_KIND, policy).live()


def test_a_higher_priority_takes_the_nodes_of_the_last_of_the_lowest() -> None:
    rows = [(0.0, 90.0, 4, 1), (1.0, 90.0, 2, 0), (2.0, 90.0, 2, 0), (10.0, 5.0, 2, 2)]
    world = world_of(rows, "priority")
    gone = [decision.preempt for _, decision in world.decisions if decision.preempt]
    assert gone == [[2]]
    assert world.started_s[3] == 10.0


def test_nobody_makes_way_in_vain() -> None:
    """Two nodes of a lower priority are not enough for six."""
    rows = [(0.0, 50.0, 6, 3), (0.0, 90.0, 2, 0), (10.0, 5.0, 6, 2)]
    world = world_of(rows, "priority")
    assert all(not decision.preempt for _, decision in world.decisions)


def test_a_job_that_the_nodes_in_service_are_not_enough_for_holds_nobody_up() -> None:
    rows = [(0.0, 50.0, 8, 0), (1.0, 5.0, 8, 0), (2.0, 5.0, 2, 0)]
    world = world_of(rows[:1], "easy")
    view = world.decisions[0][0]
    jobs = np.array([8, 8, 2])
    down = QueueView(
        **{
            **view.__dict__,
            "queue": np.array([1, 2]),
            "nodes": jobs,
            "watts": np.zeros(3),
            "expected_s": np.array([50.0, 5.0, 5.0]),
            "suits": np.ones((3, 1), dtype=bool),
            "free": np.array([4]),
            "in_service": np.array([4]),
        }
    )
    assert POLICIES["easy"](down).starts == [(2, 0)]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_power_cap_is_never_passed(policy: str) -> None:
    """Watts are a second thing to run out of."""
    generator = np.random.default_rng(7)
    for _ in range(60):
        count = 12
        nodes = generator.integers(1, 5, count)
        view = QueueView(
            now_s=0.0,
            queue=np.arange(count),
            nodes=nodes,
            watts=nodes * generator.uniform(1.0, 4.0, count),
            expected_s=generator.uniform(1.0, 9.0, count),
            suits=np.ones((count, 1), dtype=bool),
            free=np.array([16]),
            in_service=np.array([16]),
            running=np.zeros(0, dtype=np.int64),
            running_kind=np.zeros(0, dtype=np.int64),
            ends_s=np.zeros(0),
            headroom_w=12.0,
            priority=np.zeros(count, dtype=np.int64),
            reserved_s=np.full(count, np.inf),
            reserved_kind=np.zeros(count, dtype=np.int64),
        )
        started = [j for j, _ in POLICIES[policy](view).starts]
        assert sum(view.watts[started]) <= 12.0 + 1e-6
        assert nodes[started].sum() <= 16
