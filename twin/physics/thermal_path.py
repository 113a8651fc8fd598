"""A thermal network lived through many instants on end: temperatures, their integrals, and bounds.

What `thermal.motion` does for one instant is done here instant after instant, by the same sums in
the same order, so that a path of a thousand instants has the bits of a thousand motions. Heat may
change at some of the instants; conductances and capacities stay what they are. Networks with crowds
are left to `thermal`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.thermal import Modes, phi, psi

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Path:
    """A network from instant to instant; interval i ends at instant i."""

    network: Modes
    first_weight_k_s: Array
    """(node, mode) contribution of each mode in the first interval."""
    span_s: Array
    """(interval,)"""
    set_anew: Mask
    """(interval,) heat is set anew at its end."""
    temperature_degc: Array
    """(interval + 1, node) at the start, and at the end of each interval."""
    integral_k_s: Array
    """(interval, node) integral of the temperatures over each interval."""
    drive: Array
    """(interval + 1, mode) what drives each mode from an instant on; nothing in the first row,
    where the weights are given."""

    def weight_k_s(self, intervals: int) -> Array:
        """(node, mode) contribution of each mode after so many intervals."""
        anew = np.flatnonzero(self.set_anew[:intervals])
        weight = self.first_weight_k_s
        begin = 0
        if anew.size:
            begin = int(anew[-1]) + 1
            weight = self.network.shape * self.drive[begin]
        for span_s in self.span_s[begin:intervals].tolist():
            weight = weight * np.exp(-self.network.rate_per_s * span_s)
        return weight

    def bounds_k(self) -> tuple[Array, Array]:
        """(interval, node) most that rising, and falling, modes can move each node within an
        interval.
        """
        full = self._full()
        up, down = _bounds(self.network.shape, self.drive[:-1] * full)
        if len(full):
            up[0] = np.maximum(self.first_weight_k_s, 0.0) @ full[0]
            down[0] = np.minimum(self.first_weight_k_s, 0.0) @ full[0]
        return up, down

    def _full(self) -> Array:
        """(interval, mode) phi over each whole interval."""
        spans, which = np.unique(self.span_s, return_inverse=True)
        rate = self.network.rate_per_s
        return np.array([phi(rate, span_s) for span_s in spans.tolist()])[which]


def _bounds(shape: Array, moved: Array) -> tuple[Array, Array]:
    """(interval, node) sums of the rising and of the falling contributions."""
    plus = np.maximum(shape, 0.0).T
    minus = np.minimum(shape, 0.0).T
    rising = np.maximum(moved, 0.0)
    falling = np.minimum(moved, 0.0)
    return rising @ plus + falling @ minus, falling @ plus + rising @ minus


def follow(
    network: Modes,
    start_degc: Array,
    weight_k_s: Array,
    span_s: Array,
    set_anew: Mask,
    heat_w: Array,
) -> Path:
    """The path that starts at `start_degc` (node,) with the motion `weight_k_s` (node, mode).

    span_s     (interval,)  lengths
    set_anew   (interval,)  whether heat is set anew at the interval's end
    heat_w     (time set, node)  heat that holds from then on, boundaries included
    """
    intervals = len(span_s)
    temperature = np.empty((intervals + 1, start_degc.size))
    integral = np.empty((intervals, start_degc.size))
    drive = np.zeros((intervals + 1, network.rate_per_s.size))
    temperature[0] = start_degc
    shapes = {span: _shapes(network.rate_per_s, span) for span in set(span_s.tolist())}
    heats = iter(_modal(network, heat_w))
    weight = weight_k_s
    for i, (span, anew) in enumerate(zip(span_s.tolist(), set_anew.tolist(), strict=True)):
        full, area, fading = shapes[span]
        now = temperature[i]
        after = temperature[i + 1]
        np.add(now, weight @ full, out=after)
        np.add(now * span, weight @ area, out=integral[i])
        if anew:
            modal = network.shape.T @ (network.capacity_j_k * after)
            np.subtract(next(heats), network.rate_per_s * modal, out=drive[i + 1])
            weight = network.shape * drive[i + 1]
        else:
            np.multiply(drive[i], fading, out=drive[i + 1])
            weight = weight * fading
    return Path(network, weight_k_s, span_s, set_anew, temperature, integral, drive)


def _shapes(rate_per_s: Array, span_s: float) -> tuple[Array, Array, Array]:
    full = phi(rate_per_s, span_s)
    return full, psi(rate_per_s, span_s, full), np.exp(-rate_per_s * span_s)


def _modal(network: Modes, heat_w: Array) -> list[Array]:
    """Heat in modal coordinates, worked out anew only where it differs from the row before."""
    if not len(heat_w):
        return []
    same = (heat_w[1:] == heat_w[:-1]).all(axis=1)
    out: list[Array] = []
    for row, known in zip(heat_w, [False, *same.tolist()], strict=True):
        out.append(out[-1] if known else network.shape.T @ row)
    return out
