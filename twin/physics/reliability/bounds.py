"""Bounds on an unavailability where no exact engine has room for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from twin.physics.reliability.gates import Floats

_ROUNDING = 1e-12
"""What sums of rounded terms may be off by, as a share."""
CUT_SETS_MAX = 2000
"""The most probable ones that the lower bound compares pair by pair."""


def at_least(failed_frac: Iterable[float], count: int) -> float:
    """Probability that at least so many of some independent components are down.

    failed_frac  unavailability of each
    Summed from the tail's first term, so that small ones keep their digits.
    """
    exactly = np.zeros(count)
    exactly[0] = 1.0
    reached = 0.0
    for q in failed_frac:
        reached += q * exactly[-1]
        exactly[1:] = exactly[1:] * (1.0 - q) + exactly[:-1] * q
        exactly[0] *= 1.0 - q
    return float(reached)


def union_bounds(cut_sets: Sequence[Sequence[int]], failed_frac: Floats) -> tuple[float, float]:
    """Bounds on the probability that all parts of at least one of these sets are down.

    cut_sets     component numbers, set by set
    failed_frac  (component,) unavailabilities, independent
    Lower: Bonferroni's second over the most probable sets, or the most probable one. Upper: the
    minimal cut set bound, 1 - prod (1 - P). Source: J. D. Esary and F. Proschan, Technometrics 5
    (1963).
    """
    if not cut_sets:
        return 0.0, 0.0
    chance = np.array([np.prod(failed_frac[list(chosen)]) for chosen in cut_sets])
    upper = float(-np.expm1(np.log1p(-chance).sum()))
    likeliest = np.argsort(-chance, kind="stable")[:CUT_SETS_MAX]
    chosen = [frozenset(cut_sets[place]) for place in likeliest.tolist()]
    lower = max(float(chance.max()), _bonferroni(chosen, failed_frac))
    return lower * (1.0 - _ROUNDING), upper * (1.0 + _ROUNDING)


def _bonferroni(cut_sets: Sequence[frozenset[int]], failed_frac: Floats) -> float:
    """Sum of single probabilities less that of pairs; sets that share parts count them once."""
    members = np.zeros((len(cut_sets), failed_frac.size))
    for row, chosen in enumerate(cut_sets):
        members[row, list(chosen)] = 1.0
    with np.errstate(divide="ignore"):
        log_q = np.where(failed_frac > 0, np.log(failed_frac), -np.inf)
    log_q = np.where(np.isfinite(log_q), log_q, -1e3)
    alone = members @ log_q
    shared = (members * log_q) @ members.T
    both = np.exp(alone[:, None] + alone[None, :] - shared)
    pairs = (both.sum() - np.trace(both)) / 2.0
    return float(np.exp(alone).sum() - pairs)
