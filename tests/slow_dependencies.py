"""A slow and plain scheduler of jobs that wait for one another: dictionaries and loops.

Written from the words of Slurm's `--dependency` and of the two rules (strict first in, first out;
EASY), without a look at how twin does it. At every event each waiting job is asked again whether
it may come.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

Condition = tuple[str, str, float]
"""What is asked, of whom, and seconds behind a `+`."""


@dataclass
class SlowJob:
    name: str
    submit_s: float
    run_s: float
    limit_s: float
    nodes: int
    priority: int
    ends: str
    clauses: list[list[Condition]]
    """All of them, and one of each."""
    think_s: float | None = None

    @property
    def held_s(self) -> float:
        return min(self.run_s, self.limit_s)

    @property
    def state(self) -> str:
        return "timed_out" if self.limit_s < self.run_s else self.ends


class SlowMachine:
    def __init__(self, jobs: list[SlowJob], nodes: int, backfill: bool, kill: bool) -> None:
        self.jobs = {job.name: job for job in jobs}
        self.place = {job.name: n for n, job in enumerate(jobs)}
        self.nodes = nodes
        self.backfill = backfill
        self.kill = kill
        self.now = 0.0
        self.eligible: dict[str, float] = {}
        self.promised: dict[str, float] = {}
        """When those come whose think time runs."""
        self.started: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.state: dict[str, str] = {}
        """Of those that ended or never will run."""

    def live(self) -> None:
        while self.now < inf:
            for name, start in self.started.items():
                if name not in self.state and start + self.jobs[name].held_s <= self.now + 1e-9:
                    self.ended[name] = self.now
                    self.state[name] = self.jobs[name].state
            self._let_come()
            while self._start():
                self._let_come()
            self.now = self._next_s()

    def _next_s(self) -> float:
        moments = [job.submit_s for job in self.jobs.values()]
        moments += [self.started[n] + self.jobs[n].held_s for n in self.started]
        moments += list(self.promised.values())
        for job in self.jobs.values():
            for kind, name, delay in (one for clause in job.clauses for one in clause):
                if kind == "after" and name in self.started:
                    moments.append(self.started[name] + delay)
        return min((at for at in moments if at > self.now + 1e-9), default=inf)

    def _let_come(self) -> None:
        """Until nobody changes: who never can may keep others from ever coming."""
        changed = True
        while changed:
            changed = False
            for name, job in self.jobs.items():
                if name in self.eligible or name in self.state:
                    continue
                if name in self.promised:
                    if self.promised[name] <= self.now + 1e-9:
                        self.eligible[name] = self.promised.pop(name)
                        changed = True
                    continue
                if job.think_s is None and job.submit_s > self.now + 1e-9:
                    continue
                asked = [self._clause(clause) for clause in job.clauses]
                if any(one is False for one in asked):
                    self.state[name] = "cancelled" if self.kill else "never_eligible"
                    changed = True
                elif all(one is True for one in asked):
                    if job.think_s:
                        self.promised[name] = self.now + job.think_s
                    else:
                        self.eligible[name] = self.now
                    changed = True

    def _clause(self, clause: list[Condition]) -> bool | None:
        found = [self._holds(*condition) for condition in clause]
        if any(one is True for one in found):
            return True
        return False if all(one is False for one in found) else None

    def _holds(self, kind: str, name: str, delay: float) -> bool | None:
        """True, False for never, None for not yet."""
        state = self.state.get(name, "")
        if state == "never_eligible":
            return False
        if kind == "after":
            if name in self.started:
                return True if self.started[name] + delay <= self.now + 1e-9 else None
            return True if state == "cancelled" else None
        if not state:
            return None
        return {
            "afterany": True,
            "afterok": state == "completed",
            "afternotok": state != "completed",
        }[kind]

    def _queue(self) -> list[str]:
        waiting = [name for name in self.eligible if name not in self.started]
        return sorted(
            waiting, key=lambda n: (-self.jobs[n].priority, self.eligible[n], self.place[n])
        )

    def _free(self) -> int:
        held = [self.jobs[n].nodes for n in self.started if n not in self.state]
        return self.nodes - sum(held)

    def _start(self) -> bool:
        """One round of the rule; whether anybody began."""
        queue = self._queue()
        began = False
        while queue and self.jobs[queue[0]].nodes <= self._free():
            self.started[queue.pop(0)] = self.now
            began = True
        if not queue or not self.backfill:
            return began
        need = self.jobs[queue[0]].nodes
        running = [n for n in self.started if n not in self.state]
        ends = sorted((self.started[n] + self.jobs[n].limit_s, self.jobs[n].nodes) for n in running)
        free = self._free()
        shadow = next(
            at for k, (at, _) in enumerate(ends) if free + sum(n for _, n in ends[: k + 1]) >= need
        )
        extra = free + sum(n for at, n in ends if at <= shadow + 1e-6) - need
        for name in queue[1:]:
            job = self.jobs[name]
            if job.nodes > self._free():
                continue
            before = self.now + job.limit_s <= shadow + 1e-6
            if before or job.nodes <= extra:
                extra -= 0 if before else job.nodes
                self.started[name] = self.now
                began = True
        return began
