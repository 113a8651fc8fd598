"""Heat in a network of lumped capacities, conductances and streams, stepped exactly.

    C dT/dt = q - K T        K constant between events: links both ways, streams of air one way

In modal coordinates (`thermal_modes`) every mode is a scalar exponential:

    T(t) = T0 + V [ d phi(t) ],   d = W dT/dt(0),   phi(t) = (1 - exp(-lambda t)) / lambda

Members of a crowd (nodes alike in capacity that hang on one node by one conductance each, as racks
do on a loop) move with their mean, which is one node of the network, and beside it each on its own
exponential. So a hall of thousands of racks is a network of a few nodes.

No node cools another: off its diagonal K holds nothing above 0. So what rises now makes others rise
and never fall, and the slopes of the start, split into those that rise and those that fall, bound
the way from both sides (positive systems: Farina and Rinaldi, Positive Linear Systems, 2000, ch.
2). That makes the search for the first crossing of a limit rigorous. Splitting a step changes
nothing but rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.thermal_modes import Crowds, Factor, Modes, phi, psi

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Shape = Callable[[Array, float], Array]


def crowds(capacity_j_k: Array, hub: Index, link_w_k: Array, also: Array | None = None) -> Crowds:
    """The crowds among the first nodes, each of which hangs on one other.

    hub, link_w_k   (leaf,)  the node that each of the first nodes hangs on, and by how much
    also            (leaf, what)  what else a crowd has in common
    """
    leaves = len(hub)
    size = capacity_j_k.size
    alike = np.stack([hub.astype(float), capacity_j_k[:leaves], link_w_k], axis=1)
    if also is not None:
        alike = np.concatenate([alike, also], axis=1)
    _, lump = np.unique(alike, axis=0, return_inverse=True)
    groups = int(lump.max(initial=-1)) + 1
    place = np.concatenate([lump.ravel(), groups + np.arange(size - leaves)]).astype(np.int64)
    rate = np.zeros(size)
    rate[:leaves] = link_w_k / capacity_j_k[:leaves]
    return Crowds(place, np.bincount(place).astype(float), rate)


@dataclass(frozen=True)
class Motion:
    """How temperatures move from a moment on, under constant heat.

    T(t) = start + shape @ (drive phi(t)) of the node's lump + apart * phi(t) at the node's own rate
    """

    network: Modes
    start_degc: Array
    """(node,)"""
    drive: Array
    """(mode,) packed; what moves each mode."""
    apart_k_s: Array | None = None
    """(node,) how fast it leaves its lump's mean; None without crowds."""

    def temperature_degc(self, time_s: float) -> Array:
        """Temperatures (node,) after `time_s`."""
        moved = self.network.full(time_s).times(self.drive)
        return self.start_degc + self._moved(moved, phi, time_s)

    def integral_k_s(self, time_s: float) -> Array:
        """Integral of the temperatures (node,) from 0 to `time_s`, in degC s."""
        moved = self.network.area(time_s).times(self.drive)
        return self.start_degc * time_s + self._moved(moved, psi, time_s)

    def _moved(self, of_mode: Array, shape: Shape, time_s: float) -> Array:
        """(node,) sum of the modes, and of what each node does apart."""
        together: Array = self.network.shape @ of_mode
        held = self.network.crowds
        if held is None or self.apart_k_s is None:
            return together
        return together[held.place] + self.apart_k_s * shape(held.rate_per_s, time_s)

    def later(self, time_s: float) -> Motion:
        """The same motion, seen from `time_s` on."""
        held = self.network.crowds
        apart = self.apart_k_s
        if held is not None and apart is not None:
            apart = apart * np.exp(-held.rate_per_s * time_s)
        fading = self.network.fading(time_s).times(self.drive)
        return Motion(self.network, self.temperature_degc(time_s), fading, apart)

    def slope_k_s(self) -> Array:
        """(lump,) how fast each moves at the start."""
        return np.asarray(self.network.shape @ self.drive)

    def bounds_k(self, time_s: float) -> tuple[Array, Array]:
        """(node,) most that it can rise, and fall (below 0), within `time_s`."""
        up, down = bounds_k(self.network, self.slope_k_s(), self.network.full(time_s))
        held = self.network.crowds
        if held is None or self.apart_k_s is None:
            return up, down
        alone = self.apart_k_s * phi(held.rate_per_s, time_s)
        return up[held.place] + np.maximum(alone, 0.0), down[held.place] + np.minimum(alone, 0.0)


def bounds_k(network: Modes, slope_k_s: Array, full: Factor) -> tuple[Array, Array]:
    """(..., lump) most that each can rise, and fall, within a time, from slopes (..., lump).

    full   phi at that time, or at one a row of slopes
    """
    parts = np.empty((2, *slope_k_s.shape))
    np.maximum(slope_k_s, 0.0, out=parts[0])
    np.minimum(slope_k_s, 0.0, out=parts[1])
    up, down = full.times(network.drive(parts)) @ network.shape.T
    return np.maximum(up, 0.0), np.minimum(down, 0.0)


def motion(network: Modes, start_degc: Array, heat_w: Array) -> Motion:
    """The motion that starts at `start_degc` (node,) under constant `heat_w` (node,), boundaries
    included.
    """
    held = network.crowds
    if held is None:
        return Motion(network, start_degc, _drive(network, start_degc, heat_w))
    mean_degc = _sum_by(held.place, start_degc) / held.size
    heat_of_lump = _sum_by(held.place, heat_w)
    drive = _drive(network, mean_degc, heat_of_lump)
    capacity = (network.capacity_j_k / held.size)[held.place]
    excess_w = heat_w - (heat_of_lump / held.size)[held.place]
    ahead = start_degc - mean_degc[held.place]
    crowded = held.size[held.place] > 1
    apart = np.where(crowded, excess_w / capacity - held.rate_per_s * ahead, 0.0)
    return Motion(network, start_degc, drive, apart)


def _sum_by(place: Index, values: Array) -> Array:
    return np.asarray(np.bincount(place, weights=values), dtype=float)


def _drive(network: Modes, start_degc: Array, heat_w: Array) -> Array:
    """(mode,) packed."""
    modal = network.drive(start_degc)
    return network.drive(heat_w / network.capacity_j_k) - network.decay().times(modal)
