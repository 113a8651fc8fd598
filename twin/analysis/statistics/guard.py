"""What may be analysed at all: a failed or non-finite case is named, never averaged in.

Why it must stand before every method: SALib 1.6.0 answers 0 with a confidence of 0 for every Sobol
index, of every parameter, where one output of thousands is NaN or infinite.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.errors import InputError, Problem

Floats = NDArray[np.float64]
ALL_NAMED = 3
"""Cases that are named one by one where all have the same."""
OTHER_OUTCOME = "another outcome: this one has no number in these runs"
MOST_NAMED = 20
"""Cases that are named one by one; the rest is counted."""


def refuse_unusable(
    outcome: str, values: ArrayLike, cases: Sequence[str] = (), reasons: Sequence[str] = ()
) -> Floats:
    """The values as an array of floats, or InputError with the name of every case that has none.

    outcome   what is measured, for the message
    values    one a case; NaN and infinite are refused, whichever failure made them
    cases     names of the cases; numbered from 1 where left out
    reasons   why a case has no value, where it is known; empty text where it is not
    """
    held = np.asarray(values, dtype=float)
    bad = np.flatnonzero(~np.isfinite(held).reshape(held.shape[0], -1).all(axis=1))
    if bad.size:
        raise InputError(_problems(outcome, held, bad, cases, reasons))
    return held


def _problems(
    outcome: str, held: Floats, bad: NDArray[np.intp], cases: Sequence[str], reasons: Sequence[str]
) -> list[Problem]:
    """One a case, and one for those past the most that are named."""
    allowed = "a finite number in every case that is analysed"
    hint = "run the case again, or leave it out by name"
    whys = {reasons[row] for row in bad} if len(reasons) else {""}
    if bad.size == len(held) > ALL_NAMED and len(whys) == 1 and all(whys):
        found_in_all = f"{whys.pop()} in all {bad.size:,} cases"
        return [Problem(outcome, found_in_all, allowed, OTHER_OUTCOME)]
    found = []
    for row in bad[:MOST_NAMED]:
        name = cases[row] if len(cases) else f"case {row + 1}"
        why = reasons[row] if len(reasons) else ""
        told = why or f"{np.ravel(held[row])[0]}"
        found.append(Problem(f"{name}: {outcome}", told, allowed, hint))
    if bad.size > MOST_NAMED:
        left = f"{bad.size - MOST_NAMED:,} more cases without a finite value"
        found.append(Problem(outcome, left, allowed, hint))
    return found


def refuse_fewer(outcome: str, found: int, least: int) -> None:
    """InputError where too few cases are there to say how far chance reaches."""
    if found < least:
        allowed = f"at least {least}"
        raise InputError([Problem(outcome, f"{found} cases", allowed, "run more seeds")])


def refuse_unpaired(outcome: str, arm: Floats, baseline: Floats) -> None:
    """InputError where two arms do not have one value a seed each."""
    if arm.shape != baseline.shape:
        found = f"{arm.shape[0]} cases beside {baseline.shape[0]}"
        allowed = "as many in both arms, in the order of their seeds"
        raise InputError([Problem(outcome, found, allowed)])


def checked_level(level: float) -> float:
    """The level of confidence, or InputError where it is none."""
    if not 0.5 <= level < 1.0:
        raise InputError([Problem("level", repr(level), "from 0.5 to below 1, such as 0.95")])
    return level
