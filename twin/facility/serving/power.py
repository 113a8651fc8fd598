"""What a GPU draws under a load, and the clock that a cap leaves it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from twin.arrays import Array
from twin.calibration.profile import PowerFit
from twin.catalogue.rows import Gpu
from twin.facility.gpu_profiles import measured_power
from twin.facility.serving.device import DeviceKernels
from twin.physics.chip import activity, clock_for_power, dynamic_frac, power_w
from twin.physics.kernels import BenchmarkRun


@dataclass(frozen=True)
class GpuPower:
    """The power of one GPU at a clock."""

    gpu: Gpu
    kernels: DeviceKernels
    board_frac: float = 1.0
    """Clock that boards hold where `clock_frac` is 1, of their full one: below 1 where kernels are
    timed at whatever clock a board at its limit chose. The voltage there is lower already, so a cap
    costs more of the clock."""

    @property
    def held_w(self) -> float:
        """Of a GPU that a program holds and that has no work."""
        for found in (self.kernels.held_w, self.gpu.power_held_w):
            if found is not None:
                return found
        return self.gpu.power_idle_w

    @property
    def idle_w(self) -> float:
        """What the law of activity stands on: a measured one at the highest clock on what was
        measured with it, others on the catalogue's.
        """
        return self.held_w if self.kernels.full_clock else self.gpu.power_idle_w

    def activity(self, run: BenchmarkRun, clock_frac: float) -> float:
        """Activity of a run at a clock while a GPU has something to do, 0 to 1, and above where the
        full clock would draw more than the board's limit.

        While an engine iterates its GPU counts as busy, time beside the kernels included: so were
        the points on which the law was fitted.
        """
        return float(activity(self.kernels.chip, *self._shares(run, clock_frac)))

    def _shares(self, run: BenchmarkRun, clock_frac: float) -> tuple[float, float]:
        """FLOP and bytes of a run over what kernels reach at that clock."""
        rates = self.kernels.times.ceilings("bf16")
        return (
            min(run.flop_per_s / run.busy_frac / (rates.flop_s * clock_frac), 1.0),
            min(run.byte_per_s / run.busy_frac / rates.bytes_s, 1.0),
        )

    def mean_w(self, run: BenchmarkRun, clock_frac: float) -> float:
        """Mean watts in a run at a clock, while a GPU has something to do."""
        used = self.activity(run, clock_frac)
        at_board = used / float(dynamic_frac(self.board_frac))
        clock = clock_frac * self.board_frac
        return float(power_w(self.idle_w, self.gpu.power_max_w, at_board, clock))

    def clock_under(self, cap_w: float, run: BenchmarkRun, clock_frac: float) -> float:
        """Clock share that the activity of a run leaves under a cap."""
        at_board = self.activity(run, clock_frac) / float(dynamic_frac(self.board_frac))
        clock = clock_for_power(self.idle_w, self.gpu.power_max_w, at_board, cap_w)
        return float(clock) / self.board_frac

    def limit_clock(self, run: BenchmarkRun) -> float:
        """Clock that the board's own limit leaves work which kernels at unknown clocks tell: by the
        power law of a measured board of the same chip, 1 where none was measured.
        """
        return float(limit_clock(fit_of(self.kernels), *self._shares(run, 1.0)))


def limit_clock(fit: PowerFit | None, compute: ArrayLike, memory: ArrayLike) -> Array:
    """Clock that a board's own limit leaves work, of the full one; 1 where no power was measured.

    compute, memory   activities while there is work, at the clock at which kernels are timed
    """
    if fit is None:
        return np.ones(np.broadcast_shapes(np.shape(compute), np.shape(memory)))
    used = activity(fit.law(), compute, memory)
    return clock_for_power(fit.idle_w, fit.max_w, used, fit.max_w)


def fit_of(kernels: DeviceKernels) -> PowerFit | None:
    """The power law of a measured board of the same chip, where kernels are timed at whatever clock
    a board at its limit chose; None elsewhere, and where none was measured.
    """
    return None if kernels.full_clock else measured_power(kernels.board)
