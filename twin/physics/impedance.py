"""Impedances of transformers and conductors, and how what stands in parallel shares by them.

All per volt-ampere: ohms over the square of the voltage between lines, so that values from both
sides of a transformer add up and compare.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def transformer_per_va(impedance_frac: float, load_loss_frac: float, rating_va: float) -> complex:
    """Series impedance of a transformer, 1/VA.

    impedance_frac  short-circuit voltage over rated voltage, at rated current
    load_loss_frac  loss at rated current over the rating: its resistive part
    Source: the short-circuit test of IEC 60076-1: R = P_k / S, X = sqrt(Z^2 - R^2).
    """
    resistance = min(load_loss_frac, impedance_frac)
    reactance = float(np.sqrt(impedance_frac**2 - resistance**2))
    return complex(resistance, reactance) / rating_va


def conductor_per_va(
    resistance_ohm_m: float, reactance_ohm_m: float, length_m: float, voltage_v: float
) -> complex:
    """Series impedance of one phase of a cable or busway, 1/VA, at a voltage between lines."""
    return complex(resistance_ohm_m, reactance_ohm_m) * length_m / voltage_v**2


def conductor_loss_frac(
    resistance_ohm_m: float, length_m: float, voltage_v: float, rating_va: float
) -> float:
    """Loss of three phases at the rating, of the rating: 3 I^2 R, with I = S / (sqrt 3 V)."""
    return resistance_ohm_m * length_m * rating_va / voltage_v**2


def shares_by_admittance(impedance: Sequence[complex | None]) -> list[complex]:
    """In what proportion supplies in parallel carry a current: 1 / Z, the stiffest one as 1.

    All 1 where one of them is not known, or all are alike.
    """
    known = [one for one in impedance if one]
    stiffest = min(known, key=abs, default=0j)
    alike = all(abs(one - stiffest) <= abs(stiffest) * 1e-9 for one in known)
    if len(known) < len(impedance) or alike:
        return [1.0 + 0j] * len(impedance)
    return [stiffest / one for one in known]
