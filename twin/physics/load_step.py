"""What a step of load does to a machine that carries an island: performance classes of generating
sets, and how much of a step it accepts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RECOVERY_S = {"G1": 10.0, "G2": 5.0, "G3": 3.0}
"""Longest until frequency is back within its steady band after a sudden step, by performance class:
ISO 8528-5, operating limit values of sets, as table 1.1 of "Uninterruptible Power Supplies and
Standby Power Systems" quotes them."""


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


def verdict(performance_class: str, step_w: float, accepted_w: float, recovery_s: float) -> str:
    """`pass` or `fail`: whether machines accept a step, and frequency is back as soon as their
    class asks, where there is one and that is known.
    """
    late = recovery_s > RECOVERY_S.get(performance_class, np.finfo(float).max)
    return "fail" if step_w > accepted_w * (1.0 + 1e-9) or late else "pass"
