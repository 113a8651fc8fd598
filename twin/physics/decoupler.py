"""A decoupler: the common pipe between the pumps of chillers and the pumps that serve the house.

Primary pumps move water through the chillers, secondary pumps through coils and exchangers; what
one moves more than the other goes through the common pipe. Where the house draws more, return water
is mixed into its supply; where it draws less, supply water goes back to the chillers. Streams are
heat capacity rates in W/K, and broadcast. It is a balance of heat and mass at two tees.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def common_w_k(primary_w_k: ArrayLike, secondary_w_k: ArrayLike) -> Array:
    """Stream through the common pipe from return to supply; below zero from supply to return."""
    return np.asarray(np.asarray(secondary_w_k, dtype=float) - primary_w_k)


def mixed_degc(
    chilled_degc: ArrayLike,
    return_degc: ArrayLike,
    primary_w_k: ArrayLike,
    secondary_w_k: ArrayLike,
) -> tuple[Array, Array]:
    """Water that the house gets, and water that the chillers get.

    chilled_degc   behind the chillers
    return_degc    from the house
    """
    common = common_w_k(primary_w_k, secondary_w_k)
    back = np.maximum(common, 0.0) / np.maximum(secondary_w_k, 1e-12)
    over = np.maximum(-common, 0.0) / np.maximum(primary_w_k, 1e-12)
    chilled = np.asarray(chilled_degc, dtype=float)
    returned = np.asarray(return_degc, dtype=float)
    return chilled + back * (returned - chilled), returned + over * (chilled - returned)


def resistance_k_w(primary_w_k: ArrayLike, secondary_w_k: ArrayLike) -> Array:
    """Water that the house gets above that behind the chillers, for a watt that they take.

    Its return stands Q / secondary above its supply and Q / primary above the chillers' water, so
    the two supplies differ by Q (1 / primary - 1 / secondary); by nothing where primary is more.
    """
    primary = np.maximum(np.asarray(primary_w_k, dtype=float), 1e-12)
    secondary = np.maximum(np.asarray(secondary_w_k, dtype=float), 1e-12)
    short = primary < secondary
    return np.asarray(np.where(short, 1.0 / primary - 1.0 / secondary, 0.0))
