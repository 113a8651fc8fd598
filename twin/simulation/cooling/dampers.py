"""How far dampers let outdoor air in at a look around of the controls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.arrays import Array
from twin.physics.coil import ControlledCoils
from twin.physics.economiser import outdoor_air_frac
from twin.simulation.kernel.world import World

POSITIONS = 20
"""That a damper has between shut and open."""


def outdoor_frac(world: World, coils: ControlledCoils, return_degc: Array) -> Array:
    """(handler,) outdoor air in what each draws in: mixed to its set-point less what its fan adds.

    return_degc   (handler,) air of the hall that it draws in
    """
    air = world.facility.cooling.air
    pressure = world.facility.cooling.pressure_pa
    fan_k = coils.fan_w / np.where(coils.stream_w_k > 0, coils.stream_w_k, 1.0)
    dry, wet = world.state.plants.outdoor_degc.tolist()
    out = np.zeros(return_degc.size)
    for h, window in enumerate(air.windows):
        if window is None or coils.stream_w_k[h] <= 0:
            continue
        mixed = replace(window, supply_degc=float(coils.set_degc[h] - fan_k[h]))
        share = float(outdoor_air_frac(mixed, dry, wet, return_degc[h], pressure))
        out[h] = np.floor(share * POSITIONS + 1e-9) / POSITIONS
    return out
