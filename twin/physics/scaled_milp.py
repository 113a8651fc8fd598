"""Mixed-integer programmes in units of their own: what a solver holds to be zero is absolute.

HiGHS takes 1e-6 and 1e-7 for nothing, whatever the unit; in watts and joules a programme with whole
numbers may end without an answer that it finds at once in megawatts and megawatt hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

Array = NDArray[np.float64]
GAP = 1e-7
"""Of the whole cost; the solver's own 1e-4 is a demand charge's, and eats what a store earns."""
Row = tuple["scipy.sparse.csr_array", Array, Array]
"""Weights (row, unknown), and the least and the most of each (row,)."""


def solve(
    cost: Array, whole: NDArray[np.int64], low: Array, high: Array, rows: Sequence[Row], unit: Array
) -> Array:
    """The unknowns that cost least, (unknown,).

    whole  1 where an unknown is a whole number
    unit   (unknown,) about how large each gets; 1 where it is whole
    Raises ValueError with the solver's words where there is no answer.
    """
    from scipy.optimize import Bounds, milp

    scaled = cost * unit
    most = np.abs(scaled).max(initial=0.0) or 1.0
    found = milp(
        scaled / most,
        integrality=whole,
        bounds=Bounds(low / unit, high / unit),
        constraints=[_scaled(row, unit) for row in rows],
        options={"mip_rel_gap": GAP},
    )
    if found.x is None:
        raise ValueError(found.message)
    return np.asarray(found.x) * unit


def _scaled(row: Row, unit: Array) -> LinearConstraint:
    """The same rows in units, each with 1 as its largest weight."""
    from scipy.optimize import LinearConstraint

    weights = scipy.sparse.csr_array(row[0] @ scipy.sparse.diags_array(unit))
    largest = np.asarray(abs(weights).max(axis=1).toarray()).ravel()
    largest = np.where(largest > 0.0, largest, 1.0)
    one = scipy.sparse.csr_array(scipy.sparse.diags_array(1.0 / largest) @ weights)
    return LinearConstraint(one, row[1] / largest, row[2] / largest)
