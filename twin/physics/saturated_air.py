"""The temperature of saturated air from its enthalpy, as towers and coils need it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.physics.moist_air import enthalpy_j_kg, saturated_ratio

Array = NDArray[np.float64]

NEWTON_STEPS = 5
_STEP_K = 1e-3
"""For the slope of the enthalpy, from a difference."""


def saturated_j_kg(temperature_degc: Array | float, pressure_pa: Array | float) -> Array:
    """Enthalpy of saturated air, J a kilogram of dry air."""
    degc = np.asarray(temperature_degc, dtype=float)
    return enthalpy_j_kg(degc, saturated_ratio(degc, pressure_pa))


def saturated_degc(enthalpy: Array | float, pressure_pa: Array | float) -> Array:
    """Temperature at which saturated air has an enthalpy in J/kg: the inverse, by Newton.

    Holds from -40 to 70 °C; within a millikelvin at 0 °C, where ice and water meet with a step.
    """
    wanted = np.asarray(enthalpy, dtype=float)
    warm = 30.0 * np.log1p(np.maximum(wanted, 0.0) / 5e4)
    degc = np.clip(np.where(wanted > 0, warm, wanted / 1500.0), -45.0, 70.0)
    for _ in range(NEWTON_STEPS):
        here = saturated_j_kg(degc, pressure_pa)
        slope = (saturated_j_kg(degc + _STEP_K, pressure_pa) - here) / _STEP_K
        degc = degc + np.clip((wanted - here) / slope, -20.0, 20.0)
    return np.asarray(degc)
