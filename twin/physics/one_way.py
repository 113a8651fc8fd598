"""Programmes in which two ways exclude one another, and a price on peaks makes that slow to prove.

Whole numbers say which way is open. A solver that has to prove them over a year, while each moves
the peak of its month, takes minutes. So both ways are opened first: a linear programme, and a bound
below every answer. Stretches in which it goes both ways are then solved one by one, with all else
held where it is, peaks too; last the ways are held and all else is freed. What the answer costs
above the bound is the most that could still be saved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from twin.physics.scaled_milp import Array, Mask, Programme, held_elsewhere, solve

STRETCH_STEPS = 336
"""Steps of a stretch: a fortnight of hours. What crosses its ends is as both ways would have it."""


@dataclass(frozen=True)
class Ways:
    """Who goes which way."""

    step: NDArray[np.int64]
    """(unknown,) the step of each; -1 of a peak."""
    open: slice
    """Unknowns (step,) that are 1 where the first way is open; empty where nobody goes both."""
    both: Callable[[Array], Mask]
    """(step,) who goes both ways in an answer (unknown,); empty with `open`."""
    first: Callable[[Array], Mask]
    """(step,) who goes the first way rather than the second; empty with `open`."""


def solve_one_way(programme: Programme, ways: Ways) -> tuple[Array, float]:
    """The unknowns that cost least with one way open in every step, and a bound below their cost.

    Raises ValueError with the solver's words where there is no answer.
    """
    never = np.zeros(programme.whole.size, dtype=bool)
    relaxed = solve(replace(programme, whole=never))
    least = float(programme.cost @ relaxed)
    stretches = _stretches(programme, ways, relaxed)
    if not stretches.size:
        return relaxed, least
    try:
        found = relaxed
        for stretch in stretches:
            free = ways.step // STRETCH_STEPS == stretch
            found = held_elsewhere(programme, free, found)
    except ValueError:  # below those peaks there is none that goes one way
        found = solve(programme)
    return _best_of_these_ways(programme, ways, found), least


def _stretches(programme: Programme, ways: Ways, relaxed: Array) -> NDArray[np.int64]:
    """Which hold whole numbers that the open programme does not keep."""
    broken = programme.whole.copy()
    broken[ways.open] &= ways.both(relaxed)
    return np.unique(ways.step[broken] // STRETCH_STEPS)


def _best_of_these_ways(programme: Programme, ways: Ways, found: Array) -> Array:
    """The same ways, and the best of all else, peaks included."""
    chosen = np.round(found)
    chosen[ways.open] = ways.first(found)
    low = np.where(programme.whole, chosen, programme.low)
    high = np.where(programme.whole, chosen, programme.high)
    never = np.zeros(programme.whole.size, dtype=bool)
    try:
        better = solve(replace(programme, low=low, high=high, whole=never))
    except ValueError:  # a whole number within the solver's tolerance of the other
        return found
    return found if (ways.both(better) & programme.whole[ways.open]).any() else better
