"""Heat: the network of racks, loops, halls and facility water, moved exactly between events."""

from __future__ import annotations

import numpy as np

from twin.errors import RunError
from twin.physics.thermal import Crossing, Modes, Motion, first_crossing, modes, motion
from twin.simulation.cooling.flows import Flows
from twin.simulation.cooling.plant import Plants
from twin.simulation.kernel.discipline import Watcher
from twin.simulation.kernel.state import Array, Index
from twin.simulation.kernel.world import World

AIR_STILL_FRAC = 0.1
"""Share of its air stream that a dark rack still draws by natural convection; assumed."""
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


class Heat:
    """The thermal discipline of one run."""

    def __init__(
        self, world: World, coolant: Flows, plants: Plants, watchers: tuple[Watcher, ...]
    ) -> None:
        self.world = world
        self.coolant = coolant
        self.plants = plants
        self.watchers = watchers
        self.racks = world.facility.racks
        self.network = world.facility.cooling
        self.modes_of: dict[bytes, Modes] = {}
        self.move: Motion | None = None
        self.through_j = np.zeros(len(self.network.plants))
        self.loop_j = np.zeros(len(self.network.loop_id))
        self.hall_j = np.zeros(len(self.network.hall_id))
        self.heat_in_j = 0.0
        self.heat_w = np.zeros(self.network.capacity_j_k.size)
        self.start_j = 0.0

    def links(self) -> tuple[Index, Index, Array]:
        """Ends and conductances of all links: racks, loops to plants, halls to plants, halls to
        their mass.
        """
        n = self.network
        state = self.world.state
        still = np.where(state.rack_lit, 1.0, AIR_STILL_FRAC)
        stream = np.where(self.racks.liquid_frac > 0, self.coolant.rack_flow_frac(), still)
        rack_g = self.racks.stream_w_k * stream * (1 - self.racks.recirculation_frac)
        water = np.array([p.node for p in n.plants])
        cooled = n.hall_plant >= 0
        a = np.concatenate(
            [np.arange(len(self.racks.id)), n.loop_node, n.hall_air[cooled], n.hall_air]
        )
        b = np.concatenate(
            [self.racks.zone, water[n.loop_plant], water[n.hall_plant[cooled]], n.hall_mass]
        )
        g = np.concatenate(
            [rack_g, self.coolant.loop_w_k, self.coolant.hall_w_k[cooled], n.hall_mass_w_k]
        )
        return a, b, g

    def _decomposed(self) -> Modes:
        a, b, g = self.links()
        ground = np.array([p.conductance_w_k for p in self.plants.segment])
        key = np.concatenate([g, ground]).tobytes()
        if key not in self.modes_of:
            if len(self.modes_of) >= CACHE_MAX:
                self.modes_of.clear()
            self.modes_of[key] = modes(self.network.capacity_j_k, self.matrix(a, b, g, ground))
        return self.modes_of[key]

    def matrix(self, a: Index, b: Index, g: Array, ground: Array) -> Array:
        """The conductance matrix (node, node)."""
        size = self.network.capacity_j_k.size
        k = np.zeros((size, size))
        np.add.at(k, (a, a), g)
        np.add.at(k, (b, b), g)
        np.add.at(k, (a, b), -g)
        np.add.at(k, (b, a), -g)
        for plant, conductance in zip(self.network.plants, ground, strict=True):
            k[plant.node, plant.node] += conductance
        return k

    def injected_w(self) -> Array:
        """(node,) heat of racks, fans and pumps, boundaries left out."""
        n = self.network
        state = self.world.state
        units = self.coolant.units
        q = np.zeros(n.capacity_j_k.size)
        liquid = self.racks.liquid_frac > 0
        into_stream = np.where(liquid, self.racks.liquid_frac, 1.0) * state.rack_w
        q[: into_stream.size] = into_stream
        np.add.at(q, self.racks.air_node, state.rack_w - into_stream)
        np.add.at(
            q, n.loop_node[units.zone[self.coolant.is_cdu]], state.unit_w[self.coolant.is_cdu]
        )
        np.add.at(
            q, n.hall_air[units.zone[self.coolant.is_crah]], state.unit_w[self.coolant.is_crah]
        )
        for p, plant in enumerate(n.plants):
            q[plant.node] += plant.pump_w * state.water_frac[p]
        return q

    def settle(self) -> None:
        """Set the motion that holds until the next event."""
        self.heat_w = self.injected_w()
        drive = self.heat_w.copy()
        for plant, segment in zip(self.network.plants, self.plants.segment, strict=True):
            drive[plant.node] += (
                segment.conductance_w_k * segment.reference_degc - segment.constant_w
            )
        self.move = motion(self._decomposed(), self.world.state.temperature_degc, drive)

    def advance(self, dt_s: float) -> None:
        """Move temperatures on and sum the heat that passed, exactly."""
        assert self.move is not None
        n = self.network
        degc_s = self.move.integral_k_s(dt_s)
        self.heat_in_j += float(self.heat_w.sum()) * dt_s
        for p, (plant, segment) in enumerate(zip(n.plants, self.plants.segment, strict=True)):
            self.through_j[p] += (
                segment.conductance_w_k * (degc_s[plant.node] - segment.reference_degc * dt_s)
                + segment.constant_w * dt_s
            )
        water = np.array([p.node for p in n.plants])
        self.loop_j += self.coolant.loop_w_k * (degc_s[n.loop_node] - degc_s[water[n.loop_plant]])
        self.hall_j += self.coolant.hall_w_k * (
            degc_s[n.hall_air] - degc_s[water[np.maximum(n.hall_plant, 0)]]
        )
        self.move = self.move.later(dt_s)
        if not np.isfinite(self.move.start_degc).all():
            raise RunError(f"temperatures are no longer numbers at {self.world.now_s:.3f} s")
        self.world.state.temperature_degc = self.move.start_degc

    def next_crossing(self, horizon_s: float) -> Crossing | None:
        """The first temperature that somebody must act on."""
        assert self.move is not None
        size = self.network.capacity_j_k.size
        upper = np.full(size, np.inf)
        lower = np.full(size, -np.inf)
        for watcher in self.watchers:
            watcher.limits(upper, lower)
        return first_crossing(self.move, upper, lower, horizon_s)

    def stored_j(self) -> float:
        """Heat in the network, over 0 degC."""
        return float(self.network.capacity_j_k @ self.world.state.temperature_degc)

    def residual_frac(self) -> float:
        """Heat put in less heat taken out and stored, over heat put in: a check of the whole
        network.
        """
        left = self.heat_in_j - float(self.through_j.sum()) - (self.stored_j() - self.start_j)
        return left / self.heat_in_j if self.heat_in_j > 0 else 0.0

    def warm(self, water_degc: Array) -> None:
        """Start every facility water loop inside its control band."""
        temperature = self.world.state.temperature_degc.copy()
        temperature[[p.node for p in self.network.plants]] = water_degc
        self.world.state.temperature_degc = temperature

    def start_steady(self) -> None:
        """Begin in the steady state of the first instant's heat, where everything runs and one can
        be held.

        Each round is an implicit step of an hour, so that a part without a way out stays where it
        is; plants move to a neighbouring segment at most, so that the rounds close in.
        """
        state = self.world.state
        n = self.network
        for _ in range(START_ROUNDS) if state.unit_running.all() else ():
            before = state.temperature_degc
            heat = self.injected_w()
            hold = n.capacity_j_k / START_STEP_S
            ground = np.array([p.conductance_w_k for p in self.plants.segment])
            for plant, segment in zip(n.plants, self.plants.segment, strict=True):
                heat[plant.node] += (
                    segment.conductance_w_k * segment.reference_degc - segment.constant_w
                )
            k = self.matrix(*self.links(), ground) + np.diag(hold)
            after: Array = np.asarray(np.linalg.solve(k, heat + hold * before), dtype=float)
            for plant, segment in zip(n.plants, self.plants.segment, strict=True):
                after[plant.node] = np.clip(
                    after[plant.node], segment.lower_degc - NUDGE_K, segment.upper_degc + NUDGE_K
                )
            state.temperature_degc = after
            if not self.plants.choose_segments() and np.abs(after - before).max() < START_STILL_K:
                break
        self.start_j = self.stored_j()
