"""What holding the moisture of a hall costs, and where its heat goes: humidifiers of three kinds,
small refrigerant dehumidifiers, wet coils.

Vapour carries `VAPORISATION_J_KG` above water at 0 °C, one number for all, so that energy closes
with water: what steam and outdoor air bring leaves with condensate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.physics.moist_air import VAPORISATION_J_KG

Array = NDArray[np.float64]

STEAM_J_KG = 2.613e6
"""Electricity for a kilogram of steam at 100 °C from water at 15 °C, in an electrode boiler: 2,676
less 63 kJ/kg of the steam tables. Blow-down is left out."""
ULTRASONIC_FRAC = 0.085
"""Electricity of ultrasonic humidifiers over that of boilers and infrared: they use 90 to 93 % less
(Federal Technology Alert DOE/EE-0180, US Department of Energy)."""
SPRAY_J_KG = 1.152e4
"""Electricity for a kilogram that sprays evaporate: 3.2 kW for 1,000 L an hour (RACA Journal, March
2023, by a maker). Wetted media need less for their pump, and the fan's more is left out."""
BLEED_FRAC = 0.5
"""Water drained for a kilogram that evaporates, at three cycles of concentration; assumed.
Ultrasonic ones run on water without salts, and what its treatment rejects is left out."""
DEHUMIDIFIER_J_KG = 1.8e6
"""Electricity for a kilogram taken out: two litres a kilowatt-hour, the class of small refrigerant
machines; assumed."""


class Humidifier(NamedTuple):
    """A kind of humidifier."""

    electricity_j_kg: float
    """For a kilogram that it gives to the air."""
    bleed_frac: float
    """Water that it drains, over what it gives."""

    @property
    def takes_j_kg(self) -> float:
        """Heat that a kilogram takes out of the air; below zero where it brings its own."""
        return VAPORISATION_J_KG - self.electricity_j_kg


HUMIDIFIERS = {
    "steam": Humidifier(STEAM_J_KG, 0.0),
    "evaporative": Humidifier(SPRAY_J_KG, BLEED_FRAC),
    "ultrasonic": Humidifier(ULTRASONIC_FRAC * STEAM_J_KG, 0.0),
}


def power_w(
    humidified_kg_s: Array, dehumidified_kg_s: Array, humidifier_j_kg: Array | float = STEAM_J_KG
) -> Array:
    """Electricity of humidifiers and dehumidifiers.

    humidifier_j_kg   electricity for a kilogram that humidifiers give
    """
    return np.asarray(humidified_kg_s * humidifier_j_kg + dehumidified_kg_s * DEHUMIDIFIER_J_KG)


def air_heat_w(
    humidified_kg_s: Array, dehumidified_kg_s: Array, humidifier_j_kg: Array | float = STEAM_J_KG
) -> Array:
    """Sensible heat into the air: of hot steam, or below zero of water that evaporates in it; and
    all that dehumidifiers draw and free.
    """
    given_w = humidified_kg_s * (humidifier_j_kg - VAPORISATION_J_KG)
    return np.asarray(given_w + dehumidified_kg_s * (VAPORISATION_J_KG + DEHUMIDIFIER_J_KG))


def evaporates_kg_s(
    most_kg_s: Array | float, heat_w: Array, humidifier_j_kg: Array | float
) -> Array:
    """The most that humidifiers give in air whose sensible heat is all that evaporates: those that
    bring their own heat as much as they can.

    heat_w   what the air of a hall is given
    """
    takes_j_kg = np.asarray(VAPORISATION_J_KG - humidifier_j_kg, dtype=float)
    bound = np.maximum(heat_w, 0.0) / np.where(takes_j_kg > 0, takes_j_kg, 1.0)
    return np.asarray(np.where(takes_j_kg > 0, np.minimum(most_kg_s, bound), most_kg_s))


def latent_w(condensed_kg_s: Array) -> Array:
    """Heat that condensing adds to the water of coils."""
    return np.asarray(condensed_kg_s * VAPORISATION_J_KG)
