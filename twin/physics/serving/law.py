"""What the engine needs of a replica: iteration times, as a law and as tables.

One iteration takes

    fixed_s(n, p) + context_s(n) * (context of the n sequences) + prompt_attention_s(p, before)

n sequences that each make a token, p prompt tokens read. The engine tabulates it: on every n where
no prompt is read, on grids where one is, linear between their points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from twin.arrays import Array
from twin.physics.serving.columns import LawTables, Limits

SEQUENCE_POINTS = 40
PROMPT_POINTS = 96
BEFORE_POINTS = 24


class ReplicaLaw(Protocol):
    """Times of one replica at one clock; arguments broadcast."""

    def __hash__(self) -> int:
        """Curves are kept by their law."""
        ...

    def fixed_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike) -> Array:
        """Seconds of everything that depends on counts only."""
        ...

    def context_s(self, sequences: ArrayLike) -> Array:
        """Seconds a token of context held, summed over sequences."""
        ...

    def prompt_attention_s(self, prompt_tokens: ArrayLike, before_tokens: ArrayLike) -> Array:
        """Seconds of attention of a chunk of prompt that comes after others."""
        ...


class AdapterLoading(NamedTuple):
    """Adapters of which a replica holds some, and loads the others when they are asked for."""

    shares: tuple[float, ...]
    """Of requests, by adapter."""
    places: int
    """That it holds at once."""
    load_s: float
    """To load one, while the replica waits."""
    missing_frac: float
    """Of requests whose adapter has to be loaded, once it is in balance."""

    @property
    def mean_s(self) -> float:
        """Of a request."""
        return self.missing_frac * self.load_s


@dataclass(frozen=True)
class Engine:
    """What serving software allows on one replica."""

    kv_capacity_tokens: float
    """Tokens of context that fit beside the weights."""
    max_sequences: int = 256
    token_budget: int = 8192
    """Tokens of one iteration, made and read."""
    page_tokens: int = 16
    block_tokens: int = 16
    """Prompt tokens under one name in the prefix cache; a multiple of the page."""
    prefix_cache: bool = True
    drafts: int = 0
    """Tokens that a draft model proposes for each sequence and iteration."""
    acceptance: float = 0.0
    """Chance that a draft is accepted where those before it were."""
    patience_s: float = np.inf
    loading: AdapterLoading | None = None

    def __post_init__(self) -> None:
        """Raises ValueError, naming what cannot work together."""
        for name in ("max_sequences", "token_budget", "page_tokens", "block_tokens"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; at least 1")
        if self.block_tokens % self.page_tokens:
            raise ValueError(f"block_tokens {self.block_tokens}: no multiple of the page")
        if self.token_budget < self.max_sequences * (self.drafts + 1):
            most = self.max_sequences * (self.drafts + 1)
            raise ValueError(f"token_budget {self.token_budget}: one iteration may make {most}")
        if self.kv_capacity_tokens < self.page_tokens:
            raise ValueError(f"no page of {self.page_tokens} tokens fits beside the weights")
        if self.patience_s < 0 or not 0 <= self.acceptance <= 1 or self.drafts < 0:
            raise ValueError("patience and drafts are at least 0, acceptance is within 0 and 1")

    @property
    def tokens_per_step(self) -> float:
        """Output tokens of a sequence and iteration."""
        return made_in_step(self.drafts, self.acceptance)

    def limits(self) -> Limits:
        """As plain numbers."""
        return Limits(
            self.max_sequences,
            self.token_budget,
            self.page_tokens,
            int(self.kv_capacity_tokens // self.page_tokens),
            self.block_tokens // self.page_tokens,
            float(self.patience_s),
            self.tokens_per_step,
            self.drafts + 1,
            len(self.loading.shares) if self.loading else 0,
            self.loading.places if self.loading else 0,
            self.loading.load_s if self.loading else 0.0,
        )


def made_in_step(drafts: int, acceptance: float) -> float:
    """Output tokens of a sequence in an iteration that checks so many drafts, on average.

    acceptance   chance that a draft is accepted where those before it were

    (1 - a^(k+1)) / (1 - a): Leviathan et al. 2023, arXiv 2211.17192, equation 1.
    """
    return float(sum(acceptance**taken for taken in range(drafts + 1)))


def tabulated(
    laws: Sequence[ReplicaLaw], engine: Engine, longest_tokens: float, draft_s: float = 0.0
) -> LawTables:
    """Iteration times at each clock level, lowest first.

    longest_tokens   of any prompt with its answer
    draft_s          time of one token of the draft model, for all sequences together
    """
    n = np.arange(engine.max_sequences + 1, dtype=float)
    sequences = _grid(engine.max_sequences, SEQUENCE_POINTS)
    prompts = _grid(engine.token_budget, PROMPT_POINTS)
    befores = np.unique(
        np.concatenate([[0.0], np.geomspace(16, longest_tokens + 32, BEFORE_POINTS)])
    )
    checked = engine.drafts + 1
    drafting = engine.drafts * draft_s
    rows = sequences[:, None]
    return LawTables(
        decode_s=np.stack([law.fixed_s(n * checked, 0.0) + drafting * (n > 0) for law in laws]),
        context_s=np.stack([np.broadcast_to(law.context_s(n), n.shape) for law in laws]),
        mixed_s=np.stack(
            [law.fixed_s(rows * checked, prompts) + drafting * (rows > 0) for law in laws]
        ),
        attention_s=np.stack(
            [law.prompt_attention_s(prompts[:, None], befores) + 0 * befores for law in laws]
        ),
        sequences=sequences,
        prompts=prompts,
        befores=befores,
    )  # fmt: skip


def _grid(most: int, points: int) -> Array:
    """0, 1 and more in equal ratios, up to `most`; at least two points."""
    ratios = np.round(np.geomspace(1, max(most, 2), points))
    return np.unique(np.concatenate([[0.0], ratios]))
