"""Where a long run has forgotten how it began: MSER-5.

Source: K. P. White, An effective truncation heuristic for bias reduction in simulation output,
Simulation 69 (1997), doi 10.1177/003754979706900601, with batches of five as in Franklin and White,
Winter Simulation Conference 2008.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin.analysis.statistics.guard import refuse_fewer, refuse_unusable
from twin.errors import InputError, Problem

_BATCH = 5


def warm_up_length(series: ArrayLike, outcome: str = "outcome") -> int:
    """How many values at the start to leave out, so that the mean of the rest is surest.

    Raises InputError where the answer lies in the second half: then the run never settled, or ended
    before it did, and no mean of it is one of the steady state.
    """
    held = refuse_unusable(outcome, series)
    refuse_fewer(outcome, held.size, 10 * _BATCH)
    batched = held[: held.size // _BATCH * _BATCH].reshape(-1, _BATCH).mean(axis=1)
    best = int(np.argmin(_marginal_errors(batched)))
    if best >= batched.size // 2:
        found = f"a start that reaches past value {best * _BATCH:,} of {held.size:,}"
        hint = "make the run longer"
        raise InputError([Problem(outcome, found, "a run that settles in its first half", hint)])
    return best * _BATCH


def _marginal_errors(batched: np.ndarray) -> np.ndarray:
    """Squared standard error of the mean of what follows each batch; the last five are no tail."""
    back = batched[::-1]
    count = np.arange(1, back.size + 1)
    mean = np.cumsum(back) / count
    spread = np.maximum(np.cumsum(back**2) / count - mean**2, 0.0)
    errors: np.ndarray = (spread / count)[::-1]
    return errors[:-5]
