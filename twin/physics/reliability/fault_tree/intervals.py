"""Bounds on the probability of a gate from those of its inputs, whatever they share.

Coherent gates over independent events are associated (Barlow and Proschan 1975), which gives the
products; any gate obeys Boole and Frechet.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from twin.physics.reliability.fault_tree.graph import AND, OR, XOR

Interval = tuple[float, float]


def negated(of: Interval) -> Interval:
    """Bounds of the opposite."""
    return 1.0 - of[1], 1.0 - of[0]


def gate_interval(kind: int, least: int, parts: Sequence[Interval], coherent: bool) -> Interval:
    """Bounds of one gate; `coherent` where all below it is free of negation."""
    lows = [p[0] for p in parts]
    highs = [p[1] for p in parts]
    if kind == AND:
        return _all(lows, coherent), min(highs)
    if kind == OR:
        return max(lows), 1.0 - _all([1.0 - h for h in highs], coherent)
    if kind == XOR:
        return _odd(parts)
    return _at_least(least, lows, highs)


def _all(lows: Sequence[float], coherent: bool) -> float:
    boole = max(0.0, sum(lows) - (len(lows) - 1))
    return max(boole, prod(lows)) if coherent else boole


def _at_least(least: int, lows: Sequence[float], highs: Sequence[float]) -> Interval:
    """Markov's bound on the count from above, and the same on its complement from below."""
    low = (sum(lows) - (least - 1)) / (len(lows) - least + 1)
    return max(0.0, low), min(1.0, sum(highs) / least)


def _odd(parts: Sequence[Interval]) -> Interval:
    """Two at a time: |a - b| <= P(a xor b) <= min(a + b, 2 - a - b)."""
    low, high = parts[0]
    for other_low, other_high in parts[1:]:
        apart = max(0.0, low - other_high, other_low - high)
        high = min(1.0, high + other_high, 2.0 - low - other_low)
        low = apart
    return low, high
