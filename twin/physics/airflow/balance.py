"""What goes into a room and what comes out of it, read off a field."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.physics.airflow.grid import AirHeat, AirPort, Field, Room


def port_mean_degc(room: Room, field: Field, port: AirPort) -> float:
    """Mean temperature of the cells at an opening, by flow."""
    assert field.temperature_degc is not None
    held = field.temperature_degc[tuple(port.room_cells().T)]
    area = room.face_areas_m2(port.axis)[tuple(port.faces.T)]
    return float(held @ area / area.sum())


def inlet_temperatures_degc(room: Room, field: Field) -> Array:
    """(inlet,) temperature of the air that each inlet of equipment draws, in the room's order."""
    inlets = [port for port in room.ports if not port.into_room]
    return np.array([port_mean_degc(room, field, port) for port in inlets])


def heat_imbalance_frac(room: Room, heat: AirHeat, field: Field) -> float:
    """Heat that air at rest carries out of the room less what it is given, over what it is given.

    Out: by inlets, less what comes in by outlets. Given: the sources of the room itself. With none
    (`source_w`), the heat of passages must go round the handlers: over their power.
    """
    carried = 0.0
    for port in room.ports:
        if not port.into_room:
            carried += port.flow_m3_s * port_mean_degc(room, field, port)
    brought = outlet_heat(room, heat, field)
    source_w = 0.0 if heat.source_w is None else float(heat.source_w[~room.solid].sum())
    scale_w = source_w + sum(p.power_w for p in heat.passages if np.isnan(p.supply_degc))
    net_w = heat.air_j_m3_k * (carried - brought) - source_w
    return net_w / scale_w if scale_w else net_w


def outlet_heat(room: Room, heat: AirHeat, field: Field) -> float:
    """Sum over outlets of flow times temperature."""
    total = 0.0
    for passage in heat.passages:
        outlet = room.ports[passage.outlet]
        total += outlet.flow_m3_s * outlet_degc(room, heat, field, passage.outlet)
    return total


def outlet_degc(room: Room, heat: AirHeat, field: Field, outlet: int) -> float:
    """Temperature of the air of one outlet."""
    passage = next(p for p in heat.passages if p.outlet == outlet)
    if not np.isnan(passage.supply_degc):
        return passage.supply_degc
    flow = room.ports[outlet].flow_m3_s
    warmth = passage.power_w / (heat.air_j_m3_k * flow) if flow else 0.0
    return port_mean_degc(room, field, room.ports[passage.inlet]) + warmth
