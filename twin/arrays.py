"""Arrays by kind, and sums by group: the ground under everything that counts components."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]
Complex = NDArray[np.complex128]


def total_by(group: Index, values: Array | Mask, count: int) -> Array:
    """(count,) sums of `values` by group, as floats."""
    return np.asarray(np.bincount(group, weights=values, minlength=count), dtype=float)


def totals_by(group: Index, values: Array, count: int) -> Array:
    """(..., count) sums of `values` (..., member) by group (member,), in the order of members."""
    if values.ndim == 1:
        return total_by(group, values, count)
    rows = values.shape[0]
    place = (np.arange(rows)[:, None] * count + group).ravel()
    return total_by(place, values.ravel(), rows * count).reshape(rows, count)


def add_at(target: Array, member: Index, values: Array) -> None:
    """Add `values` (one a member) to members of `target` (..., member), one after another."""
    if target.ndim == 1:
        np.add.at(target, member, values)
    else:
        np.add.at(target, (..., member), values)  # type: ignore[arg-type]
