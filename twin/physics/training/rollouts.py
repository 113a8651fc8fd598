"""Answers that a model makes for its own training: how long the last one takes.

A replica begins with all its sequences, or as many as fit, and ends with the longest; as they
leave, its iterations make fewer tokens and take hardly less time (Sheng et al. 2024, HybridFlow,
arXiv 2409.19256, on the long tail of generation).
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import scipy

from twin.arrays import Array


@dataclass(frozen=True)
class Stretches:
    """Equal iterations of one replica in turn, (stretch,)."""

    steps: Array
    sequences: Array
    context_tokens: Array
    """Held by all sequences together, averaged over the stretch."""


def answer_lengths(mean: float, log_sigma: float, most: float, count: int, seed: int) -> Array:
    """(count,) log-normal lengths with this mean after all above `most` are cut; as even as
    quantiles, in random order.
    """
    spread = np.exp(log_sigma * scipy.special.ndtri((np.arange(count) + 0.5) / count))
    scale = mean / spread.mean()
    for _ in range(60):
        scale *= mean / np.minimum(scale * spread, most).mean()
    lengths = np.maximum(np.round(np.minimum(scale * spread, most)), 1.0)
    return np.random.default_rng(seed).permutation(lengths)


def stretches(output_tokens: Array, prompt_tokens: float, most: int) -> Stretches:
    """What a replica goes through from its first iteration to its last.

    output_tokens   (sequence,) of each answer, in the order in which they begin
    most            sequences that may run at once
    """
    waiting = list(output_tokens[::-1])
    running: list[tuple[float, float]] = []
    done = 0.0
    held = 0.0
    rows: list[tuple[float, float, float]] = []
    while waiting or running:
        while waiting and len(running) < most:
            length = waiting.pop()
            heappush(running, (done + length, length))
            held += prompt_tokens
        steps = running[0][0] - done
        many = len(running)
        rows.append((steps, many, held + many * (steps - 1) / 2))
        done += steps
        held += many * steps
        while running and running[0][0] <= done:
            _, length = heappop(running)
            held -= prompt_tokens + length
    return Stretches(*np.array(rows).reshape(-1, 3).T)


def dealt(lengths: Array, replicas: int, most_told: int = 16) -> list[Array]:
    """Lengths of the replicas that are followed: all, or those with the longest single answers."""
    hands = [lengths[r::replicas] for r in range(replicas)]
    hands = [hand for hand in hands if hand.size]
    return sorted(hands, key=lambda hand: -float(hand.max()))[:most_told]
