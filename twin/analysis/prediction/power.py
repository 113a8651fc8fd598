"""What a GPU draws under a load, by the law of its profile, and the clock that a cap leaves it."""

from __future__ import annotations

from dataclasses import dataclass

from twin.analysis.prediction.device import DeviceKernels
from twin.calibration import published_names, published_profile
from twin.catalogue.rows import Gpu
from twin.physics.chip import B200, H100, ActivityLaw, activity, clock_for_power, power_w
from twin.physics.kernels import BenchmarkRun


@dataclass(frozen=True)
class GpuPower:
    """The power of one GPU at a clock."""

    gpu: Gpu
    kernels: DeviceKernels

    def activity(self, run: BenchmarkRun, clock_frac: float) -> float:
        """Activity of a run at a clock, 0 to 1."""
        rates = self.kernels.times.ceilings("bf16")
        used = activity(
            _law(self.gpu),
            min(run.flop_per_s / (rates.flop_s * clock_frac), 1.0),
            min(run.byte_per_s / rates.bytes_s, 1.0),
            1.0 - run.host_frac,
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
    """The profile's law where it has one, else that of the generation."""
    fit = published_profile(gpu.name).power_fit if gpu.name in published_names() else None
    if fit is None:
        return B200 if gpu.fp4_flop_s else H100
    return ActivityLaw(fit.base, fit.compute, fit.memory, fit.compute_exponent, fit.memory_exponent)
