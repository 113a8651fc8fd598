"""Mixed-integer programmes in units of their own: what a solver holds to be zero is absolute.

HiGHS takes 1e-6 and 1e-7 for nothing, whatever the unit; in watts and joules a programme with whole
numbers may end without an answer that it finds at once in megawatts and megawatt hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
GAP = 1e-7
"""Of the whole cost; the solver's own 1e-4 is a demand charge's, and eats what a store earns."""
Row = tuple["scipy.sparse.csr_array", Array, Array]
"""Weights (row, unknown), and the least and the most of each (row,)."""


@dataclass(frozen=True)
class Programme:
    """What is to cost least; arrays are (unknown,)."""

    cost: Array
    whole: Mask
    """Unknowns that are whole numbers."""
    low: Array
    high: Array
    rows: Sequence[Row]
    unit: Array
    """About how large each gets; 1 where it is whole."""


def solve(programme: Programme) -> Array:
    """The unknowns that cost least, (unknown,).

    Raises ValueError with the solver's words where there is no answer.
    """
    from scipy.optimize import Bounds, milp

    unit = programme.unit
    scaled = programme.cost * unit
    most = np.abs(scaled).max(initial=0.0) or 1.0
    found = milp(
        scaled / most,
        integrality=programme.whole.astype(np.int64),
        bounds=Bounds(programme.low / unit, programme.high / unit),
        constraints=[_scaled(row, unit) for row in programme.rows],
        options={"mip_rel_gap": GAP},
    )
    if found.x is None:
        raise ValueError(found.message)
    return np.asarray(found.x) * unit


def held_elsewhere(programme: Programme, free: Mask, at: Array) -> Array:
    """The unknowns (unknown,) that cost least where some are free and all others stay as they are.

    Raises ValueError with the solver's words where there is no answer.
    """
    rows = []
    for weights, least, most in programme.rows:
        touched = np.diff(weights[:, free].indptr) > 0
        mine = weights[touched]
        there = mine[:, ~free] @ at[~free]
        rows.append((mine[:, free], least[touched] - there, most[touched] - there))
    part = Programme(
        programme.cost[free],
        programme.whole[free],
        programme.low[free],
        programme.high[free],
        rows,
        programme.unit[free],
    )
    found = at.copy()
    found[free] = solve(part)
    return found


def _scaled(row: Row, unit: Array) -> LinearConstraint:
    """The same rows in units, each with 1 as its largest weight."""
    from scipy.optimize import LinearConstraint

    weights = scipy.sparse.csr_array(row[0] @ scipy.sparse.diags_array(unit))
    largest = np.asarray(abs(weights).max(axis=1).toarray()).ravel()
    largest = np.where(largest > 0.0, largest, 1.0)
    one = scipy.sparse.csr_array(scipy.sparse.diags_array(1.0 / largest) @ weights)
    return LinearConstraint(one, row[1] / largest, row[2] / largest)
