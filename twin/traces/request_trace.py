"""Requests as recorded: when each came, how long it was, and which blocks of its prompt others
share.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array, Index


@dataclass(frozen=True)
class Skip:
    """Rows that were left out, all for one reason."""

    why: str
    count: int
    first_line: int


def no_hashes() -> Index:
    """No block of any request is known."""
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class RequestTrace:
    """A recorded stream of requests, in the order of arrival. Arrays are (request,) where nothing
    else is said.
    """

    format: str
    """Such as `Azure LLM inference trace`."""
    arrival_s: Array
    """Seconds after the first request; never falling."""
    input_tokens: Index
    """At least 1."""
    output_tokens: Index
    """0 for a request that failed: its prompt is load, and nothing comes of it."""
    block_offsets: Index = field(default_factory=no_hashes)
    """(request + 1,) where the blocks of each request begin in `block_hashes`; empty without
    any."""
    block_hashes: Index = field(default_factory=no_hashes)
    """(block,) of all requests one after another: equal numbers at the beginning of two prompts
    are equal prefixes."""
    block_tokens: int = 0
    """Tokens of one block; 0 where no blocks are known."""
    skipped: tuple[Skip, ...] = ()
    """What was left out, and why."""

    def __len__(self) -> int:
        return int(self.arrival_s.size)

    def hashes_of(self, request: int) -> Index:
        """The blocks of one request's prompt, in order."""
        if not self.block_offsets.size:
            return no_hashes()
        start = self.block_offsets[request]
        return np.asarray(self.block_hashes[start : self.block_offsets[request + 1]])

    @property
    def span_s(self) -> float:
        """From the first request to the last."""
        return float(self.arrival_s[-1]) if len(self) else 0.0
