"""The recorder: one row a period in each time table, from differences of integrals. It never grows
with events.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.arrays import Array
from twin.simulation.disciplines import Disciplines
from twin.simulation.kernel.order import Stage
from twin.simulation.state.record import SITE

Block = dict[str, Array]
TIME_TABLES = ("site", "racks", "power", "loops", "services")
SLIVER_S = 1e-6
"""A last period shorter than this is rounding of the period, and gets no row."""


class Recorder:
    """Rows of the time tables of one run."""

    def __init__(self, run: Disciplines) -> None:
        self.run = run
        self.world = run.world
        self.own = run.world.state.recorder
        self.period_s = self.world.facility.scenario.outputs.period
        self.most_periods = int(np.ceil(self.world.end_s / self.period_s)) + 1
        self.world.clock.can("period ends", self._call)

    def schedule(self) -> None:
        """Count from here on, and let periods end one after another."""
        self.own.before = self._totals()
        self.own.time_s = np.zeros(self.most_periods)
        self.world.clock.repeat(Stage.RECORDER, self.period_s, self.world.end_s, "period ends")

    def _call(self, _: int) -> None:
        """A period ends now; it is closed when the instant has settled."""
        self.own.due = True

    def _totals(self) -> Block:
        """Copies of all integrals."""
        run = self.run
        state = self.world.state
        services = [service.totals for service in state.serving.services]
        return {
            "site": state.accounts.site.copy(),
            "rack": state.accounts.rack.copy(),
            "power": state.accounts.power.copy(),
            "lost": run.losses.by_rack(),
            "lost_all": np.array(run.losses.total_tokens),
            "inference": np.array(run.serving.tokens()),
            "training": np.array(run.jobs.tokens()),
            "plants": state.heat.plant_j.copy(),
            "loop": state.heat.loop_j.copy(),
            "hall": state.heat.hall_j.copy(),
            "services": np.array(services).reshape(-1, 5),
        }

    def record(self) -> None:
        """Close the period that ends now."""
        own = self.own
        span = self.world.now_s - own.last_s
        own.due = False
        if span <= SLIVER_S:
            return
        now = self._totals()
        delta = {k: now[k] - own.before[k] for k in now}
        own.before = now
        own.last_s = self.world.now_s
        own.time_s[own.periods] = self.world.now_s
        self._write("site", self._site(delta, span))
        rack_peak_w, junction_peak, load_peak = self.run.accounts.take_peaks()
        self._write("racks", self._racks(delta, span, rack_peak_w, junction_peak))
        self._write("power", self._power(delta, span, load_peak))
        self._write("loops", self._loops(delta, span))
        self._write("services", self._services(delta["services"], span))
        own.periods += 1

    def _write(self, table: str, block: Mapping[str, object]) -> None:
        """Enter one period's values of a table."""
        for column, values in block.items():
            row = np.atleast_1d(np.asarray(values, dtype=float))
            name = f"{table}.{column}"
            rows = self.own.rows.get(name, np.zeros((0, row.size)))
            if len(rows) <= self.own.periods:
                ahead = np.zeros((self.most_periods - len(rows), row.size))
                self.own.rows[name] = np.concatenate([rows, ahead])
            self.own.rows[name][self.own.periods] = row

    def _site(self, delta: Block, span: float) -> dict[str, object]:
        site = dict(zip(SITE, delta["site"], strict=True))
        dry, wet = self.world.facility.weather.at(self.world.now_s)
        state = self.world.state
        battery_j = site["battery_out"] - site["battery_in"]
        return {
            "utility_power_w": site["utility"] / span,
            "generator_power_w": site["generator"] / span,
            "battery_power_w": battery_j / span,
            "it_power_w": site["it"] / span,
            "distribution_loss_w": site["loss"] / span,
            "cooling_power_w": site["cooling"] / span,
            "dry_bulb_degc": dry,
            "wet_bulb_degc": wet,
            "facility_water_degc": state.heat.temperature_degc[self.run.heat.water].max(),
            "heat_rejected_w": delta["plants"].sum() / span,
            "water_kg": site["water_kg"],
            "tokens_inference": delta["inference"],
            "tokens_training": delta["training"],
            "tokens_lost": delta["lost_all"],
            "gpus_busy": site["gpus_busy"] / span,
            "gpus_throttled": site["gpus_throttled"] / span,
            "battery_energy_j": state.supply.battery_j.sum(),
        }

    def _racks(
        self, delta: Block, span: float, peak_w: Array, junction_peak: Array
    ) -> dict[str, object]:
        run = self.run
        coolant = self.world.state.heat.temperature_degc[: peak_w.size]
        power_j, on_s, clock_s = delta["rack"]
        return {
            "power_w": power_j / span,
            "power_max_w": peak_w,
            "inlet_air_degc": run.inlet_air.inlet_air_degc(),
            "coolant_degc": coolant,
            "junction_degc": run.racks.junction_degc(),
            "junction_max_degc": junction_peak,
            "clock_frac": clock_s / span,
            "on_frac": on_s / span,
            "tokens_lost": delta["lost"],
        }

    def _power(self, delta: Block, span: float, load_peak: Array) -> dict[str, object]:
        keep = slice(0, self.run.supply.tree.equipment)
        power = delta["power"][:, keep] / span
        return {
            "power_in_w": power[0],
            "power_out_w": power[1],
            "load_max_frac": load_peak[keep],
            "energised_frac": power[2],
        }

    def _loops(self, delta: Block, span: float) -> dict[str, object]:
        state = self.world.state
        cooling = self.world.facility.cooling
        water = self.run.heat.water
        nodes = np.concatenate([cooling.loop_node, cooling.hall_air, water]).astype(int)
        heat = np.concatenate([delta["loop"], delta["hall"], delta["plants"]]) / span
        flows = state.flows
        flow = np.concatenate([flows.flow_frac, flows.air_frac, flows.water_frac])
        degc = state.heat.temperature_degc[nodes]
        return {"temperature_degc": degc, "heat_w": heat, "flow_frac": flow}

    def _services(self, delta: Array, span: float) -> dict[str, object]:
        services = self.run.serving.services
        capacity = delta[:, 4] / span
        with np.errstate(divide="ignore", invalid="ignore"):
            used = np.where(capacity > 0, delta[:, 2] / span / capacity, 0.0)
        token_s = [s.speed.time_per_token_s(s.load_frac) for s in services]
        return {
            "requests": delta[:, 0],
            "tokens_asked": delta[:, 1],
            "tokens_served": delta[:, 2],
            "tokens_waiting": np.array([s.own.waiting for s in services]),
            "tokens_dropped": delta[:, 3],
            "capacity_tokens_per_s": capacity,
            "utilisation_frac": used,
            "time_per_token_s": np.array(token_s),
        }

    def columns(self, table: str) -> dict[str, Array]:
        """All rows of a table, flattened period by period."""
        own = self.own
        start = f"{table}."
        return {
            name.removeprefix(start): rows[: own.periods].ravel()
            for name, rows in own.rows.items()
            if name.startswith(start)
        }
