"""Legal shares of a GPU: instances of the vendor, equal time slices, or whatever is asked for."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array

SLICES = np.array([1.0, 2.0, 3.0, 4.0, 7.0]) / 7.0
"""Share of a GPU's compute of each instance: 1g, 2g, 3g, 4g and 7g."""
ROOM = np.array([0.126, 0.26, 0.47, 0.52, 1.0])
"""What each takes of the room of a GPU. NVIDIA's instances have 1, 2, 3, 4 or 7 of 7 slices of
compute and 1, 2, 4, 4 or 8 of 8 of memory (MIG user guide, supported profiles of A100 to B300); a
set of them fits where neither sum is too large. These numbers add up to no more than 1 for the same
sets and no others."""


def legal(share: Array, shares: str | int) -> tuple[Array, Array]:
    """What jobs that ask for shares of a GPU (...,) below 1 hold of its work, and of its room; what
    is not below 1 stays.

    shares   `any`, `mig`, or the number of equal slices
    """
    below = (share > 0.0) & (share < 1.0)
    if shares == "mig":
        which = np.minimum(np.searchsorted(SLICES, share - 1e-9), SLICES.size - 1)
        return np.where(below, SLICES[which], share), np.where(below, ROOM[which], share)
    if shares == "any":
        return share, share
    cut = np.ceil(share * int(shares) - 1e-9) / int(shares)
    held = np.where(below, np.minimum(cut, 1.0), share)
    return held, held
