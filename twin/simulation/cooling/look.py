"""What the building controls see of a plant when they look around."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Mask
from twin.facility.model import CommonPipe, Plant, Units


@dataclass(frozen=True)
class Look:
    """What the controls see of one plant. Arrays are (look,) where nothing else is said."""

    plant: Plant
    units: Units
    running: Mask
    """(unit of the plant,)"""
    pumps_w: Array
    """(unit of the plant,) its water pump."""
    supply_degc: Array
    """Set-point, as weather has it."""
    heat_w: Array
    """Heat that the plant takes from its water."""
    water_degc: Array
    dry_bulb_degc: Array
    wet_bulb_degc: Array
    common: CommonPipe
    """Water on both sides of its common pipe."""
    held: int = 0
    """Chillers that have not run long enough to be stopped."""
    water_frac: float = 1.0
    """Facility water that flows, over rated flow."""
    tank_w: float = 0.0
    """Heat that a tank takes beside `heat_w`."""
    reused_frac: Array | float = 0.0
    """Share of `heat_w` that somebody takes from the return."""

    @property
    def behind_degc(self) -> Array:
        """(look,) Water behind the chillers: as cold as what the house gets, or colder where its
        own return is mixed in.
        """
        crosses_w = (1.0 - self.reused_frac) * self.heat_w + self.tank_w
        return np.asarray(self.water_degc - self.common.mixed_k_w * crosses_w)
