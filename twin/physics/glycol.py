"""Water with propylene glycol in it: where it freezes, and what heat it carries.

Shares are of the mass, 0 to 0.6; beyond the tables their last value stands.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
_FREEZES_DEGC = (0.0, -3.3, -7.1, -12.7, -21.1, -33.5, -51.1)
"""ASHRAE Handbook, Fundamentals 2017, chapter 31, table 5."""
_HEAT_FRAC = (1.0, 0.9855, 0.9712, 0.9509, 0.9222, 0.8853, 0.8427)
"""Density times specific heat over those of water, at 30 °C: CoolProp 8, INCOMP::MPG (Melinder).
At 10 and 40 °C they lie within 1.8 % and 0.8 % of these."""


def freezing_degc(glycol_frac: Array | float) -> Array:
    """Freezing point of water with a share of propylene glycol."""
    return np.asarray(np.interp(glycol_frac, _SHARES, _FREEZES_DEGC))


def heat_frac(glycol_frac: Array | float) -> Array:
    """Heat that a cubic metre of it takes up for a kelvin, over what one of water does."""
    return np.asarray(np.interp(glycol_frac, _SHARES, _HEAT_FRAC))
