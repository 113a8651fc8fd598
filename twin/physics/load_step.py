"""What a step of load does to a machine that carries an island: performance classes of generating
sets, and how much of a step it accepts.

Source: ISO 8528-5, operating limit values of sets, as table 1.1 of "Uninterruptible Power Supplies
and Standby Power Systems" quotes them for G1 to G3; a public specification of sets has the same of
G2. The wider dips that spark-ignited gas engines may have are from memory: the standard has a
recommendation for them (16.2 of its edition of 2013) that was not to be read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PerformanceClass:
    """How frequency behaves after a sudden step, at most."""

    dip_frac: float
    """Below where it was, load coming on; sets with compression ignition."""
    gas_dip_frac: float
    """The same of spark-ignited gas engines."""
    rise_frac: float
    """Above where it was, all load going off."""
    recovery_s: float
    """Until it is back within its steady band."""


PERFORMANCE_CLASSES = {
    "G1": PerformanceClass(0.15, 0.25, 0.18, 10.0),
    "G2": PerformanceClass(0.10, 0.20, 0.12, 5.0),
    "G3": PerformanceClass(0.07, 0.15, 0.10, 3.0),
}


def largest_step_w(share: Array, accepted_w: Array) -> float:
    """Largest step of an island's load of which no machine takes more than it accepts, W.

    share        (machine,) of a step that each takes, adding up to 1
    accepted_w   (machine,)
    """
    takes = share > 0
    if not takes.any():
        return float("inf")
    return float((accepted_w[takes] / share[takes]).min())


def left_for_machines_w(step_w: float, store_w: float) -> float:
    """What machines see of a step beside stores that form the grid with them: these answer within
    milliseconds, up to their rating.
    """
    return max(step_w - store_w, 0.0)
