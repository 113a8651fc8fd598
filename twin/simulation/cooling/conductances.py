"""The thermal network as it conducts now: links, streams of air, its matrix, its modes, and its
balance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import is_

import numpy as np

from twin.arrays import Array, Index, Mask, total_by
from twin.facility.air.streams import AirFlows, Streams
from twin.facility.cooling.altered_room import altered_air
from twin.physics.thermal import crowds
from twin.physics.thermal_modes import Crowds, Modes, modes
from twin.scenario.schema.faults import ROOM_MODES
from twin.simulation.cooling.coils import Coils
from twin.simulation.cooling.doors import Doors
from twin.simulation.cooling.plant import Plants
from twin.simulation.cooling.valves import Valves
from twin.simulation.kernel.world import World

AIR_STILL_FRAC = 0.1
"""Share of its air stream that a dark rack still draws by natural convection; assumed."""
CROWD_MIN = 300
"""Thermal nodes from which racks that are alike are lumped: below, a plain network is as quick."""
CACHE_MAX = 256
"""Decomposed networks kept; each equipment state has its own."""


@dataclass(frozen=True)
class Conducting:
    """What conducts at an instant, W/K."""

    rack_w_k: Array
    """(rack,) to its stream."""
    of_coolant_w_k: Array
    """(loop,) heat that it gives to facility water for a kelvin of its coolant."""
    from_water_w_k: Array
    """(loop,) the same that it gives less for a kelvin of the water."""
    of_air_w_k: Array
    """(handler,) heat that a coil gives to its water for a kelvin of the air drawn in."""
    of_water_w_k: Array
    """(handler,) the same that it gives less for a kelvin of the water."""
    ground_w_k: Array
    """(plant,) to what its segment refers to."""
    door_w_k: Array
    """(rack,) heat that its door takes for a kelvin of exhaust over the door's water."""
    streams: Streams
    room: str
    """Tiles closed and doors open."""
    outdoor_frac: Array
    """(handler,) outdoor air in what it draws in."""

    def key(self) -> bytes:
        """What tells it from every other."""
        parts = [self.rack_w_k, self.of_coolant_w_k, self.from_water_w_k, self.of_air_w_k]
        parts += [
            self.of_water_w_k,
            self.outdoor_frac,
            self.ground_w_k,
            self.door_w_k,
            self.streams.rack_w_k,
            self.streams.handler_w_k,
        ]
        return np.concatenate(parts).tobytes() + self.room.encode()


class Conductances:
    """Reads flows, racks and plants; part of the thermal discipline, and writes no state."""

    def __init__(self, world: World, plants: Plants, coils: Coils, valves: Valves) -> None:
        self.world = world
        self.coils = coils
        self.valves = valves
        self.plants = plants
        self.doors = Doors(world, self.streams)
        self.racks = world.facility.racks
        self.network = world.facility.cooling
        self.air = self.network.air
        self.water = np.array([p.node for p in self.network.plants], dtype=np.int64)
        self.liquid = self.racks.liquid_frac > 0
        racks = np.arange(self.liquid.size)
        self.exhaust = np.where(self.air.in_air, racks, self.air.zone_node[self.air.zone_of_rack])
        self._flows: dict[str, AirFlows] = {}
        self.modes_of: dict[bytes, Modes] = {}
        self._streams: tuple[tuple[int, str], tuple[Mask, Array], Streams] | None = None

    def streams(self) -> Streams:
        """The air as it flows now; racks and fans are set by new arrays, flows have a version."""
        state = self.world.state
        asked = (state.flows.version, self._room())
        arrays = (state.racks.rack_lit, state.fans.flow_frac)
        known = self._streams
        if not (known and known[0] == asked and all(map(is_, known[1], arrays))):
            known = (asked, arrays, self._streams_now(asked[1]))
            self._streams = known
        return known[2]

    def _streams_now(self, room: str) -> Streams:
        state = self.world.state
        frac = np.where(state.racks.rack_lit, state.fans.flow_frac, AIR_STILL_FRAC)
        running = state.flows.unit_running[self.air.handler_unit]
        speed = state.flows.crah_speed[self.air.handler_hall]
        return self._of_state(room).streams(frac, speed, running)

    def _of_state(self, state: str) -> AirFlows:
        """Flows of the rooms as they are: tiles closed and doors open are solved once a state."""
        if state not in self._flows:
            altered = self._altered()
            air = altered_air(self.world.facility, altered) if altered else self.air
            full_w_k = self.network.units.hot_w_k[self.air.handler_unit]
            self._flows[state] = AirFlows(air, full_w_k)
        return self._flows[state]

    def now(self) -> Conducting:
        """What conducts now."""
        flows = self.world.state.flows
        streams = self.streams()
        through = self.racks.stream_w_k * flows.rack_flow_frac
        return Conducting(
            np.where(self.liquid, through, streams.rack_w_k),
            *self.valves.terms()[:2],
            *self.coils.terms()[:2],
            self.plants.own.segment[:, 0],
            self.doors.now_w_k(),
            streams,
            self._room(),
            self.world.state.coils.outdoor_frac,
        )

    def _room(self) -> str:
        """Tiles closed and doors open now; nothing where all is as built."""
        altered = self._altered()
        return repr(sorted(altered, key=repr)) if altered else ""

    def _altered(self) -> list[list[str | float]]:
        return [one for one in self.world.state.faults.altered if one[0] in ROOM_MODES]

    def decomposed(self) -> Modes:
        """The network in modes, as it conducts now."""
        found = self.now()
        key = found.key()
        if key not in self.modes_of:
            if len(self.modes_of) >= CACHE_MAX:
                self.modes_of.clear()
            self.modes_of[key] = self._decompose(found)
        return self.modes_of[key]

    def _decompose(self, found: Conducting) -> Modes:
        """The network in modes; racks that are alike are lumped where there are many."""
        capacity = self.network.capacity_j_k
        if capacity.size < CROWD_MIN:
            return modes(capacity, self.matrix(found))
        held = self._crowds(found)
        whole = total_by(held.place, capacity, held.size.size)
        lumped = modes(whole, self.matrix(found, held.place, held.size.size))
        return replace(lumped, crowds=held)

    def _crowds(self, found: Conducting) -> Crowds:
        return crowds(
            self.network.capacity_j_k, self.racks.zone, found.rack_w_k, self._apart(found)
        )

    def _apart(self, found: Conducting) -> Array:
        """(rack, what) beside stream and conductance, what racks of a crowd have in common."""
        doors = self.doors.own
        plant = doors.of_racks((doors.plant + 1).astype(float), found.door_w_k.size)
        return np.stack([found.door_w_k, plant], axis=1)

    def matrix(self, found: Conducting, place: Index | None = None, size: int = 0) -> Array:
        """The conductance matrix (node, node), or (lump, lump) with the place of every node."""
        if place is None:
            size = self.network.capacity_j_k.size
            place = np.arange(size)
        k = np.zeros((size, size))
        self._racks(k, found, place)
        self._links(k, found, place)
        self._air(k, found, place)
        water = place[self.water]
        k[water, water] += found.ground_w_k
        return k

    def _racks(self, k: Array, found: Conducting, place: Index) -> None:
        """Racks in their streams; what a rack in air gives to the air is the air's matter."""
        rack = place[: self.liquid.size]
        stream = place[self.racks.zone]
        np.add.at(k, (rack, rack), found.rack_w_k)
        np.add.at(k, (rack, stream), -found.rack_w_k)
        back_w_k = np.where(self.liquid, found.rack_w_k, 0.0)
        np.add.at(k, (stream, stream), back_w_k)
        np.add.at(k, (stream, rack), -back_w_k)

    def _links(self, k: Array, found: Conducting, place: Index) -> None:
        """Loops on facility water, and the air of halls on their structure."""
        n = self.network
        a = place[np.concatenate([n.loop_node, self.air.zone_node])]
        b = place[np.concatenate([self.water[n.loop_plant], n.hall_mass[self.air.zone_hall]])]
        of_a_w_k = np.concatenate([found.of_coolant_w_k, self.air.structure_w_k])
        of_b_w_k = np.concatenate([found.from_water_w_k, self.air.structure_w_k])
        np.add.at(k, (a, a), of_a_w_k)
        np.add.at(k, (a, b), -of_b_w_k)
        np.add.at(k, (b, b), of_b_w_k)
        np.add.at(k, (b, a), -of_a_w_k)

    def _air(self, k: Array, found: Conducting, place: Index) -> None:
        """Every inlet is drawn towards what its air is made of; coils and doors warm water."""
        streams = found.streams
        inlet = place[self.air.node]
        leaving = self._leaving(found, place, len(k))
        k[inlet, inlet] += streams.flow_w_k.sum(axis=1) + self.air.leak_w_k
        k[inlet] -= self._of_room(found)[:, None] * (streams.flow_w_k @ leaving)
        water = place[self.coils.water]
        drawn = place[self.air.handler_node]
        np.add.at(k, (water, water), found.of_water_w_k)
        np.add.at(k, (water, drawn), -found.of_air_w_k)
        doors = self.doors.own
        taking = found.door_w_k[doors.rack]
        behind = place[self.water[doors.plant]]
        np.add.at(k, (behind, behind), taking)
        np.add.at(k, (behind, place[self.exhaust[doors.rack]]), -taking)

    def _of_room(self, found: Conducting) -> Array:
        """(inlet,) share of the hall's own air in what each draws in."""
        own = np.ones(self.air.node.size)
        own[self.air.zone_node.size :] = 1.0 - found.outdoor_frac
        return own

    def vented_w_k(self) -> Array:
        """(node,) heat that leaves with air, for a kelvin of each node over 0 degC."""
        found = self.now()
        size = self.network.capacity_j_k.size
        leaving = self._leaving(found, np.arange(size), size)
        share = 1.0 - self._of_room(found)
        leaves = np.asarray(share @ (found.streams.flow_w_k @ leaving))
        leaves[self.air.node] += self.air.leak_w_k
        return leaves

    def vented_j(self, integral_k_s: Array) -> Array:
        """(instant,) the heat, from integrals of temperatures (instant, node); summed as by itself,
        to the bit.
        """
        leaves_w_k = self.vented_w_k()
        return np.array([float(leaves_w_k @ each) for each in integral_k_s])

    def return_degc(self, into_air_w: Array) -> Array:
        """(handler,) air of the hall that each draws in.

        into_air_w   (inlet,) heat given to the air on the way, as it arrives at inlets
        """
        found = self.now()
        degc = self.world.state.heat.temperature_degc
        leaving = self._leaving(found, np.arange(degc.size), degc.size) @ degc
        handlers = slice(self.air.zone_node.size, None)
        flow = found.streams.flow_w_k[handlers]
        total = np.maximum(flow.sum(axis=1), 1e-12)
        return np.asarray((flow @ leaving + into_air_w[handlers]) / total)

    def _leaving(self, found: Conducting, place: Index, size: int) -> Array:
        """(outlet, node) of which temperatures the air at each outlet is made, heat given to it on
        the way left out.
        """
        air = self.air
        zones = air.zone_node.size
        handlers = zones + np.arange(air.handler_node.size)
        out = np.zeros((zones + air.handler_node.size, size))
        rack_w_k = found.streams.rack_w_k
        total = total_by(air.zone_of_rack, rack_w_k, zones)[air.zone_of_rack]
        whole = np.where(total > 0, total, 1.0)
        doors = self.doors.own
        np.add.at(out, (air.zone_of_rack, place[self.exhaust]), (rack_w_k - found.door_w_k) / whole)
        behind = (air.zone_of_rack[doors.rack], place[self.water[doors.plant]])
        np.add.at(out, behind, (found.door_w_k / whole)[doors.rack])
        through = np.where(found.streams.handler_w_k > 0, found.streams.handler_w_k, 1.0)
        drawn = 1.0 - found.of_air_w_k / through
        np.add.at(out, (handlers, place[air.handler_node]), drawn)
        np.add.at(out, (handlers, place[self.coils.water]), found.of_water_w_k / through)
        return out

    def solved(self, heat_w: Array, hold_w_k: Array) -> Array:
        """(node,) temperatures that balance heat against what conducts and what each node holds."""
        found = self.now()
        if heat_w.size < CROWD_MIN:
            matrix = self.matrix(found) + np.diag(hold_w_k)
            return np.asarray(np.linalg.solve(matrix, heat_w), dtype=float)
        held = self._crowds(found)
        lumps = held.size.size
        matrix = self.matrix(found, held.place, lumps)
        matrix[np.diag_indices(lumps)] += total_by(held.place, hold_w_k, lumps)
        mean = np.asarray(np.linalg.solve(matrix, total_by(held.place, heat_w, lumps)), dtype=float)
        return self._members(found, mean[held.place], heat_w, hold_w_k)

    def _members(self, found: Conducting, mean: Array, heat_w: Array, hold_w_k: Array) -> Array:
        """(node,) the same of every rack, from what it hangs on."""
        out = mean.copy()
        racks = self.liquid.size
        toward = heat_w[:racks] + found.rack_w_k * mean[self.racks.zone]
        out[:racks] = toward / (found.rack_w_k + hold_w_k[:racks])
        return out
