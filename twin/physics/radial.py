"""Voltages and currents of a power system in which every share of a load has one way to its source.

Backward and forward sweeps over a forest: what passes through each node of what is drawn below it,
and what voltage is lost along the way to it, each by running totals. A taker of several supplies is
a root of its own, whose current its supplies share and whose voltage is the mean of theirs.
Per unit of nominal voltage and per volt-ampere: an impedance in 1/VA times a current in VA is a
share of the voltage. Converters (UPS, generators,
utilities) hold their output at nominal voltage, and draw at their input what they give and lose.
Source: Shirmohammadi et al., IEEE Trans. Power Systems 3 (1988), sweeps by branches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from twin.physics.forest import DepthFirstForest, forest

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]

ROUNDS_MAX = 60
"""Far more than a network needs that can carry its load at all."""


@dataclass(frozen=True, eq=False)
class RadialNetwork:
    """Nodes, each a series impedance before its output; (node,) in the order of the forest."""

    ways: SweptTrees
    feed: Any
    """Sparse (node, node): share of the second's input that the first gives, converters only."""
    impedance_per_va: Complex
    """0 where regulated."""
    regulated: Mask
    """Holds its output at nominal voltage: sources and converters."""
    rating_w: Array
    """1 where unlimited."""
    loss: tuple[Array, Array, Array]
    """Idle, linear and square coefficients of `rating_w`; square ones of converters only, for
    elsewhere they are resistance."""
    own: bool
    """Whether nodes draw anything themselves: losses that are no resistance, converters' inputs."""


@dataclass(frozen=True, eq=False)
class SweptTrees:
    """Who hangs below whom: a forest, and takers of several supplies among its roots."""

    forest: DepthFirstForest
    collect: Any
    """Sparse (shared taker, node): 1 for nodes of the tree below each. None where nobody shares."""
    spread: Any
    """Sparse (node, shared taker): what part of a current into the second its supplies give."""
    turned: tuple[Any, Any]
    """Both, turned over."""

    def below(self, drawn: Complex) -> Complex:
        """What passes through each node of what is drawn at all."""
        if self.collect is not None:
            drawn = drawn + _times(self.spread, _times(self.collect, drawn))
        return self.forest.below(drawn)

    def along(self, step: Complex) -> Complex:
        """The steps on all ways to each node, by what part of a current takes them."""
        whole = self.forest.along(step)
        if self.collect is None:
            return whole
        collect, spread = self.turned
        return whole + _times(collect, _times(spread, whole))


@dataclass(frozen=True, eq=False)
class RadialSolution:
    """What the sweeps found; arrays (node,)."""

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
    carries = ~regulated[taker]
    ways = _ways(supply[carries], taker[carries], share[carries], regulated.size)
    place = ways.forest.place
    order = ways.forest.order
    fed = ~carries
    feed = _sparse(share.real[fed], place[supply[fed]], place[taker[fed]], (order.size, order.size))
    finite = np.isfinite(rating_w)
    idle, linear, square = (np.where(finite, c, 0.0)[order] for c in loss)
    held = regulated[order]
    return RadialNetwork(
        ways,
        feed,
        np.where(held, 0.0, impedance_per_va[order]),
        held,
        np.where(finite, rating_w, 1.0)[order],
        (idle, linear, np.where(held, square, 0.0)),
        bool(feed.nnz or idle.any() or linear.any()),
    )


def _ways(supply: Index, taker: Index, share: Array | Complex, size: int) -> SweptTrees:
    """The forest of takers with one supply, and what the others spread over theirs."""
    several = np.bincount(taker, minlength=size)[taker] > 1
    apart = several | (share != 1.0)
    hangs_on = np.full(size, -1)
    hangs_on[taker[~apart]] = supply[~apart]
    trees = forest(hangs_on)
    if not apart.any():
        return SweptTrees(trees, None, None, (None, None))
    joints, column = np.unique(taker[apart], return_inverse=True)
    below = _joint_of(hangs_on, joints)
    from_joint = below[supply[apart]]
    inside = from_joint >= 0
    count = joints.size
    step = _sparse(share[apart][inside], from_joint[inside], column[inside], (count, count))
    given = _sparse(share[apart], trees.place[supply[apart]], column, (size, count))
    spread = scipy.sparse.csr_array(given @ _paths(step))
    member = np.flatnonzero(below >= 0)
    ones = np.ones(member.size)
    collect = _sparse(ones, below[member], trees.place[member], (count, size))
    turned = (scipy.sparse.csr_array(collect.T), scipy.sparse.csr_array(spread.T))
    return SweptTrees(trees, collect, spread, turned)


def _joint_of(hangs_on: Index, joints: Index) -> Index:
    """(node,) which shared taker stands at the top of each node's tree; -1 where none does."""
    top = np.where(hangs_on >= 0, hangs_on, np.arange(hangs_on.size))
    while (top[top] != top).any():
        top = top[top]
    joint = np.full(hangs_on.size, -1)
    joint[joints] = np.arange(joints.size)
    return np.asarray(joint[top])


def _sparse(values: Array | Complex, row: Index, column: Index, shape: tuple[int, int]) -> Any:
    return scipy.sparse.csr_array((values, (row, column)), shape=shape)


def _paths(carried: Any) -> Any:
    """1 + C + C^2 + ...: what passes through each of what enters every other."""
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
    """Sweep until no voltage is off by more than the tolerance.

    What is left is judged by how fast the moves shrink, the slowest rate that was met, where all
    is drawn and nothing given: moves that cancel say nothing of the next.

    load_va  (node,) drawn at each output, constant power
    start    voltages near the answer, of a moment before
    Raises ArithmeticError where the network cannot carry its load.
    """
    ways = network.ways
    load = load_va[ways.forest.order]
    voltage = np.ones_like(load) if start is None else start[ways.forest.order]
    own = _Own(network, load)
    judged = start is None and float(load.view(np.float64).min(initial=0.0)) >= 0.0
    closing = _Closing(tolerance, 1.0 if judged else np.inf)
    current = ways.below(np.conj(load if start is None else load / voltage))
    for rounds in range(1, ROUNDS_MAX + 1):
        after = 1.0 - ways.along(network.impedance_per_va * current)
        moved = _most(after - voltage)
        voltage = after
        drift = own.follow(voltage, current)
        if not moved < 1e3:
            break
        current = ways.below(np.conj((load + own.drawn_w if network.own else load) / voltage))
        if closing.done(moved) and drift < tolerance:
            return _solution(network, voltage, current, own.lost_w, rounds)
    raise ArithmeticError("the network cannot carry its load: voltages do not settle")


class _Closing:
    """Whether what is left of a voltage's moves is below the tolerance.

    first  what the first guess may be off by, per unit; inf where the moves say nothing of it
    """

    def __init__(self, tolerance: float, first: float) -> None:
        self.tolerance = tolerance
        self.before = first
        self.rate = 0.0 if np.isfinite(first) else np.inf

    def done(self, moved: float) -> bool:
        """After a sweep that moved a voltage by so much."""
        self.rate = max(self.rate, moved / self.before) if self.before else self.rate
        self.before = moved
        left = moved * self.rate / (1.0 - self.rate) if self.rate < 1.0 else moved
        return min(left, moved) < self.tolerance


def _solution(
    network: RadialNetwork, voltage: Complex, current: Complex, own_w: Array, rounds: int
) -> RadialSolution:
    """What the last sweep found, in the caller's order."""
    place = network.ways.forest.place
    lost_w = own_w + network.impedance_per_va.real * (current.real**2 + current.imag**2)
    through_va = voltage * np.conj(current)
    return RadialSolution(voltage[place], through_va[place], current[place], lost_w[place], rounds)


class _Own:
    """What nodes draw besides their loads: losses that are no resistance, inputs of converters."""

    def __init__(self, network: RadialNetwork, load: Complex) -> None:
        self.network = network
        self.whole_va = max(1.0, float(np.abs(load).sum())) if network.own else 1.0
        self.lost_w: Array = np.zeros(load.shape)
        self.inputs_w: Array = self.lost_w
        self.drawn_w: Array = self.lost_w

    def follow(self, voltage: Complex, current: Complex) -> float:
        """Take over what nodes give now; what share of all loads converters' inputs moved."""
        if not self.network.own:
            return 0.0
        network = self.network
        idle, linear, square = network.loss
        rating_w = network.rating_w
        fixed = network.regulated
        through_w = (voltage * np.conj(current)).real
        frac = (through_w - np.where(fixed, 0.0, self.lost_w)) / rating_w
        given_w = frac * rating_w
        self.lost_w = rating_w * (idle + frac * (linear + square * frac))
        before_w = self.inputs_w
        self.inputs_w = network.feed @ np.where(fixed, given_w + self.lost_w, 0.0)
        self.drawn_w = np.where(fixed, 0.0, self.lost_w) + self.inputs_w
        return _most(self.inputs_w - before_w) / self.whole_va


def _most(moved: Array | Complex) -> float:
    """The largest part of anything."""
    return float(np.abs(moved).max(initial=0.0))


def _times(matrix: Any, current: Complex) -> Complex:
    """A sparse matrix times a complex column; a real one is not widened for it."""
    if np.iscomplexobj(matrix.data):
        return np.asarray(matrix @ current)
    pairs = current.view(np.float64).reshape(-1, 2)
    return np.asarray((matrix @ pairs).view(np.complex128)[:, 0])
