"""The thermal network as it conducts now: its links, its matrix, its modes, and its balance."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from twin.arrays import Array, Index, total_by
from twin.physics.thermal import Modes, crowds, modes
from twin.simulation.cooling.plant import Plants
from twin.simulation.kernel.world import World

AIR_STILL_FRAC = 0.1
"""Share of its air stream that a dark rack still draws by natural convection; assumed."""
CROWD_MIN = 500
"""Thermal nodes from which racks that are alike are lumped: below, a plain network is as quick."""
CACHE_MAX = 256
"""Decomposed networks kept; each equipment state has its own."""


class Conductances:
    """Reads flows, racks and plants; part of the thermal discipline, and writes no state."""

    def __init__(self, world: World, plants: Plants) -> None:
        self.world = world
        self.plants = plants
        self.racks = world.facility.racks
        self.network = world.facility.cooling
        self.water = np.array([p.node for p in self.network.plants], dtype=np.int64)
        self.liquid = self.racks.liquid_frac > 0
        self.ends = self._ends()
        self.modes_of: dict[bytes, Modes] = {}

    def _ends(self) -> tuple[Index, Index]:
        """Ends of all links: racks, loops to plants, halls to plants, halls to their mass."""
        n = self.network
        cooled = n.hall_plant >= 0
        racks = np.arange(len(self.racks.id))
        a = [racks, n.loop_node, n.hall_air[cooled], n.hall_air]
        b = [self.racks.zone, self.water[n.loop_plant]]
        b += [self.water[n.hall_plant[cooled]], n.hall_mass]
        return np.concatenate(a), np.concatenate(b)

    def links_w_k(self) -> Array:
        """(link,) conductances, in the order of the ends."""
        n = self.network
        flows = self.world.state.flows
        still = np.where(self.world.state.racks.rack_lit, 1.0, AIR_STILL_FRAC)
        stream = np.where(self.liquid, flows.rack_flow_frac, still)
        rack_w_k = self.racks.stream_w_k * stream * (1 - self.racks.recirculation_frac)
        cooled = n.hall_plant >= 0
        return np.concatenate([rack_w_k, flows.loop_w_k, flows.hall_w_k[cooled], n.hall_mass_w_k])

    def decomposed(self) -> Modes:
        """The network in modes, as it conducts now."""
        links_w_k = self.links_w_k()
        ground_w_k = self.plants.own.segment[:, 0]
        key = np.concatenate([links_w_k, ground_w_k]).tobytes()
        if key not in self.modes_of:
            if len(self.modes_of) >= CACHE_MAX:
                self.modes_of.clear()
            self.modes_of[key] = self._decompose(links_w_k, ground_w_k)
        return self.modes_of[key]

    def _decompose(self, links_w_k: Array, ground_w_k: Array) -> Modes:
        """The network in modes; racks that are alike are lumped where there are many."""
        capacity = self.network.capacity_j_k
        if capacity.size < CROWD_MIN:
            return modes(capacity, self.matrix(links_w_k, ground_w_k, capacity.size, self.ends))
        a, b = self.ends
        held = crowds(capacity, a, b, links_w_k, len(self.racks.id))
        ends = (held.place[a], held.place[b])
        whole = total_by(held.place, capacity, held.size.size)
        lumped = modes(whole, self.matrix(links_w_k, ground_w_k, whole.size, ends, held.place))
        return replace(lumped, crowds=held)

    def matrix(
        self,
        links_w_k: Array,
        ground_w_k: Array,
        size: int,
        ends: tuple[Index, Index],
        place: Index | None = None,
    ) -> Array:
        """The conductance matrix (node, node), or (lump, lump) with the place of every node."""
        a, b = ends
        water = self.water if place is None else place[self.water]
        k = np.zeros((size, size))
        np.add.at(k, (a, a), links_w_k)
        np.add.at(k, (b, b), links_w_k)
        np.add.at(k, (a, b), -links_w_k)
        np.add.at(k, (b, a), -links_w_k)
        k[water, water] += ground_w_k
        return k

    def solved(self, heat_w: Array, hold_w_k: Array) -> Array:
        """(node,) temperatures that balance heat against links and what each node holds."""
        links_w_k = self.links_w_k()
        size = self.network.capacity_j_k.size
        matrix_of = partial(self.matrix, links_w_k, self.plants.own.segment[:, 0])
        if size < CROWD_MIN:
            matrix = matrix_of(size, self.ends) + np.diag(hold_w_k)
            return np.asarray(np.linalg.solve(matrix, heat_w), dtype=float)
        leaves = len(self.racks.id)
        out = np.empty(size)
        out[leaves:] = self._solved_without_racks(links_w_k, heat_w, hold_w_k)
        link = links_w_k[:leaves]
        toward = heat_w[:leaves] + link * out[self.racks.zone]
        out[:leaves] = toward / (link + hold_w_k[:leaves])
        return out

    def _solved_without_racks(self, links_w_k: Array, heat_w: Array, hold_w_k: Array) -> Array:
        """(other node,) the same with every rack eliminated: each hangs on one node only."""
        leaves = len(self.racks.id)
        link = links_w_k[:leaves]
        passed = link / (link + hold_w_k[:leaves])
        a, b = self.ends
        ends = (a[leaves:] - leaves, b[leaves:] - leaves)
        others = heat_w.size - leaves
        zone = self.racks.zone - leaves
        ground_w_k = self.plants.own.segment[:, 0]
        place = np.arange(heat_w.size) - leaves
        matrix = self.matrix(links_w_k[leaves:], ground_w_k, others, ends, place)
        held = hold_w_k[leaves:] + total_by(zone, link * (1 - passed), others)
        matrix[np.diag_indices(others)] += held
        heat = heat_w[leaves:] + total_by(zone, passed * heat_w[:leaves], others)
        return np.asarray(np.linalg.solve(matrix, heat), dtype=float)
