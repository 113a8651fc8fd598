"""Claim: jobs that share nodes start when a plain scheduler of lists and loops starts them.

Compared are whole runs from a planner's list of jobs: eight nodes of eight GPUs, jobs of shares of
a GPU, of one to eight GPUs on a node, and of several nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.relations.test_rules_of_the_queue import by, jobs, lived
from tests.slow_scheduler import WHOLE, SlowJob, SlowScheduler
from tests.validation.test_schedulers import CHECK, ONE_KIND, Jobs, SmallWorld
from tests.validation.test_schedulers import some_jobs as some_jobs_of_nodes
from twin.simulation.jobs.queueing import POLICIES, GpusView, HostsView, QueueView
from twin.simulation.jobs.queueing.gpu_room import GpuRoom
from twin.simulation.jobs.queueing.gpus import best_nodes, gpus_on, room_on
from twin.simulation.jobs.queueing.preemption_gpus import fits_without

NODES = 8
SIZES = (0.1, 0.25, 0.5, 0.6, 1, 1, 1, 2, 2, 3, 4, 4, 6, WHOLE, WHOLE)


def some_jobs(seed: int, count: int, overstated: bool) -> list[SlowJob]:
    draw = np.random.default_rng(seed)
    run_s = draw.integers(60, 3000, count)
    factor = draw.choice([1, 1, 2, 4], count) if overstated else np.ones(count, dtype=int)
    each = draw.choice(SIZES, count)
    nodes = np.where(draw.random(count) < 0.25, draw.integers(1, 6, count), 1)
    submit_s = np.sort(draw.integers(0, 4000, count))
    columns = zip(submit_s, run_s, run_s * factor, nodes, each, strict=True)
    return [
        SlowJob(f"j{n}", int(s), int(r), int(limit), int(k), float(g))
        for n, (s, r, limit, k, g) in enumerate(columns)
    ]


def row(job: SlowJob) -> str:
    gpus = job.each * job.nodes
    return f"{job.name},{job.submit_s},{job.run_s},{job.nodes},{job.limit_s},0,,0,{gpus:.12g},"


@pytest.mark.parametrize("policy", ["fifo", "easy"])
@pytest.mark.parametrize("seed", range(4))
def test_every_start_is_that_of_the_plain_scheduler(tmp_path: Path, seed: int, policy: str) -> None:
    listed = some_jobs(seed, 80, overstated=True)
    result = lived(tmp_path, [row(job) for job in listed], horizon="2 d", **by(policy))
    expected = SlowScheduler(NODES).live(listed, backfill=policy == "easy")
    found = jobs(result)["started_s"].to_dict()
    assert found == pytest.approx({name: float(at) for name, at in expected.items()}, abs=1e-6)
    assert (jobs(result)["wait_s"] > 0).sum() >= 20


@pytest.mark.parametrize("policy", ["fifo", "easy"])
@pytest.mark.parametrize("seed", range(4))
def test_so_it_is_beside_reservations(tmp_path: Path, seed: int, policy: str) -> None:
    """Six windows on some of the nodes, while the queue is longest."""
    draw = np.random.default_rng(100 + seed)
    listed = some_jobs(seed, 80, overstated=True)
    windows = [
        (int(node), int(at), int(at + span))
        for node, at, span in zip(
            draw.integers(0, NODES, 6),
            draw.integers(500, 30_000, 6),
            draw.integers(600, 9000, 6),
            strict=True,
        )
    ]
    reserved = [
        {
            "of": [f"pod_r{n // 2 + 1}/node_{n % 2 + 1}"],
            "at": f"{at} s",
            "duration": f"{end - at} s",
        }
        for n, at, end in windows
    ]
    rule = by(policy)
    rule["controls"]["scheduler"] = {"policy": policy, "reservations": reserved}
    result = lived(tmp_path, [row(job) for job in listed], horizon="2 d", **rule)
    expected = SlowScheduler(NODES, windows).live(listed, backfill=policy == "easy")
    found = jobs(result)["started_s"].to_dict()
    assert found == pytest.approx({name: float(at) for name, at in expected.items()}, abs=1e-6)


def _uncounted(nodes: int, jobs: int, classes: int) -> HostsView:
    """Neither cores nor memory of nodes, all of one kind."""
    none = np.zeros(0, dtype=np.int64)
    of_jobs = np.zeros((jobs, 1, 0))
    of_classes = np.zeros((classes, 1, 0))
    return HostsView(np.zeros((nodes, 0)), of_jobs, of_classes, none, none, np.zeros((0, 0)))


@dataclass
class GpuWorld(SmallWorld):
    """The small world of the rules, GPU by GPU: nodes of four."""

    each: np.ndarray = field(default_factory=lambda: np.zeros(0))
    on: dict[int, tuple[np.ndarray, float]] = field(default_factory=dict)
    """GPUs of every running job, and its share of each."""
    promised_nodes: dict[int, np.ndarray] = field(default_factory=dict)

    def free(self) -> np.ndarray:
        free = np.ones((int(self.there[0]), 4))
        for gpus, share in self.on.values():
            np.subtract.at(free.reshape(-1), gpus, share)
        assert free.min() > -1e-9
        return free

    def view(self) -> QueueView:
        self.on = {j: on for j, on in self.on.items() if j in self.held}
        free = self.free()
        until_s = np.full(free.shape, self.now_s)
        running = list(self.held)
        for j in running:
            end_s = self.held[j][0] + self.jobs.limit_s[j]
            np.maximum.at(until_s.reshape(-1), self.on[j][0], end_s)
        place = [np.full(self.on[j][0].size, n) for n, j in enumerate(running)]
        gpus = [self.on[j][0] for j in running]
        shares = [np.full(self.on[j][0].size, self.on[j][1]) for j in running]
        rows = np.column_stack([self.jobs.nodes, self.each])
        unlike, of_job = np.unique(rows, axis=0, return_inverse=True)
        nothing = np.zeros(0, dtype=np.int64)
        seen = GpusView(
            free=free,
            until_s=until_s,
            count=np.full(free.shape[0], 4),
            kind=np.zeros(free.shape[0], dtype=np.int64),
            rank=np.arange(free.shape[0]),
            need=self.each[:, None],
            class_of_job=of_job.reshape(-1),
            class_nodes=unlike[:, 0].astype(np.int64),
            class_need=unlike[:, 1:],
            host=_uncounted(free.shape[0], self.each.size, unlike.shape[0]),
            held=tuple(np.concatenate([nothing, *part]) for part in (place, gpus, shares)),
            reserved=[self.promised_nodes.get(j, nothing) for j in range(self.each.size)],
        )
        counts = replace(self, each=np.zeros(0), on={}, held={})
        plain = SmallWorld.view(counts)
        ends_s = np.array([self.held[j][0] + self.jobs.limit_s[j] for j in running])
        return replace(
            plain,
            gpus=seen,
            running=np.array(running, dtype=np.int64),
            running_kind=np.zeros(len(running), dtype=np.int64),
            ends_s=ends_s,
            placed_s=np.array([self.held[j][0] for j in running]),
            leaving=np.zeros(len(running), dtype=bool),
        )

    def decide(self) -> None:
        rule = POLICIES[self.policy]
        view = self.view()
        decision = rule(view)
        self.decisions.append((view, decision))
        for j in decision.preempt:
            del self.held[j]
            del self.on[j]
            self.queue.append(j)
        for j, kind in decision.starts:
            self._enter(j, decision.nodes.get(j))
            self.queue.remove(j)
            self.held[j] = (self.now_s, kind)
            self.started_s[j] = self.now_s
            decision.promises.pop(j, None)
        self.promised = {j: p for j, p in decision.promises.items() if np.isfinite(p[0])}
        self.promised_nodes = {j: decision.nodes[j] for j in self.promised}
        if decision.preempt:
            self.decide()

    def _enter(self, j: int, promised: np.ndarray | None) -> None:
        free = self.free()
        count = np.full(free.shape[0], 4)
        need = float(self.each[j])
        room = room_on(free, count, need)
        rank = np.arange(free.shape[0])
        nodes = promised
        if nodes is None:
            nodes = best_nodes(free, room, need, int(self.jobs.nodes[j]), rank)
        assert room[nodes].all()
        assert nodes.size == self.jobs.nodes[j]
        self.on[j] = (gpus_on(free, count, need, nodes), min(need, 1.0))


def gpu_world(jobs: Jobs, each: np.ndarray, policy: str) -> GpuWorld:
    return GpuWorld(jobs, ONE_KIND, policy, each=each)


GPUS = st.sampled_from([0.25, 0.5, 0.7, 1.0, 2.0, 3.0, np.inf])


def parts_of(jobs: Jobs, data: st.DataObject, sizes: st.SearchStrategy[float]) -> np.ndarray:
    count = len(jobs.nodes)
    return np.array(data.draw(st.lists(sizes, min_size=count, max_size=count)))


@CHECK
@given(some_jobs_of_nodes(), st.sampled_from(["fifo", "easy", "priority"]))
def test_where_all_take_whole_nodes_both_rooms_decide_alike(jobs: Jobs, policy: str) -> None:
    mixed = replace(jobs, priority=jobs.nodes % 3)
    whole = gpu_world(mixed, np.full(len(jobs.nodes), np.inf), policy).live()
    assert whole.started_s == SmallWorld(mixed, ONE_KIND, policy).live().started_s


@CHECK
@given(some_jobs_of_nodes(), st.data())
def test_conservative_never_delays_any_promise_of_gpus(jobs: Jobs, data: st.DataObject) -> None:
    """Of whole GPUs and of shares: each starts on the nodes that it was promised."""
    world = gpu_world(jobs, parts_of(jobs, data, GPUS), "conservative")
    kept: dict[int, float] = {}
    decide = world.decide

    def watched() -> None:
        decide()
        for j, (at_s, _) in world.promised.items():
            assert at_s <= kept.get(j, np.inf) + 1e-6
            kept[j] = at_s

    world.decide = watched  # type: ignore[method-assign]
    world.live()
    assert len(world.started_s) == len(jobs.nodes)
    assert all(world.started_s[j] <= at_s + 1e-6 for j, at_s in kept.items())


@CHECK
@given(some_jobs_of_nodes(), st.data())
def test_nobody_makes_way_for_gpus_that_a_higher_priority_does_not_need(
    jobs: Jobs, data: st.DataObject
) -> None:
    """Whoever goes is missed: without it the job of higher priority would not fit."""
    mixed = replace(jobs, priority=jobs.nodes % 3)
    world = gpu_world(mixed, parts_of(jobs, data, GPUS), "priority").live()
    assert len(world.started_s) == len(jobs.nodes)
    for view, decision in world.decisions:
        assert view.gpus is not None
        room = GpuRoom(view, view.gpus)
        for j, kind in decision.starts:
            room.take(j, kind)
        if decision.preempt:
            running = view.running.tolist()
            places = [running.index(j) for j in decision.preempt]
            head = next(j for j in view.queue.tolist() if j not in dict(decision.starts))
            assert fits_without(view, head, 0, room, places)
            for one in places:
                others = [place for place in places if place != one]
                assert not fits_without(view, head, 0, room, others)
