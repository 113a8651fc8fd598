"""What a GPU draws under a load, and the clock that a cap leaves it."""

from __future__ import annotations

from dataclasses import dataclass

from twin.analysis.prediction.device import DeviceKernels
from twin.catalogue.rows import Gpu
from twin.physics.chip import ActivityLaw, activity, clock_for_power, power_w
from twin.physics.kernels import BenchmarkRun

HOPPER = ActivityLaw(0.2613, 0.8358, 0.0, 0.25, 0.25)
"""Fitted on 145 vLLM points of the ML.ENERGY leaderboard, commit 0cd52da: activities are the
kernels' FLOP and bytes in the measured time over the rates that bf16 products reach. Mean error in
sample 9.6 %, with each model left out 12.6 %; idle 75 W assumed."""
BLACKWELL = ActivityLaw(0.0, 1.0584, 0.7218, 0.5, 0.75)
"""The same on 122 points of B200: 9.9 % and 10.6 %; idle 140 W assumed."""


@dataclass(frozen=True)
class GpuPower:
    """The power of one GPU at a clock."""

    gpu: Gpu
    kernels: DeviceKernels

    def activity(self, run: BenchmarkRun, clock_frac: float) -> float:
        """Activity of a run at a clock, 0 to 1.

        While an engine iterates its GPU counts as busy, time beside the kernels included: so were
        the points on which the law was fitted.
        """
        rates = self.kernels.times.ceilings("bf16")
        used = activity(
            _law(self.gpu),
            min(run.flop_per_s / (rates.flop_s * clock_frac), 1.0),
            min(run.byte_per_s / rates.bytes_s, 1.0),
        )
        return float(used)

    def mean_w(self, run: BenchmarkRun, clock_frac: float) -> float:
        """Mean watts in a run at a clock."""
        used = self.activity(run, clock_frac)
        return float(power_w(self.gpu.power_idle_w, self.gpu.power_max_w, used, clock_frac))

    def clock_under(self, cap_w: float, run: BenchmarkRun, clock_frac: float) -> float:
        """Clock share that the activity of a run leaves under a cap."""
        used = self.activity(run, clock_frac)
        clock = clock_for_power(self.gpu.power_idle_w, self.gpu.power_max_w, used, cap_w)
        return float(clock)


def _law(gpu: Gpu) -> ActivityLaw:
    """Of the generation: GPUs that have products of 4 bits, and those before."""
    return BLACKWELL if gpu.fp4_flop_s else HOPPER
