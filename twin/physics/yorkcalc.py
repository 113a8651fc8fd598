"""The YorkCalc correlation of a cooling tower's approach.

Approach = sum of 27 products of {1, wet bulb, its square}, {1, range, its square} and {1, ratio,
its square}. Source: EnergyPlus Engineering Reference, Variable Speed Cooling Towers, York
International coefficients and the limits of their validity.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_COEFFICIENTS = np.array(
    [
        [
            [-0.359741205, -0.055053608, 0.0023850432],
            [0.173926877, -0.0248473764, 0.00048430224],
            [-0.005589849456, 0.0005770079712, -1.342427256e-05],
        ],
        [
            [2.84765801111111, -0.121765149, 0.0014599242],
            [1.680428651, -0.0166920786, -0.0007190532],
            [-0.025485194448, 4.87491696e-05, 2.719234152e-05],
        ],
        [
            [-0.0653766255555556, -0.002278167, 0.0002500254],
            [-0.0910565458, 0.00318176316, 3.8621772e-05],
            [-0.0034285382352, 8.56589904e-06, -1.516821552e-06],
        ],
    ]
)
"""[power of the ratio][power of the range][power of the wet bulb]."""
WET_BULB_DEGC = (-34.4, 29.4444)
RANGE_K = (1.1111, 22.2222)
APPROACH_K = (1.1111, 40.0)
WATER_FRAC = (0.75, 1.25)
RATIO_MAX = 8.0
"""Highest ratio of water share to air share."""


def _of_ratio(wet_bulb_degc: Array | float, range_k: Array | float) -> tuple[Array, Array, Array]:
    """Constant, linear and square coefficient of the approach in the ratio."""
    wet = np.asarray(wet_bulb_degc, dtype=float)
    span = np.asarray(range_k, dtype=float)

    def line(c: Array) -> Array:
        by_wet = [c[k, 0] + wet * (c[k, 1] + wet * c[k, 2]) for k in range(3)]
        return np.asarray(by_wet[0] + span * (by_wet[1] + span * by_wet[2]))

    return line(_COEFFICIENTS[0]), line(_COEFFICIENTS[1]), line(_COEFFICIENTS[2])


def york_approach_k(
    wet_bulb_degc: Array | float, range_k: Array | float, ratio: Array | float
) -> Array:
    """Leaving water over the wet bulb.

    ratio   share of design water over share of design air; shapes broadcast. Nothing is clipped:
            `within_york` says where the correlation holds.
    """
    constant, linear, square = _of_ratio(wet_bulb_degc, range_k)
    share = np.asarray(ratio, dtype=float)
    return np.asarray(constant + share * (linear + share * square))


def liquid_to_gas_for(
    approach_k: Array | float, wet_bulb_degc: Array | float, range_k: Array | float
) -> Array:
    """Ratio at which the approach is as wanted: the root of the parabola on its rising side.

    Where the parabola's top stays below the approach, the ratio of the top; never below 1e-3.
    """
    constant, linear, square = _of_ratio(wet_bulb_degc, range_k)
    under = linear**2 - 4 * square * (constant - np.asarray(approach_k, dtype=float))
    flat = np.abs(square) < 1e-12
    root = np.sqrt(np.maximum(under, 0.0))
    curved = (root - linear) / (2 * np.where(flat, 1.0, square))
    straight = (approach_k - constant) / np.where(linear == 0, 1.0, linear)
    return np.asarray(np.maximum(np.where(flat, straight, curved), 1e-3))


def within_york(
    wet_bulb_degc: Array | float,
    range_k: Array | float,
    ratio: Array | float,
    approach_k: Array | float,
    water_frac: Array | float = 1.0,
) -> Mask:
    """Where the correlation was fitted."""
    inside = np.asarray(ratio) <= RATIO_MAX
    for value, (low, high) in (
        (wet_bulb_degc, WET_BULB_DEGC),
        (range_k, RANGE_K),
        (approach_k, APPROACH_K),
        (water_frac, WATER_FRAC),
    ):
        inside = inside & (np.asarray(value) >= low) & (np.asarray(value) <= high)
    return np.asarray(inside)
