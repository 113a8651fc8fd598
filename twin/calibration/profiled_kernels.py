"""Kernel times of a GPU that was measured here, with what ships behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.calibration.formats import FORMATS, number_format
from twin.calibration.kernel_tables import EXCHANGES
from twin.calibration.kernel_times import MeasuredKernels
from twin.calibration.profile import Profile
from twin.errors import InputError
from twin.physics.kernel_surfaces.measured_exchange import MeasuredExchange
from twin.physics.kernel_surfaces.surface import Ceilings, KernelSurface
from twin.physics.kernels.call import KernelCall

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_WIDE = 2.0
"""Bytes of a value as a layer hands it on."""


@dataclass(frozen=True, eq=False)
class ProfiledKernels:
    """Kernels of a measured profile; those that it lacks are `behind`, as they ship, and so are
    shapes outside the box that was sampled here and inside the one that ships.

    The profile's own all-reduce stands for that of the serving library too.
    """

    profile: Profile
    behind: MeasuredKernels
    full_clock: bool = False
    """Whether a clock of 1 is the highest one, or that which the samples had: who asks for the
    highest must see himself whether the board's power allows it."""

    def borrowed(self, op: str, form: str) -> bool:
        """Whether an engine's own kernels are asked for, which neither the profile nor what ships
        has.
        """
        return (op, form) not in self.surfaces and self.behind.borrowed(op, form)

    @cached_property
    def surfaces(self) -> dict[tuple[str, str], KernelSurface]:
        """By operation and number format."""
        return {(fit.op, number_format(fit.dtype)): fit.surface() for fit in self.profile.fits}

    @cached_property
    def clock_frac(self) -> dict[tuple[str, str], float]:
        """Share of the highest clock that a clock of 1 is, by operation and number format."""
        return {
            (fit.op, number_format(fit.dtype)): 1.0 if self.full_clock else fit.clock_frac
            for fit in self.profile.fits
        }

    @cached_property
    def exchange(self) -> MeasuredExchange | None:
        """All-reduce between the GPUs of the machine, where it had several."""
        rows = self.profile.measured.get("all_reduce") or []
        if not rows:
            return None
        gpus = np.array(sorted({row["gpus"] for row in rows}), float)
        sizes = np.array(sorted({row["bytes"] for row in rows}), float)
        taken = {(row["gpus"], row["bytes"]): row["t_s"] for row in rows}
        seconds = np.array([[taken[int(g), int(b)] for b in sizes] for g in gpus])
        return MeasuredExchange("all_reduce", gpus, sizes, seconds)

    def call_s(self, call: KernelCall, clock_frac: ArrayLike = 1.0) -> tuple[Array, Flags]:
        """Seconds of one kernel, and whether its shape lies among those measured."""
        key = (call.op, call.form)
        found = self.surfaces.get(key)
        if found is not None:
            clock = np.asarray(clock_frac, float) * self.clock_frac[key]
            own_s, inside = found.time_s(clock_frac=clock, **call.axes)
            own_s = own_s + self._cast_s(call, clock_frac)
            return (own_s, inside) if np.all(inside) else self._known(call, own_s, inside, clock)
        if call.op in EXCHANGES and call.op.endswith("all_reduce") and self.exchange:
            return self.exchange.time_s(**call.axes)
        return self._ships(call, np.asarray(clock_frac, float) * self._gemm_clock_frac)

    def _cast_s(self, call: KernelCall, clock_frac: ArrayLike) -> Array | float:
        """Seconds of the kernel that makes a product's input of 16 bits one of fewer: the product
        was measured without it, and engines start one before each (TensorRT-LLM's
        `FP8QDQLinearMethod` calls `static_quantize_e4m3_per_tensor`, then `cublas_scaled_mm`), as
        those did by which the shipped tables were measured.
        """
        narrow = FORMATS[call.form].activation
        if call.op != "gemm" or narrow >= _WIDE:
            return 0.0
        elements = np.asarray(call.axes["m"], float) * np.asarray(call.axes["k"], float)
        cast = KernelCall("cast", "stream", "bf16", {"bytes": elements * (_WIDE + narrow)}, 1.0)
        return self.call_s(cast, clock_frac)[0]

    @cached_property
    def _gemm_clock_frac(self) -> float:
        """What a clock of 1 is of the highest one, for products; 1 where none was measured."""
        return next((c for (op, _), c in self.clock_frac.items() if op == "gemm"), 1.0)

    def _ships(self, call: KernelCall, clock_frac: Array) -> tuple[Array, Flags]:
        """What ships, at a share of the highest clock. Its samples are taken to have had the clocks
        of these, for nobody wrote theirs down.
        """
        sampled = next((fit.clock_frac for fit in self.profile.fits if fit.op == "gemm"), 1.0)
        return self.behind.call_s(call, np.minimum(clock_frac / sampled, 1.0))

    def _known(
        self, call: KernelCall, own_s: Array, inside: Flags, clock_frac: Array
    ) -> tuple[Array, Flags]:
        """What ships where only that was sampled."""
        try:
            ships_s, known = self._ships(call, clock_frac)
        except InputError:
            return own_s, inside
        return np.where(~inside & known, ships_s, own_s), inside | known

    def work(self, call: KernelCall) -> tuple[Array, Array]:
        """FLOP and bytes of device memory of one kernel."""
        return self.behind.work(call)

    def ceilings(self, form: str) -> Ceilings:
        """Rates that products of a number format reach."""
        key = ("gemm", form)
        found = self.surfaces.get(key)
        if found is None:
            return self.behind.ceilings(form)
        return replace(found.ceilings, flop_s=found.ceilings.flop_s * self.clock_frac[key])
