"""State of the moisture of halls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Mask
from twin.facility.cooling.moist_halls import moist_halls
from twin.facility.model import Facility


@dataclass(slots=True)
class MoistureState:
    """Moisture of halls that state it, (hall,) over these where nothing else is said."""

    ratio: Array
    """kg of water a kg of dry air."""
    start_ratio: Array
    """At the first instant."""
    water_kg_s: Array
    """(water, hall) brought by outdoor air, humidified, dehumidified and condensed, as it holds."""
    water_kg: Array
    """(water, hall) the same so far."""
    unit_w: Array
    """(unit,) electrical power of humidifiers and dehumidifiers in air handlers."""
    air_w: Array
    """(hall of the facility,) sensible heat of both into its air."""
    coil_w: Array
    """(hall of the facility,) heat that condensing adds to the water of its coils."""
    alarms: Mask
    """(alarm,) wet coils, dry air and humid air by hall, cold coolant by loop."""


def fresh_moisture(facility: Facility) -> MoistureState:
    """Dry air, before the first instant makes it as moist as it then holds."""
    halls = moist_halls(facility).hall.size
    loops = len(facility.cooling.loop_id)
    return MoistureState(
        np.zeros(halls),
        np.zeros(halls),
        np.zeros((4, halls)),
        np.zeros((4, halls)),
        np.zeros(len(facility.cooling.units.id)),
        np.zeros(len(facility.cooling.hall_id)),
        np.zeros(len(facility.cooling.hall_id)),
        np.zeros(3 * halls + loops, dtype=bool),
    )
