"""Swings: how a training job's power moves within a step, judged when it starts by what the grid
operator accepts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.facility.power.island_frequency import swing_nadir_hz
from twin.facility.power.load_steps import IslandStep, machine_islands, swing_step
from twin.facility.power.loading import loading
from twin.physics import transients
from twin.quantities import percent
from twin.results.enums import EventKind
from twin.scenario.schema.site import GridLimits
from twin.simulation.jobs.learning import Learning
from twin.simulation.kernel.world import World
from twin.workload import Job

MINUTE_S = 60.0
Row = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """One quantity against its limit."""

    name: str
    found: float
    limit: float | None

    @property
    def passed(self) -> bool:
        """Whether it stays within its limit, if it has one."""
        return self.limit is None or self.found <= self.limit

    @property
    def text(self) -> str:
        """Found and allowed."""
        if self.name == "voltage change":
            return f"{self.name} {percent(self.found, 2)} of {percent(self.limit, 2)}"
        return f"{self.name} {self.found / 1e3:,.0f} kW of {(self.limit or 0.0) / 1e3:,.0f} kW"


class Swings:
    """Power within a step, job by job; part of the job discipline."""

    def __init__(self, world: World, jobs: tuple[Job, ...], learning: Learning) -> None:
        self.world = world
        self.jobs = jobs
        self.learning = learning
        self.limits = world.facility.scenario.site.limits
        facility = world.facility
        self.island = any(machine_islands(facility, loading(facility)))

    def judge(self, j: int) -> None:
        """Tell of a job that passes a limit, when it first starts."""
        if self.limits is None and not self.island:
            return
        row = self.row(j)
        if row is not None and row["verdict"] == "fail":
            self.world.note(self.jobs[j].name, EventKind.SWINGS, row["detail"])

    def rows(self) -> list[Row]:
        """One row a training job that has started."""
        found = (self.row(j) for j in range(len(self.jobs)))
        return [row for row in found if row is not None]

    def row(self, j: int) -> Row | None:
        """How a job swings at full clock, at the AC input of its racks; None where it has no
        steps.
        """
        wave = self.learning.wave(j)
        if wave is None:
            return None
        span_w = self._span_w(j)
        swing_w = (wave.high - wave.low) * span_w
        storage_j = self._storage_j(j)
        shape = (wave.period_s, wave.duty_frac)
        smoothed_w = float(transients.smoothed_swing_w(swing_w, *shape, storage_j))
        limits = self.limits or GridLimits()
        band_hz = (limits.band_low_hz, limits.band_high_hz)
        band_w = transients.band_rms_w(smoothed_w, *shape, *band_hz)
        step_w = wave.mean * span_w
        machines = swing_step(self.world.facility, smoothed_w) if self.island else None
        checks = self._checks(limits, smoothed_w, band_w, step_w)
        if machines is not None:
            checks.append(Measured("step on machines", machines.step_w, machines.accepted_w))
        return {
            "job": self.jobs[j].name,
            "gpus": int(self.learning.own.learned_gpus[j]),
            "period_s": wave.period_s,
            "duty_frac": wave.duty_frac,
            "swing_w": swing_w,
            "storage_j": storage_j,
            "smoothed_swing_w": smoothed_w,
            "band_rms_w": band_w,
            "start_step_w": step_w,
            "ramp_storage_j": _ramp_storage_j(limits, step_w),
            "floor_power_w": wave.added * span_w,
            **self._on_machines(machines, *shape),
            "verdict": self._verdict(checks),
            "detail": "; ".join(check.text for check in checks if not check.passed),
        }

    def _on_machines(self, step: IslandStep | None, period_s: float, duty_frac: float) -> Row:
        """What machines that carry an island see of a swing, and accept, and how low frequency
        goes.
        """
        names = ("machine_step_w", "machine_accepts_w", "machine_nadir_hz")
        if step is None:
            return dict.fromkeys(names, np.nan)
        lowest_hz = swing_nadir_hz(self.world.facility, step, period_s, duty_frac)
        return dict(zip(names, (step.step_w, step.accepted_w, lowest_hz), strict=True))

    def _checks(
        self, limits: GridLimits, smoothed_w: float, band_w: float, step_w: float
    ) -> list[Measured]:
        checks = [
            Measured("swing", smoothed_w, limits.swing),
            Measured("in the band", band_w, limits.band_rms),
            Measured("rise at the start", step_w, limits.ramp_per_minute),
        ]
        if limits.short_circuit_power is not None:
            change = float(transients.voltage_change_frac(smoothed_w, limits.short_circuit_power))
            checks.append(Measured("voltage change", change, limits.voltage_change))
        return checks

    def _verdict(self, checks: list[Measured]) -> str:
        if self.limits is None and not self.island:
            return "no limit"
        return "pass" if all(check.passed for check in checks) else "fail"

    def _span_w(self, j: int) -> float:
        """Of all its GPUs between idle and rated, at the AC input of their racks."""
        own = self.learning.own
        racks = self.world.facility.racks
        rack = own.learned_rack[j]
        gain = racks.gpu_gain[rack] * racks.work_frac[rack]
        return float(own.learned_gpus[j] * racks.gpu_span_w[rack] * gain)

    def _storage_j(self, j: int) -> float:
        """In the power supplies of its racks, in proportion to its share of their GPUs."""
        own = self.learning.own
        racks = self.world.facility.racks
        rack = own.learned_rack[j]
        in_rack = max(racks.nodes[rack] * racks.gpus_per_node[rack], 1)
        return float(racks.smoothing_j[rack] * own.learned_gpus[j] / in_rack)


def _ramp_storage_j(limits: GridLimits, step_w: float) -> float:
    """Storage that turns its start into a ramp that is accepted; 0 without such a limit, or where
    it is no more than a minute may bring.
    """
    allowed_w = limits.ramp_per_minute
    if allowed_w is None or step_w <= allowed_w or allowed_w <= 0:
        return 0.0
    return float(transients.storage_for_ramp_j(step_w, allowed_w / MINUTE_S))
