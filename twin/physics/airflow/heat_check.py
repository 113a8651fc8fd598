"""Whether the heat of a room can go anywhere: refused before anything is solved."""

from __future__ import annotations

import numpy as np

from twin.physics.airflow.grid import AirHeat, BadRoom, Passage, Room

FLOW_MISMATCH_MAX = 2e-3
"""Largest difference of the flows of one passage, over them."""


class NoHeatPath(ValueError):
    """A room that is heated and has nothing of a given temperature."""


def check_heat(room: Room, heat: AirHeat) -> None:
    """Refuses heat that cannot be: every fault at once.

    Raises:
        BadRoom: passages that do not fit the ports.
    """
    faults = [fault for passage in heat.passages for fault in _faults(room, passage)]
    stated = {passage.outlet for passage in heat.passages}
    faults += [
        f"port {port.name}: no passage says how warm its air is"
        for n, port in enumerate(room.ports)
        if port.into_room and n not in stated
    ]
    if heat.source_w is not None and heat.source_w.shape != room.shape:
        faults.append(f"source has shape {heat.source_w.shape}, the grid {room.shape}")
    if faults:
        raise BadRoom(faults)


def check_heat_path(heat: AirHeat, has_warm_walls: bool) -> None:
    """Refuses a room at rest in which nothing has a given temperature (NoHeatPath)."""
    if not has_warm_walls and all(np.isnan(passage.supply_degc) for passage in heat.passages):
        raise NoHeatPath("no outlet has a given temperature: heat has no way out of the room")


def _faults(room: Room, passage: Passage) -> list[str]:
    """What is wrong with one passage."""
    count = len(room.ports)
    if not 0 <= passage.outlet < count or not -1 <= passage.inlet < count:
        return [f"passage {passage.inlet} to {passage.outlet}: the room has {count} ports"]
    outlet = room.ports[passage.outlet]
    faults = [] if outlet.into_room else [f"port {outlet.name}: an inlet stands as an outlet"]
    if not np.isnan(passage.supply_degc):
        return faults
    if passage.inlet < 0:
        return [*faults, f"port {outlet.name}: neither an inlet nor a temperature is stated"]
    inlet = room.ports[passage.inlet]
    if inlet.into_room:
        faults.append(f"port {inlet.name}: an outlet stands as an inlet")
    if abs(inlet.flow_m3_s - outlet.flow_m3_s) > FLOW_MISMATCH_MAX * outlet.flow_m3_s:
        faults.append(f"ports {inlet.name}, {outlet.name}: flows differ")
    if outlet.flow_m3_s == 0.0 and passage.power_w > 0.0:
        faults.append(f"port {outlet.name}: {passage.power_w:.4g} W and no air to carry it")
    return faults


def rise_k(room: Room, heat: AirHeat, passage: Passage) -> float:
    """By how much a passage warms its air."""
    flow = room.ports[passage.outlet].flow_m3_s
    return passage.power_w / (heat.air_j_m3_k * flow) if flow > 0.0 else 0.0
