"""Rows of a dispatch's programme that tie its draw to the peaks that are billed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy
from numpy.typing import NDArray

from twin.physics.demand_price import DemandPrice
from twin.physics.dispatch_parts import DispatchParts
from twin.physics.scaled_milp import Array, Row

Index = NDArray[np.int64]
Entry = tuple[Index, Index, Array | float]
"""Rows, columns and weights."""


def matrix(parts: DispatchParts, *entries: Entry) -> scipy.sparse.csr_array:
    """(step, unknown) weights."""
    row = np.concatenate([row for row, _, _ in entries])
    column = np.concatenate([column for _, column, _ in entries])
    weight = np.concatenate([np.broadcast_to(w, row.shape) for row, _, w in entries])
    return scipy.sparse.csr_array((weight, (row, column)), shape=(parts.steps, parts.size))


def ratcheted(parts: DispatchParts, demand: DemandPrice) -> list[Row]:
    """No peak is billed below its share of one before."""
    one, before = (parts.peak.start + period for period in demand.later())
    if not one.size:
        return []
    row = np.arange(one.size)
    rows = matrix(parts, (row, one, 1.0), (row, before, -demand.ratchet.share))
    least = np.where(np.arange(parts.steps) < one.size, 0.0, -np.inf)
    return [(rows, least, np.full(parts.steps, np.inf))]


def within_windows(parts: DispatchParts, demand: DemandPrice, load_w: Array) -> Iterator[Row]:
    """The peak of a window is above every draw within it."""
    periods = demand.usd_per_w.size
    for n, window in enumerate(demand.windows, start=1):
        at = np.flatnonzero(window.counts)
        peak = parts.peak.start + n * periods + demand.period[at]
        above = matrix(parts, (at, peak, 1.0), (at, at, -1.0), (at, at + parts.steps, 1.0))
        least = np.where(window.counts, load_w, -np.inf)
        yield above, least, np.full(parts.steps, np.inf)
