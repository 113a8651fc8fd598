"""The recorder: one sample a period of the integrals and of what holds then. It never grows with
events; the time tables are worked out of the samples at the end.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.simulation.disciplines import Disciplines
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.stretch import Stretch

SLIVER_S = 1e-6
"""A last period shorter than this is rounding of the period, and gets no row."""

Sample = dict[str, Array | float]


class Recorder:
    """Samples of one run."""

    def __init__(self, run: Disciplines) -> None:
        self.run = run
        self.world = run.world
        self.own = run.world.state.recorder
        self.bess = run.world.facility.power.bess.node
        self.period_s = self.world.facility.scenario.outputs.period
        self.most_samples = int(np.ceil(self.world.end_s / self.period_s)) + 2
        self._stood: Sample = {}
        self._ended: Sample = {}
        self.world.clock.can("period ends", self._call)

    def schedule(self) -> None:
        """Count from here on, and let periods end one after another."""
        self._keep(self._integrals() | self._instant() | self.of_work())
        self.world.clock.repeat(Stage.PERIOD, self.period_s, self.world.end_s, "period ends")

    def _call(self, _: int) -> None:
        """A period ends now: what happens at this instant belongs to the next one."""
        self.own.due = True
        self.look_back()
        self._ended = _copied(self._integrals() | self.of_work())

    def look_back(self) -> None:
        """Take note of what holds as a period ends, before anything else happens."""
        self._stood = _copied(self._extremes() | self._instant() | self._services_stand())

    def record(self) -> None:
        """Close the period that ends now, when the instant has settled; of the last one what has
        completed at its end counts.
        """
        own = self.own
        own.due = False
        if self.world.now_s - own.last_s > SLIVER_S:
            own.last_s = self.world.now_s
            ended = self._ended or self._integrals() | self.of_work()
            self._keep(self._extremes() | self._instant() | ended | self._stood)
            self.run.accounts.start_peaks()
        self._stood = {}
        self._ended = {}

    def live_through(self, stretch: Stretch) -> None:
        """Close every period that ends in a quiet stretch."""
        ends_s = stretch.time_s[stretch.periods]
        if ends_s.size:
            self._keep_many(ends_s.size, self._samples(stretch) | {"time_s": ends_s[:, None]})
            self.own.last_s = float(ends_s[-1])

    def _samples(self, stretch: Stretch) -> Sample:
        """(period, member) of everything, or what held all along."""
        equipment = slice(0, self.run.supply.tree.equipment)
        found: Sample = {**stretch.samples}
        rack = stretch.samples["rack"]
        power = stretch.samples["power"][:, :, equipment]
        for i, name in enumerate(("rack_j", "rack_on_s", "rack_clock_s")):
            found[name] = rack[:, i]
        for i, name in enumerate(("input_j", "output_j", "live_s")):
            found[name] = power[:, i]
        found["bess_lost_j"] = stretch.samples["power"][:, 3, self.bess]
        for name in ("load_peak_frac", "battery_least_j"):
            found[name] = stretch.samples[name][:, equipment]
        for name in ("rack", "power", "unit_j"):
            del found[name]
        return self._integrals() | self._instant() | self.of_work() | found

    def _keep_many(self, count: int, samples: Sample) -> None:
        """Enter samples that follow one another; the start has been entered before them."""
        own = self.own
        for name, values in samples.items():
            rows = own.rows.get(name)
            if rows is None or len(rows) < own.samples + count:
                size = np.shape(values)[-1] if rows is None else rows.shape[1]
                rows = self._longer(rows, size)
                own.rows[name] = rows
            rows[own.samples : own.samples + count] = values
        own.samples += count

    def _keep(self, sample: Sample) -> None:
        """Enter one sample, each quantity in a row of its own."""
        own = self.own
        for name, values in sample.items():
            rows = own.rows.get(name)
            if rows is None or len(rows) <= own.samples:
                rows = self._longer(rows, np.size(values))
                own.rows[name] = rows
            rows[own.samples] = values
        own.samples += 1

    def _longer(self, rows: Array | None, size: int) -> Array:
        held = np.zeros((0, size)) if rows is None else rows
        return np.concatenate([held, np.zeros((self.most_samples - len(held), size))])

    def _integrals(self) -> Sample:
        """Everything that adds up, so far."""
        run = self.run
        state = self.world.state
        rack_j, rack_on_s, rack_clock_s = state.accounts.rack
        sample: Sample = {
            "site": state.accounts.site,
            "rack_j": rack_j,
            "rack_on_s": rack_on_s,
            "rack_clock_s": rack_clock_s,
            "plant_j": state.heat.plant_j,
            "loop_j": state.heat.loop_j,
            "hall_j": state.heat.hall_j,
        }
        if run.moisture.followed:
            sample["moist_kg"] = state.moisture.water_kg.ravel()
        equipment = slice(0, run.supply.tree.equipment)
        for name, row in zip(("input_j", "output_j", "live_s"), state.accounts.power, strict=False):
            sample[name] = row[equipment]
        sample["bess_lost_j"] = state.accounts.power[3, self.bess]
        return sample

    def of_work(self) -> Sample:
        """What jobs and services have made so far and lost, and how services stand; arrays are
        copies.
        """
        run = self.run
        services = run.serving.services
        totals: Sample = {f"service {k}": s.own.totals.copy() for k, s in enumerate(services)}
        return (
            totals
            | self._services_stand()
            | {
                "lost_by_rack": run.losses.by_rack(),
                "lost": np.array([run.losses.total_tokens]),
                "served": np.array([run.serving.tokens()]),
                "trained": np.array([run.jobs.tokens()]),
                "waiting": np.array([s.own.waiting for s in services]),
            }
        )

    def _services_stand(self) -> Sample:
        """What holds of services at this moment."""
        services = self.run.serving.services
        seen = [s.seen() for s in services]
        return {
            "token_s": np.array(
                [s.time_per_token_s(of) for s, of in zip(services, seen, strict=True)]
            ),
            "awake": np.array([s.autoscaler.worked for s in services], dtype=float),
            "seen": np.concatenate([np.zeros(0), *seen]),
        }

    def _extremes(self) -> Sample:
        """Highest and lowest values since the last sample."""
        rack_w, junction_degc, load_frac, battery_j = self.run.accounts.peaks()
        equipment = self.run.supply.tree.equipment
        return {
            "rack_peak_w": rack_w,
            "junction_peak_degc": junction_degc,
            "load_peak_frac": load_frac[:equipment],
            "battery_least_j": battery_j[:equipment],
        }

    def _instant(self) -> Sample:
        """What holds at this moment."""
        run = self.run
        state = self.world.state
        moist = {"moist_ratio": state.moisture.ratio} if run.moisture.followed else {}
        return moist | {
            "time_s": self.world.now_s,
            "temperature_degc": state.heat.temperature_degc,
            "inlet_air_degc": run.inlet_air.inlet_air_degc(),
            "junction_degc": run.racks.junction_degc(),
            "battery_j": state.supply.battery_j.sum(),
            "bess_j": state.supply.battery_j[self.bess],
            "flow_frac": state.flows.flow_frac,
            "air_frac": state.flows.air_frac,
            "water_frac": state.flows.water_frac,
        }

    def rows(self, name: str) -> Array:
        """(sample, member) of a quantity; the first sample is the start."""
        return self.own.rows[name][: self.own.samples]

    def held(self, name: str) -> Array:
        """(period, member) of what held as each period ended."""
        return self.rows(name)[1:]

    def gained(self, name: str) -> Array:
        """(period, member) of what an integral gained in each period."""
        return np.diff(self.rows(name), axis=0)


def _copied(sample: Sample) -> Sample:
    """The same, whatever is written into its arrays."""
    return {name: np.array(values) for name, values in sample.items()}
