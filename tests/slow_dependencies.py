"""A slow and plain scheduler of jobs that wait for one another: dictionaries and loops.

Written from the words of Slurm's `--dependency` and of the rules of the queue (strict first in,
first out; EASY; conservative backfill; preemption by priority; fair shares). At every event each
waiting job is asked again whether it may come; the rule is asked when somebody comes, begins, ends
or is given up.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log

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
    user: str = ""
    requeue: bool = True


@dataclass
class Held:
    """One stay of a job on its nodes."""

    job: SlowJob
    start_s: float
    delay_s: float
    """Before it works, where it was put off its nodes before."""
    until_s: float = inf
    """When it was put off."""

    @property
    def limit_s(self) -> float:
        return self.start_s + self.job.limit_s

    @property
    def end_s(self) -> float:
        return min(self.start_s + self.delay_s + self.job.run_s, self.limit_s, self.until_s)

    @property
    def state(self) -> str:
        late = self.job.limit_s < self.delay_s + self.job.run_s
        return "timed_out" if late else self.job.ends


class SlowMachine:
    def __init__(
        self,
        jobs: list[SlowJob],
        nodes: int,
        rule: str,
        kill: bool,
        restart_s: float = 0.0,
        half_life_s: float = inf,
        shares: dict[str, float] | None = None,
    ) -> None:
        self.jobs = {job.name: job for job in jobs}
        self.place = {job.name: n for n, job in enumerate(jobs)}
        self.nodes = nodes
        self.rule = rule
        self.kill = kill
        self.restart_s = restart_s
        self.half_life_s = half_life_s
        self.shares = shares or {}
        self.now = 0.0
        self.eligible: dict[str, float] = {}
        self.promised: dict[str, float] = {}
        """When those come whose think time runs."""
        self.started: dict[str, float] = {}
        """For the first time."""
        self.running: dict[str, Held] = {}
        self.past: list[Held] = []
        """Stays that are over."""
        self.ended: dict[str, float] = {}
        self.state: dict[str, str] = {}
        """Of those that ended or never will run."""
        self.cancelled: dict[str, float] = {}
        """Before they began."""
        self.reserved: dict[str, float] = {}
        """Conservative: starts that were promised."""
        self.put_off = 0

    def live(self) -> None:
        while self.now < inf:
            before = self._known()
            for name, held in list(self.running.items()):
                if held.end_s <= self.now + 1e-9:
                    self.past.append(self.running.pop(name))
                    self.ended[name] = self.now
                    self.state[name] = held.state
            self._let_come()
            asks = self._known() != before
            while asks:
                before = self._known()
                asks = self._start()
                self._let_come()
                if self.rule == "conservative":
                    asks = self._known() != before
            self.now = self._next_s()

    def _known(self) -> tuple[int, int]:
        """Who has come or is over; promises move once for each of them, and not again."""
        return len(self.eligible), len(self.state)

    def _next_s(self) -> float:
        moments = [job.submit_s for job in self.jobs.values()]
        moments += [held.end_s for held in self.running.values()]
        moments += list(self.promised.values())
        for job in self.jobs.values():
            for kind, name, delay in (one for clause in job.clauses for one in clause):
                if kind == "after":
                    begun = self.started.get(name, self.cancelled.get(name, inf))
                    moments.append(begun + delay)
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
                    if self.kill:
                        self.cancelled[name] = self.now
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
            begun = self.started.get(name, self.cancelled.get(name, inf))
            return True if begun + delay <= self.now + 1e-9 else None
        if not state:
            return None
        return {
            "afterany": True,
            "afterok": state == "completed",
            "afternotok": state != "completed",
        }[kind]

    def _queue(self) -> list[str]:
        waiting = [n for n in self.eligible if n not in self.running and n not in self.state]
        users = {self.jobs[n].user for n in waiting} if self.rule == "fair_share" else set()
        had = {user: self._had(user) / self.shares.get(user, 1.0) for user in users}
        return sorted(
            waiting,
            key=lambda n: (
                -self.jobs[n].priority,
                had.get(self.jobs[n].user, 0.0),
                self.eligible[n],
                self.place[n],
            ),
        )

    def _had(self, user: str) -> float:
        """Node seconds of a user, each worth half as much after every half-life."""
        held = [one for one in [*self.past, *self.running.values()] if one.job.user == user]
        mean_s = self.half_life_s / log(2.0)
        return sum(
            one.job.nodes
            * mean_s
            * (
                exp(-max(self.now - one.end_s, 0.0) / mean_s)
                - exp(-(self.now - one.start_s) / mean_s)
            )
            for one in held
        )

    def _free(self) -> int:
        return self.nodes - sum(held.job.nodes for held in self.running.values())

    def _begin(self, name: str) -> None:
        again = name in self.started
        self.started.setdefault(name, self.now)
        delay_s = self.restart_s if again else 0.0
        self.running[name] = Held(self.jobs[name], self.now, delay_s)
        self.reserved.pop(name, None)

    def _start(self) -> bool:
        """One round of the rule; whether anybody began, or was put off."""
        queue = self._queue()
        if self.rule == "conservative":
            return self._as_promised(queue)
        began = False
        while queue and self.jobs[queue[0]].nodes <= self._free():
            self._begin(queue.pop(0))
            began = True
        if queue and self.rule == "priority":
            return self._make_way(queue[0]) or began
        if queue and self.rule in ("easy", "fair_share"):
            return self._overtake(queue) or began
        return began

    def _overtake(self, queue: list[str]) -> bool:
        """Who ends before the first can begin, or leaves it its nodes."""
        began = False
        need = self.jobs[queue[0]].nodes
        ends = sorted((held.limit_s, held.job.nodes) for held in self.running.values())
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
                self._begin(name)
                began = True
        return began

    def _make_way(self, head: str) -> bool:
        """Of those with less priority the least first, then who came last, until it fits."""
        lower = [n for n in self.running if self.jobs[n].priority < self.jobs[head].priority]
        lower.sort(key=lambda n: (self.jobs[n].priority, -self.running[n].start_s))
        gone: list[str] = []
        free = self._free()
        while lower and free < self.jobs[head].nodes:
            gone.append(lower.pop(0))
            free += self.jobs[gone[-1]].nodes
        if free < self.jobs[head].nodes:
            return False
        for name in gone:
            held = self.running.pop(name)
            held.until_s = self.now
            self.past.append(held)
            if not self.jobs[name].requeue:
                self.ended[name] = self.now
                self.state[name] = "preempted"
        self.put_off += len(gone)
        return bool(gone)

    def _as_promised(self, queue: list[str]) -> bool:
        """Each in turn begins as early as all others' promises let it."""
        if any(at < self.now - 1e-6 for at in self.reserved.values()):
            raise AssertionError("a promise that was not kept")
        began = []
        for name in queue:
            self.reserved.pop(name, None)
            ends = [held.limit_s for held in self.running.values()]
            ends += [at + self.jobs[n].limit_s for n, at in self.reserved.items()]
            moments = sorted({self.now, *ends})
            self.reserved[name] = next(at for at in moments if self._room(name, at))
            if self.reserved[name] <= self.now + 1e-6:
                began.append(name)
        for name in began:
            self._begin(name)
        return bool(began)

    def _room(self, name: str, start_s: float) -> bool:
        """Whether a job fits from a moment to its limit, beside who runs and who is promised."""
        job = self.jobs[name]
        spans = [(held.start_s, held.limit_s, held.job.nodes) for held in self.running.values()]
        spans += [
            (at, at + self.jobs[n].limit_s, self.jobs[n].nodes) for n, at in self.reserved.items()
        ]
        end_s = start_s + job.limit_s
        moments = [start_s, *(at for at, _, _ in spans if start_s < at < end_s - 1e-6)]
        return all(
            job.nodes + sum(n for a, b, n in spans if a <= at + 1e-6 and b > at + 1e-6)
            <= self.nodes
            for at in moments
        )
