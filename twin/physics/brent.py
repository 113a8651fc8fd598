"""The root of a function between two points, by Brent's method.

Steps, and the order of what they add, are those of `scipy.optimize.brentq` (1.17.1), and so are the
roots, to the last bit. It stands here because a run asks for nothing else of `scipy.optimize`,
which takes 13 MB and a tenth of a second to load. Source: Brent, Algorithms for Minimization
without Derivatives (1973), chapter 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

ROUNDS_MAX = 100
"""Halving alone brings any interval to its last bit in fewer, unless its ends are near zero."""


class _Point(NamedTuple):
    x: float
    f: float


def root(
    function: Callable[[float], float], low: float, high: float, within: float, relative: float
) -> float:
    """Where a function is zero that has opposite signs at both ends.

    within, relative   how near the answer is: within + relative * |answer|
    Raises ValueError where the signs are the same, and ArithmeticError where 100 rounds do not
    find it.
    """
    last = _Point(low, function(low))
    now = _Point(high, function(high))
    if last.f == 0 or now.f == 0:
        return last.x if last.f == 0 else now.x
    if (last.f < 0) == (now.f < 0):
        raise ValueError(f"the same sign at both ends: {last.f:g} and {now.f:g}")
    across = last
    before = step = 0.0
    for _ in range(ROUNDS_MAX):
        if last.f != 0 and now.f != 0 and (last.f < 0) != (now.f < 0):
            across = last
            before = step = now.x - last.x
        if abs(across.f) < abs(now.f):
            last = now
            now = across
            across = last
        least = (within + relative * abs(now.x)) / 2
        half = (across.x - now.x) / 2
        if now.f == 0 or abs(half) < least:
            return now.x
        tried = _tried(last, now, across) if abs(before) > least else math.inf
        short = 2 * abs(tried) < min(abs(before), 3 * abs(half) - least)
        before = step if short else half
        step = tried if short else half
        last = now
        x = now.x + (step if abs(step) > least else math.copysign(least, half))
        now = _Point(x, function(x))
    raise ArithmeticError(f"no root within {ROUNDS_MAX} rounds")


def _tried(last: _Point, now: _Point, across: _Point) -> float:
    """The step to where a line through two points is zero, or an inverse parabola through three;
    infinite where neither helps.
    """
    if not abs(now.f) < abs(last.f):
        return math.inf
    if last.x == across.x:
        return -now.f * (now.x - last.x) / (now.f - last.f)
    near = (last.f - now.f) / (last.x - now.x)
    far = (across.f - now.f) / (across.x - now.x)
    over = far * near * (across.f - last.f)
    return -now.f * (across.f * far - last.f * near) / over if over else math.inf
