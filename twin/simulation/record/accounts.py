"""Integrals of everything that is reported: energies, times, tokens. Exact, for rates are constant
between events.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.cooling.moist_halls import moist_halls
from twin.physics.prime import heat_of_rating
from twin.simulation.compute.racks import Compute
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.stretch import Stretch, highest_held, highest_passed, running_total
from twin.simulation.kernel.world import World
from twin.simulation.power.supply import Supply
from twin.simulation.state.record import SITE

NOTHING_W = 1e-6
"""A meter's power below this is rounding: what a site that covers itself neither buys nor sells."""


class Accounts(Discipline):
    """Rates that hold now, their integrals, and the extremes since they were last asked for."""

    def __init__(self, world: World, compute: Compute, supply: Supply) -> None:
        self.world = world
        self.own = world.state.accounts
        self.compute = compute
        self.supply = supply
        self.utilities = np.flatnonzero(supply.is_utility)
        self.generators = np.flatnonzero(of_role(supply.tree.kind, Role.STANDBY, Role.PRIME))
        self.prime = np.flatnonzero(of_role(supply.tree.kind, Role.PRIME))
        rating = supply.tree.rating_w
        self.drawn_frac = 1.0 + moist_halls(world.facility).bleed_frac
        self.rating_w = np.where(np.isfinite(rating) & (rating > 0), rating, np.inf)

    def hold(self) -> None:
        """Take the rates of the interval that begins now."""
        own = self.own
        state = self.world.state
        supply = state.supply
        clock_frac = state.throttling.clock_frac
        beside = (supply.recharge_w, supply.drain_w, state.racks.busy_nodes)
        own.site_rate = self._site_rate(supply.input_w, supply.lost_w, self._water_kg_s(), *beside)
        own.site_rate[-1] = self._fuel_m3_s(supply.output_w)
        own.rack_rate[0] = state.racks.rack_w
        own.rack_rate[1] = state.racks.rack_on
        own.rack_rate[2] = clock_frac
        own.power_rate[0] = supply.input_w
        own.power_rate[1] = supply.output_w
        own.power_rate[2] = supply.live
        own.power_rate[3] = supply.lost_w
        self._peaks()

    def _water_kg_s(self) -> float:
        """Water that plants evaporate, and that humidifiers give and drain."""
        state = self.world.state
        moist = state.moisture
        drawn = float(moist.water_kg_s[1] @ self.drawn_frac) if moist.ratio.size else 0.0
        return state.units.water_kg_s + drawn

    def _site_rate(
        self,
        input_w: Array,
        lost_w: Array,
        water_kg_s: Array | float,
        recharge_w: Array,
        drain_w: Array,
        busy_nodes: Array,
    ) -> Array:
        """(..., SITE) what the whole site draws, loses and uses, of inputs, losses and what
        batteries take and give (..., power node), water (...,), and nodes at work (..., rack).
        """
        state = self.world.state
        tree = self.supply.tree
        gpus = self.compute.racks.gpus_per_node * busy_nodes * state.racks.rack_on
        throttled = np.flatnonzero(state.throttling.clock_frac < 1.0)
        rate = np.zeros((*input_w.shape[:-1], len(SITE)))
        bought_w = _sums(input_w.take(self.utilities, axis=-1))
        bought_w = np.where(np.abs(bought_w) < NOTHING_W, 0.0, bought_w)
        rate[..., 0] = np.maximum(bought_w, 0.0)
        rate[..., 1] = _sums(input_w.take(self.generators, axis=-1))
        if self.supply.has_batteries:
            rate[..., 2] = _sums(drain_w)
            rate[..., 3] = _sums(recharge_w * tree.battery_charge_frac)
        rate[..., 4] = _sums(input_w.take(tree.load_of_rack, axis=-1))
        rate[..., 5] = _sums(lost_w)
        rate[..., 6] = _sums(input_w.take(tree.load_of_unit, axis=-1))
        if tree.load_of_other.size:
            rate[..., 14] = _sums(input_w.take(tree.load_of_other, axis=-1))
        rate[..., 7] = water_kg_s
        rate[..., 8] = _sums(gpus)
        rate[..., 9] = _sums(gpus.take(throttled, axis=-1))
        rate[..., 11] = np.maximum(-bought_w, 0.0)
        if state.solar.given_w.size:
            rate[..., 10] = _sums(state.solar.given_w)
            rate[..., 12] = _sums(state.solar.available_w - state.solar.given_w)
        if self.prime.size:
            rate[..., 13] = self._gas_w(input_w)
        return rate

    def _gas_w(self, output_w: Array) -> Array:
        """(...,) heat of the gas that prime generators burn at outputs (..., power node)."""
        tree = self.supply.tree
        points = (
            tree.gas_efficiency_half_frac[self.prime],
            tree.gas_efficiency_three_quarters_frac[self.prime],
            tree.gas_efficiency_frac[self.prime],
        )
        rating_w = tree.rating_w[self.prime]
        burnt_w = rating_w * heat_of_rating(output_w[..., self.prime] / rating_w, *points)
        return np.asarray((burnt_w * self.world.state.supply.live[self.prime]).sum(axis=-1))

    def _fuel_m3_s(self, output_w: Array) -> Array | float:
        """(...,) fuel that generators burn at outputs (..., power node)."""
        if not (self.generators.size and self.world.state.supply.running.any()):
            return 0.0
        return np.asarray(self.supply.generators.fuel.rate_m3_s(output_w).sum(axis=-1))

    def _peaks(self) -> None:
        own = self.own
        state = self.world.state
        own.rack_peak_w = np.maximum(own.rack_peak_w, state.racks.rack_w)
        self.act()
        load_frac = state.supply.output_w / self.rating_w
        own.load_peak_frac = np.maximum(own.load_peak_frac, load_frac)
        if self.supply.has_batteries:
            own.battery_least_j = np.minimum(own.battery_least_j, state.supply.battery_j)

    def advance(self, span_s: float) -> None:
        """Integrate."""
        own = self.own
        own.site += own.site_rate * span_s
        own.rack += own.rack_rate * span_s
        own.power += own.power_rate * span_s
        own.unit_j += self.world.state.units.unit_w * span_s

    def live_through(self, stretch: Stretch) -> None:
        """Integrate interval by interval, and look at the temperatures reached."""
        own = self.own
        busy = stretch.busy_nodes if stretch.works else self.world.state.racks.busy_nodes
        beside = (*self.supply.batteries.cells_w(stretch), busy)
        rates = self._site_rate(stretch.input_w, stretch.lost_w, stretch.water_kg_s, *beside)
        rates[..., -1] = self._fuel_m3_s(stretch.output_w)
        rates[0] = own.site_rate
        stretch.site_rate = rates
        power = np.empty((len(rates), *own.power_rate.shape))
        power[:] = own.power_rate
        for part, values in ((0, stretch.input_w), (1, stretch.output_w), (3, stretch.lost_w)):
            power[1:, part] = values[1:]
        own.site = self._integrated("site", own.site, rates, stretch)
        own.power = self._integrated("power", own.power, power, stretch)
        rack = np.tile(own.rack_rate, (len(rates), 1, 1))
        rack[1:, 0] = stretch.rack_w[1:]
        own.rack = self._integrated("rack", own.rack, rack, stretch)
        own.unit_j = self._integrated("unit_j", own.unit_j, stretch.unit_w, stretch)
        own.site_rate = rates[-1].copy()
        own.power_rate = power[-1].copy()
        own.rack_rate = rack[-1].copy()
        self._live_through_peaks(stretch)

    def _integrated(self, name: str, start: Array, rate: Array, stretch: Stretch) -> Array:
        """An integral at the end of a stretch; the record gets it where periods end."""
        held = rate[stretch.row] if len(rate) > 1 else rate
        span_s = stretch.span_s.reshape(-1, *[1] * start.ndim)
        totals = running_total(start, held * span_s)
        stretch.samples[name] = totals[stretch.periods]
        return np.asarray(totals[-1].copy())

    def _live_through_peaks(self, stretch: Stretch) -> None:
        """Extremes of every period that ends, and since the last one did."""
        own = self.own
        ends = np.flatnonzero(stretch.periods)
        coolant = stretch.temperature_degc[1:, : len(own.rack_peak_w)]
        junction_k_w = self.world.state.flows.junction_k_w
        hottest_w = self._hottest_w(stretch)
        before = coolant + junction_k_w * hottest_w[stretch.row]
        after = coolant + junction_k_w * hottest_w[stretch.row_after]
        stretch.samples["junction_degc"] = before[ends]
        load_frac = stretch.output_w / self.rating_w
        for name, found in (
            ("rack_peak_w", highest_held(own.rack_peak_w, stretch, stretch.rack_w)),
            ("load_peak_frac", highest_held(own.load_peak_frac, stretch, load_frac)),
            ("junction_peak_degc", highest_passed(own.junction_peak_degc, before, after, ends)),
        ):
            stretch.samples[name], since = found
            setattr(own, name, since)
        self._live_through_batteries(stretch, ends.size)

    def _hottest_w(self, stretch: Stretch) -> Array:
        """(set + 1, rack) power of the busiest GPU."""
        if stretch.works:
            return self.compute.hottest_at_w(stretch.peak_activity)
        return np.broadcast_to(self.compute.hottest_w(), stretch.rack_w.shape)

    def _live_through_batteries(self, stretch: Stretch, periods: int) -> None:
        """Where no battery moves only the first period may hold an earlier low."""
        own = self.own
        if stretch.battery_j.size:
            stretch.samples["battery_least_j"] = self._lows(stretch)
            return
        least_j = np.repeat(self.world.state.supply.battery_j[None], periods, axis=0)
        if periods:
            least_j[0] = own.battery_least_j
            own.battery_least_j = self.world.state.supply.battery_j.copy()
        stretch.samples["battery_least_j"] = least_j

    def _lows(self, stretch: Stretch) -> Array:
        """(period, power node) least energy at looks around since the period before ended, and at
        its end.
        """
        own = self.own
        lows = []
        for looked, ended, held_j in zip(
            stretch.looks, stretch.periods, stretch.battery_j, strict=True
        ):
            if looked or ended:
                own.battery_least_j = np.minimum(own.battery_least_j, held_j)
            if ended:
                lows.append(own.battery_least_j)
                own.battery_least_j = held_j.copy()
        return np.array(lows).reshape(-1, own.battery_least_j.size)

    def act(self) -> None:
        """Look at the temperatures reached."""
        junction = self.compute.junction_degc()
        self.own.junction_peak_degc = np.maximum(self.own.junction_peak_degc, junction)

    def peaks(self) -> tuple[Array, Array, Array, Array]:
        """Rack power, junction, loading and battery extremes since they started anew."""
        own = self.own
        least_j = np.minimum(own.battery_least_j, self.world.state.supply.battery_j)
        return own.rack_peak_w, own.junction_peak_degc, own.load_peak_frac, least_j

    def start_peaks(self) -> None:
        """Let extremes start anew, from what holds now."""
        own = self.own
        state = self.world.state
        own.rack_peak_w = state.racks.rack_w.copy()
        own.junction_peak_degc = self.compute.junction_degc()
        own.load_peak_frac = state.supply.output_w / self.rating_w
        own.battery_least_j = state.supply.battery_j.copy()

    def site_totals(self) -> dict[str, float]:
        """Integrals over the site by name, in joules, kilograms and GPU seconds."""
        return dict(zip(SITE, self.own.site.tolist(), strict=True))

    def electrical_residual_frac(self) -> float:
        """Energy in less energy out and stored, over energy in."""
        s = self.site_totals()
        supplied = s["utility"] + s["generator"] + s["battery_out"] + s["solar"]
        drawn = s["it"] + s["loss"] + s["cooling"] + s["other"]
        used = drawn + s["battery_in"] + s["export"]
        return float((supplied - used) / supplied) if supplied > 0 else 0.0


def _sums(values: Array) -> Array:
    """(...,) sums over the last axis, without the detour that the method of arrays takes."""
    return np.asarray(np.add.reduce(values, axis=-1))
