"""The recorder: one row a period in each time table, from differences of integrals. It never grows
with events.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.simulation.disciplines import Disciplines
from twin.simulation.kernel.clock import Stage
from twin.simulation.kernel.state import Array
from twin.simulation.record.accounts import SITE

Block = dict[str, Array]
SLIVER_S = 1e-6
"""A last period shorter than this is rounding of the period, and gets no row."""


class Recorder:
    """Rows of the time tables of one run."""

    def __init__(self, on: Disciplines) -> None:
        self.on = on
        self.world = on.world
        self.period_s = self.world.facility.scenario.outputs.period
        self.last_s = 0.0
        self.times_s: list[float] = []
        self.rows: dict[str, list[Block]] = {
            name: [] for name in ("site", "racks", "power", "loops", "services")
        }
        self.before = self._totals()
        self.due = False
        self.world.clock.every(Stage.RECORDER, self.period_s, self.world.end_s, self._call)

    def _call(self, _: int) -> None:
        """A period ends now; it is closed when the instant has settled."""
        self.due = True

    def _totals(self) -> Block:
        """Copies of all integrals."""
        on = self.on
        return {
            "site": on.accounts.site.copy(),
            "rack": on.accounts.rack.copy(),
            "power": on.accounts.power.copy(),
            "lost": on.losses.by_rack(),
            "lost_all": np.array(on.losses.total_tokens),
            "inference": np.array(on.traffic.tokens()),
            "training": np.array(on.jobs.tokens()),
            "plants": on.heat.through_j.copy(),
            "loop": on.heat.loop_j.copy(),
            "hall": on.heat.hall_j.copy(),
            "services": np.array([list(s.totals.values()) for s in on.traffic.services]).reshape(
                -1, 5
            ),
        }

    def record(self) -> None:
        """Close the period that ends now."""
        span = self.world.now_s - self.last_s
        self.due = False
        if span <= SLIVER_S:
            return
        now = self._totals()
        delta = {k: now[k] - self.before[k] for k in now}
        self.before = now
        self.last_s = self.world.now_s
        self.times_s.append(self.world.now_s)
        self.rows["site"].append(self._site(delta, span))
        peaks = self.on.accounts.take_peaks()
        self.rows["racks"].append(self._racks(delta, span, peaks[0], peaks[1]))
        self.rows["power"].append(self._power(delta, span, peaks[2]))
        self.rows["loops"].append(self._loops(delta, span))
        self.rows["services"].append(self._services(delta["services"], span))

    def _site(self, delta: Block, span: float) -> Block:
        site = dict(zip(SITE, delta["site"], strict=True))
        dry, wet = self.world.facility.weather.at(self.world.now_s)
        state = self.world.state
        plants = self.world.facility.cooling.plants
        return {
            "utility_power_w": site["utility"] / span,
            "generator_power_w": site["generator"] / span,
            "battery_power_w": (site["battery_out"] - site["battery_in"]) / span,
            "it_power_w": site["it"] / span,
            "distribution_loss_w": site["loss"] / span,
            "cooling_power_w": site["cooling"] / span,
            "dry_bulb_degc": dry,
            "wet_bulb_degc": wet,
            "facility_water_degc": max(float(state.temperature_degc[p.node]) for p in plants),
            "heat_rejected_w": delta["plants"].sum() / span,
            "water_kg": site["water_kg"],
            "tokens_inference": delta["inference"],
            "tokens_training": delta["training"],
            "tokens_lost": delta["lost_all"],
            "gpus_busy": site["gpus_busy"] / span,
            "gpus_throttled": site["gpus_throttled"] / span,
            "battery_energy_j": state.battery_j.sum(),
        }

    def _racks(self, delta: Block, span: float, peak_w: Array, junction_peak: Array) -> Block:
        on = self.on
        state = self.world.state
        racks = self.world.facility.racks
        coolant = state.temperature_degc[: len(racks.id)]
        return {
            "power_w": delta["rack"][0] / span,
            "power_max_w": peak_w,
            "inlet_air_degc": on.inlet_air.inlet_air_degc(),
            "coolant_degc": coolant,
            "junction_degc": on.compute.junction_degc(),
            "junction_max_degc": junction_peak,
            "clock_frac": delta["rack"][2] / span,
            "on_frac": delta["rack"][1] / span,
            "tokens_lost": delta["lost"],
        }

    def _power(self, delta: Block, span: float, load_peak: Array) -> Block:
        keep = slice(0, self.on.supply.tree.equipment)
        power = delta["power"][:, keep] / span
        return {
            "power_in_w": power[0],
            "power_out_w": power[1],
            "load_max_frac": load_peak[keep],
            "energised_frac": power[2],
        }

    def _loops(self, delta: Block, span: float) -> Block:
        state = self.world.state
        cooling = self.world.facility.cooling
        nodes = np.concatenate(
            [cooling.loop_node, cooling.hall_air, [p.node for p in cooling.plants]]
        ).astype(int)
        heat = np.concatenate([delta["loop"], delta["hall"], delta["plants"]]) / span
        flow = np.concatenate([state.flow_frac, self.on.coolant.air_frac, state.water_frac])
        return {
            "temperature_degc": state.temperature_degc[nodes],
            "heat_w": heat,
            "flow_frac": flow,
        }

    def _services(self, delta: Array, span: float) -> Block:
        services = self.on.traffic.services
        capacity = delta[:, 4] / span
        with np.errstate(divide="ignore", invalid="ignore"):
            used = np.where(capacity > 0, delta[:, 2] / span / capacity, 0.0)
        return {
            "requests": delta[:, 0],
            "tokens_asked": delta[:, 1],
            "tokens_served": delta[:, 2],
            "tokens_waiting": np.array([s.waiting for s in services]),
            "tokens_dropped": delta[:, 3],
            "capacity_tokens_per_s": capacity,
            "utilisation_frac": used,
            "time_per_token_s": np.array([s.pace.time_per_token_s(s.load_frac) for s in services]),
        }

    def columns(self, table: str) -> Mapping[str, Array]:
        """All rows of a table, flattened period by period."""
        rows = self.rows[table]
        return (
            {
                k: np.concatenate([np.atleast_1d(np.asarray(r[k], dtype=float)) for r in rows])
                for k in rows[0]
            }
            if rows
            else {}
        )
