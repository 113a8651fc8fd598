"""The kernels of a GPU: its own where they were measured, else another's by data sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace

from twin.calibration import Profile
from twin.calibration.formats import BITS
from twin.calibration.kernel_tables import KernelDevice, fastest_flop_s, has_tables, kernel_device
from twin.calibration.kernel_times import Carried, MeasuredKernels
from twin.calibration.profiled_kernels import ProfiledKernels
from twin.catalogue import shipped
from twin.catalogue.rows import Gpu
from twin.facility.serving.chip_laws import chip_law, laid_on
from twin.facility.serving.software import EAGER_LAYER_S
from twin.physics.chip import ActivityLaw

LENDER = "H100-SXM5-80GB"
LENDER_OF_FOUR_BITS = "B200-SXM-180GB"
HOST_LINK_B_S = 1e9
"""Between GPUs without scale-up links: through the host; assumed."""


@dataclass(frozen=True)
class DeviceKernels:
    """Kernel times of a GPU, and where they come from."""

    times: MeasuredKernels | ProfiledKernels
    chip: ActivityLaw
    carried: bool
    source: str
    eager_layer_s: float = EAGER_LAYER_S
    """For its host to queue a layer."""
    full_clock: bool = False
    """Whether its times stand at the highest clock, which the board's power may not allow."""
    held_w: float | None = None
    """Without work while a program holds it; as in the catalogue where it was not measured."""
    board: str = ""
    """Measured profile that ships of a board with the same chip and limit."""
    foreign: bool = False
    """Whether they are carried over from another maker's chip."""


def kernels_of(gpu: Gpu, measured: Profile | None = None, experts: str = "") -> DeviceKernels:
    """The kernel times of a GPU: of a profile that was measured on it, else of what ships.

    Those of a profile that knows the clocks of its samples and what the board draws stand at the
    highest clock, for who finds the clock that the power allows.

    One without tables of its own takes those of the GPU whose profile it names, or of one with the
    same formats, its rates times the ratios of the data sheets, or of what the best products reach
    where that was measured on both.

    experts   engine whose own products of experts count: on another maker's chip nobody's do, and
                  the lender's stand for them
    """
    ships = _shipped(gpu, experts)
    if measured is None:
        return ships
    assert isinstance(ships.times, MeasuredKernels)
    fit = measured.power_fit
    full_clock = fit is not None and fit.most > 1
    times = ProfiledKernels(measured, ships.times, full_clock)
    own = f"measured on {measured.device.name}, {measured.date_utc}"
    chip = chip_law(gpu, measured)
    if fit is not None:
        rest_w = fit.idle_w if full_clock else gpu.power_idle_w
        chip = laid_on(chip, (fit.idle_w, fit.max_w), (rest_w, gpu.power_max_w))
        chip = chip if full_clock else replace(chip, most=1.0)
    carried = ships.carried and ("gemm", "bf16") not in times.surfaces
    source = f"{own}; what it lacks: {ships.source}"
    layer_s = float(measured.measured.get("host", {}).get("host_layer_s", EAGER_LAYER_S))
    held_w = None if fit is None else fit.idle_w
    return DeviceKernels(times, chip, carried, source, layer_s, full_clock, held_w)


def _shipped(gpu: Gpu, experts: str) -> DeviceKernels:
    if has_tables(gpu.name):
        device = kernel_device(gpu.name)
        times = MeasuredKernels(gpu.name, engine=experts)
        said = _said(device, experts)
        return DeviceKernels(times, chip_law(gpu), False, said, board=device.board)
    lender = shipped().get(Gpu, _lender(gpu))
    engine = experts if gpu.vendor == lender.vendor else ""
    times = MeasuredKernels(lender.name, _ratios(gpu, lender), engine)
    by = "what products reach, else by data sheet" if gpu.reached_flop_s else "data sheet"
    told = _said(kernel_device(lender.name), engine)
    said = f"{told}; carried over from {lender.name} by {by}"
    foreign = gpu.vendor != lender.vendor
    return DeviceKernels(times, chip_law(gpu), True, said, foreign=foreign)


def _lender(gpu: Gpu) -> str:
    """Whose kernels a GPU takes that has none of its own."""
    if has_tables(gpu.profile):
        return gpu.profile
    return LENDER_OF_FOUR_BITS if gpu.fp4_flop_s else LENDER


def _ratios(gpu: Gpu, lender: Gpu) -> Carried:
    link = max(gpu.scaleup_bandwidth_b_s, HOST_LINK_B_S) / lender.scaleup_bandwidth_b_s
    flop = gpu.bf16_flop_s / lender.bf16_flop_s
    byte = gpu.memory_bandwidth_b_s / lender.memory_bandwidth_b_s
    reached = tuple(
        (BITS[form], rate / fastest_flop_s(lender.name, form))
        for form, rate in gpu.reached_flop_s.items()
    )
    return Carried(flop=flop, byte=byte, link=link, unit=flop, reached=reached)


def _said(device: KernelDevice, engine: str) -> str:
    """Whose kernels they are; an engine's own count in the formats in which they were measured."""
    said = f"kernels of {device.device} under {device.software}: {device.source}"
    own = device.engines.get(engine)
    return (
        f"{said}; products of experts by {own}, in the formats it was measured in" if own else said
    )
