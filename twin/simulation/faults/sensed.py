"""What sensors of pressure and humidity make of the truth while they lie."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from twin.simulation.kernel.world import World

READS = {"pressure": "pressure_sensor", "humidity": "humidity_sensor"}
"""By sensor, how one that reads a share of the truth is written down as altered."""
STANDS = {"pressure": "still_pressure_sensor", "humidity": "still_humidity_sensor"}
"""The same of one that stands still."""


class Sensed(NamedTuple):
    """What a sensor says, the last lie told by it."""

    share: float = 1.0
    """Over what there is."""
    stands: float = np.nan
    """What its control goes on giving while it stands still: the speed of pumps, or the water that
    a hall is given in kg/s, below zero what is taken from it; nan where it reads."""

    @property
    def still(self) -> bool:
        """Whether it stands still."""
        return not np.isnan(self.stands)


TRUE = Sensed()
"""An honest sensor."""


def sensed(world: World, sensor: str, names: Collection[str]) -> Sensed:
    """A sensor that components share.

    sensor   pressure or humidity
    names    coolant units of one loop, or a hall
    """
    found = TRUE
    for mode, name, amount in world.state.faults.altered:
        if name in names and mode == READS[sensor]:
            found = found._replace(share=float(amount))
        elif name in names and mode == STANDS[sensor]:
            found = found._replace(stands=float(amount))
    return found
