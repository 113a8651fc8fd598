"""What controls hold and see while an intruder, or a sensor that lies, is at them.

Reads what the fault discipline wrote down as altered; the cooling rooms ask it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.model.cooling import valve_w_k
from twin.physics.coil import ControlledCoils
from twin.simulation.kernel.world import World

COMPROMISE = "compromise"
SPOOFED = "spoofed"
FROZEN = "frozen"
PUMPS = "pump_speed"
"""An intruder holds the pumps of a coolant unit; as `COMPROMISE` with a set-point."""


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


class Meters(NamedTuple):
    """What the site's own meters at its feeds make of what is drawn there, the last lie of each.
    Arrays are (utility,).
    """

    share: Array
    """What each reads over what is drawn."""
    stands_w: Array
    """At what it stands still; nan where it reads."""

    @property
    def stand(self) -> Mask:
        """Which stand still."""
        return ~np.isnan(self.stands_w)

    def read_w(self, drawn_w: Array) -> Array:
        """What they read."""
        return np.where(self.stand, self.stands_w, self.share * drawn_w)


def meters(world: World, utilities: Index) -> Meters | None:
    """What meters at feeds read; None where all tell the truth.

    utilities  (utility,) power nodes of the feeds
    """
    if not world.state.faults.altered:
        return None
    names = [world.facility.power.id[node] for node in utilities.tolist()]
    share = [_last(world, SPOOFED, name) for name in names]
    stands_w = [_last(world, FROZEN, name) for name in names]
    if all(told is None for told in (*share, *stands_w)):
        return None
    return Meters(_numbers(share, 1.0), _numbers(stands_w, np.nan))


def _numbers(told: list[float | None], default: float) -> Array:
    return np.array([default if one is None else one for one in told])


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
        held = _last(world, PUMPS, ids[u])
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


def coolant_units(world: World) -> Index:
    """The coolant units among the cooling units."""
    return np.flatnonzero(of_role(world.facility.cooling.units.kind, Role.LOOP_COOLING))


def valves_now(world: World) -> ControlledCoils:
    """(coolant unit,) the valves as their controllers hold them: coolant supplied stands for the
    air drawn in, and the gain of the valve for the stream.
    """
    state = world.state
    units = world.facility.cooling.units
    unit = coolant_units(world)
    opened = np.ones(unit.size)
    set_degc = state.controls.coolant_degc[units.zone[unit]].copy()
    for k, u in enumerate(unit.tolist() if state.faults.altered else ()):
        command = written(world, units.id[u])
        set_degc[k] = set_degc[k] if command is None else command
        set_degc[k] -= lie_k(world, units.id[u])
        share = frozen(world, units.id[u])
        if share is not None:
            set_degc[k] = np.nan
            opened[k] = share
    whole_w_k = state.flows.cdu_w_k[unit]
    gain_w_k = np.where(whole_w_k > 0, valve_w_k(units.hot_w_k[unit]), 0.0)
    return ControlledCoils(whole_w_k * opened, gain_w_k, np.zeros(opened.size), set_degc)
