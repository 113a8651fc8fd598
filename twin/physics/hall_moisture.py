"""Moisture of a hall's air, well mixed: what comes with outdoor air, what coils take out, what
humidifiers and dehumidifiers do to hold a window.

    m (w_out - w) + h - d - k (w - w_coil)^+ = 0

w in kg of water a kg of dry air; m is outdoor air in kg/s, k what passes coils times their
effectiveness, for heat and moisture alike (Lewis number near one), w_coil saturated air at the
temperature of their water. Racks give no moisture off. Arrays are (hour,) or broadcast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.moist_air import AIR_J_KG_K

Array = NDArray[np.float64]


@dataclass(frozen=True)
class HallMoisture:
    """A hall's steady moisture."""

    ratio: Array
    """kg of water a kg of dry air."""
    brought_kg_s: Array
    """Water that outdoor air brings; below zero where it carries some away."""
    humidified_kg_s: Array
    dehumidified_kg_s: Array
    condensed_kg_s: Array
    """Water that coils take out."""

    @property
    def residual_kg_s(self) -> Array:
        """What comes less what goes: rounding."""
        gone = self.dehumidified_kg_s + self.condensed_kg_s
        return self.brought_kg_s + self.humidified_kg_s - gone


def steady(
    outdoor_kg_s: ArrayLike,
    outdoor_ratio: ArrayLike,
    coil_kg_s: ArrayLike,
    coil_ratio: ArrayLike,
    window: tuple[ArrayLike, ArrayLike],
    most_kg_s: tuple[ArrayLike, ArrayLike],
) -> HallMoisture:
    """The moisture that balances.

    outdoor_kg_s   leakage and dampers; above zero
    coil_kg_s      air through coils times their effectiveness
    window         ratios that humidifiers hold from below, and dehumidifiers from above
    most_kg_s      what both can do
    """
    asked = (outdoor_kg_s, outdoor_ratio, coil_kg_s, coil_ratio, *window)
    outdoor, brought, coil, cold, low, high = np.broadcast_arrays(
        *(np.asarray(one, dtype=float) for one in asked)
    )
    free = _balanced(outdoor, brought, coil, cold, np.zeros(outdoor.shape))
    needed = _needed(outdoor, brought, coil, cold, low)
    wet = np.where(free < low, np.clip(needed, 0.0, most_kg_s[0]), 0.0)
    surplus = -_needed(outdoor, brought, coil, cold, high)
    dry = np.where(free > high, np.clip(surplus, 0.0, most_kg_s[1]), 0.0)
    ratio = _balanced(outdoor, brought, coil, cold, wet - dry)
    condensed = coil * np.maximum(ratio - cold, 0.0)
    return HallMoisture(ratio, outdoor * (brought - ratio), wet, dry, condensed)


def coil_kg_s(
    taken_w: ArrayLike, drawn_degc: ArrayLike, cold_degc: ArrayLike, open_w_k: ArrayLike
) -> Array:
    """Air through coils times their effectiveness: the heat that they take over what they would
    take of each kelvin at the temperature of their water, no more than with open valves.

    taken_w      sensible heat
    drawn_degc   air drawn in
    cold_degc    water
    open_w_k     conductance between both with valves open
    """
    used = np.maximum(taken_w, 0.0) / np.maximum(np.subtract(drawn_degc, cold_degc), 1e-3)
    return np.asarray(np.minimum(used, open_w_k) / AIR_J_KG_K)


def _balanced(outdoor: Array, brought: Array, coil: Array, cold: Array, given: Array) -> Array:
    """Ratio at which all balances, with water given to the air; coils take none below `cold`."""
    dry = brought + given / outdoor
    wet = (outdoor * brought + given + coil * cold) / (outdoor + coil)
    return np.where(dry <= cold, dry, wet)


def _needed(outdoor: Array, brought: Array, coil: Array, cold: Array, held: Array) -> Array:
    """Water that holds a ratio."""
    return outdoor * (held - brought) + coil * np.maximum(held - cold, 0.0)
