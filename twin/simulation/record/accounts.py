"""Integrals of everything that is reported: energies, times, tokens. Exact, for rates are constant
between events.
"""

from __future__ import annotations

import numpy as np

from twin.simulation.compute.racks import Compute
from twin.simulation.cooling.plant import Plants
from twin.simulation.kernel.state import Array
from twin.simulation.kernel.world import World
from twin.simulation.power.supply import Supply

SITE = (
    "utility",
    "generator",
    "battery_out",
    "battery_in",
    "it",
    "loss",
    "cooling",
    "water_kg",
    "gpus_busy",
    "gpus_throttled",
)
"""Integrals over the site: joules, kilograms, and GPU seconds."""


class Accounts:
    """Rates that hold now, their integrals, and the extremes since they were last asked for."""

    def __init__(self, world: World, compute: Compute, supply: Supply, plants: Plants) -> None:
        self.world = world
        self.compute = compute
        self.supply = supply
        self.plants = plants
        tree = supply.tree
        racks = len(world.facility.racks.id)
        units = len(world.facility.cooling.units.id)
        self.site_rate = np.zeros(len(SITE))
        self.site = np.zeros(len(SITE))
        self.rack_rate = np.zeros((3, racks))
        self.rack = np.zeros((3, racks))
        self.power_rate = np.zeros((4, len(tree.id)))
        self.power = np.zeros((4, len(tree.id)))
        self.unit = np.zeros(units)
        self.rack_peak_w = np.zeros(racks)
        self.junction_peak = np.full(racks, -np.inf)
        self.load_peak = np.zeros(len(tree.id))
        self.rating = np.where(
            np.isfinite(tree.rating_w) & (tree.rating_w > 0), tree.rating_w, np.inf
        )

    def settle(self) -> None:
        """Take the rates of the interval that begins now."""
        state = self.world.state
        supply = self.supply
        tree = self.supply.tree
        gpus = self.compute.racks.gpus_per_node * state.busy_nodes * state.rack_on
        self.site_rate = np.array(
            [
                state.input_w[supply.is_utility].sum(),
                state.input_w[supply.is_generator].sum(),
                supply.drain_w.sum(),
                (supply.recharge_w * tree.battery_charge_frac).sum(),
                state.input_w[tree.load_of_rack].sum(),
                supply.lost_w().sum(),
                state.input_w[tree.load_of_unit].sum(),
                self.plants.water_kg_s,
                gpus.sum(),
                gpus[state.clock_frac < 1.0].sum(),
            ]
        )
        self.rack_rate = np.stack([state.rack_w, state.rack_on.astype(float), state.clock_frac])
        self.power_rate = np.stack(
            [state.input_w, state.output_w, state.live.astype(float), supply.lost_w()]
        )
        self._peaks()

    def _peaks(self) -> None:
        state = self.world.state
        self.rack_peak_w = np.maximum(self.rack_peak_w, state.rack_w)
        self.junction_peak = np.maximum(self.junction_peak, self.compute.junction_degc())
        self.load_peak = np.maximum(self.load_peak, state.output_w / self.rating)

    def advance(self, dt_s: float) -> None:
        """Integrate, and look at the temperatures reached."""
        self.site += self.site_rate * dt_s
        self.rack += self.rack_rate * dt_s
        self.power += self.power_rate * dt_s
        self.unit += self.world.state.unit_w * dt_s

    def reached(self) -> None:
        """Look at the temperatures at the end of an interval."""
        self.junction_peak = np.maximum(self.junction_peak, self.compute.junction_degc())

    def take_peaks(self) -> tuple[Array, Array, Array]:
        """Rack power, junction and loading extremes since the last call, which starts them anew."""
        out = (self.rack_peak_w, self.junction_peak, self.load_peak)
        state = self.world.state
        self.rack_peak_w, self.junction_peak = state.rack_w.copy(), self.compute.junction_degc()
        self.load_peak = state.output_w / self.rating
        return out

    def electrical_residual_frac(self) -> float:
        """Energy in less energy out and stored, over energy in."""
        s = dict(zip(SITE, self.site, strict=True))
        come = s["utility"] + s["generator"] + s["battery_out"]
        gone = s["it"] + s["loss"] + s["cooling"] + s["battery_in"]
        return float((come - gone) / come) if come > 0 else 0.0
