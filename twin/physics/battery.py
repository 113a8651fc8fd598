"""How long batteries last: energy, conversion, rate and age."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BATTERY_EMPTY_J = 1.0
"""A battery with no more counts as empty."""
END_OF_LIFE_FRAC = 0.8
"""Share of its energy at which a battery is replaced, by usual practice."""


def weighted_power_w(power_w: Array, rated_w: Array, exponent: Array) -> Array:
    """How fast the usable energy of batteries falls that give `power_w`: P (P / P_rated)^(k - 1).

    rated_w   the power that empties a new one in its rated discharge time
    exponent  Peukert's k; 1 where the energy is the same at any rate
    Then t = t_rated (P_rated / P)^k, Peukert's law with power for current (the voltage's sag is
    left out). All shapes (battery,).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(exponent > 1, np.maximum(power_w / rated_w, 0.0) ** (exponent - 1), 1.0)
    return np.asarray(np.where(power_w > 0, power_w * rate, 0.0))


def autonomy_s(
    energy_j: Array, load_w: Array, efficiency_frac: Array, rated_w: Array, exponent: Array
) -> Array:
    """How long batteries carry constant loads, E eta / P at the rated power; inf without load.

    efficiency_frac  load served over energy taken: the inverter alone, counted once
    """
    taken_w = np.asarray(load_w, dtype=float) / efficiency_frac
    falls_w = weighted_power_w(taken_w, rated_w, exponent)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(falls_w > 0, energy_j / falls_w, np.inf))
