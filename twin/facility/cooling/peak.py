"""The design point: every rack at rated power, every unit and pump running, weather that the plant
bears.

The laws are the run's own (`twin.physics.coolant`), with the streams that flow then: coolant pumps
give what the racks want, air handlers slow down to it, and their films with them.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import total_by
from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.air.streams import AirFlows, Streams
from twin.facility.model import Array, Facility, Mask
from twin.physics.coolant import (
    affinity_power_w,
    control_slope_w_k,
    exchange_w_k,
    handler_speed_frac,
    return_conductance_w_k,
    stream_w_k,
)


def heat_w(facility: Facility) -> tuple[Array, Array, Array]:
    """Heat of racks at rated power on every loop (loop,), hall's air (hall,) and plant (plant,), in
    W.
    """
    cooling = facility.cooling
    racks = facility.racks
    liquid = racks.rated_w * racks.liquid_frac
    nodes = cooling.capacity_j_k.size
    loop = total_by(racks.zone, liquid, nodes)[cooling.loop_node]
    hall = total_by(racks.hall, racks.rated_w - liquid, len(cooling.hall_id))
    return loop, hall, _on_plants(facility, loop, hall)


def _on_plants(facility: Facility, loop: Array, hall: Array) -> Array:
    """(plant,) Sums of what loops and halls give each plant."""
    cooling = facility.cooling
    plants = np.concatenate([cooling.loop_plant, cooling.hall_plant])
    values = np.concatenate([loop, hall])
    return total_by(plants[plants >= 0], values[plants >= 0], len(cooling.plants))


def water_degc(facility: Facility) -> Array:
    """(plant,) Facility water: the set-point and what the plant's control needs above it for the
    heat of racks, coolant units, air handlers and water pumps.
    """
    loop, hall, _ = heat_w(facility)
    own_w = unit_w(facility)
    cooling = facility.cooling
    loop = loop + _by_zone(facility, Role.LOOP_COOLING, own_w, len(loop))
    hall = hall + _by_zone(facility, Role.HALL_COOLING, own_w, len(hall))
    pump = np.array([p.pump_w for p in cooling.plants])
    slope = np.array(
        [
            control_slope_w_k(p.units.size, p.capacity_w, p.band_k, p.conductance_w_k)
            for p in cooling.plants
        ]
    )
    supply = np.array([p.supply_degc for p in cooling.plants])
    out: Array = supply + (_on_plants(facility, loop, hall) + pump) / slope
    return out


def coolant_degc(facility: Facility) -> Array:
    """(loop,) Coolant supplied to the racks."""
    heat = heat_w(facility)[0]
    heat = heat + _by_zone(facility, Role.LOOP_COOLING, unit_w(facility), len(heat))
    conductance = loop_w_k(facility)
    return water_degc(facility)[facility.cooling.loop_plant] + heat / np.maximum(conductance, 1e-9)


def inlet_degc(facility: Facility) -> Array:
    """(rack,) Air at its inlet; nan in a hall without air handlers."""
    air = facility.cooling.air
    inlet = _inlets_degc(facility)[: air.zone_node.size]
    cooled = facility.cooling.hall_plant[air.zone_hall] >= 0
    return np.where(cooled, inlet, np.nan)[air.zone_of_rack]


def air_degc(facility: Facility) -> Array:
    """(hall,) Air that its racks draw in, on average; nan in a hall without air handlers."""
    cooling = facility.cooling
    zones = _inlets_degc(facility)[: cooling.air.zone_node.size]
    return np.where(cooling.hall_plant >= 0, cooling.air.inlet_share @ zones, np.nan)


def _inlets_degc(facility: Facility) -> Array:
    """(zone and handler,) air at every inlet: the steady state of air that flows at the design
    point.
    """
    cooling = facility.cooling
    air = cooling.air
    coil, streams = _design_air(facility)
    drawn = streams.flow_w_k.sum(axis=1)
    zones = air.zone_node.size
    stays = np.ones(drawn.size)
    through = streams.handler_w_k
    stays[zones:] -= coil / np.where(through > 0, through, 1.0)
    heat = _air_heat_w(facility)
    heat[zones:] += coil * water_degc(facility)[cooling.hall_plant[air.handler_hall]]
    still = np.where(drawn > 0, 0.0, 1.0)
    matrix = np.diag(drawn + still) - streams.flow_w_k * stays
    matrix += np.diag(np.where(_cooled(facility), 0.0, 1.0))
    matrix[:zones, :zones] += _through_structure_w_k(facility)
    return np.asarray(np.linalg.solve(matrix, streams.spread(heat)))


def _through_structure_w_k(facility: Facility) -> Array:
    """(zone, zone) What a hall's structure, at rest at their mean, conducts between its zones."""
    air = facility.cooling.air
    out = np.diag(air.structure_w_k)
    for hall in range(len(facility.cooling.hall_id)):
        mine = np.where(air.zone_hall == hall, air.structure_w_k, 0.0)
        out -= np.outer(mine, mine) / max(mine.sum(), 1e-300)
    return out


def _cooled(facility: Facility) -> Mask:
    """(zone and handler,) whether its hall has a plant, so that a steady state exists."""
    cooling = facility.cooling
    return np.asarray(cooling.hall_plant[cooling.air.hall] >= 0)


def _design_air(facility: Facility) -> tuple[Array, Streams]:
    """(handler,) conductance of coils between return and water, and the air."""
    air = facility.cooling.air
    hot = np.where(_of_role(facility, Role.HALL_COOLING), facility.cooling.units.hot_w_k, 0.0)
    speed = _handler_speed(facility)
    supply = _exchange_w_k(facility, hot * speed)
    coil = return_conductance_w_k(supply, hot * speed)[air.handler_unit]
    flows = AirFlows(air, hot[air.handler_unit])
    running = np.ones(coil.size, dtype=bool)
    every = np.ones(len(facility.racks.id))
    return coil, flows.streams(every, speed[air.handler_unit], running)


def _air_heat_w(facility: Facility) -> Array:
    """(zone and handler,) heat that racks and fans give to the air."""
    air = facility.cooling.air
    racks = facility.racks
    into_air = racks.rated_w * (1 - racks.liquid_frac)
    zone = total_by(air.zone_of_rack, into_air, air.zone_node.size)
    return np.concatenate([zone, unit_w(facility)[air.handler_unit]])


def unit_w(facility: Facility) -> Array:
    """(unit,) Electrical power that becomes heat in its own stream: coolant units in full, air
    handlers at the speed they run.
    """
    units = facility.cooling.units
    speed = np.where(_of_role(facility, Role.HALL_COOLING), _handler_speed(facility), 1.0)
    return np.asarray(affinity_power_w(units.power_w, speed, units.floor_frac))


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


def _handler_speed(facility: Facility) -> Array:
    """(unit,) Fan speed of the air handlers over full speed; 0 for other units."""
    cooling = facility.cooling
    total = _by_zone(facility, Role.HALL_COOLING, cooling.units.flow_m3_s, len(cooling.hall_id))
    return _of_zone(
        facility, Role.HALL_COOLING, handler_speed_frac(cooling.hall_demand_m3_s, total)
    )


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
