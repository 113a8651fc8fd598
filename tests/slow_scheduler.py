"""A slow and plain scheduler of jobs that share nodes: lists and loops, one GPU after another.

Written without a look at how twin does it, for comparison: whole GPUs and shares of one go to the
node that they fill best; a head of the queue that waits gets the first moment at which it fits once
those that run end at their limits; others overtake where it then still fits.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

GPUS = 8
WHOLE = float(GPUS)
Taken = list[tuple[int, int, float]]


@dataclass(frozen=True)
class SlowJob:
    name: str
    submit_s: int
    run_s: int
    limit_s: int
    nodes: int
    each: float
    """GPUs of each node, or a share of one."""


@dataclass
class Running:
    job: SlowJob
    start_s: int
    taken: Taken

    @property
    def limit_s(self) -> int:
        return self.start_s + self.job.limit_s


class SlowScheduler:
    """Free shares (node)(GPU), and who holds them."""

    def __init__(self, nodes: int) -> None:
        self.free = [[1.0] * GPUS for _ in range(nodes)]
        self.running: list[Running] = []
        self.started_s: dict[str, int] = {}
        self.nodes_of: dict[str, list[int]] = {}

    def live(self, jobs: list[SlowJob], backfill: bool) -> dict[str, int]:
        """When each job starts."""
        coming = sorted(jobs, key=lambda job: job.submit_s)
        queue: list[SlowJob] = []
        while coming or queue:
            ends = [one.start_s + one.job.run_s for one in self.running]
            now = min(ends + [job.submit_s for job in coming[:1]])
            for one in [r for r in self.running if r.start_s + r.job.run_s == now]:
                self.running.remove(one)
                put_back(self.free, one.taken)
            while coming and coming[0].submit_s == now:
                queue.append(coming.pop(0))
            self._start(queue, now, backfill)
        return self.started_s

    def _start(self, queue: list[SlowJob], now: int, backfill: bool) -> None:
        while queue and self._begin(queue[0], now):
            queue.pop(0)
        if not queue or not backfill:
            return
        head = queue[0]
        shadow_s = self._shadow_s(head)
        for job in queue[1:]:
            taken = pick(self.free, job)
            if taken is None:
                continue
            ends_before = now + job.limit_s <= shadow_s
            if ends_before or self._still_fits(head, shadow_s, taken):
                self._begin(job, now)
                queue.remove(job)

    def _begin(self, job: SlowJob, now: int) -> bool:
        taken = pick(self.free, job)
        if taken is None:
            return False
        take(self.free, taken)
        self.running.append(Running(job, now, taken))
        self.started_s[job.name] = now
        self.nodes_of[job.name] = sorted({node for node, _, _ in taken})
        return True

    def _shadow_s(self, head: SlowJob) -> int:
        free = deepcopy(self.free)
        for one in sorted(self.running, key=lambda one: one.limit_s):
            put_back(free, one.taken)
            if pick(free, head) is not None:
                return one.limit_s
        raise AssertionError("a job that never fits")

    def _still_fits(self, head: SlowJob, shadow_s: int, taken: Taken) -> bool:
        free = deepcopy(self.free)
        take(free, taken)
        for one in self.running:
            if one.limit_s <= shadow_s:
                put_back(free, one.taken)
        return pick(free, head) is not None


def pick(free: list[list[float]], job: SlowJob) -> Taken | None:
    """What a job takes, best fit first; None where it does not fit."""
    found = []
    for n, gpus in enumerate(free):
        whole = sum(share > 1 - 1e-9 for share in gpus)
        if job.each < 1:
            fitting = [(share, g) for g, share in enumerate(gpus) if share >= job.each - 1e-9]
            if fitting:
                least, g = min(fitting)
                found.append(((least, whole, n), [(n, g, job.each)]))
        elif whole >= job.each:
            open_now = [g for g, share in enumerate(gpus) if share > 1 - 1e-9]
            found.append(((whole, n), [(n, g, 1.0) for g in open_now[: int(job.each)]]))
    if len(found) < job.nodes:
        return None
    return [one for _, taken in sorted(found)[: job.nodes] for one in taken]


def take(free: list[list[float]], taken: Taken) -> None:
    for node, gpu, share in taken:
        free[node][gpu] -= share
        assert free[node][gpu] > -1e-9


def put_back(free: list[list[float]], taken: Taken) -> None:
    for node, gpu, share in taken:
        free[node][gpu] += share
