"""Claim: on two kinds of nodes in two halls jobs start when a second, slow program says.

Four racks of two B200 servers stand in one hall and two of four H100 servers in another. A gang is
of one kind, the faster one where it has room, and jobs wait for
one another as in `test_dependencies_oracle.py`; the oracle is `slow_dependencies.py`, here with a
count of free nodes for each kind.
"""

from __future__ import annotations

from math import inf
from pathlib import Path
from random import Random

import pytest
from slow_dependencies import SlowJob, SlowMachine

import twin
from tests.validation import test_dependencies_oracle as oracle

POOLS = [8, 8]
"""Nodes of B200, then of H100."""
ANNEX = """
  - name: annex
    at: [20 m, 0 m]
    size: [12 m, 8 m, 3.5 m]
    containment: cold_aisle
    rows: [{name: old, racks: 2 x dgx_h100_x4, at: [3 m, 3 m], facing: south, fed_by: panel}]
power:"""
COOLER = """
  air:
    - {name: blower, type: inrow_60, count: 4, hall: annex, fed_by: board, plant: chw}"""


class SlowPools(SlowMachine):
    """Nodes of several kinds, the fastest first."""

    def __init__(self, jobs: list[SlowJob], rule: str, kill: bool) -> None:
        super().__init__(jobs, sum(POOLS), rule, kill, oracle.RESTART_S)
        self.kind: dict[str, int] = {}
        """Of those that run or are promised a start."""

    def _left(self, kind: int) -> int:
        held = [h.job.nodes for name, h in self.running.items() if self.kind[name] == kind]
        return POOLS[kind] - sum(held)

    def _start_on(self, name: str, kind: int) -> None:
        self.kind[name] = kind
        self._begin(name)

    def _start(self) -> bool:
        queue = self._queue()
        if self.rule == "conservative":
            return self._as_promised(queue)
        began = False
        while queue and self._room_now(queue[0]):
            self._start_on(queue[0], self._room_now(queue[0])[0])
            queue.pop(0)
            began = True
        return (bool(queue) and self.rule == "easy" and self._overtake(queue)) or began

    def _room_now(self, name: str) -> list[int]:
        """Kinds with nodes enough."""
        return [k for k in range(len(POOLS)) if self.jobs[name].nodes <= self._left(k)]

    def _shadow(self, head: str) -> tuple[float, int, int]:
        """When and where the first begins, and how many nodes are left over then."""
        best = (inf, -1, 0)
        for kind in range(len(POOLS)):
            ends = sorted(
                (h.limit_s, h.job.nodes) for n, h in self.running.items() if self.kind[n] == kind
            )
            for at, _ in ends:
                there = self._left(kind) + sum(n for end, n in ends if end <= at + 1e-6)
                if there >= self.jobs[head].nodes:
                    best = min(best, (at, kind, there - self.jobs[head].nodes))
                    break
        return best

    def _overtake(self, queue: list[str]) -> bool:
        shadow, of_head, extra = self._shadow(queue[0])
        began = False
        for name in queue[1:]:
            job = self.jobs[name]
            before = self.now + job.limit_s <= shadow + 1e-6
            may = [k for k in self._room_now(name) if before or k != of_head or job.nodes <= extra]
            if may:
                self._start_on(name, may[0])
                extra -= job.nodes if not before and may[0] == of_head else 0
                began = True
        return began

    def _as_promised(self, queue: list[str]) -> bool:
        began = []
        for name in queue:
            self.reserved.pop(name, None)
            found = [(self._earliest(name, kind), kind) for kind in range(len(POOLS))]
            self.reserved[name], self.kind[name] = min(found)
            if self.reserved[name] <= self.now + 1e-6:
                began.append(name)
        for name in began:
            self._begin(name)
        return bool(began)

    def _earliest(self, name: str, kind: int) -> float:
        if self.jobs[name].nodes > POOLS[kind]:
            return inf
        held = [(h.start_s, h.limit_s, n, h.job) for n, h in self.running.items()]
        held += [
            (at, at + self.jobs[n].limit_s, n, self.jobs[n]) for n, at in self.reserved.items()
        ]
        spans = [(a, b, job.nodes) for a, b, n, job in held if self.kind[n] == kind]
        moments = sorted({self.now, *(b for _, b, _ in spans)})
        return next(at for at in moments if self._fits(name, at, spans, POOLS[kind]))

    def _fits(self, name: str, at: float, spans: list[tuple[float, float, int]], of: int) -> bool:
        end_s = at + self.jobs[name].limit_s
        checks = [at, *(a for a, _, _ in spans if at < a < end_s - 1e-6)]
        return all(
            self.jobs[name].nodes + sum(n for a, b, n in spans if a <= t + 1e-6 and b > t + 1e-6)
            <= of
            for t in checks
        )


def asked(folder: Path, jobs: list[SlowJob], rule: str, kill: bool) -> Path:
    path = oracle.asked(folder, jobs, rule, kill)
    text = (folder / "mini.yaml").read_text()
    text = text.replace("\npower:", ANNEX, 1).replace("\n  air:", COOLER, 1)
    (folder / "mini.yaml").write_text(text)
    return path


DRAWS = [(rule, seed) for rule in ("fifo", "easy", "conservative") for seed in range(5)]


@pytest.mark.parametrize(("rule", "seed"), DRAWS)
def test_jobs_on_two_kinds_start_when_the_oracle_says(rule: str, seed: int, tmp_path: Path) -> None:
    draw = Random(f"two kinds {seed}")
    drawn = oracle.drawn(draw, 60)
    for one in drawn:
        one.submit_s = round(one.submit_s / 2, 3)
        if draw.random() < 0.5:
            one.clauses.clear()
            one.think_s = None
    slow = SlowPools(drawn, rule, kill=bool(seed % 2))
    slow.live()
    facility = twin.build(twin.load(asked(tmp_path, drawn, rule, kill=bool(seed % 2))))
    result = twin.simulate(facility)
    rows = result.tables["jobs"].assign(job=lambda t: t["job"].str.removeprefix("log_"))
    rows = rows.set_index("job")
    assert rows["eligible_s"].dropna().to_dict() == pytest.approx(slow.eligible, abs=1e-4)
    assert rows["started_s"].dropna().to_dict() == pytest.approx(slow.started, abs=1e-4)
    assert rows["state"].to_dict() == slow.state
    kinds = {slow.kind[name] for name in slow.started}
    assert kinds == {0, 1}
    (tmp_path / "kept").mkdir()
    run = twin.start(facility).until(draw.uniform(100, 4000))
    run.save(tmp_path / "kept" / "stopped")
    again = twin.resume(tmp_path / "kept" / "stopped").until().result()
    assert all(frame.equals(again.tables[name]) for name, frame in result.tables.items())
