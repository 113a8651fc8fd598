"""How unevenly tokens come to the ranks that hold experts."""

from __future__ import annotations

from functools import lru_cache
from heapq import heappop, heappush

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[np.float64]

_DRAWS = 64
_SEED = 1


def fullest_of_many(ranks: int) -> float:
    """Standard deviations by which the fullest of so many ranks lies above the mean, where counts
    differ by chance alone (Blom 1958).
    """
    return float(scipy.special.ndtri((ranks - 0.375) / (ranks + 0.25)))


def popularity(experts: int, exponent: float, most: float) -> Array:
    """(expert,) share of the tokens' choices that each gets, most first: as even as quantiles of a
    power law between 1 and `most`, by which kernels of experts were measured.
    """
    if exponent <= 0:
        return np.full(experts, 1.0 / experts)
    even = (np.arange(experts) + 0.5) / experts
    power = 1.0 - exponent
    loads = ((most**power - 1.0) * even + 1.0) ** (1.0 / power)
    return np.asarray(loads[::-1] / loads.sum())


@lru_cache(maxsize=64)
def fullest_rank(experts: int, redundant: int, ranks: int, exponent: float, most: float) -> float:
    """Tokens of the fullest rank over their mean.

    Without redundant experts they stand as chance has it. With them each further copy goes to the
    expert whose copies have most to do, and copies to the rank that has least (greedy packing, as
    deepseek-ai/EPLB does), by loads that are known.
    """
    loads = popularity(experts, exponent, most)
    if redundant:
        return float(_packed(_copies(loads, redundant), ranks).max() * ranks)
    draws = np.random.default_rng(_SEED)
    found = [
        draws.permutation(loads).reshape(ranks, -1).sum(axis=1).max() * ranks for _ in range(_DRAWS)
    ]
    return float(np.mean(found))


def _copies(loads: Array, redundant: int) -> Array:
    """(copy,) load of each, most first."""
    heap = [(-load, load, 1) for load in loads.tolist()]
    heap.sort()
    for _ in range(redundant):
        _, load, many = heappop(heap)
        heappush(heap, (-load / (many + 1), load, many + 1))
    each = [load / many for _, load, many in heap for _ in range(many)]
    return np.sort(np.array(each))[::-1]


def _packed(copies: Array, ranks: int) -> Array:
    """(rank,) load of those that hold equally many copies."""
    places = copies.size // ranks
    heap = [(0.0, 0, rank) for rank in range(ranks)]
    full = np.zeros(ranks)
    for load in copies.tolist():
        held, many, rank = heappop(heap)
        full[rank] = held + load
        if many + 1 < places:
            heappush(heap, (held + load, many + 1, rank))
    return full
