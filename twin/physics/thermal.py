"""Heat in a network of lumped capacities and conductances, stepped exactly.

    C dT/dt = q - K T        K symmetric: conductances between nodes and to boundaries

K and C are constant between events, so in the modal coordinates of the generalised symmetric
problem K v = lambda C v every mode is a scalar exponential:

    T(t) = T0 + V [ r phi(t) ],   r = V' q - lambda (V' C T0),   phi(t) = (1 - exp(-lambda t)) /
                                  lambda

phi rises monotonically, which gives rigorous bounds for the first crossing of a limit. Splitting a
step changes nothing but rounding. Source: any text on linear systems, e.g. Incropera, Fundamentals
of Heat and Mass Transfer, ch. 5 (lumped capacitance).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.optimize import brentq

Array = NDArray[np.float64]

_SERIES_BELOW = 1e-3
"""Below this lambda*t the closed forms cancel; the series is exact to rounding there."""
_TIME_RESOLUTION_S = 1e-6
"""Crossings are not told apart below this."""


@dataclass(frozen=True)
class Modes:
    """A network in modal coordinates: rates (mode,) in 1/s, shapes (node, mode), capacities (node,)
    in J/K.
    """

    rate_per_s: Array
    shape: Array
    capacity_j_k: Array


def modes(capacity_j_k: Array, conductance_w_k: Array) -> Modes:
    """Decompose a network.

    capacity_j_k      (node,)       J/K, > 0
    conductance_w_k   (node, node)  W/K, symmetric positive semi-definite
    Raises numpy.linalg.LinAlgError where K is not finite.
    """
    scale = 1.0 / np.sqrt(capacity_j_k)
    rate, vectors = eigh(conductance_w_k * np.outer(scale, scale), check_finite=False, driver="evd")
    return Modes(np.maximum(rate, 0.0), vectors * scale[:, None], capacity_j_k)


def phi(rate_per_s: Array, time_s: float) -> Array:
    """(1 - exp(-lambda t)) / lambda, and t where lambda vanishes."""
    decay = rate_per_s * time_s
    safe = np.where(decay > 1e-12, rate_per_s, 1.0)
    return np.where(decay > 1e-12, -np.expm1(-decay) / safe, time_s * (1.0 - 0.5 * decay))


def psi(rate_per_s: Array, time_s: float) -> Array:
    """The integral of phi from 0 to t: (t - phi) / lambda, and t^2/2 where lambda vanishes."""
    decay = rate_per_s * time_s
    series = time_s**2 * (0.5 - decay / 6.0 + decay**2 / 24.0 - decay**3 / 120.0)
    safe = np.where(decay > _SERIES_BELOW, rate_per_s, 1.0)
    return np.where(decay > _SERIES_BELOW, (time_s - phi(rate_per_s, time_s)) / safe, series)


@dataclass(frozen=True)
class Motion:
    """How temperatures move from a moment on, under constant heat: start (node,) and weights (node,
    mode).
    """

    rate_per_s: Array
    start_degc: Array
    weight_k_s: Array
    """Contribution of each mode to each node: T(t) = start + weight @ phi(t)."""

    def temperature_degc(self, time_s: float) -> Array:
        """Temperatures (node,) after `time_s`."""
        return self.start_degc + self.weight_k_s @ phi(self.rate_per_s, time_s)

    def integral_k_s(self, time_s: float) -> Array:
        """Integral of the temperatures (node,) from 0 to `time_s`, in degC s."""
        return self.start_degc * time_s + self.weight_k_s @ psi(self.rate_per_s, time_s)

    def later(self, time_s: float) -> Motion:
        """The same motion, seen from `time_s` on."""
        fading = self.weight_k_s * np.exp(-self.rate_per_s * time_s)
        return Motion(self.rate_per_s, self.temperature_degc(time_s), fading)


def motion(network: Modes, start_degc: Array, heat_w: Array) -> Motion:
    """The motion that starts at `start_degc` (node,) under constant `heat_w` (node,), boundaries
    included.
    """
    modal = network.shape.T @ (network.capacity_j_k * start_degc)
    drive = network.shape.T @ heat_w - network.rate_per_s * modal
    return Motion(network.rate_per_s, start_degc, network.shape * drive)


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
    rising = np.maximum(move.weight_k_s, 0.0)
    falling = np.minimum(move.weight_k_s, 0.0)
    full = phi(move.rate_per_s, horizon_s)
    up = move.start_degc + rising @ full >= upper_degc
    down = move.start_degc + falling @ full <= lower_degc
    for sign, candidates, limit in ((1.0, up, upper_degc), (-1.0, down, lower_degc)):
        for node in _soonest_first(move, np.flatnonzero(candidates), limit):
            bound = best.time_s if best else horizon_s
            time = _first_root(
                move.rate_per_s,
                sign * move.weight_k_s[node],
                sign * (move.start_degc[node] - limit[node]),
                bound,
            )
            if time is not None:
                best = Crossing(time, int(node))
    return best


def _soonest_first(move: Motion, nodes: NDArray[np.intp], limit: Array) -> NDArray[np.intp]:
    """Order candidates by straight-line time to the limit, so that later searches have a short
    horizon.
    """
    if nodes.size < 2:
        return nodes
    slope = move.weight_k_s[nodes].sum(axis=1)
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
