"""What holding the moisture of a hall costs, and where its heat goes: steam humidifiers, small
refrigerant dehumidifiers, wet coils.

Vapour carries `VAPORISATION_J_KG` above water at 0 °C, one number for all, so that energy closes
with water: what steam and outdoor air bring leaves with condensate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.physics.moist_air import VAPORISATION_J_KG

Array = NDArray[np.float64]

STEAM_J_KG = 2.613e6
"""Electricity for a kilogram of steam at 100 °C from water at 15 °C, in an electrode boiler: 2,676
less 63 kJ/kg of the steam tables. Blow-down is left out."""
DEHUMIDIFIER_J_KG = 1.8e6
"""Electricity for a kilogram taken out: two litres a kilowatt-hour, the class of small refrigerant
machines; assumed."""


def power_w(humidified_kg_s: Array, dehumidified_kg_s: Array) -> Array:
    """Electricity of humidifiers and dehumidifiers."""
    return np.asarray(humidified_kg_s * STEAM_J_KG + dehumidified_kg_s * DEHUMIDIFIER_J_KG)


def air_heat_w(humidified_kg_s: Array, dehumidified_kg_s: Array) -> Array:
    """Sensible heat into the air: of hot steam, and all that dehumidifiers draw and free."""
    steam_w = humidified_kg_s * (STEAM_J_KG - VAPORISATION_J_KG)
    return np.asarray(steam_w + dehumidified_kg_s * (VAPORISATION_J_KG + DEHUMIDIFIER_J_KG))


def latent_w(condensed_kg_s: Array) -> Array:
    """Heat that condensing adds to the water of coils."""
    return np.asarray(condensed_kg_s * VAPORISATION_J_KG)
