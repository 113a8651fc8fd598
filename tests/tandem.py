"""A replica over pipeline stages, lived through micro-batch by micro-batch and stage by stage: the
oracle of the law that counts a round instead.

Stages serve micro-batches in the order in which they come (a tandem of queues); what a micro-batch
does in a round is decided when it enters the first stage.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

StageTimes = Callable[[float, float, float], Sequence[float]]
"""Of (sequences, prompt tokens, context): seconds on each stage, hand-overs with those before."""


@dataclass
class Asked:
    """A request, and what became of it."""

    arrival_s: float
    prompt: int
    output: int
    first_s: float = np.nan
    done_s: float = np.nan
    read: int = 0
    made: int = 0


@dataclass
class _Batch:
    requests: list[Asked] = field(default_factory=list)
    idle: bool = True


class Tandem:
    """Stages and as many micro-batches; a request joins the one with the fewest."""

    def __init__(self, stages: int, times: StageTimes, budget: int = 8192) -> None:
        self.times = times
        self.budget = budget
        self.free_s = [0.0] * stages
        self.batches = [_Batch() for _ in range(stages)]
        self.ready: list[tuple[float, int]] = []

    def live(self, requests: Sequence[Asked]) -> None:
        """Until the last request is answered."""
        coming = deque(sorted(requests, key=lambda one: one.arrival_s))
        while coming or self.ready:
            enters_s = max(self.ready[0][0], self.free_s[0]) if self.ready else np.inf
            if coming and coming[0].arrival_s <= enters_s:
                self._join(coming.popleft())
            else:
                self._round(heapq.heappop(self.ready)[1], enters_s)

    def _join(self, one: Asked) -> None:
        number = min(range(len(self.batches)), key=lambda b: len(self.batches[b].requests))
        batch = self.batches[number]
        batch.requests.append(one)
        if batch.idle:
            batch.idle = False
            heapq.heappush(self.ready, (one.arrival_s, number))

    def _round(self, number: int, enters_s: float) -> None:
        batch = self.batches[number]
        making = [one for one in batch.requests if one.read == one.prompt]
        pieces = self._pieces(batch, self.budget - len(making))
        context = float(sum(one.prompt + one.made for one in making))
        at_s = enters_s
        for stage, took_s in enumerate(self.times(len(making), sum(pieces.values()), context)):
            at_s = max(at_s, self.free_s[stage]) + took_s
            self.free_s[stage] = at_s
        self._made(making, batch, pieces, at_s)
        batch.requests = [one for one in batch.requests if one.made < one.output]
        batch.idle = not batch.requests
        if batch.requests:
            heapq.heappush(self.ready, (at_s, number))

    def _pieces(self, batch: _Batch, room: int) -> dict[int, int]:
        """Prompt tokens that are read of each request."""
        pieces: dict[int, int] = {}
        for k, one in enumerate(batch.requests):
            if one.read < one.prompt and room > 0:
                pieces[k] = min(one.prompt - one.read, room)
                room -= pieces[k]
        return pieces

    def _made(
        self, making: list[Asked], batch: _Batch, pieces: dict[int, int], at_s: float
    ) -> None:
        for k, tokens in pieces.items():
            batch.requests[k].read += tokens
        begun = [batch.requests[k] for k in pieces]
        for one in making + [b for b in begun if b.read == b.prompt]:
            one.made += 1
            one.first_s = at_s if one.made == 1 else one.first_s
            one.done_s = at_s


class Closed(Tandem):
    """The same with as many requests always in flight: one that is answered is followed by the next
    at once.
    """

    def __init__(
        self, stages: int, times: StageTimes, prompt: int, output: Callable[[], int]
    ) -> None:
        super().__init__(stages, times)
        self.prompt = prompt
        self.output = output
        self.next: deque[Asked] = deque()
        self.made = 0

    def rate(self, sequences: int, until_s: float) -> float:
        """Tokens a second of the second half of a run."""
        self.next = deque(Asked(0.0, self.prompt, self.output()) for _ in range(sequences))
        half: tuple[float, int] = (0.0, 0)
        while True:
            enters_s = max(self.ready[0][0], self.free_s[0]) if self.ready else np.inf
            if self.next and self.next[0].arrival_s <= enters_s:
                self._join(self.next.popleft())
                continue
            if half[0] == 0.0 and enters_s > until_s / 2:
                half = (enters_s, self.made)
            if enters_s > until_s:
                return (self.made - half[1]) / (enters_s - half[0])
            self._round(heapq.heappop(self.ready)[1], enters_s)

    def _made(
        self, making: list[Asked], batch: _Batch, pieces: dict[int, int], at_s: float
    ) -> None:
        before = sum(one.made for one in batch.requests)
        super()._made(making, batch, pieces, at_s)
        self.made += sum(one.made for one in batch.requests) - before
        for one in batch.requests:
            if one.made >= one.output:
                self.next.append(Asked(at_s, self.prompt, self.output()))
