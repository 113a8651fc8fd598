"""Water and propylene glycol by temperature.

Polynomials through values of CoolProp 8.0.0 between 10 and 70 °C (Water; INCOMP::MPG[0.25]).
`pg25` is 25 % propylene glycol by *mass*; the trade's 25 % by volume is about 26 % by mass, which
has 0.3 % less heat capacity per volume and 3 % more viscosity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MIDDLE_DEGC = 40.0
HALF_RANGE_K = 30.0
"""The polynomials are in (T - 40 °C) / 30 K."""
_DENSITY_KG_M3 = {
    "water": (992.3177, -11.49071, -3.473407, 0.5141958),
    "pg25": (1009.91, -15.82684, -2.416064, 0.3807692),
}
_HEAT_CAPACITY_J_KG_K = {
    "water": (4178.926, 3.253596, 9.943686, -5.601399, 3.132044),
    "pg25": (3968.653, 71.67682, -1.244356, -0.579021),
}
_LOG_VISCOSITY_PA_S = {
    "water": (-7.334273, -0.5632365, 0.09983279, -0.02373716, 0.006434131),
    "pg25": (-6.605381, -0.7526566, 0.1792707, -0.03487691, 2.635758e-05),
}
"""Met within 2e-5 (density), 3e-5 (heat capacity) and 7e-4 (viscosity) of the values fitted."""


def density_kg_m3(fluid: str, temperature_degc: Array | float) -> Array:
    """Density at 10 to 70 °C; fluid water or pg25 (KeyError otherwise)."""
    return _of(_DENSITY_KG_M3[fluid], temperature_degc)


def heat_capacity_j_kg_k(fluid: str, temperature_degc: Array | float) -> Array:
    """Specific heat capacity."""
    return _of(_HEAT_CAPACITY_J_KG_K[fluid], temperature_degc)


def viscosity_pa_s(fluid: str, temperature_degc: Array | float) -> Array:
    """Dynamic viscosity."""
    return np.asarray(np.exp(_of(_LOG_VISCOSITY_PA_S[fluid], temperature_degc)))


def _of(coefficients: tuple[float, ...], temperature_degc: Array | float) -> Array:
    x = (np.asarray(temperature_degc, dtype=float) - MIDDLE_DEGC) / HALF_RANGE_K
    return np.asarray(np.polynomial.polynomial.polyval(x, coefficients))


@dataclass(frozen=True)
class Liquid:
    """A liquid at one temperature."""

    density_kg_m3: float
    viscosity_pa_s: float


def liquid_at(fluid: str, temperature_degc: float) -> Liquid:
    """The liquid, held to the 10 to 70 °C that the polynomials know."""
    known = float(np.clip(temperature_degc, 10.0, 70.0))
    return Liquid(float(density_kg_m3(fluid, known)), float(viscosity_pa_s(fluid, known)))
