"""The first moment at which a temperature of a network passes a limit.

A node is searched only where its limit lies within the bounds of its motion, so no crossing is
missed; an interval is halved until it cannot hold a crossing, or holds one on a way that only
rises, which Brent's method then finds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.brent import root
from twin.physics.thermal import Motion
from twin.physics.thermal_modes import Modes, phi

Array = NDArray[np.float64]

_TIME_RESOLUTION_S = 1e-6
"""Crossings are not told apart below this."""
_ROUNDING_K = 1e-9
"""Bounds are widened by this much, which is more than rounding moves them."""


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
    Of several crossings of one node the first is found.
    """
    best: Crossing | None = None
    split: _Split | None = None
    bounds = move.bounds_k(horizon_s)
    for side, sign, limit in ((0, 1.0, upper_degc), (1, -1.0, lower_degc)):
        near = _near(move, sign, limit, bounds[side])
        if not near.any():
            continue
        for node in _soonest_first(move, np.flatnonzero(near), limit).tolist():
            if not near[node]:
                continue
            split = split or _Split.of(move)
            ahead = sign * float(move.start_degc[node] - limit[node])
            time = split.path(node, sign, ahead).first_root(best.time_s if best else horizon_s)
            if time is not None:
                best = Crossing(time, node)
                bounds = move.bounds_k(time)
                near = _near(move, sign, limit, bounds[side])
    return best


def _near(move: Motion, sign: float, limit: Array, most_k: Array) -> NDArray[np.bool_]:
    """(node,) whether it can reach its limit if it moves by so much."""
    return np.asarray(sign * (move.start_degc + most_k - limit) >= -_ROUNDING_K)


def _soonest_first(move: Motion, nodes: NDArray[np.intp], limit: Array) -> NDArray[np.intp]:
    """Order candidates by straight-line time to the limit, so that later searches have a short
    horizon.
    """
    if nodes.size < 2:
        return nodes
    slope = move.slope_k_s()
    held = move.network.crowds
    if held is not None and move.apart_k_s is not None:
        slope = slope[held.place] + move.apart_k_s
    gap = limit[nodes] - move.start_degc[nodes]
    with np.errstate(divide="ignore", invalid="ignore"):
        guess = np.where(gap * slope[nodes] > 0, gap / slope[nodes], np.inf)
    return nodes[np.argsort(guess, kind="stable")]


@dataclass(frozen=True)
class _Split:
    """A motion's slopes, and the slopes of those, each split into what rises and what falls."""

    move: Motion
    drives: Array
    """(5, mode): all of it; what rises and what falls; of the slopes, what rises and what falls."""

    @staticmethod
    def of(move: Motion) -> _Split:
        """The split of a motion."""
        network = move.network
        slope = move.slope_k_s()
        bend = network.shape @ network.decay().times(-move.drive)
        parts = [np.maximum(slope, 0.0), np.minimum(slope, 0.0)]
        parts += [np.maximum(bend, 0.0), np.minimum(bend, 0.0)]
        drives = np.stack([move.drive, *(network.drive(part) for part in parts)])
        return _Split(move, drives)

    def path(self, node: int, sign: float, ahead: float) -> _Path:
        """The way of one node above its limit, upside down where `sign` is -1."""
        move = self.move
        network = move.network
        held = network.crowds
        lump = node if held is None else int(held.place[node])
        rate = network.rate_per_s
        weight = _weights(network, lump, self.drives)
        if held is not None and move.apart_k_s is not None:
            rate = np.append(rate, held.rate_per_s[node])
            alone = _alone(float(move.apart_k_s[node]), float(held.rate_per_s[node]))
            weight = np.concatenate([weight, alone[:, None]], axis=1)
        if sign < 0:
            weight = -weight[[0, 2, 1, 4, 3]]
        return _Path(rate, weight, ahead)


def _weights(network: Modes, lump: int, drives: Array) -> Array | NDArray[np.complex128]:
    """(5, rate) contributions to one lump."""
    row = network.shape[lump]
    return np.array([network.unpacked(row, drive) for drive in drives])


def _alone(slope: float, rate: float) -> Array:
    """(5,) the same of what a node does apart from its lump."""
    bend = -rate * slope
    return np.array([slope, max(slope, 0.0), min(slope, 0.0), max(bend, 0.0), min(bend, 0.0)])


@dataclass(frozen=True)
class _Path:
    """How far a node is above its limit: ahead + (all of it) at a time."""

    rate: Array | NDArray[np.complex128]
    weight: Array | NDArray[np.complex128]
    """(5, rate), as in `_Split`."""
    ahead: float

    def _at(self, time_s: float) -> Array:
        """(5,) the sums at a time."""
        return np.asarray((self.weight @ phi(self.rate, time_s)).real)

    def _above(self, time_s: float) -> float:
        return self.ahead + float(self._at(time_s)[0])

    def _slope(self, time_s: float) -> float:
        return float((self.weight[0] @ np.exp(-self.rate * time_s)).real)

    def first_root(self, horizon_s: float) -> float | None:
        """First t in (0, horizon] at which it is not below its limit, or None."""
        intervals = [(0.0, self._at(0.0), horizon_s, self._at(horizon_s))]
        while intervals:
            a, at_a, b, at_b = intervals.pop()
            if self.ahead + at_a[0] + at_b[1] - at_a[1] < 0:
                continue
            if b - a < _TIME_RESOLUTION_S or (self.ahead + at_a[0] >= 0 and a > 0):
                if self.ahead + at_b[0] >= 0:
                    return b
                continue
            if self.ahead + at_a[0] < 0 and self._slope(a) + at_b[4] - at_a[4] > 0:
                if self.ahead + at_b[0] < 0:
                    continue
                return root(self._above, a, b, within=1e-9, relative=1e-14)
            middle = 0.5 * (a + b)
            at_middle = self._at(middle)
            intervals += [(middle, at_middle, b, at_b), (a, at_a, middle, at_middle)]
        return None
