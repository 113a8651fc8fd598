"""Pressure equation by conjugate gradients, preconditioned by one symmetric multigrid V(1,1) cycle.

div(c grad x) = b over cells, nothing through faces of conductance 0: each connected part of the
room has a free constant, and its right-hand sides must sum to 0 (the mean is taken off). Smoother:
red-black Gauss-Seidel, its colours in reverse on the way up; transfer: linear over the six
neighbours, cut off at closed faces (weights of Kwak, SIAM J. Sci. Comput. 21, 1999), restriction
its transpose; coarse conductances: in parallel across a face, in series along the axis, so that a
grid of twice the spacing gets the conductances it would have of itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from twin.arrays import Array, Index
from twin.physics.airflow import multigrid_kernels as kernels

COARSEST_CELLS = 64
COARSEST_SWEEPS = 8
STRETCH_MAX = 1.7
"""An axis is coarsened while its spacing is below this many times the finest."""
BLOCKED = 0.1
"""Least conductance within a coarse cell, over that of its face: a panel inside does not cut it."""

Conductances = tuple[Array, Array, Array]


class Solved(NamedTuple):
    """An answer of the pressure equation."""

    iterations: int
    residual: float
    """Norm of what is left, over that of the right-hand side."""


@dataclass
class Level:
    """One grid of the cycle, all arrays padded."""

    c: Conductances
    inverse: Array
    active: Array
    weights: Conductances
    """Per axis: share a fine cell takes from the coarse cell beside its own."""
    parents: tuple[Index, Index, Index]
    """Per axis: coarse cell of a fine one."""
    x: Array
    b: Array


class Poisson:
    """The pressure equation of one set of open faces; solved again and again as a flow marches."""

    def __init__(self, conductances: Conductances, spacings_m: Conductances) -> None:
        """`conductances` padded as in `multigrid_kernels`, spacings of the cells of each axis."""
        self.levels = list(_levels(conductances, spacings_m))
        shape = conductances[0].shape
        first = kernels.components(*conductances)
        self.component = np.unique(first, return_inverse=True)[1].astype(np.int64)
        self.cells_of = np.maximum(np.bincount(self.component), 1)
        self.r = np.zeros(shape)
        self.p = np.zeros(shape)
        self.q = np.zeros(shape)

    def balanced(self, b: Array) -> Array:
        """The right-hand side without the mean of each connected part."""
        mean = np.bincount(self.component, b.ravel()) / self.cells_of
        return np.asarray(b - mean[self.component].reshape(b.shape))

    def solve(self, x: Array, b: Array, tolerance: float, iterations_max: int = 60) -> Solved:
        """Improves `x` in place until the residual is `tolerance` of the right-hand side.

        The mean of every connected part is taken off even where it is rounding: near rest the
        right-hand side is hardly more, and what no pressure can answer would grow in `x`.
        """
        b = self.balanced(b)
        scale = float(np.linalg.norm(b))
        if scale == 0.0:
            x[:] = 0.0
            return Solved(0, 0.0)
        kernels.apply(x, self.q, *self.levels[0].c)
        np.subtract(b, self.q, out=self.r)
        left = float(np.linalg.norm(self.r)) / scale
        if left <= tolerance:
            return Solved(0, left)
        return self._descend(x, scale, tolerance, iterations_max)

    def _descend(self, x: Array, scale: float, tolerance: float, iterations_max: int) -> Solved:
        """Conjugate gradients from the residual held."""
        energy = 1.0
        left = 1.0
        self.p[:] = 0.0
        for n in range(1, iterations_max + 1):
            z = self.cycle(self.r)
            before = energy
            energy = kernels.dot(self.r.ravel(), z.ravel())
            kernels.turn(self.p.ravel(), z.ravel(), energy / before if n > 1 else 0.0)
            curve = kernels.apply(self.p, self.q, *self.levels[0].c)
            step = energy / curve if curve > 0.0 else 0.0
            flat = (x.ravel(), self.r.ravel(), self.p.ravel(), self.q.ravel())
            left = kernels.step_along(*flat, step) ** 0.5 / scale
            if left <= tolerance or step == 0.0:
                break
        return Solved(n, left)

    def cycle(self, b: Array) -> Array:
        """One V(1,1) cycle from 0: an approximate A⁻¹ b, symmetric."""
        self.levels[0].b = b
        for fine, coarse in pairwise(self.levels):
            fine.x[:] = 0.0
            _relax(fine, (0, 1))
            kernels.restrict(fine.x, fine.b, *fine.c, *fine.weights, *fine.parents, 0, coarse.b)
        last = self.levels[-1]
        last.x[:] = 0.0
        _relax(last, (0, 1) * COARSEST_SWEEPS + (1, 0) * COARSEST_SWEEPS)
        for fine, coarse in zip(self.levels[-2::-1], self.levels[:0:-1], strict=True):
            kernels.prolong(fine.x, fine.active, *fine.c, *fine.weights, *fine.parents, coarse.x)
            _relax(fine, (1, 0))
        return self.levels[0].x


def _relax(level: Level, colours: tuple[int, ...]) -> None:
    """Sweeps over the colours in turn."""
    for colour in colours:
        kernels.relax(level.x, level.b, *level.c, level.inverse, colour)


def padded(inner: Array) -> Array:
    """The same with a ring of 0 all round."""
    return np.pad(inner, 1)


def diagonal(c: Conductances) -> Array:
    """Sum of the conductances of each cell, padded."""
    total = np.zeros_like(c[0])
    inner = (slice(1, -1),) * 3
    for axis, held in enumerate(c):
        upper = np.roll(held, -1, axis)
        total[inner] += held[inner] + upper[inner]
    return total


def _levels(c: Conductances, spacings_m: Conductances) -> list[Level]:
    """Grids from the finest to one of a few dozen cells."""
    levels: list[Level] = []
    while True:
        axes = _coarsened(c[0].shape, spacings_m)
        levels.append(_level(c, spacings_m, axes))
        cells = int(np.prod([n - 2 for n in c[0].shape]))
        if cells <= COARSEST_CELLS or not axes:
            return levels
        c = coarse_conductances(c, axes)
        spacings_m = _coarse_spacings(spacings_m, axes)


def _level(c: Conductances, spacings_m: Conductances, axes: tuple[int, ...]) -> Level:
    """One grid, with what ties it to the next coarser."""
    total = diagonal(c)
    inverse = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    ties = [_ties(d, axis in axes) for axis, d in enumerate(spacings_m)]
    return Level(
        c=c,
        inverse=inverse,
        active=(total > 0).astype(float),
        weights=(ties[0][0], ties[1][0], ties[2][0]),
        parents=(ties[0][1], ties[1][1], ties[2][1]),
        x=np.zeros_like(total),
        b=np.zeros_like(total),
    )


def _coarsened(shape: tuple[int, ...], spacings_m: Conductances) -> tuple[int, ...]:
    """Axes to coarsen: those of more than one cell whose spacing is near the finest."""
    mean = [float(d.mean()) if d.size > 1 else np.inf for d in spacings_m]
    return tuple(axis for axis in range(3) if mean[axis] < STRETCH_MAX * min(mean))


def _ties(d: Array, coarsened: bool) -> tuple[Array, Index]:
    """(weights, parents) of the padded cells of an axis."""
    n = d.size
    index = np.arange(n + 2)
    if not coarsened:
        return np.zeros(n + 2), index
    centre = np.cumsum(d) - d / 2
    coarse = _paired(d)
    coarse_centre = np.cumsum(coarse) - coarse / 2
    own = (index[1:-1] - 1) // 2
    beside = np.clip(own + np.where(index[1:-1] % 2, -1, 1), 0, coarse.size - 1)
    gap = coarse_centre[beside] - coarse_centre[own]
    lean = np.divide(centre - coarse_centre[own], gap, out=np.zeros(n), where=gap != 0)
    parents = np.concatenate([[0], own + 1, [coarse.size + 1]])
    return np.pad(np.clip(lean, 0.0, 0.5), 1), parents.astype(np.int64)


def _paired(d: Array) -> Array:
    """Lengths of pairs of cells; a last odd one stays alone."""
    return np.asarray(np.add.reduceat(d, np.arange(0, d.size, 2)))


def _coarse_spacings(spacings_m: Conductances, axes: tuple[int, ...]) -> Conductances:
    """Spacings of the next coarser grid."""
    new = [_paired(d) if axis in axes else d for axis, d in enumerate(spacings_m)]
    return (new[0], new[1], new[2])


def coarse_conductances(c: Conductances, axes: tuple[int, ...]) -> Conductances:
    """Conductances of the next coarser grid, padded."""
    new = [_coarse_axis(held[1:-1, 1:-1, 1:-1], axis, axes) for axis, held in enumerate(c)]
    return (new[0], new[1], new[2])


def _coarse_axis(c: Array, axis: int, axes: tuple[int, ...]) -> Array:
    """Conductances of one axis: sums over the other axes, then in series along its own."""
    for other in axes:
        if other != axis:
            c = np.add.reduceat(c, np.arange(0, c.shape[other], 2), axis=other)
    if axis not in axes:
        return padded(c)
    along = np.moveaxis(c, axis, 0)
    face = along[::2]
    within = np.full_like(face, np.inf)
    within[: along.shape[0] // 2] = along[1::2]
    behind = np.concatenate([within[:1], within[:-1]])
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = BLOCKED * face
        half = 0.5 / np.maximum(within, floor) + 0.5 / np.maximum(behind, floor)
        joined = np.where(face > 0, 1.0 / (1.0 / face + half), 0.0)
    return padded(np.moveaxis(joined, 0, axis))
