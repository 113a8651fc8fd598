"""Requests through replicas, from the first arrival to the last token."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Mask
from twin.physics.serving.columns import (
    TOTALS,
    Asked,
    EngineState,
    Fate,
    LawTables,
    Limits,
    RequestProgress,
    fresh_cache,
    fresh_progress,
    fresh_replicas,
)
from twin.physics.serving.law import Engine
from twin.physics.serving.requests import RequestList
from twin.physics.serving.routing import Routing, advance

CACHE_CELLS_MAX = 50_000_000
"""Blocks times replicas that a prefix cache may have: 1.2 GB."""


@dataclass(frozen=True)
class Served:
    """What became of every request, (request,); NaN where it did not come so far."""

    arrival_s: Array
    output_tokens: Array
    progress: RequestProgress
    totals: Array
    """(replica, `TOTALS`)"""
    end_s: float
    """When the last iteration ended."""

    @property
    def done(self) -> Mask:
        """Whether it was answered to the last token."""
        return np.asarray(self.progress.fate == Fate.DONE)

    @property
    def ttft_s(self) -> Array:
        """From arrival to the first token."""
        return self.progress.first_token_s - self.arrival_s

    @property
    def tpot_s(self) -> Array:
        """Between tokens after the first; NaN for answers of one token."""
        after = self.output_tokens - 1
        spread = np.where(self.done, self.progress.done_s - self.progress.first_token_s, np.nan)
        return np.where(after > 0, spread / np.maximum(after, 1), np.nan)

    def total(self, name: str) -> float:
        """One of the totals, over all replicas."""
        return float(self.totals[:, TOTALS.index(name)].sum())

    @property
    def busy_frac(self) -> float:
        """Share of the replicas' time, up to the end, in which they iterate."""
        return self.total("busy_s") / (self.end_s * len(self.totals)) if self.end_s > 0 else 0.0


def fresh_state(asked: Asked, limits: Limits, replicas: int) -> EngineState:
    """Nothing has arrived; ValueError where the prefix cache would not fit this machine."""
    blocks = int(asked.block.max()) + 1 if asked.block.size else 0
    if blocks * replicas > CACHE_CELLS_MAX:
        raise ValueError(f"{blocks} blocks on {replicas} replicas: more than this program keeps")
    return EngineState(
        fresh_progress(asked.arrival_s.size),
        fresh_replicas(replicas, limits),
        fresh_cache(replicas, blocks),
    )


def serve(
    requests: RequestList,
    law: LawTables,
    engine: Engine,
    replicas: int = 1,
    routing: Routing = Routing.LEAST_OUTSTANDING,
) -> Served:
    """Serve all requests; exact to the iteration, whatever many are taken at once."""
    asked = requests.asked(engine.prefix_cache, engine.block_tokens)
    limits = engine.limits()
    named = requests.block_hashes and asked.block.size
    if named and requests.block_tokens != engine.block_tokens:
        raise ValueError(f"blocks of {requests.block_tokens} tokens, not {engine.block_tokens}")
    state = fresh_state(asked, limits, replicas)
    advance(
        asked, state.progress, state.replicas, state.cache, law, limits, int(routing), np.inf
    )  # fmt: skip
    end_s = float(state.replicas.now_s.max(initial=0.0))
    return Served(
        asked.arrival_s, requests.output_tokens.astype(float), state.progress,
        state.replicas.totals, end_s,
    )  # fmt: skip
