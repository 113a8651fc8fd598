"""What controls hold and see while an intruder, or a sensor that lies, is at them.

Reads what the fault discipline wrote down as altered; the cooling rooms ask it.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.physics.coil import ControlledCoils
from twin.simulation.kernel.world import World

COMPROMISE = "compromise"
SPOOFED = "spoofed"
FROZEN = "frozen"


def written(world: World, name: str) -> float | None:
    """The last command that an intruder holds a component or plant at; None where nobody does."""
    if not world.state.faults.altered:
        return None
    return _last(world, COMPROMISE, name)


def lie_k(world: World, name: str) -> float:
    """Kelvin that the sensor of a plant or handler reads too much."""
    return sum(_amounts(world, SPOOFED, name))


def frozen(world: World, name: str) -> float | None:
    """What a sensor that stands still has its plant see, degC, or the share of its coil that its
    handler leaves open; None where it reads.
    """
    if not world.state.faults.altered:
        return None
    return _last(world, FROZEN, name)


def meters_read(world: World, utilities: Index) -> Array | None:
    """(utility,) what the site's own meters at its feeds read over what is drawn there, the last
    lie of each; None where all tell the truth.

    utilities  (utility,) power nodes of the feeds
    """
    if not world.state.faults.altered:
        return None
    ids = world.facility.power.id
    told = [_last(world, SPOOFED, ids[node]) for node in utilities.tolist()]
    if all(share is None for share in told):
        return None
    return np.array([1.0 if share is None else share for share in told])


def _last(world: World, mode: str, name: str) -> float | None:
    amounts = _amounts(world, mode, name)
    return amounts[-1] if amounts else None


def _amounts(world: World, mode: str, name: str) -> list[float]:
    altered = world.state.faults.altered
    return [float(amount) for what, who, amount in altered if what == mode and who == name]


def pump_speed_frac(world: World) -> Array:
    """(unit,) speed that an intruder holds the pumps of coolant units at; nan where nobody does."""
    ids = world.facility.cooling.units.id
    speed = np.full(len(ids), np.nan)
    if not world.state.faults.altered:
        return speed
    for u in np.flatnonzero(world.facility.cooling.units.pumps > 0):
        held = written(world, ids[u])
        speed[u] = np.nan if held is None else held
    return speed


def handler_fans_w(world: World) -> Array:
    """(handler,) heat of fans behind the coils: what handlers draw, humidifiers left out."""
    moist = world.state.moisture
    unit_w = world.state.units.unit_w
    drawn_w = unit_w - moist.unit_w if moist.ratio.size else unit_w
    return drawn_w[world.facility.cooling.air.handler_unit]


def coils_now(world: World) -> ControlledCoils:
    """(handler,) the coils at the present speed of their fans, as their controls hold them."""
    state = world.state
    cooling = world.facility.cooling
    unit = cooling.air.handler_unit
    blown = cooling.units.hot_w_k[unit] * state.flows.crah_speed[cooling.air.handler_hall]
    opened, set_degc = _held(world)
    return ControlledCoils(
        state.flows.coil_w_k[unit] * opened,
        np.where(state.flows.unit_running[unit], blown, 0.0),
        handler_fans_w(world),
        set_degc,
    )


def _held(world: World) -> tuple[Array | float, Array]:
    """(handler,) share of its coil that a handler can open, and the air that it truly holds."""
    cooling = world.facility.cooling
    if not world.state.faults.altered:
        return 1.0, cooling.air.supply_degc
    set_degc = cooling.air.supply_degc.copy()
    opened = np.ones(set_degc.size)
    for h, unit in enumerate(cooling.air.handler_unit.tolist()):
        name = cooling.units.id[unit]
        command = written(world, name)
        if command is not None:
            set_degc[h] = command
        set_degc[h] -= lie_k(world, name)
        share = frozen(world, name)
        if share is not None:
            set_degc[h] = np.nan
            opened[h] = share
    return opened, set_degc
