"""Rear doors: coils on the backs of racks, which the exhaust of each passes before the hall has
it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.physics.coolant import exchange_w_k, return_conductance_w_k


@dataclass(frozen=True)
class RearDoors:
    """Doors of racks. Arrays are (door,)."""

    unit: Index
    """Cooling unit."""
    rack: Index
    plant: Index
    """Whose water it has."""
    transfer_w_k: Array
    """UA at rated streams."""
    air_w_k: Array
    """Stream of air that its rating is stated for."""
    water_w_k: Array
    """Stream of facility water that its rating is stated for."""

    def __bool__(self) -> bool:
        return bool(self.unit.size)

    def taking_w_k(self, air_w_k: Array, water_frac: Array, running: Mask) -> Array:
        """(rack,) heat that each door takes for a kelvin of exhaust over its water; 0 for racks
        without one.

        air_w_k      (rack,) exhaust
        water_frac   (plant,) facility water over rated flow
        running      (unit,)
        """
        air = np.where(running[self.unit], air_w_k[self.rack], 0.0)
        water = self.water_w_k * water_frac[self.plant]
        passed = exchange_w_k(self.transfer_w_k, air, water, self.air_w_k, self.water_w_k)
        return self.of_racks(return_conductance_w_k(passed, air), air_w_k.size)

    def of_racks(self, values: Array, racks: int) -> Array:
        """(rack,) values of the doors, 0 for racks without one."""
        out = np.zeros(racks)
        out[self.rack] = values
        return out
