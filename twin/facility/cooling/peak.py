"""The design point: every rack at rated power, every unit and pump running, weather that the plant
bears.

The laws are the run's own (`twin.physics.coolant`), with the streams that flow then: coolant pumps
give what the racks want, air handlers slow down to it, and their films with them.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from twin.arrays import total_by
from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.cooling.design_air import DesignAir, DoorsAtRest, zones_degc
from twin.facility.cooling.wanted_air import hall_demand_m3_s, support_flow_frac
from twin.facility.model import Array, Facility, Mask
from twin.facility.model.cooling import valve_w_k
from twin.physics.coil import ControlledCoils
from twin.physics.coolant import (
    affinity_power_w,
    control_slope_w_k,
    exchange_w_k,
    handler_speed_frac,
    return_conductance_w_k,
    stream_w_k,
)

STILL_K = 1e-9
"""Water at rest moves no more."""
WATER_STEPS = 20
ROUNDING = 1e-9
"""Heat of a hall that is less, over that of its racks, is nothing."""
_DOORS: WeakKeyDictionary[Facility, Array] = WeakKeyDictionary()


def heat_w(facility: Facility, rack_w: Array | None = None) -> tuple[Array, Array, Array]:
    """Heat of racks on every loop (loop,), on a hall's air behind rear doors (hall,) and on every
    plant (plant,), in W.

    rack_w   (rack,) what racks draw; rated power where not given
    """
    taken_w = doors_w(facility, rack_w)
    loop, hall = _given_w(facility, rack_w, taken_w)
    return loop, hall, _on_plants(facility, loop, hall) + _by_doors(facility, taken_w)


def _given_w(facility: Facility, rack_w: Array | None, taken_w: Array) -> tuple[Array, Array]:
    """Heat of racks on loops (loop,) and halls (hall,), of which doors take `taken_w` (door,)."""
    cooling = facility.cooling
    racks = facility.racks
    drawn = racks.rated_w if rack_w is None else rack_w
    liquid = drawn * racks.liquid_frac
    nodes = cooling.capacity_j_k.size
    loop = total_by(racks.zone, liquid, nodes)[cooling.loop_node]
    hall = total_by(racks.hall, drawn - liquid, len(cooling.hall_id))
    if not cooling.doors:
        return loop, hall
    left = hall - total_by(racks.hall[cooling.doors.rack], taken_w, hall.size)
    return loop, np.where(np.abs(left) > ROUNDING * hall, left, 0.0)


def _by_doors(facility: Facility, taken_w: Array) -> Array:
    """(plant,) What doors (door,) take."""
    return total_by(facility.cooling.doors.plant, taken_w, len(facility.cooling.plants))


def _on_plants(facility: Facility, loop: Array, hall: Array) -> Array:
    """(plant,) Sums of what loops and halls give each plant."""
    cooling = facility.cooling
    plants = np.concatenate([cooling.loop_plant, cooling.hall_plant])
    values = np.concatenate([loop, hall])
    return total_by(plants[plants >= 0], values[plants >= 0], len(cooling.plants))


def doors_w(facility: Facility, rack_w: Array | None = None) -> Array:
    """(door,) Heat that rear doors take of the exhaust of their racks, halls and water at rest.

    rack_w   (rack,) what racks draw; rated power where not given
    """
    if not facility.cooling.doors:
        return np.zeros(0)
    if rack_w is not None:
        return _doors_at_rest_w(facility, rack_w)
    if facility not in _DOORS:
        _DOORS[facility] = _doors_at_rest_w(facility, facility.racks.rated_w)
    return _DOORS[facility]


def _doors_at_rest_w(facility: Facility, rack_w: Array) -> Array:
    """The same: Newton's steps on facility water, which what doors take warms; one is enough while
    no valve of a coil moves to another piece.
    """

    def follows(water: Array) -> tuple[Array, Array]:
        taken = _taken_w(facility, rack_w, water)
        return taken, _water_degc(facility, _plant_heat_w(facility, rack_w, taken))

    water = np.array([p.supply_degc for p in facility.cooling.plants])
    one = np.eye(water.size)
    for _ in range(WATER_STEPS):
        taken, after = follows(water)
        if np.abs(after - water).max() < STILL_K:
            break
        slope = np.stack([follows(water + each)[1] - after for each in one], axis=1)
        water = water + np.linalg.solve(one - slope, after - water)
    return taken


def _taken_w(facility: Facility, rack_w: Array, water_degc: Array) -> Array:
    """(door,) What doors take with halls at rest on water (plant,)."""
    design = design_air(facility, rack_w, water_degc)
    inlet = zones_degc(design)[design.air.zone_of_rack]
    taken = design.doors.taken_w(inlet, design.rack_w, design.air.rack_w_k)
    return np.asarray(taken[facility.cooling.doors.rack])


def plant_heat_w(facility: Facility, rack_w: Array | None = None) -> Array:
    """(plant,) Heat that reaches its water: of racks (rated where `rack_w` is not given), coolant
    units, air handlers, rear doors and water pumps.
    """
    return _plant_heat_w(facility, rack_w, doors_w(facility, rack_w))


def _plant_heat_w(facility: Facility, rack_w: Array | None, taken_w: Array) -> Array:
    """The same, of which doors take `taken_w` (door,)."""
    loop, hall = _given_w(facility, rack_w, taken_w)
    own_w = unit_w(facility, rack_w)
    loop = loop + _by_zone(facility, Role.LOOP_COOLING, own_w, len(loop))
    hall = hall + _by_zone(facility, Role.HALL_COOLING, own_w, len(hall))
    doors = facility.cooling.doors
    if doors:
        hall = hall + total_by(facility.racks.hall[doors.rack], own_w[doors.unit], len(hall))
    pump = np.array([p.pump_w for p in facility.cooling.plants])
    return np.asarray(_on_plants(facility, loop, hall) + _by_doors(facility, taken_w) + pump)


def water_degc(facility: Facility) -> Array:
    """(plant,) Facility water: the set-point and what control needs above it for `plant_heat_w`."""
    return _water_degc(facility, plant_heat_w(facility))


def _water_degc(facility: Facility, heat_w: Array) -> Array:
    """(plant,) The same at a heat (plant,)."""
    cooling = facility.cooling
    slope = np.array(
        [
            control_slope_w_k(p.units.size, p.capacity_w, p.band_k, p.conductance_w_k)
            for p in cooling.plants
        ]
    )
    supply = np.array([p.supply_degc for p in cooling.plants])
    mixed = np.array([p.decoupled_k_w(p.units.size) for p in cooling.plants])
    out: Array = supply + heat_w * (1.0 / slope + mixed)
    return out


def coolant_degc(facility: Facility, warmer_k: float = 0.0) -> Array:
    """(loop,) Coolant supplied to the racks, with water so much warmer than at the design point."""
    opened, above_k = open_coolant(facility, water_degc(facility) + warmer_k)
    return np.fmax(opened, facility.cooling.loop_supply_degc + above_k)


def open_coolant(
    facility: Facility, water: Array, rack_w: Array | None = None
) -> tuple[Array, Array]:
    """(..., loop) Coolant that open valves give on water (..., plant), and (loop,) how far above
    its set-point a valve that holds passes the heat, in K.
    """
    loop = heat_w(facility, rack_w)[0]
    loop = loop + _by_zone(facility, Role.LOOP_COOLING, unit_w(facility, rack_w), len(loop))
    gain = valve_w_k(facility.cooling.units.hot_w_k)
    gain = _by_zone(facility, Role.LOOP_COOLING, gain, len(loop))
    opened = water[..., facility.cooling.loop_plant] + loop / np.maximum(loop_w_k(facility), 1e-9)
    return opened, loop / np.maximum(gain, 1e-9)


def inlet_degc(facility: Facility) -> Array:
    """(rack,) Air at its inlet; nan in a hall without air handlers and rear doors."""
    air = facility.cooling.air
    cooled = facility.cooling.hall_plant[air.zone_hall] >= 0
    return np.where(cooled, zones_degc(design_air(facility)), np.nan)[air.zone_of_rack]


def air_degc(facility: Facility) -> Array:
    """(hall,) Air that its racks draw in, on average; nan in a hall that nothing cools."""
    cooling = facility.cooling
    mean = cooling.air.inlet_share @ zones_degc(design_air(facility))
    return np.where(cooling.hall_plant >= 0, mean, np.nan)


def design_air(
    facility: Facility, rack_w: Array | None = None, water: Array | None = None
) -> DesignAir:
    """What flows and warms at the design point, or with racks that draw otherwise (rack,) and other
    water (plant,).
    """
    cooling = facility.cooling
    air = cooling.air
    racks = facility.racks
    degc = water_degc(facility) if water is None else water
    speed = _handler_speed(facility)
    hot = np.where(_of_role(facility, Role.HALL_COOLING), cooling.units.hot_w_k, 0.0) * speed
    coil = return_conductance_w_k(_exchange_w_k(facility, hot), hot)
    unit = air.handler_unit
    plant = cooling.hall_plant[air.handler_hall]
    return DesignAir(
        air,
        ControlledCoils(coil[unit], hot[unit], unit_w(facility)[unit], air.supply_degc),
        (racks.rated_w if rack_w is None else rack_w) * (1 - racks.liquid_frac),
        np.where(plant >= 0, degc[plant], np.nan),
        _doors_at_rest(facility, degc),
    )


def _doors_at_rest(facility: Facility, water: Array) -> DoorsAtRest:
    """Rear doors with all their water, of temperatures (plant,)."""
    doors = facility.cooling.doors
    exhaust = facility.cooling.air.rack_w_k
    everything = np.ones(len(facility.cooling.units.id), dtype=bool)
    return DoorsAtRest(
        doors.taking_w_k(exhaust, np.ones(water.size), everything),
        doors.of_racks(water[doors.plant], exhaust.size),
        doors.of_racks(facility.cooling.units.power_w[doors.unit], exhaust.size),
    )


def unit_w(facility: Facility, rack_w: Array | None = None) -> Array:
    """(unit,) Electrical power that becomes heat in its own stream: coolant units in full, air
    handlers at the speed they run.

    rack_w   (rack,) what racks draw, which decides the air that some want
    """
    units = facility.cooling.units
    speed = np.where(_of_role(facility, Role.HALL_COOLING), _handler_speed(facility, rack_w), 1.0)
    return np.asarray(affinity_power_w(units.power_w, speed, units.floor_frac))


def handler_w_k(facility: Facility, rack_w: Array | None = None) -> Array:
    """(handler,) Stream of air through each at the speed it runs."""
    cooling = facility.cooling
    unit = cooling.air.handler_unit
    return np.asarray(cooling.units.hot_w_k[unit] * _handler_speed(facility, rack_w)[unit])


def handler_coil_w_k(facility: Facility, rack_w: Array | None = None) -> Array:
    """(handler,) Conductance of each coil between the air drawn in and its water, valve open."""
    cooling = facility.cooling
    unit = cooling.air.handler_unit
    hot = np.zeros(len(cooling.units.id))
    hot[unit] = handler_w_k(facility, rack_w)
    return np.asarray(return_conductance_w_k(_exchange_w_k(facility, hot), hot)[unit])


def loop_w_k(facility: Facility) -> Array:
    """(loop,) Conductance between the coolant supplied and the facility water."""
    cooling = facility.cooling
    units = cooling.units
    mine = _of_role(facility, Role.LOOP_COOLING)
    give = np.where(mine, units.flow_m3_s, 0.0)
    total = _by_zone(facility, Role.LOOP_COOLING, give, len(cooling.loop_id))
    frac = np.minimum(cooling.loop_demand_m3_s / np.maximum(total, 1e-12), 1.0)
    flow = give * _of_zone(facility, Role.LOOP_COOLING, frac)
    exchange = _exchange_w_k(facility, stream_w_k(flow, "pg25"))
    return _by_zone(facility, Role.LOOP_COOLING, exchange, len(cooling.loop_id))


def _exchange_w_k(facility: Facility, hot: Array) -> Array:
    units = facility.cooling.units
    return exchange_w_k(units.transfer_w_k, hot, units.cold_w_k, units.hot_w_k, units.cold_w_k)


def _handler_speed(facility: Facility, rack_w: Array | None = None) -> Array:
    """(unit,) Fan speed of the air handlers over full speed; 0 for other units."""
    cooling = facility.cooling
    total = _by_zone(facility, Role.HALL_COOLING, cooling.units.flow_m3_s, len(cooling.hall_id))
    demand = cooling.hall_demand_m3_s
    if rack_w is not None:
        demand = hall_demand_m3_s(facility, support_flow_frac(facility, rack_w))
    return _of_zone(facility, Role.HALL_COOLING, handler_speed_frac(demand, total))


def _of_role(facility: Facility, does: Role) -> Mask:
    return of_role(facility.cooling.units.kind, does)


def _by_zone(facility: Facility, does: Role, values: Array, zones: int) -> Array:
    """(zone,) Sums over the units of a role."""
    mine = _of_role(facility, does)
    return total_by(facility.cooling.units.zone[mine], values[mine], zones)


def _of_zone(facility: Facility, does: Role, values: Array) -> Array:
    """(unit,) The value of its zone for units of a role, 0 for others."""
    mine = _of_role(facility, does)
    out = np.zeros(mine.size)
    out[mine] = values[facility.cooling.units.zone[mine]]
    return out
