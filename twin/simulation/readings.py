"""What instruments read in a run as it stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array
from twin.simulation.cooling.segments import taken_w
from twin.simulation.disciplines import Disciplines
from twin.simulation.outcome.tables import HOUR_S


@dataclass(frozen=True)
class InstrumentReadings:
    """Temperatures, powers and sums at the last instant at which anything changed."""

    time_s: float
    outdoor_degc: Array
    """Dry bulb and wet bulb, as the controls last read them."""
    water_degc: Array
    """(plant,) facility water."""
    set_degc: Array
    """(plant,) its set-point."""
    plant_heat_w: Array
    """(plant,) heat taken."""
    inlet_degc: Array
    """(rack,) air at the inlet."""
    coolant_degc: Array
    """(loop,)"""
    rack_w: Array
    """(rack,)"""
    cooling_w: float
    """Power of all cooling units."""
    cooling_j: float
    """Energy of all cooling units so far."""
    rack_hours_above_limit: float
    gpu_hours_throttled: float


def readings(run: Disciplines) -> InstrumentReadings:
    """Read a run."""
    world = run.world
    state = world.state
    degc = state.heat.temperature_degc
    cooling = world.facility.cooling
    water = degc[[plant.node for plant in cooling.plants]]
    site = run.accounts.site_totals()
    return InstrumentReadings(
        world.now_s,
        state.plants.outdoor_degc.copy(),
        water,
        state.controls.supply_degc.copy(),
        taken_w(state.plants.segment, water),
        degc[world.facility.racks.air_node],
        degc[cooling.loop_node],
        state.racks.rack_w.copy(),
        float(np.sum(state.units.unit_w)),
        site["cooling"],
        state.inlet.rack_hours,
        site["gpus_throttled"] / HOUR_S,
    )
