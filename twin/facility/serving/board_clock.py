"""The clock that a board's power limit leaves its GPUs while they serve.

Kernels of a profile stand at the highest clock, at which work may ask for more than the board may
draw; its clock then falls until it does not. How far depends on how many sequences run, so a curve
over them has a clock at each point, found as `twin predict inference` finds it. What a run does to
the clocks of a rack (throttling, demand response, and orders of operators once they are divided by
h) is a share of the clock h that its boards would hold: P(c h) is then taken as P(h) times that of
c. The voltage is nearly a line (`twin.physics.chip`): right within 2.5 % of the dynamic part where
work is as active at either clock; a full pool of H200 at 0.8 draws 3.0 % more, which a run counts
where operators lower clocks (`ReplicaPower`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.calibration.profile import PowerFit
from twin.catalogue.rows import Gpu
from twin.facility.serving.device import DeviceKernels
from twin.facility.serving.power import GpuPower, fit_of, limit_clock
from twin.physics.chip import ActivityLaw, activity, clock_for_power, dynamic_frac
from twin.physics.inference import DecodeCurve
from twin.physics.kernels import IterationLaw

Array = NDArray[np.float64]

_ROUNDS = 8
"""In which clock and activity agree; each error is a tenth of the last."""


@dataclass(frozen=True)
class Board:
    """What a GPU draws on its board, as shares of the span between its powers at rest and at most
    in the catalogue.
    """

    chip: ActivityLaw
    base_frac: float = 0.0
    """Where the law of activity begins: above 0 where it stands on what was measured with a
    program that holds the GPU."""
    rest_frac: float = 0.0
    """Drawn without work while a program holds the GPU."""
    limited: bool = False
    """Whether its clock falls where work asks for more than the limit."""
    floor_frac: float = 0.0
    """Lowest clock."""
    fit: PowerFit | None = None
    """Measured power of a board of the same chip, where kernels are timed at whatever clock a board
    at its limit chose."""

    def works(
        self,
        compute: ArrayLike,
        memory: ArrayLike,
        busy: ArrayLike,
        clock_frac: ArrayLike = 1.0,
        limit_frac: ArrayLike = 1.0,
    ) -> Array:
        """Drawn by work at a clock; arguments as of `chip.activity`, activities over the rates of
        that clock.

        limit_frac   clock that boards hold where `clock_frac` is 1: the voltage is lower already
        """
        lowered = dynamic_frac(np.asarray(clock_frac) * limit_frac) / dynamic_frac(limit_frac)
        used = activity(self.chip, compute, memory, busy) * lowered
        share: Array = self.base_frac * np.asarray(busy) + (1 - self.base_frac) * used
        return share

    def limit_clock(self, compute: ArrayLike, memory: ArrayLike) -> Array:
        """Clock that the board's own limit leaves work at the clock at which kernels are timed, by
        the power law of a measured board of the same chip; 1 where none was measured.

        compute, memory   activities while there is work
        """
        return limit_clock(self.fit, compute, memory)

    def clock_frac(self, used: Callable[[Array], tuple[Array, Array]], shape: Any = ()) -> Array:
        """The highest clock that the limit leaves, of the full clock.

        used   compute and memory activity, while there is work, at clocks of that shape
        """
        clock = np.ones(shape)
        for _ in range(_ROUNDS if self.limited else 0):
            asked = activity(self.chip, *used(clock))
            clock = np.maximum(clock_for_power(0.0, 1.0, asked, 1.0), self.floor_frac)
        return clock


def board_of(gpu: Gpu, kernels: DeviceKernels) -> Board:
    """The board of a GPU whose kernels are known."""
    span_w = gpu.power_max_w - gpu.power_idle_w
    power = GpuPower(gpu, kernels)
    base_frac, rest_frac = (
        (watts - gpu.power_idle_w) / span_w if span_w else 0.0
        for watts in (power.idle_w, power.held_w)
    )
    held = (base_frac, rest_frac, kernels.full_clock, gpu.clock_floor_frac)
    return Board(kernels.chip, *held, fit_of(kernels))


def held_curve(board: Board, curve: DecodeCurve, clocks: Array) -> tuple[DecodeCurve, Array]:
    """A curve at shares of the clock that the board holds, and that clock, (batch,).

    curve   at `clocks`, shares of the full clock, lowest first
    """
    if not board.limited:
        return curve, np.ones(curve.batch.size)

    def used(clock: Array) -> tuple[Array, Array]:
        step_s = _at(clocks, curve.step_s, clock)
        compute = curve.compute_activity[-1] * curve.step_s[-1] / (step_s * clock)
        return np.minimum(compute, 1.0), curve.memory_activity[-1] * curve.step_s[-1] / step_s

    held = board.clock_frac(used, curve.batch.shape)
    clock = clocks[:, None] * held
    step_s = np.stack([_at(clocks, curve.step_s, row) for row in clock])
    compute, memory = (np.stack(part) for part in zip(*map(used, clock), strict=True))
    made = curve.tokens_per_s[-1] * curve.step_s[-1]
    return replace(
        curve,
        step_s=step_s,
        tokens_per_s=made / step_s,
        compute_activity=compute,
        memory_activity=memory,
    ), held


def _at(clocks: Array, seconds: Array, clock: Array) -> Array:
    """Seconds (clock, ...) at other clocks (...,), in straight lines over the time of a cycle."""
    cycle = 1 / clocks
    above = np.clip(np.searchsorted(clocks, clock), 1, clocks.size - 1)
    share = (1 / clock - cycle[above]) / (cycle[above - 1] - cycle[above])
    pick = np.stack([above, above - 1])
    high, low = np.take_along_axis(np.broadcast_to(seconds, (clocks.size, *clock.shape)), pick, 0)
    taken: Array = high + share * (low - high)
    return taken


@dataclass(frozen=True)
class HeldLaw:
    """Iteration times at a share of the clock that the board holds with so many sequences."""

    laws: tuple[IterationLaw, ...]
    """At `clocks`, shares of the full clock, lowest first."""
    clocks: tuple[float, ...]
    batch: tuple[float, ...]
    held_frac: tuple[float, ...]
    """Clock that the board holds with each batch."""
    share: float
    rows_each: float = 1.0
    """Of a sequence in an iteration."""

    def fixed_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike) -> Array:
        """Seconds of all that counts alone decide."""
        n = np.asarray(sequences, float)
        return self._taken(n / self.rows_each, lambda law: law.fixed_s(n, prompt_tokens))

    def context_s(self, sequences: ArrayLike) -> Array:
        """Seconds for each token of context that running sequences hold together."""
        return self._taken(np.asarray(sequences, float), lambda law: law.context_s(sequences))

    def prompt_attention_s(self, prompt_tokens: ArrayLike, before_tokens: ArrayLike) -> Array:
        """Seconds of attention for a piece of a prompt, at the clock of a full replica."""
        return self._taken(
            np.asarray(self.batch[-1]),
            lambda law: law.prompt_attention_s(prompt_tokens, before_tokens),
        )

    def _taken(self, sequences: Array, of: Callable[[IterationLaw], Array]) -> Array:
        seconds = np.stack([of(law) for law in self.laws])
        held = np.interp(sequences, self.batch, self.held_frac)
        clock = np.broadcast_to(self.share * held, seconds.shape[1:])
        return _at(np.array(self.clocks), seconds, clock)


def held_laws(
    board: Board,
    laws: tuple[IterationLaw, ...],
    clocks: tuple[float, ...],
    batch: Array,
    held_frac: Array,
    rows_each: float,
) -> tuple[IterationLaw | HeldLaw, ...]:
    """The law at each share of the clock that the board holds."""
    if not board.limited:
        return laws
    known = tuple(batch.tolist()), tuple(held_frac.tolist())
    return tuple(HeldLaw(laws, clocks, *known, share, rows_each) for share in clocks)
