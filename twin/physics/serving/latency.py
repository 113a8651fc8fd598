"""What a replica's users see over its load, and the lengths of what they ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from twin.arrays import Array, Index
from twin.physics.kernels.answer_lengths import running_tokens


@dataclass(frozen=True)
class LengthLaw:
    """Lengths of requests: log-normal ones with these means, and what of a prompt is cached."""

    input_tokens: float
    output_tokens: float
    input_log_sigma: float = 0.0
    output_log_sigma: float = 0.0
    cached_tokens: float = 0.0
    ready: bool = False
    """Whether prompts were read elsewhere: only tokens after the first are made."""
    shared_tokens: float = 0.0
    """That all prompts begin with, held once on a replica; whole blocks of its prefix cache."""

    @property
    def shared_each(self) -> float:
        """Of a prompt, what it shares with the others, on average: prompts may be shorter."""
        return self._up_to(self.shared_tokens)

    @property
    def unread_tokens(self) -> float:
        """Of a prompt, what is found in the prefix cache, on average: all but its last token at
        most.
        """
        found = max(self.cached_tokens, self.shared_tokens)
        return max(self._up_to(found + 1) - 1, 0.0) if found else 0.0

    def _up_to(self, tokens: float) -> float:
        """Of a prompt, what lies in its first tokens, on average."""
        sigma = self.input_log_sigma
        if tokens == 0 or sigma == 0:
            return min(tokens, self.input_tokens)
        above = np.log(tokens / self.input_tokens) / sigma
        below = self.input_tokens * scipy.special.ndtr(above - sigma / 2)
        return float(below + tokens * scipy.special.ndtr(-above - sigma / 2))

    @property
    def output_deviation(self) -> float:
        """Standard deviation of answers' lengths."""
        return self.output_tokens * float(np.sqrt(np.expm1(self.output_log_sigma**2)))

    @property
    def held_tokens(self) -> float:
        """Context of a running request on average: longer answers run longer."""
        return self.input_tokens + running_tokens(self.output_tokens, self.output_deviation) / 2

    def drawn(self, count: int, seed: int) -> tuple[Index, Index]:
        """Prompts and outputs; as even as quantiles, in random order."""
        rng = np.random.default_rng(seed)
        found = []
        for mean, sigma in (
            (self.input_tokens, self.input_log_sigma),
            (self.output_tokens, self.output_log_sigma),
        ):
            even = _normal_quantiles(count) if sigma > 0 else np.zeros(count)
            values = np.exp(sigma * rng.permutation(even))
            values *= mean / values.mean()
            found.append(np.maximum(np.round(values), 1).astype(np.int64))
        return found[0], found[1]


@dataclass(frozen=True)
class LoadCurve:
    """What a replica's users see over its load; (load,) or (load, percentile)."""

    load_frac: Array
    ttft_s: Array
    tpot_s: Array
    met_frac: Array
    """Requests that keep the objective."""
    batch: Array
    """Sequences running, while it is busy."""
    busy_frac: Array

    def at(self, load_frac: Array, name: str, column: int | None = None) -> Array:
        """One of the curves at any loads; beyond its ends as there."""
        values = getattr(self, name)
        row = values if column is None else values[:, column]
        read: Array = np.interp(load_frac, self.load_frac, row)
        return read


@dataclass(frozen=True)
class Objective:
    """A service-level objective: what a user may have to wait."""

    ttft_s: float = np.inf
    tpot_s: float = np.inf


NOTHING_PROMISED = Objective()


def _normal_quantiles(count: int) -> Array:
    """Quantiles of the normal law at even steps."""
    quantiles: Array = scipy.special.ndtri((np.arange(count) + 0.5) / count)
    return quantiles
