"""Integrals of everything that is reported: energies, times, tokens. Exact, for rates are constant
between events.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.simulation.compute.racks import Compute
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World
from twin.simulation.power.supply import Supply
from twin.simulation.state.record import SITE


class Accounts(Discipline):
    """Rates that hold now, their integrals, and the extremes since they were last asked for."""

    def __init__(self, world: World, compute: Compute, supply: Supply) -> None:
        self.world = world
        self.own = world.state.accounts
        self.compute = compute
        self.supply = supply
        self.utilities = np.flatnonzero(supply.is_utility)
        self.generators = np.flatnonzero(supply.is_generator)
        rating = supply.tree.rating_w
        self.rating_w = np.where(np.isfinite(rating) & (rating > 0), rating, np.inf)

    def hold(self) -> None:
        """Take the rates of the interval that begins now."""
        own = self.own
        state = self.world.state
        supply = state.supply
        clock_frac = state.throttling.clock_frac
        own.site_rate = self._site_rate()
        own.rack_rate[0] = state.racks.rack_w
        own.rack_rate[1] = state.racks.rack_on
        own.rack_rate[2] = clock_frac
        own.power_rate[0] = supply.input_w
        own.power_rate[1] = supply.output_w
        own.power_rate[2] = supply.live
        own.power_rate[3] = supply.lost_w
        self._peaks()

    def _site_rate(self) -> Array:
        """(SITE,) what the whole site draws, loses and uses now."""
        state = self.world.state
        supply = state.supply
        tree = self.supply.tree
        gpus = self.compute.racks.gpus_per_node * state.racks.busy_nodes * state.racks.rack_on
        return np.array(
            [
                supply.input_w[self.utilities].sum(),
                supply.input_w[self.generators].sum(),
                supply.drain_w.sum(),
                (supply.recharge_w * tree.battery_charge_frac).sum(),
                supply.input_w[tree.load_of_rack].sum(),
                supply.lost_w.sum(),
                supply.input_w[tree.load_of_unit].sum(),
                state.units.water_kg_s,
                gpus.sum(),
                gpus[state.throttling.clock_frac < 1.0].sum(),
            ]
        )

    def _peaks(self) -> None:
        own = self.own
        state = self.world.state
        own.rack_peak_w = np.maximum(own.rack_peak_w, state.racks.rack_w)
        self.act()
        load_frac = state.supply.output_w / self.rating_w
        own.load_peak_frac = np.maximum(own.load_peak_frac, load_frac)

    def advance(self, span_s: float) -> None:
        """Integrate."""
        own = self.own
        own.site += own.site_rate * span_s
        own.rack += own.rack_rate * span_s
        own.power += own.power_rate * span_s
        own.unit_j += self.world.state.units.unit_w * span_s

    def act(self) -> None:
        """Look at the temperatures reached."""
        junction = self.compute.junction_degc()
        self.own.junction_peak_degc = np.maximum(self.own.junction_peak_degc, junction)

    def take_peaks(self) -> tuple[Array, Array, Array]:
        """Rack power, junction and loading extremes since the last call, which starts them anew."""
        own = self.own
        state = self.world.state
        out = (own.rack_peak_w, own.junction_peak_degc, own.load_peak_frac)
        own.rack_peak_w = state.racks.rack_w.copy()
        own.junction_peak_degc = self.compute.junction_degc()
        own.load_peak_frac = state.supply.output_w / self.rating_w
        return out

    def site_totals(self) -> dict[str, float]:
        """Integrals over the site by name, in joules, kilograms and GPU seconds."""
        return dict(zip(SITE, self.own.site.tolist(), strict=True))

    def electrical_residual_frac(self) -> float:
        """Energy in less energy out and stored, over energy in."""
        s = self.site_totals()
        supplied = s["utility"] + s["generator"] + s["battery_out"]
        used = s["it"] + s["loss"] + s["cooling"] + s["battery_in"]
        return float((supplied - used) / supplied) if supplied > 0 else 0.0
