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
