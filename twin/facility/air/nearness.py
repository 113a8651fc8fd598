"""How near air handlers and racks are to each other's air, by where they stand."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index

HANDLER_REACH_FRAC = 0.5
"""Distance over which a handler's share in the air of a rack falls to 1/e, over the longer side of
its hall: who moves air for a large hall throws it far; assumed. A solved flow says more."""
EXHAUST_REACH_M = 1.5
"""The same of a rack's exhaust; assumed, about the width of an aisle."""


def nearness(
    at_m: Array, to_m: Array, at_hall: Index, to_hall: Index, reach_m: Array | float
) -> Array:
    """(at, to) exp(-distance / reach), and 0 between halls.

    at_m, to_m   (at, 2), (to, 2)  places on the floor
    reach_m      one, or (to,)
    """
    apart_m = np.linalg.norm(at_m[:, None, :] - to_m[None, :, :], axis=2)
    together = at_hall[:, None] == to_hall[None, :]
    return np.where(together, np.exp(-apart_m / reach_m), 0.0)
