"""Sensors of pressure and humidity that begin to lie: what is written down, and what is told."""

from __future__ import annotations

from twin.facility.cooling.moist_halls import moist_halls
from twin.quantities import percent
from twin.results.enums import EventKind
from twin.scenario.schema import TimedFault
from twin.simulation.faults.altered import Altered
from twin.simulation.faults.sensed import READS, STANDS
from twin.simulation.kernel.world import World

Alteration = tuple[str, str, float]
"""Mode, component and amount, as written down."""


def begin_reading(world: World, altered: Altered, fault: TimedFault) -> Alteration:
    """Write down that a sensor lies from now on, and tell."""
    name = fault.component
    sensor = str(fault.sensor)
    if fault.frozen:
        given = _speed(world, name) if sensor == "pressure" else _given_kg_s(world, name)
        what = (STANDS[sensor], name, given)
        told = _keeps(sensor, given)
    else:
        what = (READS[sensor], name, fault.amount)
        told = f"{sensor} reads {fault.amount:.4g} of what it is"
    altered.alter(*what, EventKind.SENSOR_SPOOFED, told)
    return what


def _keeps(sensor: str, given: float) -> str:
    """What a control goes on giving, in words."""
    if sensor == "pressure":
        return f"pressure stands still: pumps keep {percent(given)} of full speed"
    if given == 0.0:
        return "humidity stands still: nothing is given or taken"
    what = "humidifiers give" if given > 0 else "dehumidifiers take"
    return f"humidity stands still: {what} {abs(given) * 3600.0:.4g} kg/h"


def _speed(world: World, name: str) -> float:
    """Speed of the pumps that the pressure of a unit's loop governs; the fastest where none turns,
    for then pressure is wanted.
    """
    cooling = world.facility.cooling
    unit = cooling.units.id.index(name)
    pipes = next(p for p in cooling.pipes if unit in p.units)
    flows = world.state.flows
    turning = flows.pump_speed[pipes.pumps][flows.pump_on[pipes.pumps]]
    if world.now_s <= 0.0:
        turning = pipes.as_built.speed_frac
    return float(turning[0]) if turning.size else float(pipes.fastest_frac)


def _given_kg_s(world: World, name: str) -> float:
    """Water that humidifiers give to a hall's air now, less what dehumidifiers take."""
    ids = world.facility.cooling.hall_id
    here = [ids[h] for h in moist_halls(world.facility).hall].index(name)
    water_kg_s = world.state.moisture.water_kg_s[:, here]
    given = water_kg_s[1]
    taken = water_kg_s[2]
    return float(given - taken)
