"""Which iterations a serving engine makes for a benchmark's requests: what runs, what is read.

Prompts are read in pieces beside the tokens that are made, up to a budget of tokens an iteration. A
request that leaves makes room for the next one at once, so the order of events does not depend on
how long anything takes: the schedule comes first, its times afterwards. Where drafts are checked,
each sequence makes its mean of tokens in each iteration. Answers may be of several lengths; those
that are short make room for others, so what runs holds more context than half of a mean answer.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from math import ceil

import numpy as np
from numpy.typing import NDArray

from twin.physics.kernels.answer_lengths import answer_lengths

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

_WHOLE = 1e-9
"""What rounding may add to a whole number of iterations."""


@dataclass(frozen=True)
class BenchmarkLoad:
    """What a benchmark asks of one attention rank."""

    requests: int
    concurrency: int
    """Requests in flight at most."""
    input_tokens: int
    output_tokens: int
    token_budget: int
    """Tokens of one iteration at most."""
    checked_tokens: int = 1
    """Of a sequence in one iteration: the next one, and drafts of those after it."""
    made_tokens: float = 1.0
    """Of them, that stand on average: one, and the drafts that are accepted."""
    drafting_s: float = 0.0
    """Of an iteration, for the drafts of all sequences."""
    cached_tokens: float = 0.0
    """Of each prompt, held from a prefix cache and not read."""
    output_deviation: float = 0.0
    """Standard deviation of the lengths of answers, whose mean is `output_tokens`."""
    longest_output: float = float("inf")
    """Of any answer."""

    @property
    def read_tokens(self) -> float:
        """Of each prompt."""
        return self.input_tokens - self.cached_tokens

    def decode_steps(self, output_tokens: int) -> int:
        """Iterations of a request after the one that reads its prompt and makes its first token."""
        return ceil((output_tokens - 1) / self.made_tokens - _WHOLE)

    @property
    def outputs(self) -> list[int]:
        """Lengths of answers in the order in which they begin; empty where all are alike."""
        if self.output_deviation <= 0:
            return []
        law = (float(self.output_tokens), self.output_deviation, self.longest_output)
        found: list[int] = answer_lengths(*law, self.requests).tolist()
        return found


@dataclass(frozen=True)
class Schedule:
    """Stretches of equal iterations, (stretch,), and requests as groups, (group,)."""

    steps: Array
    """Iterations of the stretch."""
    sequences: Array
    """That each get a token, and the drafts that are accepted."""
    context_tokens: Array
    """Held by all of them together, averaged over the stretch."""
    prompt_tokens: Array
    """Read in each iteration."""
    count: Counts
    """Requests of the group."""
    opened: Counts
    """Stretches done when the group's places became free."""
    first_token: Counts
    """Stretches done when its requests had their first token."""
    finished: Counts
    """Stretches done when they had their last."""


class _Engine:
    """The state while the schedule is written."""

    def __init__(self, load: BenchmarkLoad) -> None:
        self.load = load
        self.outputs = load.outputs
        self.waiting = load.requests
        self.running = 0
        self.begun = 0
        self.context = 0.0
        self.read_tokens = 0.0
        self.iteration = 0
        self.stretches: list[tuple[int, int, float, float]] = []
        self.groups: list[tuple[int, int, int, int, int]] = []
        """A heap: iteration of their last token, stretch and iteration of their first, stretch
        that opened their places, requests."""
        self.places: deque[tuple[int, int]] = deque([(0, load.concurrency)])
        """Stretch after which places became free, and how many."""
        self.done: list[tuple[int, int, int, int]] = []

    def run(self) -> None:
        while self.waiting or self.running:
            if self.waiting and self.running < self.load.concurrency:
                self._read_prompts()
            else:
                self._decode()
            self._retire()

    def _read_prompts(self) -> None:
        load = self.load
        free = min(load.concurrency - self.running, self.waiting)
        left = free * load.read_tokens - self.read_tokens
        prompt = min(left, load.token_budget - self.running * load.checked_tokens)
        self._stretch(1, prompt)
        begun = int((self.read_tokens + prompt) / load.read_tokens + _WHOLE)
        self.read_tokens = max(self.read_tokens + prompt - begun * load.read_tokens, 0.0)
        self._begin(begun)

    def _decode(self) -> None:
        """Until the oldest requests are done."""
        self._stretch(max(self.groups[0][0] - self.iteration, 1), 0)

    def _stretch(self, steps: int, prompt: float) -> None:
        grown = self.running * self.load.made_tokens
        mean = self.context + grown * (steps - 1) / 2
        self.stretches.append((steps, self.running, mean, prompt))
        self.iteration += steps
        self.context += grown * steps

    def _begin(self, count: int) -> None:
        """Requests whose prompts are read: they have their first token, and take places that
        became free longest ago.
        """
        self.waiting -= count
        self.running += count
        self.context += count * (self.load.input_tokens + 1)
        while count:
            opened, places = self.places.popleft()
            taken = 1 if self.outputs else min(count, places)
            last = self.iteration + self.load.decode_steps(self._next_output)
            heappush(self.groups, (last, len(self.stretches), self.iteration, opened, taken))
            self.begun += taken
            count -= taken
            if places > taken:
                self.places.appendleft((opened, places - taken))

    @property
    def _next_output(self) -> int:
        """Tokens of the answer that begins next."""
        return self.outputs[self.begun] if self.outputs else self.load.output_tokens

    def _retire(self) -> None:
        load = self.load
        while self.groups and self.groups[0][0] <= self.iteration:
            _, first, born, opened, count = heappop(self.groups)
            self.running -= count
            made = 1 + (self.iteration - born) * load.made_tokens
            self.context -= count * (load.input_tokens + made)
            self.places.append((len(self.stretches), count))
            self.done.append((count, opened, first, len(self.stretches)))


def benchmark_schedule(load: BenchmarkLoad) -> Schedule:
    """The schedule of a benchmark's run, from the first prompt to the last token.

    Raises ValueError where a count is below one, or the budget leaves no room for prompts beside
    the running requests and their drafts, or not one token is made where tokens are checked.
    """
    if min(load.requests, load.concurrency, load.input_tokens, load.output_tokens) < 1:
        raise ValueError("a benchmark needs requests, each with tokens in and out")
    if load.output_deviation < 0 or load.longest_output < load.output_tokens:
        raise ValueError("a deviation is none or more, the longest answer no shorter than the mean")
    if not 1 <= load.made_tokens <= load.checked_tokens or load.drafting_s < 0:
        raise ValueError("of the checked tokens of a sequence one stands at least, all at most")
    if not 0 <= load.cached_tokens < load.input_tokens:
        raise ValueError("of a prompt's tokens the last one at least is read")
    if load.token_budget <= load.concurrency * load.checked_tokens:
        raise ValueError("the token budget must leave room for prompts beside running requests")
    engine = _Engine(load)
    engine.run()
    steps, sequences, context, prompt = np.array(engine.stretches, float).T
    groups = np.array(engine.done, dtype=np.int64).T
    return Schedule(steps, sequences, context, prompt, *groups)
