"""What a GPU draws under a load, by the law of its profile."""

from __future__ import annotations

from twin.analysis.prediction.device import DeviceKernels
from twin.calibration import published_names, published_profile
from twin.catalogue.rows import Gpu
from twin.physics.chip import B200, H100, ActivityLaw, activity, power_w
from twin.physics.kernels import BenchmarkRun


def gpu_power_w(kernels: DeviceKernels, gpu: Gpu, run: BenchmarkRun) -> float:
    """Mean watts of one GPU in a run."""
    rates = kernels.times.ceilings("bf16")
    used = activity(
        _law(gpu),
        min(run.flop_per_s / rates.flop_s, 1.0),
        min(run.byte_per_s / rates.bytes_s, 1.0),
        1.0 - run.host_frac,
    )
    return float(power_w(gpu.power_idle_w, gpu.power_max_w, used))


def _law(gpu: Gpu) -> ActivityLaw:
    """The profile's law where it has one, else that of the generation."""
    fit = published_profile(gpu.name).power_fit if gpu.name in published_names() else None
    if fit is None:
        return B200 if gpu.fp4_flop_s else H100
    return ActivityLaw(fit.base, fit.compute, fit.memory, fit.compute_exponent, fit.memory_exponent)
