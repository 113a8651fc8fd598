"""Requests as arrays: when they come, how long they are, which blocks their prompts begin with."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array, Index
from twin.physics.serving.columns import Asked


@dataclass(frozen=True)
class RequestList:
    """Requests in order of arrival, (request,)."""

    arrival_s: Array
    prompt_tokens: Index
    output_tokens: Index
    """With hidden ones where a model thinks before it answers."""
    cached_tokens: Index | None = None
    """Of the prompt, found in memory whatever came before, such as one prompt of the system."""
    block_hashes: tuple[Index, ...] = field(default=())
    """Names of each prompt's leading blocks; empty where none are known."""
    block_tokens: int = 16
    """Tokens of a block, for all but a last one that is not full."""
    ready: bool = False
    """Whether all prompts were read elsewhere."""
    shared_tokens: int = 0
    """That all prompts begin with, one and the same for all, where blocks have no names."""

    def __post_init__(self) -> None:
        """Raises ValueError where they are no list of requests."""
        n = self.arrival_s.size
        if self.prompt_tokens.size != n or self.output_tokens.size != n:
            raise ValueError("as many prompts and outputs as arrivals are needed")
        if not np.isfinite(self.arrival_s).all() or (np.diff(self.arrival_s) < 0).any():
            raise ValueError("arrivals are not in order of time")
        if n and (self.prompt_tokens.min() < 1 or self.output_tokens.min() < 1):
            raise ValueError("a request has at least one token of prompt and one of output")
        if self.block_hashes and len(self.block_hashes) != n:
            raise ValueError("as many lists of blocks as arrivals are needed")
        if self.block_hashes and self.shared_tokens:
            raise ValueError("blocks by name say what prompts share")

    @property
    def count(self) -> int:
        """How many."""
        return int(self.arrival_s.size)

    def asked(self, prefix_cache: bool = True, block_tokens: int = 16) -> Asked:
        """As the engine reads them; blocks by number, full ones only.

        block_tokens   of the engine, for prompts that begin alike and have no names of blocks
        """
        first, end, block = self._blocks(block_tokens) if prefix_cache else self._no_blocks()
        none = np.zeros(self.count, dtype=np.int64)
        return Asked(
            np.asarray(self.arrival_s, dtype=float),
            np.asarray(self.prompt_tokens, dtype=np.int64),
            np.asarray(self.output_tokens, dtype=np.int64),
            none if self.cached_tokens is None else np.asarray(self.cached_tokens, dtype=np.int64),
            first,
            end,
            np.asarray(block, dtype=np.int64),
            np.full(self.count, int(self.ready), dtype=np.int64),
            np.zeros(0, dtype=np.int64),
        )

    def _no_blocks(self) -> tuple[Index, Index, Index]:
        """Where each request's blocks begin and end, and their names: none."""
        none = np.zeros(self.count, dtype=np.int64)
        return none, none, np.zeros(0, dtype=np.int64)

    def _blocks(self, block_tokens: int) -> tuple[Index, Index, Index]:
        """Those that are full: as named, or the same ones for all."""
        first, end, block = self._no_blocks()
        if self.block_hashes:
            full = self.prompt_tokens // self.block_tokens
            kept = [row[:k] for row, k in zip(self.block_hashes, full, strict=True)]
            end = np.cumsum([len(row) for row in kept])
            first = np.concatenate([[0], end[:-1]])
            _, block = np.unique(np.concatenate(kept), return_inverse=True)
        elif self.shared_tokens >= block_tokens:
            block = np.arange(self.shared_tokens // block_tokens)
            end = np.minimum(self.prompt_tokens // block_tokens, block.size)
        return first, end, block
