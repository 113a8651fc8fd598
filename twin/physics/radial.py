"""Voltages and currents of a power system in which every share of a load has one way to its source.

Backward and forward sweeps as two products with one sparse matrix: what part of a current drawn at
a node passes through each node above it. Injections of many moments stand side by side. Per unit of
nominal voltage and per volt-ampere: an impedance in 1/VA times a current in VA is a share of the
voltage. Converters (UPS, generators, utilities) hold their output at nominal voltage, and draw at
their input what they give and lose. Source: Shirmohammadi et al., IEEE Trans. Power Systems 3
(1988), sweeps by branches; here unrolled over paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]

ROUNDS_MAX = 60
"""Far more than a network needs that can carry its load at all."""


@dataclass(frozen=True, eq=False)
class RadialNetwork:
    """Nodes, each a series impedance before its output; arrays are (node,)."""

    path: Any
    """Sparse (node, node): part of a current drawn at the second that passes through the first."""
    back: Any
    """The same, turned over."""
    feed: Any
    """Sparse (node, node): share of the second's input that the first gives, converters only."""
    impedance_per_va: Complex
    regulated: Mask
    """Holds its output at nominal voltage: sources and converters."""
    rating_w: Array
    """1 where unlimited."""
    loss: tuple[Array, Array, Array]
    """Idle, linear and square coefficients of `rating_w`; square ones of converters only, for
    elsewhere they are resistance."""


@dataclass(frozen=True, eq=False)
class RadialSolution:
    """What the sweeps found; arrays (node, ...) as the loads were."""

    voltage: Complex
    """At each output, per unit."""
    through_va: Complex
    """Apparent power that each node gives, at its output."""
    current_va: Complex
    """Current through each node, VA at nominal voltage."""
    loss_w: Array
    """Lost in each node."""
    rounds: int


def radial_network(
    edges: tuple[Index, Index, Array | Complex],
    impedance_per_va: Complex,
    regulated: Mask,
    rating_w: Array,
    loss: tuple[Array, Array, Array],
) -> RadialNetwork:
    """Prepare the sweeps; no ring among the edges.

    edges  supply, taker and share of the current into the taker, (edge,); complex where supplies
           in parallel are unlike
    """
    supply, taker, given = edges
    share = given if np.iscomplexobj(given) and given.imag.any() else given.real
    size = regulated.size
    flows = scipy.sparse.csr_array((share, (supply, taker)), shape=(size, size))
    carried = scipy.sparse.csr_array(
        flows @ scipy.sparse.diags_array(np.where(regulated, 0.0, 1.0))
    )
    inputs = scipy.sparse.csr_array((share.real, (supply, taker)), shape=(size, size))
    feed = scipy.sparse.csr_array(inputs @ scipy.sparse.diags_array(np.where(regulated, 1.0, 0.0)))
    finite = np.isfinite(rating_w)
    idle, linear, square = (np.where(finite, c, 0.0) for c in loss)
    path = _paths(carried)
    return RadialNetwork(
        path,
        scipy.sparse.csr_array(path.T),
        feed,
        impedance_per_va,
        regulated,
        np.where(finite, rating_w, 1.0),
        (idle, linear, np.where(regulated, square, 0.0)),
    )


def _paths(carried: Any) -> Any:
    """1 + C + C^2 + ...: what passes through each node of what is drawn at every other."""
    path: Any = scipy.sparse.identity(carried.shape[0], format="csr")
    step: Any = path
    while step.nnz:
        step = scipy.sparse.csr_array(carried @ step)
        step.eliminate_zeros()
        path = path + step
    return scipy.sparse.csr_array(path)


def solve(
    network: RadialNetwork, load_va: Complex, tolerance: float = 1e-9, start: Complex | None = None
) -> RadialSolution:
    """Sweep until no voltage moves by more than the tolerance.

    load_va  (node,) or (node, moment): drawn at each output, constant power
    start    voltages near the answer, of a moment before
    Raises ArithmeticError where the network cannot carry its load.
    """
    load = load_va.reshape(network.regulated.size, -1)
    fixed = network.regulated[:, None]
    z = np.where(fixed, 0.0, network.impedance_per_va[:, None])
    voltage = np.ones_like(load) if start is None else start.reshape(load.shape)
    whole_va = max(1.0, float(np.abs(load).sum(axis=0).max()))
    own = _Own(network, load.shape)
    for rounds in range(1, ROUNDS_MAX + 1):
        current = _times(network.path, np.conj((load + own.drawn_w) / voltage))
        after = 1.0 - _times(network.back, z * current)
        moved = _most(after - voltage)
        voltage = after
        drift = own.follow((voltage * np.conj(current)).real) / whole_va
        if moved < tolerance and drift < tolerance:
            through = voltage * np.conj(current)
            lost_w = own.lost_w + np.where(fixed, 0.0, np.abs(current) ** 2 * z.real)
            shape = load_va.shape
            return RadialSolution(
                voltage.reshape(shape),
                through.reshape(shape),
                current.reshape(shape),
                lost_w.reshape(shape),
                rounds,
            )
        if not moved < 1e3:
            break
    raise ArithmeticError("the network cannot carry its load: voltages do not settle")


class _Own:
    """What nodes draw besides their loads: losses that are no resistance, inputs of converters."""

    def __init__(self, network: RadialNetwork, shape: tuple[int, ...]) -> None:
        self.network = network
        self.fixed = network.regulated[:, None]
        self.none = not any(c.any() for c in network.loss) and not network.feed.nnz
        self.lost_w = np.zeros(shape)
        self.inputs_w = np.zeros(shape)
        self.drawn_w: Array | float = 0.0

    def follow(self, through_w: Array) -> float:
        """Take over what nodes give now; by how many W the inputs of converters moved."""
        if self.none:
            return 0.0
        network = self.network
        idle, linear, square = (c[:, None] for c in network.loss)
        rating_w = network.rating_w[:, None]
        frac = (through_w - np.where(self.fixed, 0.0, self.lost_w)) / rating_w
        given_w = frac * rating_w
        self.lost_w = rating_w * (idle + frac * (linear + square * frac))
        before_w = self.inputs_w
        self.inputs_w = network.feed @ np.where(self.fixed, given_w + self.lost_w, 0.0)
        self.drawn_w = np.where(self.fixed, 0.0, self.lost_w) + self.inputs_w
        return _most(self.inputs_w - before_w)


def _most(moved: Array | Complex) -> float:
    """The largest part of anything."""
    return float(max(moved.real.max(initial=0.0), -moved.real.min(initial=0.0))) + (
        float(max(moved.imag.max(initial=0.0), -moved.imag.min(initial=0.0)))
        if np.iscomplexobj(moved)
        else 0.0
    )


def _times(matrix: Any, current: Complex) -> Complex:
    """A sparse matrix times complex columns; a real one is not widened for it."""
    if np.iscomplexobj(matrix.data):
        return np.asarray(matrix @ current)
    pairs = np.ascontiguousarray(current).view(np.float64)
    return np.asarray(np.ascontiguousarray(matrix @ pairs).view(np.complex128))
