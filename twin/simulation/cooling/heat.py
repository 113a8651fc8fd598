"""Heat: the network of racks, loops, halls and facility water, moved exactly between events."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from twin.arrays import Array, Index, total_by
from twin.errors import RunError
from twin.physics.thermal import (
    Crossing,
    Crowds,
    Modes,
    Motion,
    crowds,
    first_crossing,
    modes,
    motion,
)
from twin.simulation.cooling.flows import Flows
from twin.simulation.cooling.plant import Plants
from twin.simulation.kernel.discipline import Discipline, TemperatureWatcher
from twin.simulation.kernel.world import World

AIR_STILL_FRAC = 0.1
"""Share of its air stream that a dark rack still draws by natural convection; assumed."""
CROWD_MIN = 500
"""Thermal nodes from which racks that are alike are lumped: below, a plain network is as quick."""
CACHE_MAX = 256
"""Decomposed networks kept; each equipment state has its own."""
START_ROUNDS = 500
"""Rounds in which the first steady state is sought."""
START_STEP_S = 3600.0
"""Length of one round's implicit step."""
START_STILL_K = 1e-7
"""A round that moves nothing by more has found it."""
NUDGE_K = 1e-3
"""How far past the end of its segment a plant may go in one round, to reach the next."""


class Heat(Discipline):
    """The thermal discipline of one run."""

    def __init__(
        self, world: World, flows: Flows, plants: Plants, watchers: tuple[TemperatureWatcher, ...]
    ) -> None:
        self.world = world
        self.own = world.state.heat
        self.flows = flows
        self.plants = plants
        self.watchers = watchers
        self.racks = world.facility.racks
        self.network = world.facility.cooling
        self.water = np.array([p.node for p in self.network.plants], dtype=np.int64)
        self.liquid = self.racks.liquid_frac > 0
        self.into_stream_frac = np.where(self.liquid, self.racks.liquid_frac, 1.0)
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

    def _decomposed(self) -> Modes:
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

    def injected_w(self) -> Array:
        """(node,) heat of racks, fans and pumps, boundaries left out."""
        n = self.network
        state = self.world.state
        units = n.units
        cdu = self.flows.is_cdu
        crah = self.flows.is_crah
        q = np.zeros(n.capacity_j_k.size)
        into_stream = self.into_stream_frac * state.racks.rack_w
        q[: into_stream.size] = into_stream
        np.add.at(q, self.racks.air_node, state.racks.rack_w - into_stream)
        np.add.at(q, n.loop_node[units.zone[cdu]], state.units.unit_w[cdu])
        np.add.at(q, n.hall_air[units.zone[crah]], state.units.unit_w[crah])
        for p, plant in enumerate(n.plants):
            q[plant.node] += plant.pump_w * state.flows.water_frac[p]
        return q

    def _boundary_w(self) -> Array:
        """(plant,) constant part of the heat that each plant gives to its water."""
        segment = self.plants.own.segment
        return segment[:, 0] * segment[:, 1] - segment[:, 2]

    def hold(self) -> None:
        """Set the motion that holds until the next event."""
        own = self.own
        own.heat_w = self.injected_w()
        drive = own.heat_w.copy()
        drive[self.water] += self._boundary_w()
        move = motion(self._decomposed(), own.temperature_degc, drive)
        own.rate_per_s = move.rate_per_s
        own.weight_k_s = move.weight_k_s
        if move.crowds is not None and move.apart_k_s is not None:
            own.apart_k_s = move.apart_k_s
            own.place = move.crowds.place
            own.lump_size = move.crowds.size
            own.own_rate_per_s = move.crowds.rate_per_s

    def _motion(self) -> Motion:
        own = self.own
        if not own.place.size:
            return Motion(own.rate_per_s, own.temperature_degc, own.weight_k_s)
        held = Crowds(own.place, own.lump_size, own.own_rate_per_s)
        return Motion(own.rate_per_s, own.temperature_degc, own.weight_k_s, held, own.apart_k_s)

    def advance(self, span_s: float) -> None:
        """Move temperatures on and sum the heat that passed, exactly."""
        own = self.own
        move = self._motion()
        self._sum_heat(move.integral_k_s(span_s), span_s)
        move = move.later(span_s)
        if not np.isfinite(move.start_degc).all():
            raise RunError(f"temperatures are no longer numbers at {self.world.now_s:.3f} s")
        own.temperature_degc = move.start_degc
        own.weight_k_s = move.weight_k_s
        if move.apart_k_s is not None:
            own.apart_k_s = move.apart_k_s

    def _sum_heat(self, degc_s: Array, span_s: float) -> None:
        """Heat put in, and passed by plants, loops and halls, over a span."""
        own = self.own
        n = self.network
        flows = self.world.state.flows
        own.heat_in_j += float(own.heat_w.sum()) * span_s
        conductance, reference, constant = self.plants.own.segment[:, :3].T
        own.plant_j += conductance * (degc_s[self.water] - reference * span_s) + constant * span_s
        water_of_loop = self.water[n.loop_plant]
        water_of_hall = self.water[np.maximum(n.hall_plant, 0)]
        own.loop_j += flows.loop_w_k * (degc_s[n.loop_node] - degc_s[water_of_loop])
        own.hall_j += flows.hall_w_k * (degc_s[n.hall_air] - degc_s[water_of_hall])

    def next_crossing(self, horizon_s: float) -> Crossing | None:
        """The first temperature that somebody must act on."""
        size = self.network.capacity_j_k.size
        upper = np.full(size, np.inf)
        lower = np.full(size, -np.inf)
        for watcher in self.watchers:
            watcher.limits(upper, lower)
        return first_crossing(self._motion(), upper, lower, horizon_s)

    def stored_j(self) -> float:
        """Heat in the network, over 0 degC."""
        return float(self.network.capacity_j_k @ self.own.temperature_degc)

    def residual_frac(self) -> float:
        """Heat put in less heat taken out and stored, over heat put in: a check of the whole
        network.
        """
        own = self.own
        stored = self.stored_j() - own.start_j
        left = own.heat_in_j - float(own.plant_j.sum()) - stored
        return left / own.heat_in_j if own.heat_in_j > 0 else 0.0

    def warm(self, water_degc: Array) -> None:
        """Start every facility water loop inside its control band."""
        temperature = self.own.temperature_degc.copy()
        temperature[self.water] = water_degc
        self.own.temperature_degc = temperature

    def start_steady(self) -> None:
        """Begin in the steady state of the first instant's heat, where everything runs and one can
        be held.

        Each round is an implicit step of an hour, so that a part without a way out stays where it
        is; plants move to a neighbouring segment at most, so that the rounds close in.
        """
        own = self.own
        if self.world.state.flows.unit_running.all():
            for _ in range(START_ROUNDS):
                before = own.temperature_degc
                own.temperature_degc = self._implicit_step(before)
                still = np.abs(own.temperature_degc - before).max() < START_STILL_K
                if not self.plants.choose_segments() and still:
                    break
        own.start_j = self.stored_j()

    def _implicit_step(self, before: Array) -> Array:
        """Temperatures after a long implicit step; plants stay near the segment they are on."""
        segment = self.plants.own.segment
        hold = self.network.capacity_j_k / START_STEP_S
        heat = self.injected_w()
        heat[self.water] += self._boundary_w()
        after = self._solved(heat + hold * before, hold)
        lower = segment[:, 3] - NUDGE_K
        upper = segment[:, 4] + NUDGE_K
        after[self.water] = np.clip(after[self.water], lower, upper)
        return after

    def _solved(self, heat_w: Array, hold_w_k: Array) -> Array:
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
