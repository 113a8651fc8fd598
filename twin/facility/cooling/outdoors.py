"""What outdoor air is to the coils and condensers of a plant."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.facility.model import Plant
from twin.physics.tower import hold


def entering_degc(
    plant: Plant, dry_bulb_degc: Array | float, wet_bulb_degc: Array | float
) -> Array | float:
    """What a chiller's condenser sees at full load: outdoor air, or water from its tower."""
    if plant.tower is None:
        return dry_bulb_degc
    wanted = plant.condenser_set_degc(wet_bulb_degc)
    return hold(plant.tower, plant.tower.heat_w, wet_bulb_degc, wanted).water_degc


def wetted_degc(plant: Plant, dry_bulb_degc: Array | float, wet_bulb_degc: Array | float) -> Array:
    """Coldest air that a dry cooler's coil can have: behind wetted pads, where there are any."""
    cooled_by = plant.evaporative_frac * (np.asarray(dry_bulb_degc) - wet_bulb_degc)
    return np.asarray(dry_bulb_degc - cooled_by)
