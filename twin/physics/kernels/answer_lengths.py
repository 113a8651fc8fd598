"""How long the answers of a benchmark are, where they are not all alike."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

Counts = NDArray[np.int64]

_ROUNDS = 20
_SEED = 1


def log_sigma(mean: float, deviation: float) -> float:
    """Spread of the logarithm of a log-normal law with this mean and standard deviation."""
    return float(np.sqrt(np.log1p((deviation / mean) ** 2)))


def running_tokens(mean: float, deviation: float) -> float:
    """Mean length of an answer that runs at some moment: longer ones run longer, so each counts by
    its length.
    """
    return mean * (1 + (deviation / mean) ** 2)


def answer_lengths(mean: float, deviation: float, most: float, count: int) -> Counts:
    """(count,) tokens: a log-normal law, as even as quantiles, in random order, cut at `most`, with
    the mean that is asked for.
    """
    if deviation <= 0:
        return np.full(count, round(mean), dtype=np.int64)
    even = scipy.special.ndtri((np.arange(count) + 0.5) / count)
    values = np.exp(log_sigma(mean, deviation) * even)
    for _ in range(_ROUNDS):
        values = np.minimum(values * (mean / values.mean()), most)
    order = np.random.default_rng(_SEED).permutation(count)
    return np.maximum(np.round(values[order]), 1).astype(np.int64)
