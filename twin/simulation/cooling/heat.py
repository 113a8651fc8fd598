"""Heat: the network of racks, loops, halls and facility water, moved exactly between events."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Mask
from twin.errors import RunError
from twin.physics.crossing import Crossing, first_crossing
from twin.physics.thermal import Motion, motion
from twin.physics.thermal_modes import Modes
from twin.physics.thermal_path import Path, follow
from twin.simulation.cooling.coils import Coils
from twin.simulation.cooling.conductances import Conductances
from twin.simulation.cooling.flows import Flows
from twin.simulation.cooling.given import HeatGiven
from twin.simulation.cooling.leaks import Leaks
from twin.simulation.cooling.passed import HeatPassed
from twin.simulation.cooling.plant import Plants
from twin.simulation.cooling.valves import Valves
from twin.simulation.kernel.discipline import Discipline, TemperatureWatcher
from twin.simulation.kernel.stretch import Stretch, running_total
from twin.simulation.kernel.world import World

START_ROUNDS = 500
"""Rounds in which the first steady state is sought."""
START_STEP_S = 3600.0
"""Length of one round's implicit step."""
START_STILL_K = 1e-7
"""A round that moves nothing by more has found it."""
NEAR_K = 1e-5
"""A limit that a temperature may come this close to ends a quiet stretch; more than any rounding.
"""
NUDGE_K = 1e-3
"""How far past the end of its segment a plant may go in one round, to reach the next."""


class Heat(Discipline):
    """The thermal discipline of one run."""

    def __init__(
        self,
        world: World,
        flows: Flows,
        plants: Plants,
        coils: Coils,
        watchers: tuple[TemperatureWatcher, ...],
    ) -> None:
        self.world = world
        self.own = world.state.heat
        self.flows = flows
        self.plants = plants
        self.coils = coils
        self.valves = Valves(world)
        self.watchers = (*watchers, self.valves)
        self.network = world.facility.cooling
        self.water = np.array([p.node for p in self.network.plants], dtype=np.int64)
        self.conductances = Conductances(world, plants, coils, self.valves)
        self.leaks = Leaks(world)
        self.given = HeatGiven(world, flows, self.conductances, self.leaks)
        self.passed = HeatPassed(world, self.conductances, self.given.into_stream_w)
        plants.stays_w = self._stays_w
        self.air = self.network.air
        self._network: Modes | None = None

    def _set_dampers(self) -> None:
        """Dampers follow the weather whenever the controls look around."""
        if self.air.economises:
            rack_w = self.world.state.racks.rack_w
            self.coils.mix(self.conductances.return_degc(self.given.into_air_w(rack_w)))

    def _boundary_w(self) -> Array:
        """(plant,) constant part of the heat that each plant gives to its water."""
        segment = self.plants.own.segment
        return segment[:, 0] * segment[:, 1] - segment[:, 2]

    def hold(self) -> None:
        """Set the motion that holds until the next event."""
        own = self.own
        self._set_dampers()
        own.heat_w = self.given.injected_w()
        drive = own.heat_w.copy()
        drive[self.water] += self._boundary_w()
        self._network = self.conductances.decomposed()
        move = motion(self._network, own.temperature_degc, drive)
        own.drive = move.drive
        own.apart_k_s = np.zeros(0) if move.apart_k_s is None else move.apart_k_s

    def _motion(self) -> Motion:
        """The motion that holds, with what was worked out of it already."""
        own = self.own
        if self._network is None:
            self._network = self.conductances.decomposed()
        apart = own.apart_k_s if own.apart_k_s.size else None
        return Motion(self._network, own.temperature_degc, own.drive, apart)

    def _stays_w(self, node: int) -> float:
        """Heat that a node off the racks keeps now: C dT/dt; none before anything has moved."""
        if not self.own.drive.size:
            return 0.0
        move = self._motion()
        crowds = move.network.crowds
        lump = node if crowds is None else int(crowds.place[node])
        return float(self.network.capacity_j_k[node] * move.slope_k_s()[lump])

    def advance(self, span_s: float) -> None:
        """Move temperatures on and sum the heat that passed, exactly."""
        own = self.own
        move = self._motion()
        self._sum_heat(move.integral_k_s(span_s), span_s)
        move = move.later(span_s)
        if not np.isfinite(move.start_degc).all():
            raise RunError(f"temperatures are no longer numbers at {self.world.now_s:.3f} s")
        own.temperature_degc = move.start_degc
        own.drive = move.drive
        if move.apart_k_s is not None:
            own.apart_k_s = move.apart_k_s

    def _sum_heat(self, degc_s: Array, span_s: float) -> None:
        """Heat put in, and passed by plants, loops and halls, over a span."""
        own = self.own
        own.heat_in_j += float(own.heat_w.sum()) * span_s
        if self.leaks.vents:
            own.vented_j += float(self.conductances.vented_w_k() @ degc_s)
        passed = self.passed.passed_j(degc_s, span_s, self.plants.own.segment)
        own.plant_j += passed["plant_j"]
        own.loop_j += passed["loop_j"]
        own.hall_j += passed["hall_j"]

    def at_rest(self) -> bool:
        """A network without crowds, which `thermal_path` follows."""
        return not self.own.apart_k_s.size

    def apart(self) -> bool:
        """No rear door takes heat on the way."""
        return not self.given.conductances.doors.own

    def foretell(self, stretch: Stretch) -> None:
        """The temperatures, up to where somebody must act on one or a plant leaves its segment."""
        own = self.own
        stretch.heat_w = self._rows_w(stretch)
        heat_w = stretch.heat_w[1:].copy()
        conductance, reference, constant = np.moveaxis(stretch.segment[1:, :, :3], 2, 0)
        heat_w[:, self.water] += conductance * reference - constant
        start = (own.temperature_degc, own.drive)
        path = follow(self.conductances.decomposed(), *start, stretch.span_s, stretch.sets, heat_w)
        stretch.path = path
        stretch.temperature_degc = path.temperature_degc
        stretch.integral_k_s = path.integral_k_s
        fine = self.coils.stays(stretch) & self.valves.stays(stretch)
        fine &= self._untouched(path, stretch)
        fine[stretch.sets] &= self.plants.stays(stretch)
        if not fine.all():
            stretch.cut(int(np.argmin(fine)))

    def _rows_w(self, stretch: Stretch) -> Array:
        """(set + 1, node) heat before the first set and from each on."""
        own_w = self.own.heat_w
        closed_w = own_w
        if stretch.works:
            closed_w = self.given.closed_w(stretch.rack_w[1:])
        elif self.leaks.any:
            closed_w = self.given.closed_w(self.world.state.racks.rack_w)
        return np.vstack([own_w, self.leaks.with_outdoor(closed_w, stretch.outdoor_degc[1:, 0])])

    def _untouched(self, path: Path, stretch: Stretch) -> Mask:
        """(instant,) no temperature can have reached a limit in the interval that ends there."""
        others = self._limits(self.watchers[:-1])
        upper, lower = (np.tile(each, (len(stretch.time_s), 1)) for each in others)
        self.valves.limit(stretch, upper, lower)
        upper[:, self.water] = stretch.segment[stretch.row, :, 4]
        lower[:, self.water] = stretch.segment[stretch.row, :, 3]
        if self.coils.governed:
            ends = self.coils.ends(stretch)
            lower[:, self.air.handler_node], upper[:, self.air.handler_node] = ends
        cool = np.ones(len(upper), dtype=bool)
        if stretch.works:
            racks = stretch.warmest_degc.shape[1]
            warmest = stretch.warmest_degc[stretch.row]
            upper[:, :racks] = np.minimum(upper[:, :racks], warmest)
            after = stretch.warmest_degc[stretch.row_after] - NEAR_K
            cool &= (path.temperature_degc[1:, :racks] < after).all(axis=1)
        rise, fall = path.bounds_k()
        below = path.temperature_degc[:-1] + rise < upper - NEAR_K
        above = path.temperature_degc[:-1] + fall > lower + NEAR_K
        return np.asarray((below & above).all(axis=1) & cool)

    def live_through(self, stretch: Stretch) -> None:
        """Temperatures, and the heat that passed."""
        own = self.own
        path = stretch.path
        assert path is not None
        instants = len(stretch.time_s)
        own.temperature_degc = path.temperature_degc[instants].copy()
        own.drive = path.drive[instants].copy()
        given_w = np.array([float(row.sum()) for row in stretch.heat_w])  # as an event sums them
        gained = given_w[stretch.row] * stretch.span_s
        own.heat_in_j = float(running_total(own.heat_in_j, gained)[-1])
        own.heat_w = stretch.heat_w[-1].copy()
        if self.leaks.vents:
            vented = self.conductances.vented_j(stretch.integral_k_s)
            own.vented_j = float(running_total(own.vented_j, vented)[-1])
        stretch.samples["temperature_degc"] = stretch.temperature_degc[1:][stretch.periods]
        span_s = stretch.span_s[:, None]
        segment = stretch.segment[stretch.row]
        passed = self.passed.passed_j(stretch.integral_k_s, span_s, segment)
        for name, joules in passed.items():
            totals = running_total(getattr(own, name), joules)
            stretch.samples[name] = totals[stretch.periods]
            setattr(own, name, totals[-1].copy())

    def _limits(self, watchers: tuple[TemperatureWatcher, ...]) -> tuple[Array, Array]:
        """(thermal node,) above and below which somebody must act."""
        size = self.network.capacity_j_k.size
        upper = np.full(size, np.inf)
        lower = np.full(size, -np.inf)
        for watcher in watchers:
            watcher.limits(upper, lower)
        return upper, lower

    def next_crossing(self, horizon_s: float) -> Crossing | None:
        """The first temperature that somebody must act on."""
        return first_crossing(self._motion(), *self._limits(self.watchers), horizon_s)

    def stored_j(self) -> float:
        """Heat in the network, over 0 degC."""
        return float(self.network.capacity_j_k @ self.own.temperature_degc)

    def residual_frac(self) -> float:
        """Heat put in less heat taken out and stored, over heat put in: a check of the whole
        network.
        """
        own = self.own
        stored = self.stored_j() - own.start_j
        left = own.heat_in_j - float(own.plant_j.sum()) - own.vented_j - stored
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
                moved = self.coils.choose() | self.valves.choose()
                if not self.plants.choose_segments() and not moved and still:
                    break
        own.start_j = self.stored_j()

    def _implicit_step(self, before: Array) -> Array:
        """Temperatures after a long implicit step; plants stay near the segment they are on."""
        segment = self.plants.own.segment
        hold = self.network.capacity_j_k / START_STEP_S
        heat = self.given.injected_w()
        heat[self.water] += self._boundary_w()
        after = self.conductances.solved(heat + hold * before, hold)
        lower = segment[:, 3] - NUDGE_K
        upper = segment[:, 4] + NUDGE_K
        after[self.water] = np.clip(after[self.water], lower, upper)
        return after
