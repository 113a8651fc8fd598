"""Heat in a network of lumped capacities and conductances, stepped exactly.

    C dT/dt = q - K T        K symmetric: conductances between nodes and to boundaries

K and C are constant between events, so in the modal coordinates of the generalised symmetric
problem K v = lambda C v every mode is a scalar exponential:

    T(t) = T0 + V [ r phi(t) ],   r = V' q - lambda (V' C T0),   phi(t) = (1 - exp(-lambda t)) /
                                  lambda

Members of a crowd (nodes alike in capacity that hang on one node by one conductance each, as racks
do on a hall) move with their mean, which is one node of the network, and beside it each on its own
exponential. So a hall of thousands of racks is a network of a few nodes.

phi rises monotonically, which gives rigorous bounds for the first crossing of a limit. Splitting a
step changes nothing but rounding. Source: any text on linear systems, e.g. Incropera, Fundamentals
of Heat and Mass Transfer, ch. 5 (lumped capacitance).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.optimize import brentq

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Shape = Callable[[Array, float], Array]

_SERIES_BELOW = 1e-3
"""Below this lambda*t the closed forms cancel; the series is exact to rounding there."""
_TIME_RESOLUTION_S = 1e-6
"""Crossings are not told apart below this."""


@dataclass(frozen=True)
class Crowds:
    """Which nodes move together: each node's place in the smaller network, and its own rate."""

    place: Index
    """(node,) the lump it belongs to; a node alone is a lump of its own."""
    size: Array
    """(lump,) how many nodes it holds."""
    rate_per_s: Array
    """(node,) at which its distance from the lump's mean fades; 0 for a node alone."""


@dataclass(frozen=True)
class Modes:
    """A network in modal coordinates: rates (mode,) in 1/s, shapes (node, mode), capacities (node,)
    in J/K. With crowds, shapes and capacities are those of the lumps.
    """

    rate_per_s: Array
    shape: Array
    capacity_j_k: Array
    crowds: Crowds | None = None


def modes(capacity_j_k: Array, conductance_w_k: Array) -> Modes:
    """Decompose a network.

    capacity_j_k      (node,)       J/K, > 0
    conductance_w_k   (node, node)  W/K, symmetric positive semi-definite
    Raises numpy.linalg.LinAlgError where K is not finite.
    """
    scale = 1.0 / np.sqrt(capacity_j_k)
    rate, vectors = eigh(conductance_w_k * np.outer(scale, scale), check_finite=False, driver="evd")
    return Modes(np.maximum(rate, 0.0), vectors * scale[:, None], capacity_j_k)


def crowds(capacity_j_k: Array, a: Index, b: Index, link_w_k: Array, leaves: int) -> Crowds:
    """The crowds among the first `leaves` nodes, each of which hangs on one other by link number
    its own.

    a, b, link_w_k   (link,)  ends and conductances; link i < leaves joins node i and b[i]
    """
    size = capacity_j_k.size
    alike = np.stack([b[:leaves].astype(float), capacity_j_k[:leaves], link_w_k[:leaves]], axis=1)
    _, lump = np.unique(alike, axis=0, return_inverse=True)
    groups = int(lump.max(initial=-1)) + 1
    place = np.concatenate([lump.ravel(), groups + np.arange(size - leaves)]).astype(np.int64)
    rate = np.zeros(size)
    rate[:leaves] = link_w_k[:leaves] / capacity_j_k[:leaves]
    return Crowds(place, np.bincount(place).astype(float), rate)


def phi(rate_per_s: Array, time_s: float) -> Array:
    """(1 - exp(-lambda t)) / lambda, and t where lambda vanishes."""
    decay = rate_per_s * time_s
    moves = decay > 1e-12
    if moves.all():
        return np.asarray(-np.expm1(-decay) / rate_per_s)
    safe = np.where(moves, rate_per_s, 1.0)
    return np.where(moves, -np.expm1(-decay) / safe, time_s * (1.0 - 0.5 * decay))


def psi(rate_per_s: Array, time_s: float, full: Array | None = None) -> Array:
    """The integral of phi from 0 to t: (t - phi) / lambda, and t^2/2 where lambda vanishes.

    full   phi at that time, where it is known already
    """
    full = phi(rate_per_s, time_s) if full is None else full
    decay = rate_per_s * time_s
    fast = decay > _SERIES_BELOW
    if fast.all():
        return np.asarray((time_s - full) / rate_per_s)
    series = time_s**2 * (0.5 - decay / 6.0 + decay**2 / 24.0 - decay**3 / 120.0)
    safe = np.where(fast, rate_per_s, 1.0)
    return np.where(fast, (time_s - full) / safe, series)


@dataclass(frozen=True)
class Motion:
    """How temperatures move from a moment on, under constant heat.

    T(t) = start + (weight @ phi(t)) of the node's lump + apart * phi(t) at the node's own rate
    """

    rate_per_s: Array
    """(mode,)"""
    start_degc: Array
    """(node,)"""
    weight_k_s: Array
    """(lump, mode) contribution of each mode."""
    crowds: Crowds | None = None
    apart_k_s: Array | None = None
    """(node,) how fast it leaves its lump's mean; None without crowds."""
    known: dict[float, Array] = field(default_factory=dict, repr=False, compare=False)
    """(mode,) phi at the times that were asked for."""

    def _full(self, time_s: float) -> Array:
        """(mode,) phi, worked out once for each time."""
        if time_s not in self.known:
            self.known[time_s] = phi(self.rate_per_s, time_s)
        return self.known[time_s]

    def temperature_degc(self, time_s: float) -> Array:
        """Temperatures (node,) after `time_s`."""
        return self.start_degc + self._moved(self._full(time_s), phi, time_s)

    def integral_k_s(self, time_s: float) -> Array:
        """Integral of the temperatures (node,) from 0 to `time_s`, in degC s."""
        area = psi(self.rate_per_s, time_s, self._full(time_s))
        return self.start_degc * time_s + self._moved(area, psi, time_s)

    def _moved(self, of_mode: Array, shape: Shape, time_s: float) -> Array:
        """(node,) sum of the modes, whose shapes are given, and of what each node does apart."""
        together: Array = self.weight_k_s @ of_mode
        if self.crowds is None or self.apart_k_s is None:
            return together
        alone = self.apart_k_s * shape(self.crowds.rate_per_s, time_s)
        return together[self.crowds.place] + alone

    def later(self, time_s: float) -> Motion:
        """The same motion, seen from `time_s` on."""
        fading = self.weight_k_s * np.exp(-self.rate_per_s * time_s)
        start = self.temperature_degc(time_s)
        if self.crowds is None or self.apart_k_s is None:
            return Motion(self.rate_per_s, start, fading)
        apart = self.apart_k_s * np.exp(-self.crowds.rate_per_s * time_s)
        return Motion(self.rate_per_s, start, fading, self.crowds, apart)

    def bounds_k(self, time_s: float) -> tuple[Array, Array]:
        """(node,) most that its rising, and its falling, modes can move it within `time_s`."""
        full = self._full(time_s)
        up = np.maximum(self.weight_k_s, 0.0) @ full
        down = np.minimum(self.weight_k_s, 0.0) @ full
        if self.crowds is None or self.apart_k_s is None:
            return up, down
        alone = self.apart_k_s * phi(self.crowds.rate_per_s, time_s)
        place = self.crowds.place
        return up[place] + np.maximum(alone, 0.0), down[place] + np.minimum(alone, 0.0)

    def of_node(self, node: int) -> tuple[Array, Array]:
        """Rates and weights of everything that moves one node."""
        if self.crowds is None or self.apart_k_s is None:
            return self.rate_per_s, self.weight_k_s[node]
        weight = self.weight_k_s[self.crowds.place[node]]
        rate = np.append(self.rate_per_s, self.crowds.rate_per_s[node])
        return rate, np.append(weight, self.apart_k_s[node])

    def slope_k_s(self, nodes: NDArray[np.intp]) -> Array:
        """(node asked,) how fast each moves at the start."""
        if self.crowds is None or self.apart_k_s is None:
            return np.asarray(self.weight_k_s[nodes].sum(axis=1))
        together = self.weight_k_s[self.crowds.place[nodes]].sum(axis=1)
        return np.asarray(together + self.apart_k_s[nodes])


def motion(network: Modes, start_degc: Array, heat_w: Array) -> Motion:
    """The motion that starts at `start_degc` (node,) under constant `heat_w` (node,), boundaries
    included.
    """
    held = network.crowds
    if held is None:
        return Motion(network.rate_per_s, start_degc, _weights(network, start_degc, heat_w))
    mean_degc = _sum_by(held.place, start_degc) / held.size
    heat_of_lump = _sum_by(held.place, heat_w)
    weight = _weights(network, mean_degc, heat_of_lump)
    capacity = (network.capacity_j_k / held.size)[held.place]
    excess_w = heat_w - (heat_of_lump / held.size)[held.place]
    ahead = start_degc - mean_degc[held.place]
    crowded = held.size[held.place] > 1
    apart = np.where(crowded, excess_w / capacity - held.rate_per_s * ahead, 0.0)
    return Motion(network.rate_per_s, start_degc, weight, held, apart)


def _sum_by(place: Index, values: Array) -> Array:
    return np.asarray(np.bincount(place, weights=values), dtype=float)


def _weights(network: Modes, start_degc: Array, heat_w: Array) -> Array:
    modal = network.shape.T @ (network.capacity_j_k * start_degc)
    drive = network.shape.T @ heat_w - network.rate_per_s * modal
    return np.asarray(network.shape * drive)


@dataclass(frozen=True)
class Crossing:
    """The first limit reached: after how long, by which node."""

    time_s: float
    node: int


def first_crossing(
    move: Motion, upper_degc: Array, lower_degc: Array, horizon_s: float
) -> Crossing | None:
    """The first moment within (0, horizon] at which a node passes its upper or lower limit.

    upper_degc, lower_degc   (node,)  degC, +-inf where there is none; nodes start inside
    A node is searched only where the sum of its rising (falling) modes could reach the limit, so no
    crossing is missed, and of several crossings of one node the first is found.
    """
    best: Crossing | None = None
    rise, fall = move.bounds_k(horizon_s)
    up = move.start_degc + rise >= upper_degc
    down = move.start_degc + fall <= lower_degc
    for sign, candidates, limit in ((1.0, up, upper_degc), (-1.0, down, lower_degc)):
        for node in _soonest_first(move, np.flatnonzero(candidates), limit):
            bound = best.time_s if best else horizon_s
            rate, weight = move.of_node(int(node))
            ahead = sign * (move.start_degc[node] - limit[node])
            time = _first_root(rate, sign * weight, ahead, bound)
            if time is not None:
                best = Crossing(time, int(node))
    return best


def _soonest_first(move: Motion, nodes: NDArray[np.intp], limit: Array) -> NDArray[np.intp]:
    """Order candidates by straight-line time to the limit, so that later searches have a short
    horizon.
    """
    if nodes.size < 2:
        return nodes
    slope = move.slope_k_s(nodes)
    gap = limit[nodes] - move.start_degc[nodes]
    with np.errstate(divide="ignore", invalid="ignore"):
        guess = np.where(gap * slope > 0, gap / slope, np.inf)
    return nodes[np.argsort(guess, kind="stable")]


def _first_root(rate: Array, weight: Array, start: float, horizon: float) -> float | None:
    """First t in (0, horizon] with start + weight @ phi(t) >= 0, or None."""
    rising = np.maximum(weight, 0.0)
    falling = np.minimum(weight, 0.0)
    intervals = [(0.0, horizon)]
    while intervals:
        a, b = intervals.pop()
        phi_a = phi(rate, a)
        phi_b = phi(rate, b)
        at_a = start + weight @ phi_a
        at_b = start + weight @ phi_b
        if at_a + rising @ (phi_b - phi_a) < 0:
            continue
        if b - a < _TIME_RESOLUTION_S or (at_a >= 0 and a > 0):
            if at_b >= 0:
                return float(b)
            continue
        slope_min = rising @ np.exp(-rate * b) + falling @ np.exp(-rate * a)
        if slope_min > 0 and at_a < 0:
            if at_b < 0:
                continue
            return float(
                brentq(lambda t: float(start + weight @ phi(rate, t)), a, b, xtol=1e-9, rtol=1e-14)
            )
        middle = 0.5 * (a + b)
        intervals += [(middle, b), (a, middle)]
    return None
