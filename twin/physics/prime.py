"""Prime generators: what gas engines and turbines burn at part load."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def heat_of_rating(load_frac: Array, half: Array, three_quarters: Array, full: Array) -> Array:
    """Heat burnt as a share of the rating, of machines (..., machine) that run at these loads.

    b(x) = x / eta(x) at x = 1/2, 3/4 and 1, in straight lines between; below half load the line
    from half to three quarters goes on (Willans), so that a machine without load burns b(0), and
    above full load the last line does.
    half, three_quarters, full  (machine,) efficiency at these loads; where all are the same it is
                                that at every load
    Source: data sheets of machines state these points.
    """
    at_half = 0.5 / half
    at_more = 0.75 / three_quarters
    at_full = 1.0 / full
    low = at_half + (at_more - at_half) * (4.0 * load_frac - 2.0)
    high = at_more + (at_full - at_more) * (4.0 * load_frac - 3.0)
    return np.where(load_frac < 0.75, low, high)
