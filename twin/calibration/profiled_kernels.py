"""Kernel times of a GPU that was measured here, with what ships behind them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.calibration.formats import number_format
from twin.calibration.kernel_tables import EXCHANGES
from twin.calibration.kernel_times import MeasuredKernels
from twin.calibration.profile import Profile
from twin.physics.kernel_surfaces.measured_exchange import MeasuredExchange
from twin.physics.kernel_surfaces.surface import Ceilings, KernelSurface
from twin.physics.kernels.call import KernelCall

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ProfiledKernels:
    """Kernels of a measured profile; those that it lacks are `behind`, as they ship.

    The profile's own all-reduce stands for that of the serving library too.
    """

    profile: Profile
    behind: MeasuredKernels

    @cached_property
    def surfaces(self) -> dict[tuple[str, str], KernelSurface]:
        """By operation and number format."""
        return {(fit.op, number_format(fit.dtype)): fit.surface() for fit in self.profile.fits}

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
        found = self.surfaces.get((call.op, call.form))
        if found is not None:
            return found.time_s(clock_frac=clock_frac, **call.axes)
        if call.op in EXCHANGES and call.op.endswith("all_reduce") and self.exchange:
            return self.exchange.time_s(**call.axes)
        return self.behind.call_s(call, clock_frac)

    def work(self, call: KernelCall) -> tuple[Array, Array]:
        """FLOP and bytes of device memory of one kernel."""
        return self.behind.work(call)

    def ceilings(self, form: str) -> Ceilings:
        """Rates that products of a number format reach."""
        found = self.surfaces.get(("gemm", form))
        return found.ceilings if found else self.behind.ceilings(form)
