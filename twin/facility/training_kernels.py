"""Kernel times of a training step on one GPU: those of its profile or tables, else another's by
data sheet, else rates of long runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from twin.calibration.kernel_tables import has_tables
from twin.calibration.profile import Profile
from twin.calibration.profiled_kernels import ProfiledKernels
from twin.catalogue.rows import Gpu
from twin.facility.link_library import library_of
from twin.facility.serving.device import kernels_of
from twin.physics.kernels import KernelCall, KernelTimes
from twin.physics.network import collectives
from twin.physics.roofline import Roofline
from twin.physics.training import TRAINING_DRAW, Draw, RooflineTimes, StepKernels

MEMORY_SHARE = 0.81
"""Of the data sheet's memory rate that element-wise kernels reach: 2.71 of 3.35 TB/s fitted to
streaming products of an H100 (kernel tables of aiconfigurator)."""
_TABLE = {"fp16": "bf16", "mxfp8": "fp8_block"}
"""Number formats whose products were measured under another name."""


@dataclass(frozen=True)
class StepTimes:
    """What a training step asks of the kernel times of a device, measured or carried over."""

    kernels: KernelTimes
    bytes_s: float
    """Effective rate of element-wise kernels."""
    known: dict[tuple[object, ...], float] = field(default_factory=dict, repr=False)
    outside: set[tuple[object, ...]] = field(default_factory=set, repr=False)
    """Shapes beyond what was sampled."""

    def gemm_s(self, m: float, n: float, k: float, dtype: str) -> float:
        """A matrix product."""
        return self._ask("gemm", _TABLE.get(dtype, dtype), m=m, n=n, k=k)

    def attention_s(
        self, sequences: float, tokens: float, heads: float, kv_heads: float, head_dim: float,
        dtype: str = "bf16",
    ) -> float:  # fmt: skip
        """Causal attention forward; one format of 8 bits was measured, whatever its scales."""
        return self._ask(
            "attention_prefill",
            "bf16" if dtype in ("bf16", "fp16") else "fp8",
            batch=sequences,
            tokens=tokens,
            heads=heads,
            kv_heads=kv_heads,
            head_dim=head_dim,
        )

    def stream_s(self, size_bytes: float) -> float:
        """Element-wise kernels."""
        return size_bytes / self.bytes_s

    def _ask(self, op: str, form: str, **axes: float) -> float:
        key = (op, form, *axes.values())
        if key not in self.known:
            seconds, inside = self.kernels.call_s(KernelCall(op, op, form, axes, 1.0))
            self.known[key] = float(seconds)
            if not bool(inside):
                self.outside.add(key)
        return self.known[key]


@dataclass(frozen=True)
class TrainingKernels:
    """Kernel times of a GPU and what is known of them."""

    times: StepKernels
    draw: Draw | None
    """What cuts the clock; None where the rates are those of long runs already."""
    library: collectives.Library
    extrapolated: bool
    """Whether they are another GPU's, scaled by data sheets, or rates without a table."""

    @property
    def beyond(self) -> bool:
        """Whether a shape was asked for that nobody sampled, or the GPU itself is not measured."""
        return self.extrapolated or bool(getattr(self.times, "outside", ()))


def training_kernels(
    gpu: Gpu, profile: Profile | None = None, rates: Roofline | None = None
) -> TrainingKernels:
    """The best that is known of a GPU; one without tables takes another's by data sheet.

    profile     measured by the planner: goes before what ships, which stands behind it
    rates       of long training runs, where the GPU has a profile and no table
    """
    library = library_of(gpu)
    measured = profile if profile is not None and profile.fits else None
    if measured is None and rates is not None and not has_tables(gpu.name):
        return TrainingKernels(RooflineTimes(rates, _speedup(gpu)), None, library, True)
    found = kernels_of(gpu, measured)
    streamed = MEMORY_SHARE * gpu.memory_bandwidth_b_s
    if isinstance(found.times, ProfiledKernels) and ("gemm", "bf16") in found.times.surfaces:
        streamed = found.times.ceilings("bf16").bytes_s
    return TrainingKernels(StepTimes(found.times, streamed), TRAINING_DRAW, library, found.carried)


def has_format(gpu: Gpu, dtype: str) -> bool:
    """Whether a GPU multiplies in a number format."""
    if dtype in ("bf16", "fp16"):
        return True
    rate = gpu.fp8_flop_s if dtype == "fp8" else gpu.fp4_flop_s
    return rate is not None


def peak_flop_s(gpu: Gpu, dtype: str) -> float:
    """Dense rate of the data sheet in a number format."""
    name = {"mxfp8": "fp8", "nvfp4": "fp4"}.get(dtype, dtype)
    return gpu.peak_flop_s.get(name, gpu.bf16_flop_s)


def _speedup(gpu: Gpu) -> tuple[tuple[str, float], ...]:
    """Rates of narrower formats over that of bf16, by the data sheet."""
    formats = ("fp8", "mxfp8", "nvfp4")
    return tuple((dtype, peak_flop_s(gpu, dtype) / gpu.bf16_flop_s) for dtype in formats)
