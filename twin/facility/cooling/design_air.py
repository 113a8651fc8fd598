"""Air of the halls at rest: what racks draw in when fans, heat and water stay as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index
from twin.facility.air.streams import AirFlows, Streams
from twin.facility.model import RoomAir
from twin.physics.coil import OPEN, ControlledCoils

ROUNDS_MAX = 20
"""In which valves come to rest; each round puts them where the air of the last asks for it."""


@dataclass(frozen=True)
class DesignAir:
    """What flows and warms."""

    air: RoomAir
    coils: ControlledCoils
    zone_w: Array
    """(zone,) heat that racks give to the air."""
    water_degc: Array
    """(handler,) nan where there is no plant."""


def zones_degc(design: DesignAir) -> Array:
    """(zone,) air that racks draw in; meaningless in a hall that no handler cools."""
    air = design.air
    zones = air.zone_node.size
    flows = AirFlows(air, design.coils.stream_w_k)
    handlers = air.handler_unit.size
    full = np.ones(handlers)
    streams = flows.streams(np.ones(air.zone_of_rack.size), full, full > 0)
    piece: Index = np.full(handlers, OPEN, dtype=np.int64)
    found = np.zeros(zones + handlers)
    for _ in range(ROUNDS_MAX):
        found = _at_rest_degc(design, streams, piece)
        before = piece
        piece = design.coils.piece(piece, found[zones:], design.water_degc)
        if np.array_equal(piece, before):
            break
    return found[:zones]


def _at_rest_degc(design: DesignAir, streams: Streams, piece: Index) -> Array:
    """(zone and handler,) air drawn in, valves as they are."""
    air = design.air
    zones = air.zone_node.size
    of_air, of_water, constant = design.coils.terms(piece)
    through = np.where(streams.handler_w_k > 0, streams.handler_w_k, 1.0)
    stays = np.concatenate([np.ones(zones), 1.0 - of_air / through])
    supplied_w = design.coils.fan_w - constant + of_water * np.nan_to_num(design.water_degc)
    drawn = streams.flow_w_k.sum(axis=1)
    alone = np.where(_cooled(design) & (drawn > 0), 0.0, 1.0)
    matrix = np.diag(drawn + alone) - streams.flow_w_k * stays
    matrix[:zones, :zones] += _through_structure_w_k(air)
    heat_w = streams.spread(np.concatenate([design.zone_w, supplied_w]))
    return np.asarray(np.linalg.solve(matrix, heat_w))


def _cooled(design: DesignAir) -> Array:
    """(zone and handler,) whether its hall has a handler on a plant, so that it comes to rest."""
    hall = design.air.hall
    with_plant = design.air.handler_hall[np.isfinite(design.water_degc)]
    return np.asarray(np.isin(hall, with_plant))


def _through_structure_w_k(air: RoomAir) -> Array:
    """(zone, zone) What a hall's structure, at rest at their mean, conducts between its zones."""
    out = np.diag(air.structure_w_k)
    for hall in np.unique(air.zone_hall).tolist():
        mine = np.where(air.zone_hall == hall, air.structure_w_k, 0.0)
        out -= np.outer(mine, mine) / max(mine.sum(), 1e-300)
    return out
