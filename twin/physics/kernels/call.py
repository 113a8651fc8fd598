"""One kind of kernel that an iteration issues, and what a list of them takes together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class KernelCall:
    """A kernel with its shape; axes broadcast, and are those of `work.AXES`.

    Besides these operations, `stream` moves `bytes` through memory, and the collectives move
    `bytes` on each of `gpus`.
    """

    part: str
    """What it is counted as: projections, attention, feed_forward, element_wise, ..."""
    op: str
    form: str
    """Name of the number format."""
    axes: Mapping[str, ArrayLike]
    times: ArrayLike
    """How often one iteration issues it; broadcasts with its axes."""


class KernelTimes(Protocol):
    """What a device takes for kernels, measured or carried over."""

    def call_s(self, call: KernelCall, clock_frac: ArrayLike = 1.0) -> tuple[Array, Flags]:
        """Seconds of one kernel, and whether its shape lies among those measured."""
        ...

    def work(self, call: KernelCall) -> tuple[Array, Array]:
        """FLOP and bytes of device memory of one kernel."""
        ...


@dataclass(frozen=True)
class Priced:
    """A list of kernels on one GPU; arrays of the broadcast shape of what was asked."""

    part_s: Mapping[str, Array]
    flop: Array
    byte: Array
    outside_s: Array
    """Seconds of kernels whose shapes lie outside those that were measured."""

    @property
    def total_s(self) -> Array:
        """Seconds of all kernels after one another."""
        total: Array = sum(self.part_s.values(), np.zeros_like(self.flop))
        return total


def price(
    calls: Iterable[KernelCall],
    times: KernelTimes,
    shape: tuple[int, ...],
    clock_frac: ArrayLike = 1.0,
) -> Priced:
    """What kernels take one after another, by part; their axes broadcast to `shape`."""
    part_s: dict[str, Array] = {}
    flop = np.zeros(shape)
    byte = np.zeros(shape)
    outside_s = np.zeros(shape)
    for call in calls:
        seconds, known = times.call_s(call, clock_frac)
        done, moved = times.work(call)
        often = np.asarray(call.times, float)
        part_s[call.part] = part_s.get(call.part, np.zeros(shape)) + often * seconds
        flop += often * done
        byte += often * moved
        outside_s += np.where(known, 0.0, often * seconds)
    return Priced(part_s, flop, byte, outside_s)
