"""The requests that lived replicas are given at one load, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from twin.arrays import Array
from twin.physics.serving.latency import LengthLaw, Objective
from twin.physics.serving.law import AdapterLoading

PERCENTILES = (50.0, 95.0, 99.0)
REQUESTS = 4000
MOST_REQUESTS = 16_000
"""Where many are under way, or the capacity is near: balance then takes minutes."""
STAYS = 4
"""Times that a request stays, for which replicas are lived through, up to `MOST_REQUESTS`."""
WARM_FRAC = 0.15
"""Share of the requests that are not counted: those that come first."""
TOGETHER_MAX = 8
"""Replicas that are lived through together; more of them count as so many."""
SHARED_MAX = 64
"""Replicas in turn beyond which arrivals count as regular as with this many."""


class Busy(Protocol):
    """A replica that has been lived through."""

    busy_s: float
    sequence_s: float
    """Summed over the sequences that ran."""


class LoadRequests:
    """The requests of one load, and what became of them."""

    def __init__(
        self,
        lengths: LengthLaw,
        rate: float,
        in_turn: int,
        fewest: bool,
        seed: int,
        count: int = REQUESTS,
    ) -> None:
        self.count = count
        self.cached = max(lengths.cached_tokens, lengths.shared_tokens)
        self.shared_once = lengths.shared_tokens
        self.shared_each = lengths.shared_each
        self.ready = lengths.ready
        self.replicas = min(in_turn, TOGETHER_MAX) if fewest else 1
        self.shape = min(in_turn, SHARED_MAX)
        shape = 1 if fewest else self.shape
        self.rng = np.random.default_rng(seed)
        self.rate = rate
        self.prompt, self.output = lengths.drawn(count, seed + 1)
        self.mean_prompt = float(self.prompt.mean())
        found = np.minimum(self.cached, self.prompt - 1)
        self.mean_read = float((self.prompt - found).mean())
        self.mean_output = float(self.output.mean())
        self.likely = self.output / self.output.sum()
        """(request,) of those under way, longer answers more often."""
        self.held = float((self.likely * (self.prompt + self.output / 2)).sum())
        """Mean context of one under way."""
        self.prompts: list[int] = self.prompt.tolist()
        self.outputs: list[int] = self.output.tolist()
        gaps = self.rng.gamma(shape, 1.0 / shape, count)
        self.arrival = np.cumsum(gaps / gaps.mean() / (rate * self.replicas))
        self.loads: list[float] = []
        """(request,) seconds for its adapter; empty where none is ever loaded."""
        self.mean_load_s = 0.0
        self.first_s = [np.nan] * count
        self.done_s = [np.nan] * count

    def load(self, loading: AdapterLoading | None, seed: int) -> None:
        """Let some wait for their adapters."""
        if loading is None:
            return
        missing = np.random.default_rng(seed).random(self.count) < loading.missing_frac
        self.loads = (missing * loading.load_s).tolist()
        self.mean_load_s = loading.mean_s

    def begun(self, many: int) -> Array:
        """(sequence,) shares of their answers that so many under way have made: one of R replicas
        had every R-th arrival of the stream, so gaps between them are of a gamma law of shape R.
        Drawn one by one instead, answers of one length would end in bunches that nobody sent.
        """
        gaps = self.rng.gamma(self.shape, 1.0 / self.shape, many + 1)
        return self.rng.permutation(np.cumsum(gaps[:-1]) / gaps.sum())

    def measured(
        self, objective: Objective, pool: Sequence[Busy]
    ) -> tuple[Array, Array, float, float, float]:
        """Percentiles of both latencies, share that keeps the objective, batch, busy share."""
        first_s = np.array(self.first_s)
        warm = int(WARM_FRAC * self.count)
        whole_ttft = (first_s - self.arrival)[warm:]
        counted = slice(warm, self._last_in_balance(pool))
        ttft = (first_s - self.arrival)[counted]
        after = np.maximum(self.output - 1, 1)
        tpot = ((np.array(self.done_s) - first_s) / after)[counted]
        several = self.output[counted] > 1
        kept = (ttft <= objective.ttft_s) & (~several | (tpot <= objective.tpot_s))
        paced = tpot[several] if several.any() else np.zeros(1)
        busy_s = sum(lived.busy_s for lived in pool) / len(pool)
        sequence_s = sum(lived.sequence_s for lived in pool) / len(pool)
        span_s = max(self.arrival[-1], busy_s)
        return (
            np.percentile(whole_ttft, PERCENTILES), np.percentile(paced, PERCENTILES),
            float(kept.mean()), sequence_s / busy_s, busy_s / span_s,
        )  # fmt: skip

    def _last_in_balance(self, pool: Sequence[Busy]) -> int:
        """Requests whose tokens count: replicas empty behind the last ones, which go faster."""
        under_way = sum(lived.sequence_s for lived in pool) / self.arrival[-1]
        return self.count - min(int(under_way), self.count // 2)
