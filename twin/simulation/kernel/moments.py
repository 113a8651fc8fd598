"""Moments of what comes again and again, n times a step, on one grid whatever the step.

A step of 1.2 s is no number of a machine, nor are three of them: 3 x 1.2 is a rounding before 3.6.
So steps are counted in whole nanoseconds, and each moment is rounded once: windows of 1.2 s and
periods of 3.6 s meet.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from twin.arrays import Array, Index

NANOS = 1_000_000_000
ROUNDING = 1e-15
"""Share of a moment that is its rounding, that of its step and of the division."""


def moment_s(n: int, step_s: float) -> float:
    """The moment after n steps, rounded once."""
    over, under = _ratio(step_s)
    return n * over / under


@lru_cache(maxsize=256)
def _ratio(step_s: float) -> tuple[int, int]:
    """A step as whole numbers: in nanoseconds where it is some, but for rounding."""
    nanos = round(step_s * NANOS)
    if abs(nanos / NANOS - step_s) <= ROUNDING * step_s:
        return nanos, NANOS
    return step_s.as_integer_ratio()


def count_of(span_s: float, step_s: float) -> int:
    """Steps that begin within a span."""
    return int(np.ceil(span_s / step_s * (1 - ROUNDING)))


def steps_at(time_s: Array, step_s: float) -> Index:
    """(moment,) steps that have ended by then: which one it is in."""
    return np.floor(time_s / step_s * (1 + ROUNDING)).astype(np.int64)
