"""One replica lived through by counts of sequences."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from math import ceil

import numpy as np

from twin.physics.serving.law import Engine
from twin.physics.serving.lived_law import LivedLaw
from twin.physics.serving.load_requests import LoadRequests


class LivedReplica:
    """One replica, from the first request that it is given to the last."""

    def __init__(self, law: LivedLaw, engine: Engine, asked: LoadRequests) -> None:
        self.fixed = law.fixed_s
        self.slope = law.slope_s
        self.mixed_s = law.mixed_s
        self.attention_s = law.attention_s
        self.max_sequences = engine.max_sequences
        self.token_budget = engine.token_budget
        self.room_tokens = engine.kv_capacity_tokens - asked.shared_once
        self.shared = asked.shared_each
        """Of the context of each, held once for all."""
        self.checked = engine.drafts + 1
        self.pace = engine.tokens_per_step
        self.asked = asked
        self.loads = asked.loads
        self.cached = asked.cached
        self.prompt = asked.prompts
        self.output = asked.outputs
        self.now = 0.0
        self.step = 0
        self.outstanding = 0
        """Requests that wait, are read or run."""
        self.many = 0
        """Of them, those that run."""
        self.held = 0.0
        self.busy_s = 0.0
        self.sequence_s = 0.0
        self.attention = 0.0
        self.ends: list[tuple[int, int, float]] = []
        self.queue: deque[int] = deque()
        self.partial: tuple[int, float, float] | None = None

    def enter(self, q: int, at_s: float) -> None:
        """Give it a request that arrives now."""
        if not self.outstanding:
            self.now = max(self.now, at_s)
        self.outstanding += 1
        self.queue.append(q)

    def fill(self, many: int) -> None:
        """Sequences under way at the start, longer ones more often, as far apart on their way as
        they came; no more than there is memory for.
        """
        asked = self.asked
        begun = asked.begun(many)
        for k, q in enumerate(asked.rng.choice(asked.count, many, p=asked.likely).tolist()):
            made = int(begun[k] * self.output[q])
            whole = float(self.prompt[q] + self.output[q])
            if self.held + whole > self.room_tokens + (self.many + 1) * self.shared:
                break
            self.outstanding += 1
            self._join(-1, self.output[q] - made, float(self.prompt[q]) + made)

    def under_way(self) -> int:
        """Sequences that make tokens as fast as requests ask for them: as many come as go, which
        is Little's law.
        """
        made_per_s = self.asked.rate * self.asked.mean_output
        few = 0.0
        most = float(self.max_sequences)
        for _ in range(40):
            many = 0.5 * (few + most)
            if many < made_per_s / self.pace * self._step_s(many, self.asked.rate, self.asked.held):
                few = many
            else:
                most = many
        return int(most)

    def _step_s(self, many: float, rate: float, held: float) -> float:
        """A mean iteration of so many sequences and the prompts that come meanwhile; inf where
        prompts come faster than they can be read.
        """
        n = int(many)
        makes_s: float = self.fixed[n] + self.slope[n] * many * held
        loads = rate * self.asked.mean_load_s
        if self.asked.ready:
            return makes_s / (1 - loads) if loads < 1 else np.inf
        read = self.asked.mean_read
        found = self.asked.mean_prompt - read
        beside = self.mixed_s(n, read) - self.fixed[n] + self.attention_s(read, found)
        share = rate * max(beside, 0.0) + loads
        return makes_s / (1 - share) if share < 1 else np.inf

    def _join(self, q: int, tokens: int, context: float) -> None:
        """Let a sequence make `tokens` more."""
        if tokens <= 0:
            self._end(q)
            return
        steps = ceil(tokens / self.pace)
        heappush(self.ends, (self.step + steps, q, context + steps * self.pace))
        self.many += 1
        self.held += context

    def _end(self, q: int) -> None:
        """One is complete; those under way at the start, -1, are not told."""
        self.outstanding -= 1
        if q >= 0:
            self.asked.done_s[q] = self.now

    def live(self, until_s: float) -> None:
        """Iterate until an iteration ends at that moment or after it, or nothing is left to do."""
        while self.now < until_s and self.outstanding:
            if self.asked.ready:
                self._join_ready()
            elif self.queue or self.partial:
                read, done = self._admit()
                if read > 0:
                    self._read(read, done)
                    continue
            steps = self.ends[0][0] - self.step
            if until_s < np.inf and self.many < self.max_sequences and not self.queue:
                steps = min(steps, self._steps_until(until_s))
            self._pass(steps, self._steps_s(steps))

    def change_s(self) -> float:
        """A moment before which the number of its requests does not fall."""
        if not self.outstanding:
            return np.inf
        if self.queue or self.partial:
            return self.now
        steps = self.ends[0][0] - self.step
        return self.now + self._steps_s(steps) * (1 - 1e-9)

    def _join_ready(self) -> None:
        """Let those run on whose prompts were read elsewhere, as far as there is room."""
        came = []
        while self.queue and self.many < self.max_sequences:
            q = self.queue[0]
            whole = self.held + self.prompt[q] + self.output[q] / 2
            if whole > self.room_tokens + (self.many + 1) * self.shared and self.many:
                break
            self.queue.popleft()
            self._join(q, max(self.output[q] - 1, 1), float(self.prompt[q]))
            came.append(q)
        self._wait(sum(self.loads[q] for q in came) if self.loads else 0.0)
        for q in came:
            self.asked.first_s[q] = self.now + self._steps_s(1)

    def _wait(self, span_s: float) -> None:
        """Let all wait for adapters that are loaded."""
        self.now += span_s
        self.busy_s += span_s
        self.sequence_s += span_s * self.many

    def _admit(self) -> tuple[float, list[tuple[int, float]]]:
        """Prompt tokens of this iteration, and whose prompts end in it."""
        queue = self.queue
        partial = self.partial
        budget = float(self.token_budget - self.many * self.checked)
        whole = budget
        done: list[tuple[int, float]] = []
        attention = 0.0
        places = self.max_sequences - self.many
        room = self.room_tokens + self.many * self.shared - self.held
        while budget > 0:
            if partial is None:
                if not queue or len(done) >= places:
                    break
                q = queue[0]
                prompt = self.prompt[q]
                room -= prompt + self.output[q] / 2 - self.shared
                if room < 0 and (self.many or done):
                    break
                queue.popleft()
                if self.loads:
                    attention += self.loads[q]
                hit = min(self.cached, prompt - 1.0)
                partial = (q, hit, float(prompt) - hit)
            q, before, left = partial
            chunk = min(left, budget)
            budget -= chunk
            attention += self.attention_s(chunk, before)
            if chunk < left:
                partial = (q, before + chunk, left - chunk)
            else:
                done.append((q, float(self.prompt[q])))
                partial = None
        self.attention = attention
        self.partial = partial
        return whole - budget, done

    def _read(self, tokens: float, done: list[tuple[int, float]]) -> None:
        """One iteration that reads prompts."""
        took = self.mixed_s(self.many, tokens) + self.slope[self.many] * self.held + self.attention
        self._pass(1, took)
        for q, context in done:
            self.asked.first_s[q] = self.now
            self._join(q, self.output[q] - 1, context)

    def _steps_s(self, steps: int) -> float:
        """So many iterations that only make tokens."""
        slope = self.slope[self.many]
        grown = self.many * steps * (steps - 1) / 2 * self.pace
        took: float = steps * (self.fixed[self.many] + slope * self.held) + slope * grown
        return took

    def _pass(self, steps: int, took: float) -> None:
        """Let time pass, and those go that are complete."""
        self.now += took
        self.busy_s += took
        self.sequence_s += took * self.many
        self.step += steps
        self.held += self.many * steps * self.pace
        ends = self.ends
        while ends and ends[0][0] <= self.step:
            _, q, context = heappop(ends)
            self.many -= 1
            self.held -= context
            self._end(q)

    def _steps_until(self, at_s: float) -> int:
        half = self.slope[self.many] * self.many * self.pace / 2
        linear = self.fixed[self.many] + self.slope[self.many] * self.held - half
        span = at_s - self.now
        root: float = (linear * linear + 4 * half * span) ** 0.5
        return max(1, ceil(2 * span / (linear + root) - 1e-9))
