"""Kernel times of a training step on one GPU: measured tables first, rooflines elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from twin.calibration.kernel_tables import has_tables, kernel_surface
from twin.calibration.profile import Profile
from twin.catalogue.rows import Gpu
from twin.physics.network import collectives
from twin.physics.roofline import Roofline
from twin.physics.training import TRAINING_DRAW, Draw, RooflineTimes, StepKernels

MEMORY_SHARE = 0.81
"""Of the data sheet's memory rate that element-wise kernels reach: 2.71 of 3.35 TB/s fitted to
streaming products of an H100 (kernel tables of aiconfigurator)."""
_TABLE = {"fp16": "bf16", "mxfp8": "fp8_block"}
"""Number formats whose products were measured under another name."""


@dataclass(frozen=True)
class MeasuredTimes:
    """Kernel times from the tables of one GPU, scaled where they are another's."""

    table: str
    """GPU whose tables these are."""
    bytes_s: float
    """Effective rate of element-wise kernels."""
    flop_scale: float = 1.0
    """Time of products and attention over the table's."""
    known: dict[tuple[object, ...], float] = field(default_factory=dict, repr=False)
    outside: set[tuple[object, ...]] = field(default_factory=set, repr=False)
    """Shapes beyond what was sampled."""

    def gemm_s(self, m: float, n: float, k: float, dtype: str) -> float:
        """A matrix product."""
        form = _TABLE.get(dtype, dtype)
        return self._ask(("gemm", form), m=m, n=n, k=k)

    def attention_s(
        self, sequences: float, tokens: float, heads: float, kv_heads: float, head_dim: float
    ) -> float:
        """Causal attention forward, in bf16."""
        return self._ask(
            ("attention_prefill", "bf16"),
            batch=sequences,
            tokens=tokens,
            heads=heads,
            kv_heads=kv_heads,
            head_dim=head_dim,
        )

    def stream_s(self, size_bytes: float) -> float:
        """Element-wise kernels."""
        return size_bytes / self.bytes_s

    def _ask(self, what: tuple[str, str], **axes: float) -> float:
        key = (*what, *axes.values())
        if key not in self.known:
            seconds, inside = kernel_surface(self.table, *what).time_s(**axes)
            self.known[key] = float(seconds) * self.flop_scale
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
    gpu: Gpu, reference: Gpu, profile: Profile | None = None, rates: Roofline | None = None
) -> TrainingKernels:
    """The best that is known of a GPU.

    reference   whose tables are scaled by data sheets where the GPU has none
    profile     measured by the planner: goes before everything else
    rates       of long training runs, where the GPU has a profile and no table
    """
    library = library_of(gpu)
    if profile is not None and profile.fits:
        return TrainingKernels(_of_profile(profile, gpu), TRAINING_DRAW, library, False)
    streamed = MEMORY_SHARE * gpu.memory_bandwidth_b_s
    if has_tables(gpu.name):
        return TrainingKernels(MeasuredTimes(gpu.name, streamed), TRAINING_DRAW, library, False)
    if rates is not None:
        return TrainingKernels(RooflineTimes(rates, _speedup(gpu)), None, library, True)
    scale = reference.bf16_flop_s / gpu.bf16_flop_s
    times = MeasuredTimes(reference.name, streamed, scale)
    return TrainingKernels(times, TRAINING_DRAW, library, True)


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


def library_of(gpu: Gpu) -> collectives.Library:
    """What NCCL makes of its links, by the generation that its number formats tell."""
    if gpu.fp4_flop_s is not None:
        return collectives.BLACKWELL
    return collectives.HOPPER if gpu.fp8_flop_s is not None else collectives.AMPERE


def _of_profile(profile: Profile, gpu: Gpu) -> RooflineTimes:
    """Rooflines of a planner's own measurement: its plain matrix products."""
    plain = [fit for fit in profile.fits if fit.op == "gemm"]
    if not plain:
        return RooflineTimes(profile.rate("kernel", "bf16").roofline(), _speedup(gpu))
    wide = [fit for fit in plain if fit.dtype in ("bfloat16", "bf16")]
    return RooflineTimes((wide or plain)[0].roofline(), _speedup(gpu))


def _speedup(gpu: Gpu) -> tuple[tuple[str, float], ...]:
    """Rates of narrower formats over that of bf16, by the data sheet."""
    formats = ("fp8", "mxfp8", "nvfp4")
    return tuple((dtype, peak_flop_s(gpu, dtype) / gpu.bf16_flop_s) for dtype in formats)
