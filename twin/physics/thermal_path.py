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

from twin.physics.thermal import bounds_k
from twin.physics.thermal_modes import Modes, together

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Path:
    """A network from instant to instant; interval i ends at instant i."""

    network: Modes
    span_s: Array
    """(interval,)"""
    temperature_degc: Array
    """(interval + 1, node) at the start, and at the end of each interval."""
    integral_k_s: Array
    """(interval, node) integral of the temperatures over each interval."""
    drive: Array
    """(interval + 1, mode) packed; what drives each mode from an instant on."""

    def bounds_k(self) -> tuple[Array, Array]:
        """(interval, node) most that each node can rise, and fall, within an interval."""
        slope = self.drive[:-1] @ self.network.shape.T
        spans_s, of_span = np.unique(self.span_s, return_inverse=True)
        full = together([self.network.full(span_s) for span_s in spans_s.tolist()], of_span)
        return bounds_k(self.network, slope, full)


def follow(
    network: Modes, start_degc: Array, drive: Array, span_s: Array, set_anew: Mask, heat_w: Array
) -> Path:
    """The path that starts at `start_degc` (node,) with the packed `drive` (mode,).

    span_s     (interval,)  lengths
    set_anew   (interval,)  whether heat is set anew at the interval's end
    heat_w     (time set, node)  heat that holds from then on, boundaries included
    """
    intervals = len(span_s)
    temperature = np.empty((intervals + 1, start_degc.size))
    integral = np.empty((intervals, start_degc.size))
    drives = np.empty((intervals + 1, drive.size))
    temperature[0] = start_degc
    drives[0] = drive
    decay = network.decay()
    heats = iter(_modal(network, heat_w))
    moves = {
        span: together([network.full(span), network.area(span)]) for span in set(span_s.tolist())
    }
    for i, (span, anew) in enumerate(zip(span_s.tolist(), set_anew.tolist(), strict=True)):
        after = temperature[i + 1]
        full, area = moves[span].times(drives[i])
        np.add(temperature[i], network.shape @ full, out=after)
        np.matmul(network.shape, area, out=integral[i])
        if anew:
            drives[i + 1] = next(heats) - decay.times(network.drive(after))
        else:
            drives[i + 1] = network.fading(span).times(drives[i])
    integral += temperature[:-1] * span_s[:, None]
    return Path(network, span_s, temperature, integral, drives)


def _modal(network: Modes, heat_w: Array) -> list[Array]:
    """Heat in modal coordinates, worked out anew only where it differs from the row before."""
    if not len(heat_w):
        return []
    same = (heat_w[1:] == heat_w[:-1]).all(axis=1)
    out: list[Array] = []
    for row, known in zip(heat_w, [False, *same.tolist()], strict=True):
        out.append(out[-1] if known else network.drive(row / network.capacity_j_k))
    return out
