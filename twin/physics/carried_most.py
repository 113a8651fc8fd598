"""Bounds on what each node of a power system carries in any state, and what might trip."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.physics.power_system import PowerSystem

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def most_w(system: PowerSystem) -> Array:
    """(node,): a bound on what each node carries in any state, every load below it counted once.

    All loads below a node and all idle losses on the way, raised by the steepest path's other
    losses, each stage taken at its own bound.
    """
    below = _below(system)
    rating_w = np.where(np.isfinite(system.rating_w), system.rating_w, 0.0)
    idle_w = rating_w * system.loss[0]
    most = np.zeros(system.size)
    steepest = np.ones(system.size)
    """Most input that a watt at a load below can need at the node's output."""
    for node in reversed(range(system.size)):
        most[node] = below[node] @ (system.load_w + idle_w) * steepest[node]
        through = steepest[node] * (1.0 + _slope(system, node, most[node]))
        for supply in system.supplies[node]:
            steepest[supply] = max(steepest[supply], through)
    return most


def _below(system: PowerSystem) -> Mask:
    """(node, node): whether the second is fed, perhaps by way of others, by the first."""
    below = np.zeros((system.size, system.size), dtype=bool)
    for node in reversed(range(system.size)):
        for supply in system.supplies[node]:
            below[supply] |= below[node]
            below[supply, node] = True
    return below


def _slope(system: PowerSystem, node: int, output_w: float) -> float:
    """Loss per watt carried, idle loss aside, at the highest output."""
    rating_w = system.rating_w[node]
    if not np.isfinite(rating_w):
        return 0.0
    _, linear, square = (float(c[node]) for c in system.loss)
    return max(0.0, linear, linear + square * output_w / float(rating_w))


def may_trip(system: PowerSystem) -> Mask:
    """(node,): whose protection some state might reach, and stores that some state might empty."""
    with np.errstate(invalid="ignore"):
        frac = most_w(system) / system.trip_rating_w
    lowest = np.minimum(system.trip_pickup_frac, system.trip_instantaneous_frac)
    return np.asarray((frac > lowest * (1.0 - 1e-12)) | system.counted)
