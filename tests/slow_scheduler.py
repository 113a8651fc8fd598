"""A slow and plain scheduler of jobs that share nodes: lists and loops, one GPU after another.

Written without a look at how twin does it, for comparison: whole GPUs and shares of one go to the
node that they fill best; a head of the queue that waits gets the first moment at which it fits once
those that run end at their limits; others overtake where it then still fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

GPUS = 8
CORES = 64
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
    cores: int = 0
    """Of each node."""


@dataclass
class Running:
    job: SlowJob
    start_s: int
    taken: Taken

    @property
    def limit_s(self) -> int:
        return self.start_s + self.job.limit_s


class SlowScheduler:
    """Free shares (node)(GPU), and who holds them.

    windows   node, beginning and end of what is reserved: nobody is there meanwhile
    """

    def __init__(self, nodes: int, windows: Sequence[tuple[int, int, int]] = ()) -> None:
        self.windows = windows
        self.free = [[1.0] * GPUS for _ in range(nodes)]
        self.cores = [CORES] * nodes
        self.running: list[Running] = []
        self.started_s: dict[str, int] = {}
        self.nodes_of: dict[str, list[int]] = {}

    def live(self, jobs: list[SlowJob], backfill: bool) -> dict[str, int]:
        """When each job starts."""
        coming = sorted(jobs, key=lambda job: job.submit_s)
        queue: list[SlowJob] = []
        now = -1
        while coming or queue:
            ends = [one.start_s + one.job.run_s for one in self.running]
            ends += [end_s for _, _, end_s in self.windows if end_s > now]
            now = min(ends + [job.submit_s for job in coming[:1]])
            for one in [r for r in self.running if r.start_s + r.job.run_s == now]:
                self.running.remove(one)
                put_back(self.free, one.taken)
                self._give_cores(self.cores, one)
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
        shadow_s = self._shadow_s(head, now)
        for job in queue[1:]:
            taken = pick(self._open_to(self.free, job, now), job, self.cores)
            if taken is None:
                continue
            ends_before = now + job.limit_s <= shadow_s
            if ends_before or self._still_fits(head, shadow_s, taken, job):
                self._begin(job, now)
                queue.remove(job)

    def _open_to(self, free: list[list[float]], job: SlowJob, at_s: int) -> list[list[float]]:
        """What is free on nodes that nobody reserves before the job has to end."""
        shut = [n for n, begin, end in self.windows if begin < at_s + job.limit_s and end > at_s]
        return [[0.0] * len(gpus) if n in shut else gpus for n, gpus in enumerate(free)]

    def _begin(self, job: SlowJob, now: int) -> bool:
        taken = pick(self._open_to(self.free, job, now), job, self.cores)
        if taken is None:
            return False
        take(self.free, taken)
        for node in {node for node, _, _ in taken}:
            self.cores[node] -= cores_of(job)
        self.running.append(Running(job, now, taken))
        self.started_s[job.name] = now
        self.nodes_of[job.name] = sorted({node for node, _, _ in taken})
        return True

    @staticmethod
    def _give_cores(cores: list[int], one: Running) -> None:
        for node in {node for node, _, _ in one.taken}:
            cores[node] += cores_of(one.job)

    def _shadow_s(self, head: SlowJob, now: int) -> int:
        moments = [one.limit_s for one in self.running]
        moments += [end_s for _, _, end_s in self.windows if end_s > now]
        for at_s in sorted(moments):
            free = deepcopy(self.free)
            cores = list(self.cores)
            for one in [one for one in self.running if one.limit_s <= at_s]:
                put_back(free, one.taken)
                self._give_cores(cores, one)
            if pick(self._open_to(free, head, at_s), head, cores) is not None:
                return at_s
        raise AssertionError("a job that never fits")

    def _still_fits(self, head: SlowJob, shadow_s: int, taken: Taken, job: SlowJob) -> bool:
        free = deepcopy(self.free)
        cores = list(self.cores)
        take(free, taken)
        for node in {node for node, _, _ in taken}:
            cores[node] -= cores_of(job)
        for one in self.running:
            if one.limit_s <= shadow_s:
                put_back(free, one.taken)
                self._give_cores(cores, one)
        return pick(self._open_to(free, head, shadow_s), head, cores) is not None


def cores_of(job: SlowJob) -> int:
    return CORES if job.each >= GPUS else job.cores


def pick(free: list[list[float]], job: SlowJob, cores: list[int]) -> Taken | None:
    """What a job takes, best fit first; None where it does not fit."""
    found = []
    for n, gpus in enumerate(free):
        whole = sum(share > 1 - 1e-9 for share in gpus)
        if cores[n] < cores_of(job):
            continue
        if job.each == 0:
            found.append(((0.0, whole, n), [(n, 0, 0.0)]))
        elif job.each < 1:
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
