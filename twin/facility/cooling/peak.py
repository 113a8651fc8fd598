"""The design point: every rack at rated power, every unit and pump running, weather that the plant
bears.

The laws are the run's own (`twin.physics.coolant`), with the streams that flow then: coolant pumps
give what the racks want, air handlers slow down to it, and their films with them.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import total_by
from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.cooling.design_air import DesignAir, zones_degc
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


def heat_w(facility: Facility, rack_w: Array | None = None) -> tuple[Array, Array, Array]:
    """Heat of racks on every loop (loop,), hall's air (hall,) and plant (plant,), in W.

    rack_w   (rack,) what racks draw; rated power where not given
    """
    cooling = facility.cooling
    racks = facility.racks
    drawn = racks.rated_w if rack_w is None else rack_w
    liquid = drawn * racks.liquid_frac
    nodes = cooling.capacity_j_k.size
    loop = total_by(racks.zone, liquid, nodes)[cooling.loop_node]
    hall = total_by(racks.hall, drawn - liquid, len(cooling.hall_id))
    return loop, hall, _on_plants(facility, loop, hall)


def _on_plants(facility: Facility, loop: Array, hall: Array) -> Array:
    """(plant,) Sums of what loops and halls give each plant."""
    cooling = facility.cooling
    plants = np.concatenate([cooling.loop_plant, cooling.hall_plant])
    values = np.concatenate([loop, hall])
    return total_by(plants[plants >= 0], values[plants >= 0], len(cooling.plants))


def plant_heat_w(facility: Facility, rack_w: Array | None = None) -> Array:
    """(plant,) Heat that reaches its water: of racks, coolant units, air handlers and water pumps.

    rack_w   (rack,) what racks draw; rated power where not given
    """
    loop, hall, _ = heat_w(facility, rack_w)
    own_w = unit_w(facility, rack_w)
    loop = loop + _by_zone(facility, Role.LOOP_COOLING, own_w, len(loop))
    hall = hall + _by_zone(facility, Role.HALL_COOLING, own_w, len(hall))
    pump = np.array([p.pump_w for p in facility.cooling.plants])
    return np.asarray(_on_plants(facility, loop, hall) + pump)


def water_degc(facility: Facility) -> Array:
    """(plant,) Facility water: the set-point and what the plant's control needs above it for the
    heat of racks, coolant units, air handlers and water pumps.
    """
    cooling = facility.cooling
    slope = np.array(
        [
            control_slope_w_k(p.units.size, p.capacity_w, p.band_k, p.conductance_w_k)
            for p in cooling.plants
        ]
    )
    supply = np.array([p.supply_degc for p in cooling.plants])
    mixed = np.array([p.decoupled_k_w(p.units.size) for p in cooling.plants])
    out: Array = supply + plant_heat_w(facility) * (1.0 / slope + mixed)
    return out


def coolant_degc(facility: Facility, warmer_k: float = 0.0) -> Array:
    """(loop,) Coolant supplied to the racks, with water so much warmer than at the design point."""
    heat = heat_w(facility)[0]
    heat = heat + _by_zone(facility, Role.LOOP_COOLING, unit_w(facility), len(heat))
    conductance = loop_w_k(facility)
    water = water_degc(facility)[facility.cooling.loop_plant] + warmer_k
    gain = valve_w_k(facility.cooling.units.hot_w_k)
    gain = _by_zone(facility, Role.LOOP_COOLING, gain, len(heat))
    held = facility.cooling.loop_supply_degc + heat / np.maximum(gain, 1e-9)
    return np.fmax(water + heat / np.maximum(conductance, 1e-9), held)


def inlet_degc(facility: Facility) -> Array:
    """(rack,) Air at its inlet; nan in a hall without air handlers."""
    air = facility.cooling.air
    cooled = facility.cooling.hall_plant[air.zone_hall] >= 0
    return np.where(cooled, zones_degc(_design_air(facility)), np.nan)[air.zone_of_rack]


def air_degc(facility: Facility) -> Array:
    """(hall,) Air that its racks draw in, on average; nan in a hall without air handlers."""
    cooling = facility.cooling
    mean = cooling.air.inlet_share @ zones_degc(_design_air(facility))
    return np.where(cooling.hall_plant >= 0, mean, np.nan)


def _design_air(facility: Facility) -> DesignAir:
    """What flows and warms at the design point."""
    cooling = facility.cooling
    air = cooling.air
    racks = facility.racks
    speed = _handler_speed(facility)
    hot = np.where(_of_role(facility, Role.HALL_COOLING), cooling.units.hot_w_k, 0.0) * speed
    coil = return_conductance_w_k(_exchange_w_k(facility, hot), hot)
    unit = air.handler_unit
    into_air_w = racks.rated_w * (1 - racks.liquid_frac)
    return DesignAir(
        air,
        ControlledCoils(coil[unit], hot[unit], unit_w(facility)[unit], air.supply_degc),
        total_by(air.zone_of_rack, into_air_w, air.zone_node.size),
        np.where(
            cooling.hall_plant[air.handler_hall] >= 0,
            water_degc(facility)[cooling.hall_plant[air.handler_hall]],
            np.nan,
        ),
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
