"""The kernels of a GPU: its own where they were measured, else another's by data sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from twin.calibration import load_profile
from twin.calibration.kernel_tables import KernelDevice, has_tables, kernel_device
from twin.calibration.kernel_times import Carried, MeasuredKernels
from twin.calibration.profiled_kernels import ProfiledKernels
from twin.calibration.trust import distrust
from twin.catalogue import Catalogue
from twin.catalogue.rows import Gpu
from twin.errors import InputError

LENDER = "H100-SXM5-80GB"
LENDER_OF_FOUR_BITS = "B200-SXM-180GB"


@dataclass(frozen=True)
class DeviceKernels:
    """Kernel times of a GPU, and where they come from."""

    times: MeasuredKernels | ProfiledKernels
    carried: bool
    source: str


def kernels_of(catalogue: Catalogue, gpu: Gpu, profile: Path | None = None) -> DeviceKernels:
    """The kernel times of a GPU: of a profile that was measured on it, else of what ships.

    One without tables of its own takes those of a GPU with the same formats, its rates times the
    ratios of the data sheets. Raises InputError where the profile may not speak for the GPU.
    """
    ships = _shipped(catalogue, gpu)
    if profile is None:
        return ships
    measured = load_profile(profile)
    if doubts := distrust(measured, gpu.name, gpu.peak_flop_s):
        raise InputError(replace(doubt, file=str(profile)) for doubt in doubts)
    assert isinstance(ships.times, MeasuredKernels)
    times = ProfiledKernels(measured, ships.times)
    own = f"measured on {measured.device.name}, {measured.date_utc}"
    carried = ships.carried and ("gemm", "bf16") not in times.surfaces
    return DeviceKernels(times, carried, f"{own}; what it lacks: {ships.source}")


def _shipped(catalogue: Catalogue, gpu: Gpu) -> DeviceKernels:
    if has_tables(gpu.name):
        device = kernel_device(gpu.name)
        return DeviceKernels(MeasuredKernels(gpu.name), False, _said(device))
    lender = catalogue.get(Gpu, LENDER_OF_FOUR_BITS if gpu.fp4_flop_s else LENDER)
    times = MeasuredKernels(lender.name, _ratios(gpu, lender))
    said = f"{_said(kernel_device(lender.name))}; carried over from {lender.name} by data sheet"
    return DeviceKernels(times, True, said)


def _ratios(gpu: Gpu, lender: Gpu) -> Carried:
    link = gpu.scaleup_bandwidth_b_s / lender.scaleup_bandwidth_b_s
    flop = gpu.bf16_flop_s / lender.bf16_flop_s
    return Carried(
        flop=flop,
        byte=gpu.memory_bandwidth_b_s / lender.memory_bandwidth_b_s,
        link=link or 1.0,
        unit=flop,
    )


def _said(device: KernelDevice) -> str:
    return f"kernels of {device.device} under {device.software}: {device.source}"
