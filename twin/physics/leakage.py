"""Leakage of chips: current that flows whatever they do, and more the warmer they are.

    I(T, V) = A T^2 exp((alpha V + beta) / T) + B exp(gamma V + delta)

T in kelvin, V in volts; the first part is subthreshold leakage, the second through gates. Source:
W. Liao, L. He and K. M. Lepak, Temperature and Supply Voltage Aware Performance and Power Modeling
at Microarchitecture Level, IEEE Transactions on Computer-Aided Design, July 2005, for circuits of
65 nm. Only its ratio between two temperatures is used here, 0.9 % a kelvin near 80 degC.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

ZERO_K = 273.15
A, B = 1.1432e-12, 1.0126e-14
ALPHA, BETA = 466.4029, -1224.74083
GAMMA, DELTA = 6.28153, 6.9094
SUPPLY_V = 1.0
"""Supply voltage that the ratio is taken at; the source covers 0.95 to 1.05 V."""
ROUNDS = 30
"""More than any chip needs: each round brings it nearer by the share of a kelvin that a kelvin of
leakage adds, at most a tenth."""


def leakage_frac(temperature_degc: ArrayLike, at_degc: ArrayLike) -> Array:
    """Leakage over that at a temperature; arguments broadcast."""
    return np.asarray(_current(temperature_degc) / _current(at_degc))


def _current(temperature_degc: ArrayLike) -> Array:
    kelvin = np.asarray(temperature_degc, dtype=float) + ZERO_K
    below = A * kelvin**2 * np.exp((ALPHA * SUPPLY_V + BETA) / kelvin)
    return np.asarray(below + B * np.exp(GAMMA * SUPPLY_V + DELTA))


def extra_w(
    temperature_degc: ArrayLike, leaks_w: ArrayLike, at_degc: ArrayLike, room_w: ArrayLike
) -> Array:
    """Power of a chip beyond what it draws at the temperature that its figures hold for; below zero
    where it is cooler.

    leaks_w   leakage at `at_degc`
    room_w    up to the limit that its regulator holds
    """
    more = np.asarray(leaks_w, dtype=float) * (leakage_frac(temperature_degc, at_degc) - 1.0)
    return np.asarray(np.minimum(more, np.maximum(np.asarray(room_w, dtype=float), 0.0)))


def settled_degc(
    coolant_degc: Array,
    resistance_k_w: Array,
    chip_w: Array,
    leaks_w: Array,
    at_degc: Array,
    room_w: Array,
) -> Array:
    """(chip,) temperature at which power and temperature agree: T = T_coolant + R (P + extra(T)).

    chip_w   power without what temperature adds
    """
    degc = coolant_degc + resistance_k_w * chip_w
    for _ in range(ROUNDS):
        more_w = extra_w(degc, leaks_w, at_degc, room_w)
        degc = coolant_degc + resistance_k_w * (chip_w + more_w)
    return np.asarray(degc)
