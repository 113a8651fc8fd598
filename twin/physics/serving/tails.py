"""Latency of a replica over its load: the tails that the fluid form takes.

One replica is lived through at a few loads, with the iteration law, the slots, the token budget and
the memory of the request engine; sequences are moved by counts, so this needs no compiled code.
Left out are preemption and prefixes that come and go. A pool that sends its requests round gives
each of R replicas arrivals of a gamma law of shape R; what runs at first is drawn from renewals.
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush

import numpy as np

from twin.arrays import Array
from twin.physics.serving.columns import LawTables
from twin.physics.serving.latency import NOTHING_PROMISED, LengthLaw, LoadCurve, Objective
from twin.physics.serving.law import Engine

LOADS = np.array([1e-6, 0.02, 0.2, 0.4, 0.55, 0.7, 0.8, 0.9, 0.97])
"""Shares of capacity at which a replica is lived through; at the first each request is alone."""
PERCENTILES = (50.0, 95.0, 99.0)
REQUESTS = 2000
WARM_FRAC = 0.15
"""Share of the requests that are not counted: those that come first."""
SHARED_MAX = 64
"""Replicas in turn beyond which arrivals count as regular as with this many."""


def next_load(load_frac: float) -> float:
    """The first of `LOADS` that is no lower, or the last."""
    return float(LOADS[min(int(np.searchsorted(LOADS, load_frac)), LOADS.size - 1)])


def load_curve(
    law: LawTables,
    engine: Engine,
    lengths: LengthLaw,
    capacity_tokens_per_s: float,
    in_turn: int = 1,
    objective: Objective = NOTHING_PROMISED,
    seed: int = 1,
    upto_load: float = 1.0,
) -> LoadCurve:
    """Live a replica through at the loads of `LOADS`; the same requests at each, closer together.

    in_turn     replicas that share the stream one after another
    upto_load   the highest load that will be asked; beyond the first of `LOADS` above it nothing is
                lived through
    """
    rows = []
    loads = LOADS[: int(np.searchsorted(LOADS, upto_load)) + 1]
    for load in loads:
        rate = load * capacity_tokens_per_s / lengths.output_tokens
        rows.append(_Lived(law, engine, lengths, rate, in_turn, seed).measured(objective))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    ttft, tpot, met, batch, busy = columns
    return LoadCurve(
        loads, np.maximum.accumulate(ttft), np.maximum.accumulate(tpot),
        np.minimum.accumulate(met), batch, busy,
    )  # fmt: skip


class _Lived:
    """One replica under one load, from the first arrival to the last."""

    def __init__(
        self, law: LawTables, engine: Engine, lengths: LengthLaw, rate: float, in_turn: int,
        seed: int,
    ) -> None:  # fmt: skip
        self.fixed = law.decode_s[0].tolist()
        self.slope = law.context_s[0].tolist()
        self.law = law
        self.engine = engine
        self.cached = lengths.cached_tokens
        shape = min(in_turn, SHARED_MAX)
        rng = np.random.default_rng(seed)
        self.prompt, self.output = lengths.drawn(REQUESTS, seed + 1)
        gaps = rng.gamma(shape, 1.0 / shape, REQUESTS)
        self.arrival = np.cumsum(gaps / gaps.mean() / rate)
        self.now = 0.0
        self.step = 0
        self.many = 0
        self.held = 0.0
        self.busy_s = 0.0
        self.sequence_s = 0.0
        self.ends: list[tuple[int, int, float]] = []
        self.first_s = np.full(REQUESTS, np.nan)
        self.done_s = np.full(REQUESTS, np.nan)
        self._fill(rate, rng)
        self._live()

    def _fill(self, rate: float, rng: np.random.Generator) -> None:
        """Sequences under way at the start: as many as Little's law asks, each somewhere on its
        way, longer ones more often.
        """
        likely = self.output / self.output.sum()
        mean = float(self.output.mean())
        many = 0.0
        held = float((likely * (self.prompt + self.output / 2)).sum())
        for _ in range(60):
            n = int(min(many, self.engine.max_sequences))
            step_s = self.fixed[n] + self.slope[n] * many * held
            step_s += rate * step_s * self._reading_s(float(self.prompt.mean()) - self.cached)
            many = 0.5 * (many + min(rate * mean * step_s, self.engine.max_sequences))
        room = self.engine.kv_capacity_tokens
        for q in rng.choice(REQUESTS, int(many), p=likely):
            made = int(rng.integers(0, self.output[q]))
            whole = float(self.prompt[q] + self.output[q])
            if self.held + whole > room:
                break
            self._join(-1, int(self.output[q]) - made, float(self.prompt[q]) + made)

    def _reading_s(self, tokens: float) -> float:
        """Seconds that a prompt adds to an iteration."""
        read = max(tokens, 1.0)
        beside = max(self._mixed_s(0, read) - self.fixed[1], 0.0)
        return float(beside) + self._attention_s(read, self.cached)

    def _join(self, q: int, steps: int, context: float) -> None:
        """Let a sequence make `steps` more tokens."""
        if steps <= 0:
            if q >= 0:
                self.done_s[q] = self.now
            return
        heappush(self.ends, (self.step + steps, q, context + steps))
        self.many += 1
        self.held += context

    def _live(self) -> None:
        """Iterate until the last request has its first token and all that began are through."""
        queue: deque[int] = deque()
        coming = 0
        partial: tuple[int, float, float] | None = None
        arrival = self.arrival.tolist()
        while coming < REQUESTS or queue or self.ends or partial:
            while coming < REQUESTS and arrival[coming] <= self.now:
                queue.append(coming)
                coming += 1
            read, done, partial = self._admit(queue, partial)
            if read > 0:
                self._read(read, done)
                continue
            if not self.many:
                self.now = arrival[coming]
                continue
            steps = self.ends[0][0] - self.step
            if coming < REQUESTS and self.many < self.engine.max_sequences and not queue:
                steps = min(steps, self._steps_until(arrival[coming]))
            self._make(steps)

    def _admit(
        self, queue: deque[int], partial: tuple[int, float, float] | None
    ) -> tuple[float, list[tuple[int, float]], tuple[int, float, float] | None]:
        """Prompt tokens of this iteration, whose prompts end in it, and one that goes on."""
        budget = float(self.engine.token_budget - self.many)
        whole = budget
        done: list[tuple[int, float]] = []
        self.attention = 0.0
        room = self.engine.kv_capacity_tokens - self.held
        while budget > 0:
            if partial is None:
                if not queue or self.many + len(done) >= self.engine.max_sequences:
                    break
                q = queue[0]
                room -= self.prompt[q] + self.output[q] / 2
                if room < 0 and (self.many or done):
                    break
                queue.popleft()
                hit = min(self.cached, self.prompt[q] - 1.0)
                partial = (q, hit, float(self.prompt[q]) - hit)
            q, before, left = partial
            chunk = min(left, budget)
            budget -= chunk
            self.attention += self._attention_s(chunk, before)
            partial = (q, before + chunk, left - chunk)
            if left - chunk <= 0:
                done.append((q, float(self.prompt[q])))
                partial = None
        return whole - budget, done, partial

    def _read(self, tokens: float, done: list[tuple[int, float]]) -> None:
        """One iteration that reads prompts."""
        took = self._mixed_s(self.many, tokens) + self.slope[self.many] * self.held + self.attention
        self._pass(1, took)
        for q, context in done:
            self.first_s[q] = self.now
            self._join(q, int(self.output[q]) - 1, context)

    def _make(self, steps: int) -> None:
        """Iterations that only make tokens."""
        slope = self.slope[self.many]
        grown = self.many * steps * (steps - 1) / 2
        self._pass(steps, steps * (self.fixed[self.many] + slope * self.held) + slope * grown)

    def _pass(self, steps: int, took: float) -> None:
        """Let time pass, and those go that are complete."""
        self.now += took
        self.busy_s += took
        self.sequence_s += took * self.many
        self.step += steps
        self.held += self.many * steps
        while self.ends and self.ends[0][0] <= self.step:
            _, q, context = heappop(self.ends)
            self.many -= 1
            self.held -= context
            if q >= 0:
                self.done_s[q] = self.now

    def _steps_until(self, at_s: float) -> int:
        half = self.slope[self.many] * self.many / 2
        linear = self.fixed[self.many] + self.slope[self.many] * self.held - half
        span = at_s - self.now
        root: float = (linear * linear + 4 * half * span) ** 0.5
        return max(1, int(np.ceil(2 * span / (linear + root) - 1e-9)))

    def _mixed_s(self, many: float, tokens: float) -> float:
        return _between(self.law.mixed_s[0], self.law.sequences, self.law.prompts, many, tokens)

    def _attention_s(self, tokens: float, before: float) -> float:
        return _between(self.law.attention_s[0], self.law.prompts, self.law.befores, tokens, before)

    def measured(self, objective: Objective) -> tuple[Array, Array, float, float, float]:
        """Percentiles of both latencies, share that keeps the objective, batch, busy share."""
        counted = slice(int(WARM_FRAC * REQUESTS), None)
        ttft = (self.first_s - self.arrival)[counted]
        after = np.maximum(self.output - 1, 1)
        tpot = ((self.done_s - self.first_s) / after)[counted]
        several = self.output[counted] > 1
        kept = (ttft <= objective.ttft_s) & (~several | (tpot <= objective.tpot_s))
        paced = tpot[several] if several.any() else np.zeros(1)
        span_s = max(self.arrival[-1], self.busy_s)
        return (
            np.percentile(ttft, PERCENTILES), np.percentile(paced, PERCENTILES),
            float(kept.mean()), self.sequence_s / self.busy_s, self.busy_s / span_s,
        )  # fmt: skip


def _between(table: Array, rows: Array, columns: Array, x: float, y: float) -> float:
    """Bilinear between the points of a table; beyond them the last cell goes on."""
    i = min(max(int(rows.searchsorted(x, "right")) - 1, 0), rows.size - 2)
    j = min(max(int(columns.searchsorted(y, "right")) - 1, 0), columns.size - 2)
    u = (x - rows.item(i)) / (rows.item(i + 1) - rows.item(i))
    v = (y - columns.item(j)) / (columns.item(j + 1) - columns.item(j))
    low = (1 - v) * table.item(i, j) + v * table.item(i, j + 1)
    high = (1 - v) * table.item(i + 1, j) + v * table.item(i + 1, j + 1)
    return (1 - u) * low + u * high
