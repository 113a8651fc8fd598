"""What a GPU takes for the kernels of an iteration: as measured, or carried over by data sheet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.calibration.formats import BITS, FORMATS
from twin.calibration.kernel_tables import EXCHANGES, kernel_device, kernel_surface, kernel_surfaces
from twin.physics.kernel_surfaces.surface import Ceilings, KernelSurface
from twin.physics.kernel_surfaces.work import kept_bytes, work
from twin.physics.kernels.call import KernelCall

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

STREAM_LAUNCH_S = 2.0e-6
"""Of a small kernel in a captured graph; assumed, as 3 us are counted for a launch and about 1 is
hidden by the one before."""


@dataclass(frozen=True)
class Carried:
    """Ratios by which another GPU's rates are carried over; 1 where its own were measured."""

    flop: float = 1.0
    byte: float = 1.0
    link: float = 1.0
    unit: float = 1.0
    reached: tuple[tuple[int, float], ...] = ()
    """(bits, ratio) of products whose best rate was measured on both."""

    def of_form(self, form: str) -> tuple[float, float]:
        """Ratios of FLOP, and of one block of work, in a number format."""
        known = dict(self.reached).get(BITS[form])
        return (self.flop, self.unit) if known is None else (known, known)


@dataclass(frozen=True)
class MeasuredKernels:
    """Kernel times of one GPU from the tables that ship, by catalogue name of the GPU measured.

    Each call raises InputError where the tables lack its operation or number format.
    """

    gpu: str
    carried: Carried = field(default_factory=Carried)
    engine: str = ""
    """Whose own kernels count where it has some: `vllm`, `sglang`; else those of TensorRT-LLM."""

    def call_s(self, call: KernelCall, clock_frac: ArrayLike = 1.0) -> tuple[Array, Flags]:
        """Seconds of one kernel, and whether its shape lies among those measured."""
        if call.op == "stream":
            return self._stream_s(call)
        if call.op in EXCHANGES:
            seconds, inside = kernel_surface(self.gpu, call.op, call.form).time_s(**call.axes)
            return seconds / self.carried.link, inside
        seconds, inside = self._surface(call.op, call.form).time_s(
            clock_frac=clock_frac, **call.axes
        )
        if call.op == "attention_decode":
            most_b_s = kernel_device(self.gpu).streamed_b_s * self.carried.byte
            seconds = np.maximum(seconds, kept_bytes(call.axes, FORMATS[call.form]) / most_b_s)
        return seconds, inside

    def work(self, call: KernelCall) -> tuple[Array, Array]:
        """FLOP and bytes of device memory of one kernel."""
        shape = np.broadcast_shapes(*(np.shape(axis) for axis in call.axes.values()))
        if call.op in EXCHANGES:
            return np.zeros(shape), np.zeros(shape)
        if call.op == "stream":
            return np.zeros(shape), np.broadcast_to(np.asarray(call.axes["bytes"], float), shape)
        job = work(call.op, call.axes, FORMATS[call.form])
        return job.flop.reshape(shape), job.byte.reshape(shape)

    def borrowed(self, op: str, form: str) -> bool:
        """Whether an engine's own kernels are asked for that were measured under TensorRT-LLM
        alone.
        """
        return bool(self.engine) and (op, form) not in kernel_surfaces(self.gpu, self.engine)

    def ceilings(self, form: str) -> Ceilings:
        """Rates that products of a number format reach."""
        return self._surface("gemm", form).ceilings

    def _stream_s(self, call: KernelCall) -> tuple[Array, Flags]:
        bytes_s = self._surface("gemm", "bf16").ceilings.bytes_s
        seconds = STREAM_LAUNCH_S + np.asarray(call.axes["bytes"], float) / bytes_s
        return seconds, np.ones(seconds.shape, dtype=bool)

    def _surface(self, op: str, form: str) -> KernelSurface:
        engine = "" if self.borrowed(op, form) else self.engine
        surface = kernel_surface(self.gpu, op, form, engine)
        assert isinstance(surface, KernelSurface)
        if self.carried == Carried():
            return surface
        ceilings = surface.ceilings
        flop, unit = self.carried.of_form(form)
        scaled = replace(
            ceilings,
            flop_s=ceilings.flop_s * flop,
            bytes_s=ceilings.bytes_s * self.carried.byte,
            unit_s=ceilings.unit_s / unit,
        )
        return replace(surface, ceilings=scaled)
