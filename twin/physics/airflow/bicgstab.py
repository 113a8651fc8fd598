"""Bi-conjugate gradients, stabilised, for many right-hand sides of one operator at once.

Every column has its own step lengths (van der Vorst, SIAM J. Sci. Stat. Comput. 13, 1992); columns
that are done stand still while the others go on. Where a residual grows far beyond the least that
was met (the shadow has come to stand square on it), the search begins anew from the best answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Mask
from twin.physics.airflow import transport_kernels as kernels

LOST = 100.0
"""A residual that is so many times the least met says that the search has broken down."""

Operator = Callable[[Array], Array]
"""Gives an array of its own, which may be overwritten by the next call."""


@dataclass(frozen=True)
class Answer:
    """What bi-conjugate gradients found."""

    x: Array
    iterations: int
    residual: float
    """Norm of what is left over that of the right-hand side, the worst column."""


@dataclass
class _Columns:
    """State of the iteration: (cell, column) arrays and one number a column."""

    x: Array
    r: Array
    shadow: Array
    p: Array
    v: Array
    rho: Array
    alpha: Array
    omega: Array


def solve(
    product: Operator,
    precondition: Operator,
    b: Array,
    x: Array,
    tolerance: float,
    iterations_max: int = 200,
) -> Answer:
    """Solves A x = b for (cell, column) arrays from the guess `x`, to a relative residual."""
    scale = np.sqrt(_dots(b, b))
    scale[scale == 0.0] = 1.0
    state = _start(product, b, x)
    left = least = np.sqrt(_dots(state.r, state.r)) / scale
    best = state.x.copy()
    n = 0
    while least.max() > tolerance and n < iterations_max:
        n += 1
        _iterate(state, product, precondition, left > tolerance)
        left = np.sqrt(_dots(state.r, state.r)) / scale
        np.copyto(best, state.x, where=left < least)
        least = np.fmin(least, left)
        if not (left <= LOST * least).all():
            state = _start(product, b, best)
            left = np.sqrt(_dots(state.r, state.r)) / scale
    return Answer(best, n, float(least.max()))


def _start(product: Operator, b: Array, x: Array) -> _Columns:
    """The state before the first step."""
    r = b - product(x)
    one = np.ones(b.shape[1])
    zero = np.zeros_like(b)
    return _Columns(x.copy(), r, r.copy(), zero, zero.copy(), one, one.copy(), one.copy())


def _iterate(s: _Columns, product: Operator, precondition: Operator, going: Mask) -> None:
    """One step of each column that is going; others get steps of length 0."""
    one = np.ones(going.size)
    rho = _dots(s.shadow, s.r)
    beta = _ratio(rho, s.rho, going) * _ratio(s.alpha, s.omega, going)
    kernels.combine(s.p, s.r, one, s.p, beta, s.v, -beta * s.omega)
    s.rho = np.where(going, rho, s.rho)
    first = precondition(s.p).copy()
    s.v[:] = product(first)
    s.alpha = _ratio(rho, _dots(s.shadow, s.v), going)
    kernels.combine(s.r, s.r, one, s.v, -s.alpha, s.v, 0.0 * one)
    second = precondition(s.r)
    kernels.combine(s.x, s.x, one, first, s.alpha, second, 0.0 * one)
    t = product(second)
    s.omega = _ratio(_dots(t, s.r), _dots(t, t), going)
    kernels.combine(s.x, s.x, one, second, s.omega, second, 0.0 * one)
    kernels.combine(s.r, s.r, one, t, -s.omega, t, 0.0 * one)


def _ratio(above: Array, below: Array, going: Mask) -> Array:
    """Quotients of columns that go on, 0 elsewhere."""
    return np.divide(above, below, out=np.zeros_like(above), where=going & (below != 0.0))


def _dots(a: Array, b: Array) -> Array:
    """Products summed over cells."""
    total = np.empty(a.shape[1])
    kernels.dots(total, a, b)
    return total
