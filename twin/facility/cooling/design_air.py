"""Air of the halls at rest: what racks draw in when fans, heat and water stay as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index, total_by
from twin.errors import InputError, Problem
from twin.facility.air.streams import AirFlows, Streams
from twin.facility.model import RoomAir
from twin.physics.coil import HOLDS, OPEN, SHUT, ControlledCoils

ROUNDS_MAX = 20
"""In which valves come to rest; each round puts them where the air of the last asks for it."""


@dataclass(frozen=True)
class DoorsAtRest:
    """Rear doors, (rack,) each, 0 for racks without one."""

    taking_w_k: Array
    """Heat that each takes for a kelvin of exhaust over its water."""
    water_degc: Array
    fan_w: Array

    def taken_w(self, inlet_degc: Array | float, given_w: Array, exhaust_w_k: Array) -> Array:
        """(rack,) heat that each takes.

        inlet_degc, given_w, exhaust_w_k   (rack,) air drawn in, heat given to it, its stream
        """
        moving = np.where(exhaust_w_k > 0, exhaust_w_k, 1.0)
        return np.asarray(self.taking_w_k * (inlet_degc + given_w / moving - self.water_degc))


@dataclass(frozen=True)
class DesignAir:
    """What flows and warms."""

    air: RoomAir
    coils: ControlledCoils
    rack_w: Array
    """(rack,) heat that racks give to the air."""
    water_degc: Array
    """(handler,) nan where there is no plant."""
    doors: DoorsAtRest


def zones_degc(design: DesignAir) -> Array:
    """(zone,) air that racks draw in; meaningless in a hall that nothing cools."""
    return _drawn_degc(design)[: design.air.zone_node.size]


def open_supply_degc(design: DesignAir) -> Array:
    """(handler,) air that each would supply with its valve open, drawing in what it does; nan where
    there is no plant.
    """
    drawn = _drawn_degc(design)[design.air.zone_node.size :]
    return design.coils.behind_degc(drawn, design.water_degc)


def _drawn_degc(design: DesignAir) -> Array:
    """(zone and handler,) air drawn in.

    A valve that is open where it should be shut holds its set-point for a round: were all of a hall
    shut at once, its heat had nowhere to go and its air no rest. InputError where valves find none.
    """
    air = design.air
    zones = air.zone_node.size
    flows = AirFlows(air, design.coils.stream_w_k)
    handlers = air.handler_unit.size
    full = np.ones(handlers)
    streams = flows.streams(np.ones(air.zone_of_rack.size), full, full > 0)
    piece: Index = np.full(handlers, OPEN, dtype=np.int64)
    before = piece
    for _ in range(ROUNDS_MAX):
        found = _at_rest_degc(design, streams, piece)
        before = piece
        asked = design.coils.piece(piece, found[zones:], design.water_degc)
        piece = np.where((before == OPEN) & (asked == SHUT), HOLDS, asked)
        if np.array_equal(piece, before):
            return found
    raise InputError([_restless(int(np.count_nonzero(piece != before)))])


def _restless(valves: int) -> Problem:
    return Problem(
        "layout.cooling.air",
        f"halls whose air finds no rest: after {ROUNDS_MAX} rounds {valves} valves of air handlers "
        "still move between open, holding and shut",
        "supply temperatures and water on which they rest",
    )


def _at_rest_degc(design: DesignAir, streams: Streams, piece: Index) -> Array:
    """(zone and handler,) air drawn in, valves as they are."""
    air = design.air
    zones = air.zone_node.size
    of_air, of_water, constant = design.coils.terms(piece)
    through = np.where(streams.handler_w_k > 0, streams.handler_w_k, 1.0)
    given_w, kept_frac = _behind_doors(design)
    stays = np.concatenate([kept_frac, 1.0 - of_air / through])
    supplied_w = design.coils.fan_w - constant + of_water * np.nan_to_num(design.water_degc)
    drawn = streams.flow_w_k.sum(axis=1)
    alone = np.where(_cooled(design) & (drawn > 0), 0.0, 1.0)
    matrix = np.diag(drawn + alone) - streams.flow_w_k * stays
    matrix[:zones, :zones] += _through_structure_w_k(air)
    heat_w = streams.spread(np.concatenate([given_w, supplied_w]))
    return np.asarray(np.linalg.solve(matrix, heat_w))


def _behind_doors(design: DesignAir) -> tuple[Array, Array]:
    """(zone,) heat of the air behind racks and doors but for what it brought, and the share that it
    keeps of that.
    """
    air = design.air
    doors = design.doors
    given_w = design.rack_w + doors.fan_w - doors.taken_w(0.0, design.rack_w, air.rack_w_k)
    whole = total_by(air.zone_of_rack, air.rack_w_k, air.zone_node.size)
    taking = total_by(air.zone_of_rack, doors.taking_w_k, whole.size)
    kept = 1.0 - taking / np.where(whole > 0, whole, 1.0)
    return total_by(air.zone_of_rack, given_w, whole.size), kept


def _cooled(design: DesignAir) -> Array:
    """(zone and handler,) whether its hall has a handler on a plant, or a door, so that it comes to
    rest.
    """
    air = design.air
    with_plant = air.handler_hall[np.isfinite(design.water_degc)]
    with_door = air.zone_hall[air.zone_of_rack[design.doors.taking_w_k > 0]]
    return np.asarray(np.isin(air.hall, np.concatenate([with_plant, with_door])))


def _through_structure_w_k(air: RoomAir) -> Array:
    """(zone, zone) What a hall's structure, at rest at their mean, conducts between its zones."""
    out = np.diag(air.structure_w_k)
    for hall in np.unique(air.zone_hall).tolist():
        mine = np.where(air.zone_hall == hall, air.structure_w_k, 0.0)
        out -= np.outer(mine, mine) / max(mine.sum(), 1e-300)
    return out
